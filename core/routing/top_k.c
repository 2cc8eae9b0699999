/* SPDX-License-Identifier: MIT */

/* Tokens choose (as in V-MoE): noise before the softmax, the softmax over all experts before top-k, the K
 * largest gates as they are. Importance from clean gates, load from clean and noisy logits, GShard from the gates that
 * chose. */

#include "core/routing/assign.h"
#include "core/routing/router.h"

#include "core/base/rng.h"

static const MsReal *
largest_gates (MsTape *tape, const MsNode *gates, const int *choice, int K)
{
  gsize T = ms_node_rows (gates), E = ms_node_cols (gates);
  MsReal *largest;

  if (ms_tape_is_dry (tape))
    return NULL;
  largest = ms_tape_alloc (tape, T * sizeof (MsReal));
  for (gsize t = 0; t < T; t++)
    largest[t] = gates->value[t * E + (gsize)choice[t * (gsize)K]];
  return largest;
}

static void
add_losses (MsTape *tape, MsNode *clean, MsNode *noisy, double sigma, const MsRoutingConfig *c, int groups,
            MsDecision *d)
{
  if (c->importance_weight > 0)
    d->importance = ms_importance (tape, clean, groups);
  if (c->gshard_weight > 0)
    d->gshard = ms_gshard (tape, d->gates, groups);
  if (c->load_weight > 0 && sigma > 0)
    d->load = ms_load (tape, d->logits, noisy, sigma, c->K, groups, c->load_exclusive);
}

static void
top_k_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
              int groups, int capacity, MsDecision *decision)
{
  double sigma = pass->deterministic ? 0 : config->noise / (config->noise_by_experts ? router->E : 1);
  guint64 stream = ms_rng_stream (MS_RNG_NOISE, router->place, (guint64)pass->step);
  MsNode *logits = ms_router_logits (router, tape, x);
  MsNode *clean = ms_softmax (tape, logits), *noisy = ms_noise (tape, logits, sigma, pass->seed, stream);
  int T = (int)ms_node_rows (x);
  int *choice = ms_tape_alloc (tape, (gsize)T * config->K * sizeof (int));

  decision->logits = logits;
  decision->gates = sigma > 0 ? ms_softmax (tape, noisy) : clean;
  ms_top_k (ms_tape_pool (tape), choice, decision->gates->value, T, config->K, router->E);
  decision->K = config->K;
  decision->choice = choice;
  decision->weights = ms_gates (tape, decision->gates, choice, config->K, config->renormalise);
  decision->priority = largest_gates (tape, decision->gates, choice, config->K);
  add_losses (tape, clean, noisy, sigma, config, groups, decision);
}

const MsRouterKind ms_router_top_k = {
  .name = "top-k",
  .learns = true,
  .decide = top_k_decide,
};
