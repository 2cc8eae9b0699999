/* SPDX-License-Identifier: MIT */

/* How much of a batch its Record holds: what is asked of a session, and what a picture asks for. */
#pragma once

typedef enum {
  MS_DETAIL_SCALARS = 0,      /* losses, loads, timings */
  MS_DETAIL_BATCH = 1 << 0,   /* inputs, labels, choices, gates, probabilities, predictions */
  MS_DETAIL_SURFACE = 1 << 1, /* plane tasks: the decision surface, by a forward pass over a grid */
  MS_DETAIL_ROUTE = 1 << 2,   /* with BATCH, of each routed layer: noise, offset, place and the norms */
  MS_DETAIL_TOKENS = 1 << 3,  /* with BATCH: where the tokens lie, coordinates and variance */
  /* With BATCH: how alike the experts' and the router's weights are. Comparing costs 2 E^2 times the weights of an
   * expert: above 10^9 for all layers it is done for every 20th record that asks, and the others have its result;
   * above 10^11 it is absent. */
  MS_DETAIL_WEIGHTS = 1 << 4,
  MS_DETAIL_TRIAL = 1 << 5,   /* with BATCH and while interventions are in force: what they do, by three more passes */
} MsDetail;
