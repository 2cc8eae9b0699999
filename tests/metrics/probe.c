/* SPDX-License-Identifier: MIT */

/* V-MoE's own unit test of the few-shot probe, the dual form against the plain one, and the edges. */
#include "core/metrics/cholesky.h"
#include "core/metrics/probe.h"

#include <math.h>

#define assert_near(got, expected, epsilon) g_assert_cmpfloat_with_epsilon (got, expected, epsilon)

static const float train[] = { -1, -2, 2, 1 }, test[] = { -1, -2 };
static const int classes[] = { 0, 0, 1, 1 }, wanted[] = { 0, 1 };

static void
test_slopes (void)
{
  g_autoptr (MsProbe) probe = ms_probe_new (train, classes, 4, 1, 2);
  double w[4];
  int predicted[2];
  g_assert_true (ms_probe_solve (probe, 0, w)); /* slope and constant of both classes */
  assert_near (w[0], -0.9486893, 1e-6);
  assert_near (w[1], 0.9486893, 1e-6);
  assert_near (w[2], 0, 1e-9);
  ms_probe_predict (probe, w, test, 2, predicted);
  g_assert_true (predicted[0] == 0 && predicted[1] == 0);
  g_assert_true (ms_probe_solve (probe, 10, w));
  assert_near (w[0], -0.27105164, 1e-8); /* NumPy's; a comment there, which nothing asserts, says 0.2710640 */
  assert_near (w[1], 0.27105164, 1e-8);
}

static void
test_accuracy (void)
{
  g_autoptr (MsProbe) probe = ms_probe_new (train, classes, 4, 1, 2);
  double lambda = 0;
  g_assert_cmpfloat (ms_probe_best_accuracy (probe, test, wanted, 2, &lambda), ==, 0.5);
  g_assert_cmpfloat (lambda, ==, ldexp (1, 19)); /* they are all equal */
  g_assert_cmpfloat (ms_probe_lambda (0), ==, 1.0 / 1024);
  g_assert_cmpfloat (ms_probe_lambda (MS_PROBE_LAMBDAS - 1), ==, 524288);
  g_assert_true (isnan (ms_probe_best_accuracy (probe, test, wanted, 0, &lambda)));
}

/* More features than examples: the weights solve the plain form's equations. */
static void
test_dual (void)
{
  const float x[] = { 1, 2, 0, 1, 3, 5, 1, 0, 2, 2, 2, 1 }; /* three of four features */
  const int y[] = { 0, 1, 1 };
  g_autoptr (MsProbe) probe = ms_probe_new (x, y, 3, 4, 2);
  double w[10], z[3][5];
  g_assert_true (ms_probe_solve (probe, 0.5, w));
  for (int n = 0; n < 3; n++)
    for (int f = 0; f < 5; f++)
      {
        double mean = 0, square = 0;
        for (int i = 0; f < 4 && i < 3; i++)
          mean += x[i * 4 + f] / 3.0;
        for (int i = 0; f < 4 && i < 3; i++)
          square += (x[i * 4 + f] - mean) * (x[i * 4 + f] - mean) / 3;
        z[n][f] = f < 4 ? (x[n * 4 + f] - mean) / (sqrt (square) + 1e-5) : 100;
      }
  for (int c = 0; c < 2; c++) /* X^T (X w - y) + lambda w = 0 */
    for (int f = 0; f < 5; f++)
      {
        double sum = 0.5 * w[f * 2 + c];
        for (int n = 0; n < 3; n++)
          {
            double out = y[n] == c ? -1 : 1;
            for (int g = 0; g < 5; g++)
              out += z[n][g] * w[g * 2 + c];
            sum += z[n][f] * out;
          }
        assert_near (sum, 0, 1e-8);
      }
}

static void
test_singular (void)
{
  const float twice[] = { 1, 1, 2, 2, 4, 4 };
  g_autoptr (MsProbe) probe = ms_probe_new (twice, (const int[]){ 0, 1, 1 }, 3, 2, 2);
  double w[6];
  g_assert_false (ms_probe_solve (probe, 0, w));
  g_assert_true (ms_probe_solve (probe, 1, w));
  assert_near (w[0], w[2], 1e-9); /* equal features share the weight */
}

static void
test_cholesky (void)
{
  double a[] = { 4, NAN, NAN, 2, 5, NAN, 2, 3, 6 }, x[] = { 8, 10, 11 }; /* the upper triangle is not read */
  g_assert_true (ms_cholesky (a, 3, 0));
  assert_near (a[0], 2, 1e-12);
  assert_near (a[4], 2, 1e-12);
  assert_near (a[8], 2, 1e-12);
  ms_cholesky_solve (a, 3, x);
  for (int i = 0; i < 3; i++)
    assert_near (x[i], 1, 1e-12);
  g_assert_false (ms_cholesky ((double[]){ 1, 0, 2, 1 }, 2, 0));
  g_assert_false (ms_cholesky ((double[]){ 1, 0, 1, 1 + 1e-12 }, 2, 1e-9));
  g_assert_false (ms_cholesky ((double[]){ NAN }, 1, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/probe/slopes", test_slopes);
  g_test_add_func ("/metrics/probe/accuracy", test_accuracy);
  g_test_add_func ("/metrics/probe/dual", test_dual);
  g_test_add_func ("/metrics/probe/singular", test_singular);
  g_test_add_func ("/metrics/probe/cholesky", test_cholesky);
  return g_test_run ();
}
