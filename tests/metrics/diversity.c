/* SPDX-License-Identifier: MIT */

/* Two members on two examples, from an independent derivation in NumPy, and the edges. */
#include "core/metrics/diversity.h"

#include <math.h>
#include <string.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-7)

static void
test_two (void)
{
  const float two[] = { 0.1f, 0.9f, 0.3f, 0.7f, 0.2f, 0.8f, 0.6f, 0.4f };
  double disagreement[4], kl[4];
  MsDiversity d = ms_diversity (two, 2, 2, 2, disagreement, kl);
  assert_near (d.rate, 0.5);
  assert_near (d.kl, 0.11023846);
  assert_near (d.bregman_kl, 0.02890353);
  assert_near (d.cosine, 0.91430151);
  g_assert_true (disagreement[0] == 0 && disagreement[3] == 0 && disagreement[1] == 0.5 && disagreement[2] == 0.5);
  g_assert_true (kl[0] == 0 && kl[3] == 0);
  assert_near (kl[1], 0.11023846);
  assert_near (kl[2], 0.1182225004);
}

static void
test_three (void)
{
  const float three[] = { 0.5f, 0.3f, 0.2f, 0.1f, 0.6f, 0.3f, 0.2f, 0.2f, 0.6f };
  double kl[9];
  MsDiversity d = ms_diversity (three, 3, 1, 3, NULL, kl);
  assert_near (d.rate, 1);
  assert_near (d.kl, 0.419217574013);
  assert_near (kl[1 * 3 + 2], 0.1 * log (0.5) + 0.6 * log (3) + 0.3 * log (0.5));
}

/* Not merely small: what shows that members are one and the same. */
static void
test_identical (void)
{
  float probs[3][4][3] = { { { 0.1f, 0.7f, 0.2f }, { 1, 0, 0 }, { 0.333f, 0.333f, 0.334f }, { 1e-20f, 0.3f, 0.7f } } };
  double disagreement[9], kl[9];
  for (int m = 1; m < 3; m++)
    memcpy (probs[m], probs[0], sizeof probs[0]);
  MsDiversity d = ms_diversity (&probs[0][0][0], 3, 4, 3, disagreement, kl);
  g_assert_true (d.rate == 0 && d.kl == 0 && d.bregman_kl == 0 && d.cosine == 1);
  for (int i = 0; i < 9; i++)
    g_assert_true (disagreement[i] == 0 && kl[i] == 0);
}

/* Nor is anything left by rounding, which sums of five and seven equal numbers do not get rid of by themselves. */
static void
test_identical_many (void)
{
  float probs[7 * 50 * 2];
  for (int i = 0; i < 7 * 50; i++)
    {
      probs[2 * i] = i < 50 ? (float)g_test_rand_double_range (0, 1) : probs[2 * (i - 50)];
      probs[2 * i + 1] = 1 - probs[2 * i];
    }
  for (int M = 2; M <= 7; M++)
    {
      MsDiversity d = ms_diversity (probs, M, 50, 2, NULL, NULL);
      g_assert_true (d.rate == 0 && d.kl == 0 && d.bregman_kl == 0 && d.cosine == 1);
    }
}

static void
test_edges (void)
{
  const float apart[] = { 1, 0, 0, 0, 1, 0 };
  MsDiversity d = ms_diversity (apart, 2, 1, 3, NULL, NULL);
  g_assert_true (d.rate == 1 && d.cosine == 0 && isfinite (d.kl) && d.kl > 40 && isfinite (d.bregman_kl));
  d = ms_diversity (apart, 1, 2, 3, NULL, NULL);
  g_assert_true (isnan (d.rate) && isnan (d.kl) && isnan (d.cosine) && isnan (d.bregman_kl));
  g_assert_true (isnan (ms_diversity (apart, 2, 0, 3, NULL, NULL).kl));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/diversity/two", test_two);
  g_test_add_func ("/metrics/diversity/three", test_three);
  g_test_add_func ("/metrics/diversity/identical", test_identical);
  g_test_add_func ("/metrics/diversity/identical-many", test_identical_many);
  g_test_add_func ("/metrics/diversity/edges", test_edges);
  return g_test_run ();
}
