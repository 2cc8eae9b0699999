/* SPDX-License-Identifier: MIT */

/* Experts choose (NoisyTopItemsPerExpert of V-MoE; after Zhou et al., "Mixture-of-experts with expert choice routing",
 * 2022): logits, noise and the softmax over experts are those of top-k, but each expert of each group takes as many
 * tokens as it has places, those with the largest gate in its column; of equal ones the earlier. A token may be taken
 * by none or by all experts. Its weights are those gates as they are, and there is nothing left to balance. */

#include "core/routing/assign.h"
#include "core/routing/router.h"

/* A masked expert has places like the others, and takes tokens whose gate is 0: those it lets go. */
static void
take_back_masked (const MsRouter *router, int *choice, int T, int K, const MsDecision *decision)
{
  for (int t = 0; decision->offset != NULL && t < T; t++)
    {
      int *own = choice + (gsize)t * (gsize)K, n = 0;

      for (int k = 0; k < K; k++)
        if (own[k] >= 0 && !ms_decision_masks (decision, (gsize)t * (gsize)router->E + (gsize)own[k]))
          own[n++] = own[k];
      while (n < K)
        own[n++] = -1;
    }
}

static void
experts_choose_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config,
                       const MsPass *pass, int groups, int capacity, MsDecision *decision)
{
  MsNode *steered, *noisy;
  double sigma;
  int K, *choice;

  decision->logits = ms_router_logits (router, tape, x);
  steered = ms_router_steer (router, tape, pass, decision);
  noisy = ms_router_noisy (router, tape, steered, config, pass, &sigma);
  decision->noisy = sigma > 0 ? noisy : NULL;
  decision->gates = ms_softmax (tape, noisy);
  choice = ms_top_tokens (tape, decision->gates->value, (int)ms_node_rows (x), router->E, groups, capacity, &K);
  take_back_masked (router, choice, (int)ms_node_rows (x), K, decision);
  decision->choice = choice;
  decision->K = K;
  decision->placed = true;
  decision->weights = ms_gates (tape, decision->gates, decision->choice, K, false);
  ms_router_add_z (tape, config, decision);
}

const MsRouterKind ms_router_experts_choose = {
  .name = "experts-choose",
  .learns = true,
  .places = true,
  .decide = experts_choose_decide,
};
