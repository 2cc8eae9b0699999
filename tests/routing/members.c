/* SPDX-License-Identifier: MIT */

/* E3's routing held against what the tests of V-MoE assert (nn/ensemble_routing_test.py, nn/vit_moe_ensemble_test.py)
 * and against an independent derivation in NumPy. The reference has a group's items of all members in turn, item s of
 * member s mod M; here the members stand one after another. */

#include "core/experts/moe.h"
#include "core/routing/assign.h"

typedef struct {
  MsParams *params;
  MsRoutingConfig config;
  MsMoe *moe;
  MsTape *tape;
} Layer;

static void
layer_init (Layer *layer, int H, int E, int M, const double *kernel)
{
  const MsMoeShape shape = { .member = -1, .E = E, .H = H, .F = 2,
                             .copies = M, .partition = true, .own_routers = true };

  layer->params = ms_params_new ();
  layer->config = (MsRoutingConfig){ .K = 1, .noise = 1, .noise_by_experts = true, .importance_weight = 1,
                                     .gshard_weight = 1, .capacity = { .factor = 1 } };
  layer->moe = ms_moe_new (layer->params, &ms_router_top_k, &layer->config, &shape);
  g_assert_true (ms_params_seal (layer->params, NULL));
  ms_params_init (layer->params, 0);
  for (gsize i = 0; kernel != NULL && i < layer->moe->router->kernel->n; i++)
    layer->moe->router->kernel->value[i] = (MsReal)kernel[i];
  layer->tape = ms_tape_new (NULL);
}

static void
layer_clear (Layer *layer)
{
  ms_feed_forward_free (&layer->moe->base);
  ms_params_free (layer->params);
  ms_tape_free (layer->tape);
}

/* The reference's item s is item s / M of member s mod M. */
static void
layer_run (Layer *layer, const MsReal *items, int S, int H, int M)
{
  MsPass pass = { .deterministic = true, .examples = 1, .tokens = S / M };
  MsReal *x;

  ms_tape_reset (layer->tape, false);
  x = ms_tape_alloc (layer->tape, (gsize)S * H * sizeof *x);
  for (int s = 0; s < S; s++)
    for (int h = 0; h < H; h++)
      x[(s % M * (S / M) + s / M) * H + h] = items[s * H + h];
  layer->moe->base.forward (&layer->moe->base, layer->tape,
                            ms_tape_input (layer->tape, x, 2, (gsize[]){ (gsize)S, (gsize)H }), NULL, &pass);
}

/* Each member's token goes to an expert of its own part, where one router over all experts would send them to 3 and
 * 1. */
static void
test_picks (void)
{
  const double kernel[] = { 1, 1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1 };
  const MsReal x[] = { 0, 1, 2, 3, 4, 5 };
  const double logits[] = { -3, -1, -12, -2 };
  Layer layer;

  layer_init (&layer, 3, 4, 2, kernel);
  layer_run (&layer, x, 2, 3, 2);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (layer.moe->decision.logits->value[i], ==, logits[i]);
  g_assert_cmpint (layer.moe->plan->choice[0], ==, 1);
  g_assert_cmpint (layer.moe->plan->choice[1], ==, 3);
  layer_clear (&layer);
}

static void
check_gates (int M, int S, const double *gates, double importance, double gshard)
{
  double kernel[16] = { 0 };
  MsReal x[48];
  int own = 4 / M;
  Layer layer;

  for (int i = 0; i < 4; i++)
    kernel[5 * i] = 1;
  for (int i = 0; i < 48; i++)
    x[i] = (MsReal)i;
  layer_init (&layer, 4, 4, M, kernel);
  layer_run (&layer, x, S, 4, M);
  for (int t = 0; t < S; t++)
    for (int e = 0; e < own; e++)
      g_assert_cmpfloat_with_epsilon (layer.moe->decision.gates->value[t * own + e], gates[e], 1e-6);
  g_assert_cmpfloat_with_epsilon (layer.moe->decision.importance->value[0], importance, 2e-6);
  g_assert_cmpfloat_with_epsilon (layer.moe->decision.gshard->value[0], gshard, 2e-6);
  g_assert_null (layer.moe->decision.load);
  layer_clear (&layer);
}

/* Tokens 0, 1, 2, ... and the identity as the kernel: every member sees logits one apart. */
static void
test_gates (void)
{
  check_gates (2, 12, (const double[]){ .26894142, .73105858 }, .21355227, 1.46211716);
  check_gates (1, 6, (const double[]){ .0320586, .08714432, .23688282, .64391426 }, .91744372, 2.57565704);
}

/* 4 images of 3 tokens, 2 members, 2 groups: item s of a group is of member s mod 2, so places go to the members in
 * turn. */
static void
test_groups (void)
{
  enum { IMAGES = 4, TOKENS = 3, M = 2, GROUPS = 2, T = IMAGES * TOKENS * M, S = T / GROUPS };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  int choice[T] = { 0 };

  for (int capacity = 1; capacity <= S; capacity++)
    {
      const MsFill fill = { .groups = GROUPS, .capacity = capacity, .copies = M };
      const MsPlan *plan = ms_assign (tape, choice, T, 1, 1, &fill);

      for (int g = 0; g < GROUPS; g++)
        for (int s = 0; s < S; s++)
          {
            int member = s % M, token = g * (S / M) + s / M;

            g_assert_cmpint (plan->row[member * IMAGES * TOKENS + token] >= 0, ==, s < capacity);
          }
    }
}

/* Ties in priority go to the earlier item, not to the earlier row. */
static void
test_priority (void)
{
  const MsReal priority[] = { .5, .75, .5, .5, .75, .5 };
  const MsFill fill = { .groups = 1, .capacity = 4, .priority = priority, .copies = 2 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  int choice[6] = { 0 };
  const bool kept[] = { true, true, false, true, true, false };
  const MsPlan *plan = ms_assign (tape, choice, 6, 1, 1, &fill);

  for (int t = 0; t < 6; t++)
    g_assert_cmpint (plan->row[t] >= 0, ==, kept[t]);
}

static void
test_shape (void)
{
  Layer layer;

  layer_init (&layer, 8, 4, 2, NULL);
  g_assert_cmpint (layer.moe->router->kernel->n_dim, ==, 3);
  g_assert_cmpuint (layer.moe->router->kernel->dim[0], ==, 8);
  g_assert_cmpuint (layer.moe->router->kernel->dim[1], ==, 2);
  g_assert_cmpuint (layer.moe->router->kernel->dim[2], ==, 2);
  layer_clear (&layer);
}

/* A member has as many places as in a V-MoE of its own experts: C = ceil (S K cf / E) of all tokens and all experts. */
static void
test_capacity (void)
{
  const MsReal x[4352] = { 0 };
  Layer layer;

  layer_init (&layer, 1, 8, 2, NULL);
  layer.config.capacity = (MsCapacityRule){ .factor = 1.5, .multiple = 4 };
  layer_run (&layer, x, 4352, 1, 2);
  g_assert_cmpint (layer.moe->capacity, ==, 816);
  layer_clear (&layer);
}

/* Experts that all members share take as many tokens of each: of @fixed places, @each of the 6 tokens of a member. */
static void
check_shared_places (int M, int fixed, int each)
{
  const MsMoeShape shape = { .member = -1, .E = 4, .H = 2, .F = 2, .copies = M, .own_routers = true };
  MsPass pass = { .deterministic = true, .examples = 1, .tokens = 6 };
  gsize T = 6 * (gsize)M;
  Layer layer;
  MsReal *x;

  layer.params = ms_params_new ();
  layer.config = (MsRoutingConfig){ .K = 1, .capacity = { .fixed = fixed } };
  layer.moe = ms_moe_new (layer.params, &ms_router_experts_choose, &layer.config, &shape);
  g_assert_true (ms_params_seal (layer.params, NULL));
  ms_params_init (layer.params, 0);
  layer.tape = ms_tape_new (NULL);
  x = ms_tape_alloc (layer.tape, 2 * T * sizeof *x);
  for (gsize i = 0; i < 2 * T; i++)
    x[i] = (MsReal)(i % 7);
  layer.moe->base.forward (&layer.moe->base, layer.tape, ms_tape_input (layer.tape, x, 2, (gsize[]){ T, 2 }), NULL,
                           &pass);
  g_assert_cmpint (layer.moe->plan->n, ==, 4 * M * MIN (each, 6));
  g_assert_cmpint (layer.moe->capacity, ==, each * M);
  layer_clear (&layer);
}

static void
test_shared_places (void)
{
  check_shared_places (2, 4, 2);
  check_shared_places (2, 5, 2);
  check_shared_places (3, 1, 1); /* a member without any would be one without experts */
  check_shared_places (16, 1000000000, 62500000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/members/picks", test_picks);
  g_test_add_func ("/members/gates", test_gates);
  g_test_add_func ("/members/groups", test_groups);
  g_test_add_func ("/members/priority", test_priority);
  g_test_add_func ("/members/shape", test_shape);
  g_test_add_func ("/members/capacity", test_capacity);
  g_test_add_func ("/members/shared-places", test_shared_places);
  return g_test_run ();
}
