/* SPDX-License-Identifier: MIT */

/* The gradients of a whole routed transformer by each router, in the double build: of what it says and of what is
 * balanced, with the noise and jitter that a training step would draw, for one member and for two. */

#include "core/autodiff/check.h"
#include "core/experts/moe.h"
#include "core/nn/backbone.h"

#include <math.h>

typedef struct {
  MsParams *params;
  MsBackbone *backbone;
  MsMoe *moe;
  MsRoutingConfig routing;
} Tiny;

static void
tiny_init (Tiny *tiny, const MsRouterKind *kind, int M)
{
  MsBackboneConfig config = { .height = 4, .width = 4, .channels = 3, .patch = 2,
                              .encoder = { .width = 8, .hidden = 16, .blocks = 2, .heads = 2, .classes = 4,
                                           .copies = M, .copy_block = 1 } };
  MsMoeShape shape = { .block = 1, .member = -1, .E = 4, .H = 8, .F = 16, .site = MS_SITE_BLOCK (1) + 1, .copies = M,
                       .partition = true, .own_routers = true, .slots = 2 };

  *tiny = (Tiny){ .params = ms_params_new () };
  tiny->routing = (MsRoutingConfig){
    .K = kind == &ms_router_switch ? 1 : 2,
    .capacity = { .fixed = 2 },
    .group_examples = 1, /* four tokens */
    .noise = 1,
    .noise_by_experts = true,
    .priority_training = true,
    .importance_weight = 1,
    .load_weight = 1,
    .gshard_weight = 1,
    .switch_weight = 1,
    .z_weight = 0.3,
    .jitter = 0.2,
    .renormalise = kind == &ms_router_sigmoid,
    .gate_scale = 2.5,
  };
  tiny->moe = ms_moe_new (tiny->params, kind, &tiny->routing, &shape);
  tiny->backbone = ms_vit_new (tiny->params, &config, (MsFeedForward *[]){ NULL, &tiny->moe->base });
  g_assert_true (ms_params_seal (tiny->params, NULL));
  ms_params_init (tiny->params, 3);
  for (int i = 0; i < ms_params_count (tiny->params); i++)
    {
      MsParam *param = ms_params_at (tiny->params, i);
      MsRng rng = ms_rng_new (5, MS_RNG_TEST, (guint32)i, 0);

      for (gsize j = 0; j < param->n; j++)
        param->value[j] += (MsReal)(0.3 * ms_rng_normal (&rng));
    }
}

static void
tiny_clear (Tiny *tiny)
{
  ms_backbone_free (tiny->backbone);
  ms_params_free (tiny->params);
}

static MsNode *
run (Tiny *tiny, MsTape *tape)
{
  MsPass pass = { .seed = 11, .examples = 2 };
  gsize shape[] = { 2, 4, 4, 3 };
  MsReal *x;

  ms_tape_reset (tape, true);
  x = ms_tape_alloc (tape, 96 * sizeof (MsReal));
  for (int i = 0; i < 96; i++)
    x[i] = (MsReal)cos (0.13 * i);
  return ms_backbone_forward (tiny->backbone, tape, ms_tape_input (tape, x, 4, shape), &pass, NULL);
}

/* Central differences in some elements of every tensor. What was chosen stays chosen. */
static void
check_gradients (Tiny *tiny, bool balancing)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);

  for (int i = 0; i < ms_params_count (tiny->params); i++)
    {
      MsParam *param = ms_params_at (tiny->params, i);
      MsNode leaf = { .value = param->value, .grad = param->grad, .n = param->n, .n_slices = param->n_slices,
                      .touched = param->touched };
      MsNode *x = &leaf, *y;
      MsCheckResult r;

      ms_params_clear_gradients (tiny->params);
      y = run (tiny, tape);
      r = ms_check_node (tape, balancing ? tiny->moe->loss : y, &x, 1, MAX (1, param->n / 7), 1);
      g_test_message ("%s: worst %.2g", param->name, r.worst);
      g_assert_true (r.finite);
      g_assert_cmpfloat (r.worst, <, 1e-6);
    }
}

static void
test_gradients (gconstpointer data)
{
  const MsRouterKind *kind = data;
  bool balanced = kind == &ms_router_top_k || kind == &ms_router_switch || kind == &ms_router_experts_choose;

  for (int M = 1; M <= (kind->soft ? 1 : 2); M++) /* slots have no members */
    {
      g_autoptr (MsTape) tape = ms_tape_new (NULL);
      Tiny tiny;

      tiny_init (&tiny, kind, M);
      check_gradients (&tiny, false);
      g_assert_true ((tiny.moe->loss != NULL) == balanced);
      if (balanced)
        check_gradients (&tiny, true);
      tiny_clear (&tiny);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(kind) g_test_add_data_func ("/routed/" #kind, &ms_router_##kind, test_gradients);
  MS_ROUTERS (ADD)
  return g_test_run ();
}
