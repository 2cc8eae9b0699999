/* SPDX-License-Identifier: MIT */

/* Small cases worked out by hand; the peers' test has large ones. */
#include "core/metrics/ood.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-7)

static void
test_order (void)
{
  const float known[] = { 1, 2, 3, 4 }, foreign[] = { 5, 6, 2.5f };
  MsDetection d = ms_ood_detect (known, 4, foreign, 3, true);
  assert_near (d.auroc, 10.0 / 12);
  assert_near (d.aupr, (1 + 1 + 3.0 / 5) / 3);
  assert_near (d.fpr95, 0.5);
  d = ms_ood_detect (known, 4, foreign, 3, false); /* the known are found by small scores */
  assert_near (d.auroc, 10.0 / 12);
  assert_near (d.aupr, (1 + 1 + 3.0 / 4 + 4.0 / 5) / 4);
  assert_near (d.fpr95, 1.0 / 3);
}

static void
test_ties (void)
{
  const float one[] = { 1, 1, 1 }, known[] = { 0, 1, 1 }, foreign[] = { 1, 2 };
  MsDetection d = ms_ood_detect (one, 3, one, 2, true);
  assert_near (d.auroc, 0.5);
  assert_near (d.aupr, 0.4);
  assert_near (d.fpr95, 1);
  d = ms_ood_detect (known, 3, foreign, 2, true);
  assert_near (d.auroc, 5.0 / 6);
  assert_near (d.aupr, 0.5 + 0.5 * 2 / 4);
  assert_near (d.fpr95, 2.0 / 3);
}

/* 19 of 20 are 95 %: the next threshold is not needed. */
static void
test_95_percent (void)
{
  float known[10], foreign[20];
  for (int i = 0; i < 20; i++)
    foreign[i] = i == 0 ? -1 : 10;
  for (int i = 0; i < 10; i++)
    known[i] = i < 3 ? 20 : 0;
  assert_near (ms_ood_detect (known, 10, foreign, 20, true).fpr95, 0.3);
  assert_near (ms_ood_detect (known, 10, foreign, 19, true).fpr95, 1); /* 18 of 19 are not */
}

static void
test_edges (void)
{
  const float some[] = { 1, 2 }, broken[] = { 1, NAN }, endless[] = { INFINITY, 3 };
  double x[4], y[4];
  g_assert_true (isnan (ms_ood_detect (some, 0, some, 2, true).auroc));
  g_assert_true (isnan (ms_ood_detect (some, 2, some, 0, true).aupr));
  g_assert_true (isnan (ms_ood_detect (some, 2, broken, 2, true).fpr95));
  g_assert_cmpint (ms_ood_roc (some, 2, broken, 2, 4, x, y), ==, 0);
  MsDetection d = ms_ood_detect (some, 2, endless, 2, true);
  g_assert_true (d.auroc == 1 && d.aupr == 1 && d.fpr95 == 0);
}

static void
test_roc (void)
{
  const float known[] = { 1, 2, 3, 4 }, foreign[] = { 5, 6, 2.5f };
  float many[500], more[500];
  double x[20], y[20], area = 0;
  int n = ms_ood_roc (known, 4, foreign, 3, 20, x, y);
  g_assert_cmpint (n, ==, 8); /* the origin and seven thresholds */
  g_assert_true (x[0] == 0 && y[0] == 0 && x[7] == 1 && y[7] == 1);
  g_assert_true (x[2] == 0 && fabs (y[2] - 2.0 / 3) < 1e-12 && x[4] == 0.5);
  for (int i = 0; i < 500; i++)
    {
      many[i] = (float)g_test_rand_double_range (0, 1);
      more[i] = (float)g_test_rand_double_range (0.2, 1.2);
    }
  n = ms_ood_roc (many, 500, more, 500, 20, x, y);
  g_assert_true (n > 10 && n <= 20 && x[n - 1] == 1 && y[n - 1] == 1);
  for (int i = 1; i < n; i++)
    {
      g_assert_true (x[i] >= x[i - 1] && y[i] >= y[i - 1]);
      area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
    }
  g_assert_cmpfloat_with_epsilon (area, ms_ood_detect (many, 500, more, 500, true).auroc, 0.01);
}

static void
test_scores (void)
{
  const float probs[] = { 0.25f, 0.75f, 1, 0 }, logits[] = { 1, 2, -3, -5, 5, 3, -1, 0 };
  float score[2];
  ms_ood_score_msp (score, probs, 2, 2);
  assert_near (score[0], 0.25);
  assert_near (score[1], 0);
  ms_ood_score_entropy (score, probs, 2, 2);
  assert_near (score[0], 0.5623351446);
  assert_near (score[1], 0);
  ms_ood_score_max_logit (score, logits, 2, 2, 2); /* mean logits 3, 2.5 and -2, -2.5 */
  assert_near (score[0], -2);
  assert_near (score[1], 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/ood/order", test_order);
  g_test_add_func ("/metrics/ood/ties", test_ties);
  g_test_add_func ("/metrics/ood/95-percent", test_95_percent);
  g_test_add_func ("/metrics/ood/edges", test_edges);
  g_test_add_func ("/metrics/ood/roc", test_roc);
  g_test_add_func ("/metrics/ood/scores", test_scores);
  return g_test_run ();
}
