/* SPDX-License-Identifier: MIT */

/* Capacities, choices, buffers and balancing losses against the numbers that V-MoE's own unit tests assert
 * (google-research/vmoe: routing_test.py, moe_test.py), and against an independent derivation in NumPy. */

#include "core/autodiff/ops.h"
#include "core/routing/assign.h"
#include "core/routing/capacity.h"

#include <math.h>
#include <string.h>

#define CLOSE 1e-6
#define R(x) ((MsReal)(x))

static void
test_capacity (void)
{
  MsCapacityRule rule = { .factor = 1, .multiple = 4 };

  g_assert_cmpint (ms_capacity (&rule, 32, 2, 32), ==, 4);
  rule.factor = 1.05;
  g_assert_cmpint (ms_capacity (&rule, 400, 2, 8), ==, 108);
  g_assert_cmpint (ms_capacity (&rule, 400, 1, 8), ==, 56);
  rule.factor = 4;
  g_assert_cmpint (ms_capacity (&rule, 400, 2, 8), ==, 400);
  rule.factor = 1.5;
  g_assert_cmpint (ms_capacity (&rule, 4352, 1, 8), ==, 816);
  /* Experts-choose counts tokens: S = 128, E = 32, cf = 2. */
  rule = (MsCapacityRule){ .factor = 2, .multiple = 4, .counts_tokens = true };
  g_assert_cmpint (ms_capacity (&rule, 128, 7, 32), ==, 8);
  rule.factor = -1;
  g_assert_cmpint (ms_capacity (&rule, 128, 1, 32), ==, 0);
}

static void
test_capacity_rounding (void)
{
  MsCapacityRule rule = { .factor = 1, .round = MS_ROUND_NEAREST_EVEN };

  g_assert_cmpint (ms_capacity (&rule, 5, 1, 2), ==, 2); /* 2.5 goes to the even neighbour */
  g_assert_cmpint (ms_capacity (&rule, 7, 1, 2), ==, 4); /* 3.5 too */
  rule.round = MS_ROUND_CEIL;
  g_assert_cmpint (ms_capacity (&rule, 5, 1, 2), ==, 3);
  rule.fixed = 7;
  rule.multiple = 4;
  g_assert_cmpint (ms_capacity (&rule, 5, 1, 2), ==, 7); /* given: untouched */
}

/* Rows 3 and 4: which of the assignments of gates (3, 3), K = 2, are kept with C = 2, and where they stand. */
static void
check_fill (bool bpr, const int *kept)
{
  static const MsReal gates[] = { 0.4f, 0, 0.2f, 0.5f, 0.1f, 0.4f, 0.3f, 0.2f, 0.6f };
  static const MsReal priority[] = { 0.4f, 0.5f, 0.6f };
  static const int expected[] = { 0, 2, 0, 2, 2, 0 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  int choice[6];
  MsFill fill = { 1, 2, bpr ? priority : NULL };
  const MsPlan *plan;

  ms_top_k (NULL, choice, gates, 3, 2, 3);
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (choice[i], ==, expected[i]);
  plan = ms_assign (tape, choice, 3, 2, 3, &fill);
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (plan->row[i] >= 0, ==, kept[i]);
  g_assert_cmpint (plan->n, ==, 4);
  for (int r = 0; r < plan->n; r++)
    {
      int e = choice[plan->slot[r]];

      g_assert_cmpint (plan->row[plan->slot[r]], ==, r);
      g_assert_cmpint (plan->token[r], ==, plan->slot[r] / 2);
      g_assert_true (r >= plan->offset[e] && r < plan->offset[e + 1]);
    }
}

static void
test_vanilla (void)
{
  check_fill (false, (const int[]){ 1, 1, 1, 0, 1, 0 });
}

static void
test_batch_priority (void)
{
  check_fill (true, (const int[]){ 1, 0, 1, 1, 1, 0 });
}

/* 6.2: five items, three experts, C = 2. */
static void
test_batch_priority_derived (void)
{
  static const MsReal gates[] = { 0.7f, 0.2f, 0.1f, 0.6f, 0.3f,  0.1f, 0.9f, 0.05f,
                                  0.05f, 0.1f, 0.8f, 0.1f, 0.6f, 0.1f, 0.3f };
  static const MsReal priority[] = { 0.7f, 0.6f, 0.9f, 0.8f, 0.6f };
  static const int kept_1[2][5] = { { 1, 1, 0, 1, 0 }, { 1, 0, 1, 1, 0 } };
  static const int kept_2[2][10] = { { 1, 1, 1, 0, 0, 0, 1, 0, 0, 1 }, { 1, 0, 0, 0, 1, 1, 1, 0, 0, 1 } };

  for (int bpr = 0; bpr < 2; bpr++)
    for (int K = 1; K <= 2; K++)
      {
        g_autoptr (MsTape) tape = ms_tape_new (NULL);
        int choice[10];
        MsFill fill = { 1, 2, bpr ? priority : NULL };
        const MsPlan *plan;

        ms_top_k (NULL, choice, gates, 5, K, 3);
        plan = ms_assign (tape, choice, 5, K, 3, &fill);
        for (int i = 0; i < 5 * K; i++)
          g_assert_cmpint (plan->row[i] >= 0, ==, K == 1 ? kept_1[bpr][i] : kept_2[bpr][i]);
      }
}

/* Batch priority is vanilla when nothing is dropped, and ties are served in order. */
static void
test_priority_without_drops (void)
{
  static const int choice[] = { 1, 0, 1, 1, 0, 0 };
  static const MsReal priority[] = { 0.5f, 0.5f, 0.9f };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsFill vanilla = { 1, 6, NULL }, bpr = { 1, 6, priority }, tight = { 1, 1, priority };
  const MsPlan *a = ms_assign (tape, choice, 3, 2, 2, &vanilla), *b = ms_assign (tape, choice, 3, 2, 2, &bpr);

  g_assert_cmpint (a->n, ==, 6);
  g_assert_cmpmem (a->row, 6 * sizeof (int), b->row, 6 * sizeof (int));
  /* First choices: token 2 (0.9) takes 0; then token 0 before token 1 takes 1. */
  b = ms_assign (tape, choice, 3, 2, 2, &tight);
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (b->row[i] >= 0, ==, i == 0 || i == 4);
}

static void
test_groups_are_independent (void)
{
  static const int choice[] = { 0, 0, 0, 0 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsFill fill = { 2, 1, NULL };
  const MsPlan *plan = ms_assign (tape, choice, 4, 1, 2, &fill);

  for (int i = 0; i < 4; i++)
    g_assert_cmpint (plan->row[i] >= 0, ==, i % 2 == 0);
}

static void
test_ties (void)
{
  static const MsReal gates[] = { 0.25f, 0.25f, 0.25f, 0.25f };
  int choice[3];

  ms_top_k (NULL, choice, gates, 1, 3, 4);
  for (int k = 0; k < 3; k++)
    g_assert_cmpint (choice[k], ==, k);
}

/* Long rows, with ties and with what is no number, against the plain rule: larger first, then lower. */
static void
test_top_k_of_many (void)
{
  enum { T = 40, K = 5, MOST = 300 };
  g_autofree MsReal *gates = g_new (MsReal, T * MOST);
  int choice[T * K];

  for (int E = K; E < MOST; E += 17)
    {
      for (int i = 0; i < T * E; i++)
        gates[i] = (MsReal)g_test_rand_int_range (0, i / E % 2 == 0 ? 40 : 100000) / 16;
      gates[E / 2] = (MsReal)NAN;
      ms_top_k (NULL, choice, gates, T, K, E);
      for (int t = 1; t < T; t++)
        for (int k = 0; k < K; k++)
          {
            int c = choice[t * K + k], before = 0;

            for (int e = 0; e < E; e++)
              before += gates[t * E + e] > gates[t * E + c] || (gates[t * E + e] == gates[t * E + c] && e < c);
            g_assert_cmpint (before, ==, k);
          }
      for (int k = 0; k < K; k++)
        g_assert_true (choice[k] >= 0 && choice[k] < E);
    }
}

/* Row 1. */
static void
test_importance_and_gshard (void)
{
  static const MsReal gates[] = { .5f, .4f, .1f, .3f, .3f, .4f, .1f, .2f, .7f, .8f, .2f, 0 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsNode *g = ms_tape_input (tape, gates, 2, (gsize[]){ 4, 3 });

  g_assert_cmpfloat_with_epsilon (ms_gshard (tape, g, 1)->value[0], 1.0875, CLOSE);
  g_assert_cmpfloat_with_epsilon (ms_importance (tape, g, 1)->value[0], 0.03874999, CLOSE);
}

/* Row 2. */
static void
test_load (void)
{
  static const MsReal logits[] = { .9f, .06f, .04f, .7f, .18f, .12f, .85f, .05f, .1f };
  static const MsReal noise[] = { -.037f, .026f, -.018f, -.074f, .045f, -.015f, -.067f, -.059f, .073f };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal noisy[9];
  MsNode *l, *n;

  for (int i = 0; i < 9; i++)
    noisy[i] = logits[i] + noise[i];
  l = ms_tape_input (tape, logits, 2, (gsize[]){ 3, 3 });
  n = ms_tape_input (tape, noisy, 2, (gsize[]){ 3, 3 });
  g_assert_cmpfloat_with_epsilon (ms_load (tape, l, n, 0.1, 2, 1, false)->value[0], 0.485738645, CLOSE);
}

/* 6.2, one member: x = 0, 1, 2, ... of shape (6, 4), kernel the identity. */
static void
test_router_derived (void)
{
  static const double expected[] = { .0320586, .08714432, .23688282, .64391426 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal x[24];
  MsNode *gates;

  for (int i = 0; i < 24; i++)
    x[i] = (MsReal)i;
  gates = ms_softmax (tape, ms_tape_input (tape, x, 2, (gsize[]){ 6, 4 }));
  for (int i = 0; i < 24; i++)
    g_assert_cmpfloat_with_epsilon (gates->value[i], expected[i % 4], CLOSE);
  g_assert_cmpfloat_with_epsilon (ms_importance (tape, gates, 1)->value[0], .91744372, CLOSE);
  g_assert_cmpfloat_with_epsilon (ms_gshard (tape, gates, 1)->value[0], 2.57565704, 5 * CLOSE);
}

/* Row 7: six items in two groups of three, identity experts, weights .7 and .3, two places an expert and group, some
 * assignments dropped: what is left of each item. */
static void
test_multipliers (void)
{
  static const double expected[] = { .7, .7, 1.0, 1.0, .7, .3 };
  const MsPlan plan = {
    .T = 6,
    .K = 2,
    .E = 2,
    .n = 8,
    .choice = (const int[]){ 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1 },
    .row = (const int[]){ 0, -1, 4, -1, 1, 5, 2, 6, 3, -1, -1, 7 },
    .token = (const int[]){ 0, 2, 3, 4, 1, 2, 3, 5 },
    .slot = (const int[]){ 0, 4, 6, 8, 2, 5, 7, 11 },
    .offset = (const int[]){ 0, 4, 8 },
  };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal x[] = { 1, 2, 3, 4, 5, 6 }, weight[12];
  MsNode *rows, *y;

  for (int i = 0; i < 12; i++)
    weight[i] = i % 2 == 0 ? R (0.7) : R (0.3);
  rows = ms_dispatch (tape, ms_tape_input (tape, x, 2, (gsize[]){ 6, 1 }), &plan);
  y = ms_combine (tape, rows, ms_tape_input (tape, weight, 2, (gsize[]){ 6, 2 }), &plan);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (y->value[i], expected[i] * x[i], CLOSE);
}

/* Row 8: expert e adds e + 1; item i (value 10 (i + 1)) goes to 2i % E with .7 and (2i + 1) % E with .3. */
static void
test_sparse_layer (void)
{
  enum { N = 6, E = 4 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsReal x[N], weight[2 * N], w[E], b[E];
  int choice[2 * N];
  MsFill fill = { 1, 0, NULL };
  const MsPlan *plan;
  MsNode *rows, *y;

  for (int e = 0; e < E; e++)
    {
      w[e] = 1;
      b[e] = (MsReal)(e + 1);
    }
  for (int i = 0; i < N; i++)
    {
      x[i] = (MsReal)(10 * (i + 1));
      choice[2 * i] = 2 * i % E;
      choice[2 * i + 1] = (2 * i + 1) % E;
      weight[2 * i] = R (0.7);
      weight[2 * i + 1] = R (0.3);
    }
  plan = ms_assign (tape, choice, N, 2, E, &fill);
  rows = ms_dispatch (tape, ms_tape_input (tape, x, 2, (gsize[]){ N, 1 }), plan);
  rows = ms_expert_linear (tape, rows, ms_tape_input (tape, w, 3, (gsize[]){ E, 1, 1 }),
                           ms_tape_input (tape, b, 2, (gsize[]){ E, 1 }), plan);
  y = ms_combine (tape, rows, ms_tape_input (tape, weight, 2, (gsize[]){ N, 2 }), plan);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (y->value[i], x[i] + .7 * (1 + 2 * i % E) + .3 * (1 + (2 * i + 1) % E), 1e-5);
}

static void
test_gelu (void)
{
  static const MsReal x[] = { -2, -1, -.5f, .5f, 1, 2 };
  static const double expected[] = { -.04540231, -.15880801, -.15428599, .34571401, .84119199, 1.95459769 };
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsNode *y = ms_gelu (tape, ms_tape_input (tape, x, 1, (gsize[]){ 6 }));

  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (y->value[i], expected[i], 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/top-k-of-many", test_top_k_of_many);
  g_test_add_func ("/routing/capacity", test_capacity);
  g_test_add_func ("/routing/capacity-rounding", test_capacity_rounding);
  g_test_add_func ("/routing/vanilla", test_vanilla);
  g_test_add_func ("/routing/batch-priority", test_batch_priority);
  g_test_add_func ("/routing/batch-priority-derived", test_batch_priority_derived);
  g_test_add_func ("/routing/priority-without-drops", test_priority_without_drops);
  g_test_add_func ("/routing/groups", test_groups_are_independent);
  g_test_add_func ("/routing/ties", test_ties);
  g_test_add_func ("/routing/importance-and-gshard", test_importance_and_gshard);
  g_test_add_func ("/routing/load", test_load);
  g_test_add_func ("/routing/router-derived", test_router_derived);
  g_test_add_func ("/routing/multipliers", test_multipliers);
  g_test_add_func ("/routing/sparse-layer", test_sparse_layer);
  g_test_add_func ("/routing/gelu", test_gelu);
  return g_test_run ();
}
