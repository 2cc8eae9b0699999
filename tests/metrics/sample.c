/* SPDX-License-Identifier: MIT */

/* Golden values from NumPy and, for Student's distribution, from its closed forms for 1, 2 and 4 degrees of freedom. */
#include "core/metrics/sample.h"

#include <glib.h>
#include <math.h>

static void
test_mean_and_error (void)
{
  const double values[] = { 0.31, 0.28, NAN, 0.35, 0.30 };
  MsSample sample = ms_sample (values, G_N_ELEMENTS (values));
  g_assert_cmpint (sample.n, ==, 4);
  g_assert_cmpfloat_with_epsilon (sample.mean, 0.31, 1e-15);
  g_assert_cmpfloat_with_epsilon (sample.sem, 0.014719601443879745, 1e-15);
}

static void
test_paired (void)
{
  const double a[] = { 0.31, 0.28, 0.35, NAN }, b[] = { 0.33, 0.31, 0.36, 0.1 };
  MsSample sample = ms_sample_paired (a, b, 4);
  g_assert_cmpint (sample.n, ==, 3);
  g_assert_cmpfloat_with_epsilon (sample.mean, -0.02, 1e-15);
  g_assert_cmpfloat_with_epsilon (sample.sem, 0.005773502691896257, 1e-15);
  g_assert_cmpint (ms_sample_sign (&sample), ==, MS_SIGN_NEGATIVE);
}

static void
test_edges (void)
{
  const double one[] = { 3 }, same[] = { 0, 0, 0 }, sure[] = { 2, 2, 2 };
  MsSample none = ms_sample (NULL, 0), single = ms_sample (one, 1), zero = ms_sample (same, 3),
           constant = ms_sample (sure, 3);
  g_assert_true (none.n == 0 && isnan (none.mean) && isnan (none.sem));
  g_assert_true (single.n == 1 && single.mean == 3 && isnan (single.sem));
  g_assert_cmpint (ms_sample_sign (&single), ==, MS_SIGN_UNDECIDED);
  g_assert_cmpint (ms_sample_sign (&zero), ==, MS_SIGN_UNDECIDED); /* equal in every seed: neither is lower */
  g_assert_cmpint (ms_sample_sign (&constant), ==, MS_SIGN_POSITIVE);
  MsSample edge = { 5, 0.2, 0.1 };
  g_assert_cmpint (ms_sample_sign (&edge), ==, MS_SIGN_UNDECIDED); /* exactly two standard errors are not enough */
}

static void
test_median (void)
{
  double odd[] = { 7, 1, 3 }, even[] = { 7, 1, 3, 4 };
  g_assert_cmpfloat (ms_median (odd, 3), ==, 3);
  g_assert_cmpfloat (ms_median (even, 4), ==, 3.5);
  g_assert_cmpfloat (ms_median (even, 1), ==, 1); /* sorted by now */
  g_assert_true (isnan (ms_median (NULL, 0)));
}

static void
test_student (void)
{
  g_assert_cmpfloat_with_epsilon (ms_student_tails (2, 1), 1 - 2 / G_PI * atan (2), 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_student_tails (2, 2), 1 - 2 / sqrt (6), 1e-12);
  /* F (t) = 1/2 + (3/8) x (1 - x^2/12), x = t / sqrt (1 + t^2/4) */
  g_assert_cmpfloat_with_epsilon (ms_student_tails (2, 4), 1 - 0.75 * sqrt (2) * (1 - 2 / 12.0), 1e-12);
  g_assert_cmpfloat_with_epsilon (ms_student_tails (2.5705818366, 5), 0.05, 1e-9);
  g_assert_cmpfloat_with_epsilon (ms_student_tails (2, 100000), 0.0455, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/sample/mean-and-error", test_mean_and_error);
  g_test_add_func ("/metrics/sample/paired", test_paired);
  g_test_add_func ("/metrics/sample/edges", test_edges);
  g_test_add_func ("/metrics/sample/median", test_median);
  g_test_add_func ("/metrics/sample/student", test_student);
  return g_test_run ();
}
