/* SPDX-License-Identifier: MIT */

#include "core/metrics/mahalanobis.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-4)

/* Class 0 around (0, 0), class 1 around (10, 0): within a class the variance is 1 in x and 4 in y. Of all it is 26 in x
 * and 4 in y around (5, 0). */
static const float features[] = { -1, -2, 1, 2, -1, 2, 1, -2, 9, -2, 11, 2, 9, 2, 11, -2 };
static const int labels[] = { 0, 0, 0, 0, 1, 1, 1, 1 };

static void
test_plane (void)
{
  const float x[] = { 0, 0, 10, 4, 5, 6 };
  float distance[3], relative[3];
  g_autoptr (MsMahalanobis) gaussians = ms_mahalanobis_new (1, 2, 2);
  ms_mahalanobis_add (gaussians, features, labels, 3); /* in two parts */
  ms_mahalanobis_add (gaussians, features + 6, labels + 3, 5);
  g_assert_true (ms_mahalanobis_fit (gaussians));
  ms_mahalanobis_score (gaussians, x, 3, distance, relative);
  assert_near (distance[0], 0);
  assert_near (relative[0], -25.0 / 26);
  assert_near (distance[1], 4);
  assert_near (relative[1], -25.0 / 26);
  assert_near (distance[2], 25 + 9);
  assert_near (relative[2], 25);
}

/* The second member sees x from the other side: per class the distances are averaged before the nearest is taken, the
 * relative ones after. */
static void
test_members (void)
{
  float two[32], distance, relative;
  const float x[] = { 0, 0, 0, 0 };
  g_autoptr (MsMahalanobis) gaussians = ms_mahalanobis_new (2, 2, 2);
  for (int i = 0; i < 16; i++)
    {
      two[i] = features[i];
      two[16 + i] = i % 2 == 0 ? 10 - features[i] : features[i];
    }
  ms_mahalanobis_add (gaussians, two, labels, 8);
  g_assert_true (ms_mahalanobis_fit (gaussians));
  ms_mahalanobis_score (gaussians, x, 1, &distance, &relative);
  assert_near (distance, 50);
  assert_near (relative, -25.0 / 26);
}

/* A feature that repeats another says nothing new: half of the distance is counted twice by neither. */
static void
test_singular (void)
{
  float three[24], distance, relative;
  const float x[] = { 10, 4, 10 };
  g_autoptr (MsMahalanobis) gaussians = ms_mahalanobis_new (1, 2, 3);
  for (int i = 0; i < 24; i++)
    three[i] = features[i / 3 * 2 + i % 3 % 2];
  ms_mahalanobis_add (gaussians, three, labels, 8);
  g_assert_true (ms_mahalanobis_fit (gaussians));
  ms_mahalanobis_score (gaussians, x, 1, &distance, &relative);
  assert_near (distance, 4);
}

static void
test_edges (void)
{
  const float same[] = { 3, 3, 3, 3 }, x[] = { 10, 0 };
  float distance, relative;
  g_autoptr (MsMahalanobis) none = ms_mahalanobis_new (1, 2, 2), flat = ms_mahalanobis_new (1, 2, 2);
  g_autoptr (MsMahalanobis) absent = ms_mahalanobis_new (1, 3, 2);
  g_assert_false (ms_mahalanobis_fit (none));
  ms_mahalanobis_add (flat, same, labels, 2);
  g_assert_false (ms_mahalanobis_fit (flat));
  ms_mahalanobis_add (absent, features, labels, 8); /* nobody is of class 2 */
  g_assert_true (ms_mahalanobis_fit (absent));
  ms_mahalanobis_score (absent, x, 1, &distance, &relative);
  assert_near (distance, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/mahalanobis/plane", test_plane);
  g_test_add_func ("/metrics/mahalanobis/members", test_members);
  g_test_add_func ("/metrics/mahalanobis/singular", test_singular);
  g_test_add_func ("/metrics/mahalanobis/edges", test_edges);
  return g_test_run ();
}
