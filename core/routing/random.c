/* SPDX-License-Identifier: MIT */

/* Random routing, the other baseline: K distinct experts by lot, anew at every step; in a deterministic pass the lots
 * of step 0, so that evaluations can be repeated. Weights 1 / K. */

#include "core/base/rng.h"
#include "core/routing/assign.h"
#include "core/routing/router.h"

static void
random_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
               int groups, int capacity, MsDecision *decision)
{
  int T = (int)ms_node_rows (x), E = router->E;
  guint64 stream = ms_rng_stream (MS_RNG_ROUTE, router->place, pass->deterministic ? 0 : (guint64)pass->step + 1);
  int *choice = ms_tape_alloc (tape, (gsize)T * config->K * sizeof (int));
  MsReal *lot = ms_tape_is_dry (tape) ? NULL : ms_tape_alloc (tape, (gsize)T * E * sizeof (MsReal));

  if (lot != NULL)
    ms_rng_fill_uniform (pass->seed, stream, 0, (gsize)T * E, lot);
  ms_top_k (ms_tape_pool (tape), choice, lot, T, config->K, E);
  decision->K = config->K;
  decision->choice = choice;
  decision->weights = ms_router_even_weights (tape, T, config->K);
}

const MsRouterKind ms_router_random = {
  .name = "random",
  .learns = false,
  .decide = random_decide,
};
