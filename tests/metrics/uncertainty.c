/* SPDX-License-Identifier: MIT */

#include "core/metrics/uncertainty.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-7)

static void
test_parts (void)
{
  const float three[] = { 0.5f, 0.3f, 0.2f, 0.1f, 0.6f, 0.3f, 0.2f, 0.2f, 0.6f };
  double total, aleatoric, information;
  ms_uncertainty (three, 3, 1, 3, &total, &aleatoric, &information);
  assert_near (information, 0.128933344444);
  assert_near (total, 1.0882231038);
  g_assert_cmpfloat_with_epsilon (total, aleatoric + information, 1e-15);
  ms_uncertainty (three, 3, 1, 3, NULL, NULL, &information);
  assert_near (information, 0.128933344444);
}

/* Nothing is uncertain but which of two sure members is right. */
static void
test_extremes (void)
{
  const float apart[] = { 1, 0, 0, 0, 1, 0 }, same[] = { 0.1f, 0.7f, 0.2f, 0.1f, 0.7f, 0.2f, 0.1f, 0.7f, 0.2f };
  double total, aleatoric, information;
  ms_uncertainty (apart, 2, 1, 3, &total, &aleatoric, &information);
  assert_near (information, G_LN2);
  assert_near (total, G_LN2);
  assert_near (aleatoric, 0);
  ms_uncertainty (same, 3, 1, 3, &total, &aleatoric, &information);
  g_assert_true (information == 0 && total == aleatoric && total > 0.8);
  ms_uncertainty (same, 1, 1, 3, &total, &aleatoric, &information);
  g_assert_true (information == 0);
}

/* Exactly nothing, for any number of members and any probabilities. */
static void
test_identical (void)
{
  float probs[7 * 50 * 2];
  double information[50];
  for (int i = 0; i < 7 * 50; i++)
    {
      probs[2 * i] = i < 50 ? (float)g_test_rand_double_range (0, 1) : probs[2 * (i - 50)];
      probs[2 * i + 1] = 1 - probs[2 * i];
    }
  for (int M = 1; M <= 7; M++)
    {
      ms_uncertainty (probs, M, 50, 2, NULL, NULL, information);
      for (int n = 0; n < 50; n++)
        g_assert_cmpfloat (information[n], ==, 0);
    }
}

static void
test_votes (void)
{
  const float probs[] = { 0.6f, 0.4f, 0.9f, 0.1f, 0.7f, 0.3f, 0.2f, 0.8f, 0.5f, 0.5f, 0.9f, 0.1f };
  double entropy[2];
  ms_vote_entropy (entropy, probs, 3, 2, 2); /* votes 0 0 0 (a tie goes to the lower) and 0 1 0 */
  g_assert_cmpfloat (entropy[0], ==, 0);
  assert_near (entropy[1], 0.636514168295);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/uncertainty/parts", test_parts);
  g_test_add_func ("/metrics/uncertainty/extremes", test_extremes);
  g_test_add_func ("/metrics/uncertainty/identical", test_identical);
  g_test_add_func ("/metrics/uncertainty/votes", test_votes);
  return g_test_run ();
}
