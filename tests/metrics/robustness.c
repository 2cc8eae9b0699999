/* SPDX-License-Identifier: MIT */

#include "core/metrics/robustness.h"

#include <glib.h>
#include <math.h>

static void
test_mean (void)
{
  const double error[] = { 0.1, 0.2, 0.3, 0.2, 0.4, 0.9 };
  g_assert_cmpfloat_with_epsilon (ms_corruption_mean (error, 2, 3), 0.35, 1e-12);
  g_assert_true (isnan (ms_corruption_mean (error, 0, 3)));
}

/* The ratio of sums of each kind, then the mean: not the mean of ratios. */
static void
test_relative (void)
{
  const double error[] = { 0.1, 0.2, 0.3, 0.2, 0.4, 0.9 }, reference[] = { 0.2, 0.2, 0.4, 0.5, 0.5, 0.5 };
  g_assert_cmpfloat_with_epsilon (ms_corruption_relative (error, reference, 2, 3), (0.75 + 1) / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_corruption_relative (error, error, 2, 3), 1, 1e-12);
  g_assert_true (isnan (ms_corruption_relative (error, (const double[6]){ 0 }, 2, 3)));
  g_assert_true (isnan (ms_corruption_relative (error, reference, 0, 3)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/robustness/mean", test_mean);
  g_test_add_func ("/metrics/robustness/relative", test_relative);
  return g_test_run ();
}
