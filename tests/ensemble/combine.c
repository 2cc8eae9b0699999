/* SPDX-License-Identifier: MIT */

/* Members' predictions combined, by the numbers of V-MoE's own tests (evaluate/ensemble_test.py), whose rows stand M to
 * an example, and by what must hold for any numbers. */

#include "core/ensemble/combine.h"
#include "core/base/rng.h"

#include <math.h>

#define EPSILON 1e-6 /* the probabilities go in as floats */

/* Rows of probabilities in the reference's order -> logits (M, N, C). */
static void
logits_of (float *logits, const double *p, int M, int N, int C)
{
  float rows[16];

  for (int i = 0; i < M * N * C; i++)
    rows[i] = (float)log (p[i]);
  ms_members_from_reference (logits, rows, M, N, C);
}

static void
one_hot (float *target, const int *labels, int N, int C)
{
  for (int i = 0; i < N * C; i++)
    target[i] = i % C == labels[i / C];
}

static void
test_softmax_losses (void)
{
  const double p[] = { .1, .9, .2, .8, .3, .7, .4, .6 };
  const int labels[] = { 0, 1 }, last[] = { 1 };
  float logits[8], target[4];
  double log_mean[4], loss[2];

  logits_of (logits, p, 2, 2, 2);
  one_hot (target, labels, 2, 2);
  g_assert_cmpfloat_with_epsilon (ms_members_mean_loss (logits, target, 2, 2, 2),
                                  -(log (.1) + log (.2) + log (.7) + log (.6)) / 4, EPSILON);
  ms_members_log_mean (log_mean, logits, 2, 2, 2);
  ms_members_nll (loss, log_mean, target, 2, 2);
  g_assert_cmpfloat_with_epsilon (loss[0], -log (.15), EPSILON);
  g_assert_cmpfloat_with_epsilon (loss[1], -log (.65), EPSILON);

  logits_of (logits, p, 4, 1, 2);
  one_hot (target, last, 1, 2);
  ms_members_log_mean (log_mean, logits, 4, 1, 2);
  ms_members_nll (loss, log_mean, target, 1, 2);
  g_assert_cmpfloat_with_epsilon (loss[0], -log (.75), EPSILON);
}

static void
test_classes (void)
{
  const double p[] = { .1, .9, .8, .2, .3, .7, .6, .3 };
  float logits[8];
  double log_mean[4];
  int classes[2];

  logits_of (logits, p, 2, 2, 2);
  ms_members_log_mean (log_mean, logits, 2, 2, 2);
  ms_members_classes (classes, log_mean, 2, 2);
  g_assert_cmpint (classes[0], ==, 1);
  g_assert_cmpint (classes[1], ==, 1);

  logits_of (logits, p, 4, 1, 2);
  ms_members_log_mean (log_mean, logits, 4, 1, 2);
  ms_members_classes (classes, log_mean, 1, 2);
  g_assert_cmpint (classes[0], ==, 1);
}

static void
test_sigmoid_losses (void)
{
  const double p[] = { .1, .2, .3, .4 };
  const float targets[] = { 0, 1 };
  float rows[4], logits[4];
  double yes[2], no[2], loss[2];

  for (int i = 0; i < 4; i++)
    rows[i] = (float)log (p[i] / (1 - p[i]));
  ms_members_from_reference (logits, rows, 2, 2, 1);
  g_assert_cmpfloat_with_epsilon (ms_members_mean_loss_sigmoid (logits, targets, 2, 2, 1),
                                  -(log (.9) + log (.8) + log (.3) + log (.4)) / 4, EPSILON);
  ms_members_log_mean_sigmoid (yes, no, logits, 2, 2, 1);
  ms_members_nll_sigmoid (loss, yes, no, targets, 2, 1);
  g_assert_cmpfloat_with_epsilon (loss[0], -log (.85), EPSILON);
  g_assert_cmpfloat_with_epsilon (loss[1], -log (.35), EPSILON);

  ms_members_log_mean_sigmoid (yes, no, rows, 4, 1, 1);
  ms_members_nll_sigmoid (loss, yes, no, targets + 1, 1, 1);
  g_assert_cmpfloat_with_epsilon (loss[0], -log (.25), EPSILON);
}

/* Rows 0 to 5 of two members (vmoe_utils_test.py): 0, 2, 4 are the first member's. */
static void
test_order (void)
{
  const float rows[] = { 0, 1, 2, 3, 4, 5 }, expected[] = { 0, 2, 4, 1, 3, 5 };
  float members[6], back[6];

  ms_members_from_reference (members, rows, 2, 3, 1);
  ms_members_to_reference (back, members, 2, 3, 1);
  for (int i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (members[i], ==, expected[i]);
      g_assert_cmpfloat (back[i], ==, rows[i]);
    }
}

/* A class that every member rules out costs nothing unless it is the label; a likely one in any member is enough. */
static void
test_extremes (void)
{
  const float logits[] = { 0, -INFINITY, 0, -2000 }, never[] = { 0, -INFINITY, 0, -INFINITY };
  const float first[] = { 1, 0 }, second[] = { 0, 1 };
  double log_mean[2], loss;

  ms_members_log_mean (log_mean, logits, 2, 1, 2);
  ms_members_nll (&loss, log_mean, first, 1, 2);
  g_assert_cmpfloat (loss, ==, 0);
  ms_members_nll (&loss, log_mean, second, 1, 2);
  g_assert_cmpfloat_with_epsilon (loss, 2000 + log (2), 1e-9);
  ms_members_log_mean (log_mean, never, 2, 1, 2);
  g_assert_true (isinf (log_mean[1]) && log_mean[1] < 0);
  ms_members_nll (&loss, log_mean, first, 1, 2);
  g_assert_cmpfloat (loss, ==, 0);
}

/* Jensen: on every batch, whatever the members say. */
static void
test_never_worse (void)
{
  enum { M = 5, N = 20, C = 7 };
  MsRng rng = ms_rng_new (1, MS_RNG_TEST, 0, 0);
  float logits[M * N * C], target[N * C];
  double log_mean[N * C], loss[N], sum = 0;
  int labels[N];

  for (int i = 0; i < M * N * C; i++)
    logits[i] = (float)(3 * ms_rng_normal (&rng));
  for (int n = 0; n < N; n++)
    labels[n] = (int)ms_rng_below (&rng, C);
  one_hot (target, labels, N, C);
  ms_members_log_mean (log_mean, logits, M, N, C);
  ms_members_nll (loss, log_mean, target, N, C);
  for (int n = 0; n < N; n++)
    {
      double whole = 0;

      for (int c = 0; c < C; c++)
        whole += exp (log_mean[n * C + c]);
      g_assert_cmpfloat_with_epsilon (whole, 1, 1e-12);
      sum += loss[n] / N;
    }
  g_assert_cmpfloat (sum, <, ms_members_mean_loss (logits, target, M, N, C));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/combine/softmax-losses", test_softmax_losses);
  g_test_add_func ("/combine/classes", test_classes);
  g_test_add_func ("/combine/sigmoid-losses", test_sigmoid_losses);
  g_test_add_func ("/combine/order", test_order);
  g_test_add_func ("/combine/extremes", test_extremes);
  g_test_add_func ("/combine/never-worse", test_never_worse);
  return g_test_run ();
}
