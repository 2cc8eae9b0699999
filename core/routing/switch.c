/* SPDX-License-Identifier: MIT */

/* Switch routing (Fedus et al., "Switch Transformers", 2021): one expert a token, with its gate as weight. While
 * training, each number that the router reads is scaled by its own draw from U [1 - jitter, 1 + jitter]; the experts
 * read the token as it is, and the logits of a training step are those of what the router read. Balanced by
 * E sum_e f_e P_e, the share of tokens that prefer an expert times its mean gate, which is GShard's loss under its own
 * weight. */

#include "core/base/rng.h"
#include "core/routing/router.h"

static void
switch_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
               int groups, int capacity, MsDecision *decision)
{
  guint64 stream = ms_rng_stream (MS_RNG_JITTER, router->place, (guint64)pass->step);

  x = ms_jitter (tape, x, pass->deterministic ? 0 : config->jitter, pass->seed, stream);
  decision->logits = ms_router_logits (router, tape, x);
  decision->gates = ms_softmax (tape, ms_router_steer (router, tape, pass, decision));
  ms_router_choose (router, tape, decision->gates->value, (int)ms_node_rows (x), 1, decision);
  decision->weights = ms_gates (tape, decision->gates, decision->choice, 1, false);
  decision->priority = decision->weights->value;
  decision->gshard_weight = config->switch_weight;
  if (config->switch_weight > 0)
    decision->gshard = ms_gshard (tape, decision->gates, groups);
  ms_router_add_z (tape, config, decision);
}

const MsRouterKind ms_router_switch = {
  .name = "switch",
  .learns = true,
  .decide = switch_decide,
};
