/* SPDX-License-Identifier: MIT */

/* Mixup by the numbers of V-MoE's own test (train/trainer_test.py), and the distribution of its shares. */

#include "core/train/mixup.h"
#include "core/train/session-private.h"

#include <math.h>

static void
test_reference (void)
{
  MsReal x[] = { 1, 2, 3, 4, 5, 6 };
  const double expected[] = { 1.4, 2.4, 3.4, 4.4, 5.4, 4.0 };
  const int labels[] = { 0, 1, 2, 3, 4, 5 };
  int partner[6];

  ms_mixup_inputs (x, 6, 1, 0.6);
  ms_mixup_partners (partner, labels, 6);
  for (int i = 0; i < 6; i++)
    {
      g_assert_cmpfloat_with_epsilon (x[i], expected[i], 1e-6);
      g_assert_cmpint (partner[i], ==, (i + 1) % 6);
    }
}

static void
test_rows (void)
{
  MsReal x[] = { 0, 10, 1, 20 };

  ms_mixup_inputs (x, 2, 2, 0.75);
  g_assert_cmpfloat (x[0], ==, 0.25);
  g_assert_cmpfloat (x[1], ==, 12.5);
  g_assert_cmpfloat (x[2], ==, 0.75);
  g_assert_cmpfloat (x[3], ==, 17.5);
}

/* The larger of X and 1 - X for X from Beta (m, m): E |X - 1/2| is known where the density is simple: 1/4 for m = 1,
 * 1/pi for m = 1/2, 3/16 for m = 2; and Var X = 1 / (4 (2 m + 1)) for every m. */
static void
test_shares (void)
{
  const double m[] = { 0.5, 1, 2, 0.01, 10 }, away[] = { 1 / G_PI, 0.25, 0.1875, NAN, NAN };
  const int n = 20000;

  for (guint i = 0; i < G_N_ELEMENTS (m); i++)
    {
      double sum = 0, squares = 0;

      for (int step = 0; step < n; step++)
        {
          double share = ms_mixup_share (m[i], 3, step);

          g_assert_true (share >= 0.5 && share <= 1);
          sum += (share - 0.5) / n;
          squares += (share - 0.5) * (share - 0.5) / n;
        }
      g_test_message ("m = %g: mean distance %.4f, variance %.4f", m[i], sum, squares);
      if (!isnan (away[i]))
        g_assert_cmpfloat_with_epsilon (sum, away[i], 0.005);
      g_assert_cmpfloat_with_epsilon (squares, 1 / (4 * (2 * m[i] + 1)), 0.003);
    }
  g_assert_cmpfloat (ms_mixup_share (0, 3, 1), ==, 1);
  g_assert_cmpfloat (ms_mixup_share (1, 3, 1), ==, ms_mixup_share (1, 3, 1));
  g_assert_cmpfloat (ms_mixup_share (1, 3, 1), !=, ms_mixup_share (1, 4, 1));
}

static MsSession *
session (const char *mixup)
{
  const char *pairs[] = { "model.blocks", "1", "model.width", "16", "model.heads", "2", "routing.router", "none",
                          "optimiser.batch", "16", "task.mixup", mixup };
  g_autoptr (MsExperiment) x = ms_experiment_new ();
  g_autoptr (GError) error = NULL;
  MsSession *s;

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i += 2)
    {
      MsExperiment *next = ms_experiment_with (x, pairs[i], pairs[i + 1], &error);

      g_assert_no_error (error);
      ms_experiment_unref (x);
      x = next;
    }
  s = ms_session_new (x, "test", 1, &error);
  g_assert_no_error (error);
  return s;
}

/* The batch that a session trains on is the plain one mixed, and the loss is that of both labels, from the predictions
 * in its record. */
static void
test_session (void)
{
  g_autoptr (MsSession) plain = session ("0"), mixed = session ("0.7");
  g_autoptr (GError) error = NULL;

  for (int step = 0; step < 3; step++)
    {
      g_autoptr (MsRecord) a = ms_session_look (plain, MS_DETAIL_BATCH, &error);
      g_autoptr (MsRecord) b = ms_session_look (mixed, MS_DETAIL_BATCH, &error), c = NULL, d = NULL;
      double share = ms_mixup_share (0.7, 0, step), loss = 0;
      int size = a->height * a->width;

      for (int i = 0; i < a->N * size; i++)
        {
          double next = a->inputs[(i + size) % (a->N * size)];

          g_assert_cmpfloat_with_epsilon (b->inputs[i], share * a->inputs[i] + (1 - share) * next, 1e-6);
        }
      for (int n = 0; n < a->N; n++)
        {
          const float *p = b->predictions->probs + n * b->C;

          g_assert_cmpint (b->labels[n], ==, a->labels[n]);
          loss -= (share * log (p[a->labels[n]]) + (1 - share) * log (p[a->labels[(n + 1) % a->N]])) / a->N;
        }
      g_assert_cmpfloat_with_epsilon (b->loss, loss, 1e-5);
      c = ms_session_step (plain, MS_DETAIL_SCALARS, &error);
      d = ms_session_step (mixed, MS_DETAIL_SCALARS, &error);
      g_assert_cmpfloat (d->loss, ==, b->loss);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/mixup/reference", test_reference);
  g_test_add_func ("/mixup/rows", test_rows);
  g_test_add_func ("/mixup/shares", test_shares);
  g_test_add_func ("/mixup/session", test_session);
  return g_test_run ();
}
