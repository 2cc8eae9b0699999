/* SPDX-License-Identifier: MIT */

/* Tokens choose (as in V-MoE): noise before the softmax, the softmax over all experts before top-k, the K
 * largest gates as they are. Importance from clean gates, load from clean and noisy logits, GShard from the gates that
 * chose. */

#include "core/routing/router.h"

static void
add_losses (MsTape *tape, MsNode *clean, MsNode *noisy, double sigma, const MsRoutingConfig *c, int choices,
            int groups, MsDecision *d)
{
  if (c->importance_weight > 0)
    d->importance = ms_importance (tape, clean, groups);
  if (c->gshard_weight > 0)
    d->gshard = ms_gshard (tape, d->gates, groups);
  d->gshard_weight = c->gshard_weight;
  if (c->load_weight > 0 && sigma > 0)
    d->load = ms_load (tape, d->steered, noisy, sigma, choices, groups, c->load_exclusive);
  ms_router_add_z (tape, c, d);
}

static void
top_k_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
              int groups, int capacity, MsDecision *decision)
{
  double sigma;
  MsNode *logits, *clean, *noisy;
  int K = config->K;

  decision->logits = ms_router_logits (router, tape, x);
  logits = ms_router_steer (router, tape, pass, decision);
  clean = ms_softmax (tape, logits);
  noisy = ms_router_noisy (router, tape, logits, config, pass, &sigma);
  decision->noisy = sigma > 0 ? noisy : NULL;
  decision->gates = sigma > 0 ? ms_softmax (tape, noisy) : clean;
  ms_router_choose (router, tape, decision->gates->value, (int)ms_node_rows (x), K, decision);
  decision->weights = ms_gates (tape, decision->gates, decision->choice, K, config->renormalise);
  decision->priority = ms_router_first (tape, decision->gates, decision->choice, K);
  add_losses (tape, clean, noisy, sigma, config, ms_router_choices_left (router, K), groups, decision);
}

const MsRouterKind ms_router_top_k = {
  .name = "top-k",
  .learns = true,
  .decide = top_k_decide,
};
