/* SPDX-License-Identifier: MIT */

/* The principal plane of points whose axes are known, and of others as NumPy's singular values have it. */
#include "core/metrics/pca.h"

#include "core/base/rng.h"

#include <math.h>

/* Six points at ±a, ±b, ±c along three orthogonal directions of four dimensions, around a mean that is not 0. */
static void
test_known (void)
{
  const double direction[3][4] = { { 0.5, 0.5, 0.5, -0.5 }, { 0.5, -0.5, 0.5, 0.5 }, { 0.5, 0.5, -0.5, 0.5 } };
  const double size[3] = { 1, -4, 2 };
  float x[6 * 4], coordinates[12];
  double share[2];

  for (int t = 0; t < 6; t++)
    for (int h = 0; h < 4; h++)
      x[4 * t + h] = (float) (10 + h + (t % 2 == 0 ? 1 : -1) * size[t / 2] * direction[t / 2][h]);
  ms_pca_plane (coordinates, share, x, 6, 4);
  g_assert_cmpfloat_with_epsilon (share[0], 16.0 / 21, 1e-6);
  g_assert_cmpfloat_with_epsilon (share[1], 4.0 / 21, 1e-6);
  for (int t = 0; t < 6; t++)
    {
      double sign = t % 2 == 0 ? 1 : -1;

      g_assert_cmpfloat_with_epsilon (coordinates[2 * t], t / 2 == 1 ? -4 * sign : 0, 1e-5);
      g_assert_cmpfloat_with_epsilon (coordinates[2 * t + 1], t / 2 == 2 ? 2 * sign : 0, 1e-5);
    }
}

/* x[t, h] = (h + 1) sin (1 + 3 t (h + 1)): numpy.linalg.svd of the rows less their mean. */
static void
test_numpy (void)
{
  const double shares[2] = { 0.59220224, 0.30190917 };
  const double expected[2][7] = { { 5.780144, -1.323988, -1.645771, 3.228601, -6.203561, 2.145622, -1.981047 },
                                  { 3.088803, 3.624593, 1.646900, -2.627824, -0.474639, -3.688365, -1.569468 } };
  float x[7 * 5], coordinates[14];
  double share[2];

  for (int t = 0; t < 7; t++)
    for (int h = 0; h < 5; h++)
      x[5 * t + h] = (float) (sin (1.0 + 3 * t * (h + 1)) * (h + 1));
  ms_pca_plane (coordinates, share, x, 7, 5);
  for (int axis = 0; axis < 2; axis++)
    {
      g_assert_cmpfloat_with_epsilon (share[axis], shares[axis], 1e-6);
      for (int t = 0; t < 7; t++)
        g_assert_cmpfloat_with_epsilon (coordinates[2 * t + axis], expected[axis][t], 2e-5);
    }
}

/* Many rows of many columns, more than are summed at a time: what the axes explain is the variance of the coordinates,
 * which are not correlated, and no other direction has more. */
static void
test_large (void)
{
  const int T = 1500, H = 40;
  g_autofree float *x = g_new (float, T * H), *coordinates = g_new (float, 2 * T);
  MsRng rng = ms_rng_new (7, MS_RNG_TEST, 0, 0);
  double share[2], all = 0, square[2] = { 0 }, mixed = 0, sum[2] = { 0 }, direct = 0;

  for (int t = 0; t < T; t++)
    {
      double far = ms_rng_normal (&rng), near = ms_rng_normal (&rng);

      for (int h = 0; h < H; h++)
        x[t * H + h] = (float) (5 + 3 * far * sin (h) + 2 * near * cos (h) + 0.5 * ms_rng_normal (&rng));
    }
  ms_pca_plane (coordinates, share, x, T, H);
  for (int h = 0; h < H; h++)
    {
      double mean = 0;

      for (int t = 0; t < T; t++)
        mean += (double) x[t * H + h] / T;
      for (int t = 0; t < T; t++)
        all += (x[t * H + h] - mean) * (x[t * H + h] - mean);
    }
  for (int t = 0; t < T; t++)
    {
      double dot = 0;

      for (int axis = 0; axis < 2; axis++)
        {
          sum[axis] += (double) coordinates[2 * t + axis];
          square[axis] += pow ((double) coordinates[2 * t + axis], 2);
        }
      mixed += (double) coordinates[2 * t] * (double) coordinates[2 * t + 1];
      for (int h = 0; h < H; h++)
        dot += ((double) x[t * H + h] - 5) * sin (h) / sqrt (H / 2.0);
      direct += dot * dot;
    }
  for (int axis = 0; axis < 2; axis++)
    {
      g_assert_cmpfloat_with_epsilon (sum[axis] / T, 0, 1e-4);
      g_assert_cmpfloat_with_epsilon (square[axis] / all, share[axis], 1e-5);
    }
  g_assert_cmpfloat_with_epsilon (mixed / all, 0, 1e-5);
  g_assert_cmpfloat (share[0], >, 0.98 * direct / all);
  g_assert_cmpfloat (share[0], >, share[1]);
  g_assert_cmpfloat (share[0] + share[1], >, 0.9);
}

static void
test_degenerate (void)
{
  const float same[6] = { 1, 2, 1, 2, 1, 2 }, line[3] = { 1, 2, 6 };
  float coordinates[6];
  double share[2];

  ms_pca_plane (coordinates, share, same, 3, 2);
  g_assert_true (isnan (share[0]) && isnan (share[1]));
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (coordinates[i], ==, 0);
  ms_pca_plane (coordinates, share, line, 3, 1);
  g_assert_cmpfloat_with_epsilon (share[0], 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (share[1], 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (coordinates[4], 3, 1e-6);
  g_assert_cmpfloat (coordinates[5], ==, 0);
  ms_pca_plane (coordinates, share, line, 0, 3);
  g_assert_true (isnan (share[0]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pca/known", test_known);
  g_test_add_func ("/pca/numpy", test_numpy);
  g_test_add_func ("/pca/large", test_large);
  g_test_add_func ("/pca/degenerate", test_degenerate);
  return g_test_run ();
}
