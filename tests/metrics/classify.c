/* SPDX-License-Identifier: MIT */

/* The values that robustness_metrics' and V-MoE's own unit tests assert, and the edges. */
#include "core/metrics/classify.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-7)

static void
test_two_classes (void)
{
  const float probs[] = { 0.2f, 0.8f, 0.3f, 0.7f };
  const int labels[] = { 1, 0 };
  MsClassifySums sums = { 0 };
  ms_classify_add (&sums, probs, labels, 2, 2);
  MsQuality m = ms_classify_result (&sums);
  assert_near (m.error, 0.5);
  assert_near (m.ece, 0.45);
  assert_near (m.nll, 0.7135581778);
  assert_near (m.brier, 0.53);
  g_assert_true (sums.bin_n[12] == 1 && sums.bin_n[10] == 1);
}

static void
test_three_classes (void)
{
  const float probs[] = { 0.35f, 0.35f, 0.3f, 0.8f, 0.15f, 0.05f };
  const int labels[] = { 2, 1 };
  MsClassifySums sums = { 0 };
  ms_classify_add (&sums, probs, labels, 2, 3);
  MsQuality m = ms_classify_result (&sums);
  assert_near (m.error, 1);
  assert_near (m.ece, 0.575);
  assert_near (m.brier, 1.05);

  MsClassifySums tie = { 0 };
  ms_classify_add (&tie, probs, (const int[]){ 0 }, 1, 3); /* the lowest of equal classes */
  g_assert_cmpfloat (ms_classify_result (&tie).error, ==, 0);
  ms_classify_add (&tie, probs, (const int[]){ 1 }, 1, 3);
  g_assert_cmpfloat (ms_classify_result (&tie).error, ==, 0.5);
}

static void
test_batches_add_up (void)
{
  float probs[20 * 5];
  int labels[20];
  MsClassifySums whole = { 0 }, parts = { 0 };
  for (int n = 0; n < 20; n++)
    {
      float rest = 1;
      for (int c = 0; c < 4; c++)
        rest -= probs[n * 5 + c] = rest * (float)g_test_rand_double_range (0, 1);
      probs[n * 5 + 4] = rest;
      labels[n] = g_test_rand_int_range (0, 5);
    }
  ms_classify_add (&whole, probs, labels, 20, 5);
  for (int n = 0; n < 20; n += 4)
    ms_classify_add (&parts, probs + n * 5, labels + n, 4, 5);
  MsQuality a = ms_classify_result (&whole), b = ms_classify_result (&parts);
  g_assert_true (a.error == b.error && a.nll == b.nll);
  g_assert_true (a.ece == b.ece && a.brier == b.brier);
}

static void
test_edges (void)
{
  MsClassifySums sums = { 0 };
  MsQuality none = ms_classify_result (&sums);
  g_assert_true (isnan (none.error) && isnan (none.nll) && isnan (none.ece) && isnan (none.brier));

  const float sure[] = { 0, 1 };
  ms_classify_add (&sums, sure, (const int[]){ -1 }, 1, 2);
  ms_classify_add (&sums, sure, (const int[]){ 2 }, 1, 2);
  g_assert_cmpint (sums.n, ==, 0);
  ms_classify_add (&sums, sure, (const int[]){ 1 }, 1, 2);
  MsQuality right = ms_classify_result (&sums);
  g_assert_true (right.error == 0 && right.nll == 0 && right.ece == 0 && right.brier == 0);
  g_assert_cmpint (sums.bin_n[MS_RELIABILITY_BINS - 1], ==, 1);
  ms_classify_add (&sums, sure, (const int[]){ 0 }, 1, 2);
  MsQuality wrong = ms_classify_result (&sums);
  g_assert_true (isfinite (wrong.nll) && wrong.nll > 40 && wrong.brier == 1 && wrong.error == 0.5);

  const float broken[] = { NAN, NAN };
  MsClassifySums bad = { 0 };
  ms_classify_add (&bad, broken, (const int[]){ 0 }, 1, 2);
  g_assert_true (isnan (ms_classify_result (&bad).nll) && isnan (ms_classify_result (&bad).ece));

  const float alone[] = { 1, 1 }; /* one class */
  MsClassifySums one = { 0 };
  ms_classify_add (&one, alone, (const int[]){ 0, 0 }, 2, 1);
  g_assert_cmpfloat (ms_classify_result (&one).nll, ==, 0);
}

static void
test_average (void)
{
  const float probs[] = { 0.1f, 0.9f, 0.3f, 0.7f, 0.2f, 0.8f, 0.4f, 0.6f }; /* two members, two examples */
  float mean[4];
  MsClassifySums sums = { 0 };
  ms_classify_average (mean, probs, 2, 2, 2);
  ms_classify_add (&sums, mean, (const int[]){ 0, 1 }, 2, 2);
  assert_near (ms_classify_result (&sums).nll, (1.8971199849 + 0.4307829161) / 2); /* -ln .15, -ln .65 */
}

/* The reliability diagram, and the histogram of confidence. */
static void
test_bins (void)
{
  const float probs[] = { 0.2f, 0.8f, 0.3f, 0.7f, 0.18f, 0.82f };
  MsClassifySums sums = { 0 };
  MsReliabilityBin bins[MS_RELIABILITY_BINS];
  ms_classify_add (&sums, probs, (const int[]){ 1, 0, 0 }, 3, 2);
  ms_classify_bins (&sums, bins);
  g_assert_true (bins[10].n == 1 && bins[10].accuracy == 0);
  assert_near (bins[10].confidence, 0.7);
  g_assert_true (bins[12].n == 2 && bins[12].accuracy == 0.5); /* 0.8 and 0.82 of [0.8, 0.867) */
  assert_near (bins[12].confidence, 0.81);
  g_assert_true (bins[0].n == 0 && isnan (bins[0].confidence) && isnan (bins[0].accuracy));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/classify/two-classes", test_two_classes);
  g_test_add_func ("/metrics/classify/three-classes", test_three_classes);
  g_test_add_func ("/metrics/classify/batches-add-up", test_batches_add_up);
  g_test_add_func ("/metrics/classify/edges", test_edges);
  g_test_add_func ("/metrics/classify/average", test_average);
  g_test_add_func ("/metrics/classify/bins", test_bins);
  return g_test_run ();
}
