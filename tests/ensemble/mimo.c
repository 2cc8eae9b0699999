/* SPDX-License-Identifier: MIT */

/* MIMO: who sees what in a batch, how inputs stand side by side, and whose output is whose. */

#include "core/base/rng.h"
#include "core/ensemble/ensemble.h"
#include "core/ensemble/mimo.h"

enum { M = 3, N = 40, REPETITIONS = 2, R = N * REPETITIONS };

/* In each repetition every member sees every example once, and in the share asked for all see the same. */
static void
test_order (void)
{
  const double repeat[] = { 0, 0.9, 1 };
  int order[M * R];

  for (guint i = 0; i < G_N_ELEMENTS (repeat); i++)
    {
      int same = 0;

      ms_mimo_order (order, M, N, REPETITIONS, repeat[i], 1, 5);
      for (int m = 0; m < M; m++)
        for (int b = 0; b < REPETITIONS; b++)
          {
            int seen[N] = { 0 };

            for (int r = b * N; r < (b + 1) * N; r++)
              seen[order[m * R + r]]++;
            for (int n = 0; n < N; n++)
              g_assert_cmpint (seen[n], ==, 1);
          }
      for (int r = 0; r < R; r++)
        {
          g_assert_cmpint (order[r], ==, r % N);
          same += order[R + r] == r % N && order[2 * R + r] == r % N;
        }
      g_test_message ("input_repeat %g: %d of %d rows hold one example", repeat[i], same, R);
      g_assert_cmpint (same, >=, (int)(repeat[i] * R));
      g_assert_cmpint (same, <=, (int)(repeat[i] * R) + R / 10);
    }
}

static void
test_streams (void)
{
  int a[M * R], b[M * R], differs = 0;

  ms_mimo_order (a, M, N, REPETITIONS, 0, 1, 5);
  ms_mimo_order (b, M, N, REPETITIONS, 0, 1, 5);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  for (int r = 0; r < N; r++)
    differs += a[R + r] != a[R + N + r];
  g_assert_cmpint (differs, >, N / 2); /* other company in the second repetition */
  ms_mimo_order (b, M, N, REPETITIONS, 0, 1, 6);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
}

static void
test_inputs (void)
{
  const MsReal x[] = { 1, 2, 3, 4, 10, 20, 30, 40 }; /* two examples of two pixels of two channels */
  const int order[] = { 0, 1, 1, 0 };
  const MsReal apart[] = { 1, 2, 10, 20, 3, 4, 30, 40, 10, 20, 1, 2, 30, 40, 3, 4 };
  const MsReal same[] = { 1, 2, 1, 2, 3, 4, 3, 4, 10, 20, 10, 20, 30, 40, 30, 40 };
  MsReal y[16];

  ms_mimo_inputs (y, x, order, 2, 2, 2, 2);
  g_assert_cmpmem (y, sizeof y, apart, sizeof apart);
  ms_mimo_inputs (y, x, NULL, 2, 2, 2, 2);
  g_assert_cmpmem (y, sizeof y, same, sizeof same);
}

static void
test_rows (void)
{
  int order[M * R], row[M * N];

  ms_mimo_order (order, M, N, REPETITIONS, 0.5, 1, 5);
  ms_mimo_rows (row, order, M, N, R);
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      {
        int r = row[m * N + n] - m * R;

        g_assert_true (r >= 0 && r < N); /* the first repetition's */
        g_assert_cmpint (order[m * R + r], ==, n);
      }
}

/* Outputs (R, M C) become (M R, C). */
static void
test_head (void)
{
  const MsEnsembleConfig config = { .M = 2 };
  const MsPass pass = { .deterministic = true };
  g_autoptr (MsParams) params = ms_params_new ();
  g_autoptr (MsFeedForward) head = ms_ensemble_mimo.head (params, &config, 1, 3, 0);
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  const MsReal x[] = { 1, 10 }, kernel[] = { 1, 2, 3, 4, 5, 6 };
  const MsReal expected[] = { 1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60 };
  MsNode *y;

  g_assert_true (ms_params_seal (params, NULL));
  for (int i = 0; i < 6; i++)
    ms_params_find (params, "head/kernel")->value[i] = kernel[i];
  y = head->forward (head, tape, ms_tape_input (tape, x, 2, (gsize[]){ 2, 1 }), NULL, &pass);
  g_assert_cmpuint (y->dim[0], ==, 4);
  g_assert_cmpuint (y->dim[1], ==, 3);
  g_assert_cmpmem (y->value, y->n * sizeof (MsReal), expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mimo/order", test_order);
  g_test_add_func ("/mimo/streams", test_streams);
  g_test_add_func ("/mimo/inputs", test_inputs);
  g_test_add_func ("/mimo/rows", test_rows);
  g_test_add_func ("/mimo/head", test_head);
  return g_test_run ();
}
