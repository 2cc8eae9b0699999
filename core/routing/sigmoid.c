/* SPDX-License-Identifier: MIT */

/* Sigmoid gates kept even without a loss (DeepSeek-V3; Wang et al., "Auxiliary-loss-free load balancing strategy for
 * mixture-of-experts", arXiv 2408.15664): affinities s = sigmoid (x W); a token goes to the K experts with the largest
 * s_e + b_e, but is weighted by s alone, divided by the sum of the chosen ones if asked to, times a scale. After a
 * training step b_e += rate sign (mean load - load_e): who was asked too often becomes a little less likely. */

#include "core/routing/router.h"

/* s + b (T, E), each member's rows with its own biases, and 1 + 2 max |b| more where a force puts an expert first, for
 * each force before it once more: biases shall not outweigh it, nor affinities be equal that are 1 but for rounding.
 * NULL on a dry tape. */
static const MsReal *
biased (MsTape *tape, const MsRouter *router, const MsDecision *d)
{
  const MsNode *affinity = d->gates;
  gsize T = ms_node_rows (affinity), E = (gsize)router->E, per_member = T / (gsize)router->M;
  MsReal *sum, largest = 0;

  if (ms_tape_is_dry (tape))
    return NULL;
  sum = ms_tape_alloc (tape, affinity->n * sizeof (MsReal));
  for (gsize t = 0; t < T; t++)
    for (gsize e = 0; e < E; e++)
      sum[t * E + e] = affinity->value[t * E + e] + router->bias->value[t / per_member * E + e];
  for (gsize i = 0; d->forced != NULL && i < router->bias->n; i++)
    largest = MAX (largest, ABS (router->bias->value[i]));
  for (gsize i = 0; d->forced != NULL && i < affinity->n; i++)
    sum[i] += d->forced[i] * (1 + 2 * largest);
  return sum;
}

static void
sigmoid_declare (MsRouter *router, MsParams *params, const char *prefix, const MsRouterShape *shape)
{
  const MsInit zero = { .kind = MS_INIT_CONSTANT };
  const gsize dim[] = { (gsize)shape->M, (gsize)shape->E };
  g_autofree char *name = g_strconcat (prefix, "/Router/bias", NULL);

  router->bias = shape->M > 1 ? ms_params_add (params, name, zero, 2, dim, false)
                              : ms_params_add (params, name, zero, 1, dim + 1, false);
  router->bias->settled = true;
}

static void
sigmoid_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
                int groups, int capacity, MsDecision *decision)
{
  int K = config->K;
  MsNode *weights;

  decision->logits = ms_router_logits (router, tape, x);
  decision->gates = ms_sigmoid (tape, ms_router_steer (router, tape, pass, decision));
  ms_router_choose (router, tape, biased (tape, router, decision), (int)ms_node_rows (x), K, decision);
  weights = ms_gates (tape, decision->gates, decision->choice, K, config->renormalise);
  decision->weights = ms_scale (tape, weights, config->gate_scale);
  decision->priority = ms_router_first (tape, decision->gates, decision->choice, K);
}

static void
sigmoid_settle (MsRouter *router, const MsRoutingConfig *config, const int *load)
{
  for (int m = 0; m < router->M; m++)
    {
      const int *own = load + (gsize)m * router->E;
      MsReal *bias = router->bias->value + (gsize)m * router->E;
      gint64 all = 0;

      for (int e = 0; e < router->E; e++)
        all += own[e];
      for (int e = 0; e < router->E; e++)
        {
          gint64 missing = all - (gint64)own[e] * router->E; /* E times mean - load: whole, so that even is 0 */

          bias[e] += (MsReal)(config->bias_rate * ((missing > 0) - (missing < 0)));
        }
    }
}

const MsRouterKind ms_router_sigmoid = {
  .name = "sigmoid",
  .learns = true,
  .declare = sigmoid_declare,
  .decide = sigmoid_decide,
  .settle = sigmoid_settle,
};
