/* SPDX-License-Identifier: MIT */

/* Soft MoE (Puigcerver et al., 2023) chooses nothing. Logits are cosines of tokens and slots times a learnt scale,
 * l_ts = scale <x_t / |x_t|, mu_s / |mu_s|>; a slot reads a mean of its group's tokens, dispatch = softmax over t, and
 * a token gets back a mean of all slots' outputs, mix = softmax over s. Slot s is one of expert s / slots. The noise is
 * not divided by the number of experts here, and there is no balancing loss: every slot is always full. */

#include "core/routing/router.h"

#include "core/base/rng.h"

static void
soft_declare (MsRouter *router, MsParams *params, const char *prefix, const MsRouterShape *shape)
{
  gsize H = (gsize)shape->H, E = (gsize)shape->E, p = (gsize)shape->slots;
  g_autofree char *mu = g_strconcat (prefix, "/Router/mu", NULL), *scale = g_strconcat (prefix, "/Router/scale", NULL);
  /* Flax counts all axes but the last as what is summed over. Only the direction matters, but an optimiser's step is
   * longer or shorter beside it. */
  const MsInit lecun = { .kind = MS_INIT_LECUN, .fan_in = H * E }, one = { .kind = MS_INIT_CONSTANT, .scale = 1 };

  g_assert (shape->slots > 0);
  router->mu = ms_params_add (params, mu, lecun, 3, (gsize[]){ H, E, p }, false);
  router->scale = ms_params_add (params, scale, one, 0, NULL, false);
}

/* A token that is a group of its own is what every slot reads, whatever its logits: one slot of each expert stands for
 * all of them, with their weights together. */
static void
decide_alone (const MsRouter *router, MsTape *tape, MsDecision *d)
{
  gsize T = ms_node_rows (d->logits), S = ms_node_cols (d->logits), E = (gsize)router->E;
  MsReal *ones = NULL, *sums = NULL; /* (T, E) and (S, E): slots to their experts */

  if (!ms_tape_is_dry (tape))
    {
      ones = ms_tape_alloc (tape, T * E * sizeof *ones);
      sums = ms_tape_alloc (tape, S * E * sizeof *sums);
      for (gsize i = 0; i < T * E; i++)
        ones[i] = 1;
      for (gsize i = 0; i < S * E; i++)
        sums[i] = i / E / (gsize)router->slots == i % E;
    }
  d->dispatch = ms_tape_input (tape, ones, 2, (gsize[]){ T, E });
  d->mix = ms_linear (tape, d->mix, ms_tape_input (tape, sums, 2, (gsize[]){ S, E }), NULL);
}

static void
soft_decide (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
             int groups, int capacity, MsDecision *decision)
{
  guint64 stream = ms_rng_stream (MS_RNG_NOISE, router->place, (guint64)pass->step);
  MsNode *mu = ms_tape_param (tape, router->mu), *scale = ms_tape_param (tape, router->scale), *noisy;
  /* The scale goes to whichever has fewer numbers. */
  bool to_tokens = x->n < mu->n;
  MsNode *token = ms_unit_rows (tape, x, to_tokens ? scale : NULL);
  MsNode *slot = ms_unit_columns (tape, mu, to_tokens ? NULL : scale);

  decision->logits = ms_linear (tape, token, slot, NULL);
  noisy = ms_noise (tape, decision->logits, pass->deterministic ? 0 : config->noise, pass->seed, stream);
  decision->steered = decision->logits;
  decision->mix = ms_softmax (tape, ms_router_silence (router, tape, noisy));
  if (pass->alone)
    decide_alone (router, tape, decision);
  else
    decision->dispatch = ms_softmax_columns (tape, noisy, groups);
}

const MsRouterKind ms_router_soft = {
  .name = "soft",
  .learns = false,
  .soft = true,
  .declare = soft_declare,
  .decide = soft_decide,
};
