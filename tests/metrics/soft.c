/* SPDX-License-Identifier: MIT */

/* Soft MoE's weights: the reference's own test of its metrics (google-research/vmoe: soft_moe/router_test.py), and what
 * must hold whatever they are. */

#include "core/metrics/soft.h"

#include <glib.h>
#include <math.h>

#define CLOSE 1e-6

/* Four items, three experts of two slots; one-hot, so that slots 0 and 3 and slots 1 and 4 read the same item. */
static void
test_reference (void)
{
  static const float x[4 * 6] = { 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1 };
  static const float mu[2 * 6] = { 1, 0, 2, 1, -1, 0, 0, 1, 0, 1, 0, -1 };
  MsSoftMetrics m = ms_soft_metrics (x, x, 4, 6, 1, mu, 2);

  g_assert_cmpfloat (m.combine_min, ==, 0);
  g_assert_cmpfloat (m.combine_max, ==, 1);
  g_assert_cmpfloat (m.dispatch_min, ==, 0);
  g_assert_cmpfloat (m.dispatch_max, ==, 1);
  g_assert_cmpfloat_with_epsilon (m.items.min, 0, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.items.max, 0, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.items.mean, 0, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.slots.min, 0, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.slots.max, 1, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.slots.mean, 4.0 / 30, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.mu.min, -1, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.mu.max, 1, CLOSE);
  g_assert_cmpfloat_with_epsilon (m.mu.mean, (1 / sqrt (2) - 2) / 15, CLOSE);
}

/* Pairs are those within a group: two groups of the same items are as alike as one. */
static void
test_groups (void)
{
  float x[2 * 6] = { 0.1f, 0.7f, 0.2f, 0.5f, 0.25f, 0.25f };
  MsSoftMetrics one = ms_soft_metrics (x, x, 2, 3, 1, NULL, 0), two;

  for (int i = 0; i < 6; i++)
    x[6 + i] = x[i];
  two = ms_soft_metrics (x, x, 4, 3, 2, NULL, 0);
  g_assert_cmpfloat_with_epsilon (one.combine_min, (0.1 + 0.25) / 2, CLOSE);
  g_assert_cmpfloat_with_epsilon (one.combine_max, (0.7 + 0.5) / 2, CLOSE);
  g_assert_cmpfloat_with_epsilon (one.dispatch_max, (0.5 + 0.7 + 0.25) / 3, CLOSE);
  g_assert_cmpfloat_with_epsilon (one.combine_max, two.combine_max, CLOSE);
  g_assert_cmpfloat_with_epsilon (one.items.mean, two.items.mean, CLOSE);
  g_assert_cmpfloat_with_epsilon (one.slots.mean, two.slots.mean, CLOSE);
  g_assert_cmpfloat (one.items.min, ==, one.items.max);
  g_assert_true (one.slots.min <= one.slots.mean && one.slots.mean <= one.slots.max);
  g_assert_true (isnan (one.mu.mean));
}

/* One item has nobody to be like. */
static void
test_single (void)
{
  static const float x[2] = { 0.5f, 0.5f }, ones[2] = { 1, 1 };
  MsSoftMetrics m = ms_soft_metrics (ones, x, 1, 2, 1, NULL, 0);

  g_assert_true (isnan (m.items.min) && isnan (m.items.max) && isnan (m.items.mean));
  g_assert_cmpfloat_with_epsilon (m.slots.mean, 1, CLOSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/soft/reference", test_reference);
  g_test_add_func ("/soft/groups", test_groups);
  g_test_add_func ("/soft/single", test_single);
  return g_test_run ();
}
