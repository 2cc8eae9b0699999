/* SPDX-License-Identifier: MIT */

/* The numbers that V-MoE's unit test of its experts-choose metrics asserts, and the edges. */

#include "core/metrics/taken.h"

#include <math.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-7)

/* Gates [[.4, 0, .2], [.5, .1, .4], [.3, .2, .6]] with two places an expert. */
static void
test_reference (void)
{
  const guint8 kept[] = { 1, 0, 0, 1, 1, 1, 1, 1, 0 };
  const float gate[] = { .4f, 0, 0, .5f, .4f, .1f, .6f, .2f, 0 };
  MsTakenMetrics metrics = ms_taken_metrics (kept, gate, 3, 3);

  g_assert_cmpint (metrics.fewest, ==, 1);
  g_assert_cmpint (metrics.most, ==, 3);
  assert_near (metrics.least_gate, 0.1);
  assert_near (metrics.largest_gate, 0.6);
  assert_near (ms_taken_share (kept, 3, 3, 1), 1);
  assert_near (ms_taken_share (kept, 3, 3, 2), 2.0 / 3);
  assert_near (ms_taken_share (kept, 3, 3, 3), 1.0 / 3);
}

static void
assert_levels (int E, int n, const int *expected)
{
  int level[MS_TAKEN_LEVELS];

  g_assert_cmpint (ms_taken_levels (level, E), ==, n);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (level[i], ==, expected[i]);
}

static void
test_levels (void)
{
  assert_levels (1, 1, (const int[]){ 1 });
  assert_levels (3, 3, (const int[]){ 1, 2, 3 });
  assert_levels (8, 4, (const int[]){ 1, 2, 4, 8 });
  assert_levels (10, 5, (const int[]){ 1, 2, 4, 8, 10 });
  g_assert_cmpint (ms_taken_levels ((int[MS_TAKEN_LEVELS]){ 0 }, G_MAXINT), ==, MS_TAKEN_LEVELS);
}

static void
test_edges (void)
{
  const guint8 none[] = { 0, 0 };
  MsTakenMetrics metrics = ms_taken_metrics (none, (const float[]){ .5f, .5f }, 2, 1);

  g_assert_true (metrics.fewest == 0 && metrics.most == 0 && isnan (metrics.least_gate));
  assert_near (ms_taken_share (none, 2, 1, 1), 0);
  assert_near (ms_taken_share (none, 2, 1, 0), 1);
  metrics = ms_taken_metrics (none, NULL, 0, 1);
  g_assert_true (metrics.fewest == 0 && metrics.most == 0 && isnan (metrics.largest_gate));
  g_assert_true (isnan (ms_taken_share (none, 0, 1, 1)));
  metrics = ms_taken_metrics ((const guint8[]){ 1, 1 }, NULL, 1, 2);
  g_assert_true (metrics.fewest == 2 && metrics.most == 2 && isnan (metrics.largest_gate));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/taken/reference", test_reference);
  g_test_add_func ("/metrics/taken/levels", test_levels);
  g_test_add_func ("/metrics/taken/edges", test_edges);
  return g_test_run ();
}
