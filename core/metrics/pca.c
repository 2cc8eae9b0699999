/* SPDX-License-Identifier: MIT */

/* Subspace iteration with Rayleigh-Ritz on the covariance C (H, H): V is orthonormal (H, P), Y = C V, and the
 * eigenvectors R of V^T Y turn V to the best axes within its span, whose residuals are Y R - V R diag (lambda). With
 * P > 2 the convergence is that of lambda_P+1 / lambda_2. */
#include "core/metrics/pca.h"

#include "core/base/blas.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

#define P 8
#define ROUNDS 200
#define SWEEPS 30
#define BLOCK 512 /* rows whose products are summed in MsReal before they are added up in double */

typedef double Small[P][P];

/* covariance (H, H), not divided by T; mean (H). */
static void
find_covariance (double *covariance, double *mean, const float *x, gsize T, gsize H)
{
  g_autofree MsReal *block = g_new (MsReal, BLOCK * H), *product = g_new (MsReal, H * H);

  memset (mean, 0, H * sizeof *mean);
  memset (covariance, 0, H * H * sizeof *covariance);
  for (gsize t = 0; t < T; t++)
    for (gsize h = 0; h < H; h++)
      mean[h] += x[t * H + h];
  for (gsize h = 0; h < H; h++)
    mean[h] /= (double)T;
  for (gsize from = 0; from < T; from += BLOCK)
    {
      gsize rows = MIN (BLOCK, T - from);

      for (gsize t = 0; t < rows; t++)
        for (gsize h = 0; h < H; h++)
          block[t * H + h] = (MsReal)(x[(from + t) * H + h] - mean[h]);
      ms_gemm (true, false, H, H, rows, 1, block, H, block, H, 0, product, H);
      for (gsize i = 0; i < H * H; i++)
        covariance[i] += product[i];
    }
}

/* Gram-Schmidt on the columns of v (H, P), twice for rounding; what depends on those before it becomes zero. */
static void
orthonormalise (double *v, gsize H)
{
  for (gsize p = 0; p < P; p++)
    {
      double before = 0, after = 0;

      for (gsize h = 0; h < H; h++)
        before += v[h * P + p] * v[h * P + p];
      for (gsize q = 0; q < 2 * p; q++)
        {
          double dot = 0;

          for (gsize h = 0; h < H; h++)
            dot += v[h * P + p] * v[h * P + q % p];
          for (gsize h = 0; h < H; h++)
            v[h * P + p] -= dot * v[h * P + q % p];
        }
      for (gsize h = 0; h < H; h++)
        after += v[h * P + p] * v[h * P + p];
      for (gsize h = 0; h < H; h++)
        v[h * P + p] = after > 1e-24 * before ? v[h * P + p] / sqrt (after) : 0;
    }
}

/* One Jacobi rotation of the symmetric a that makes a_pq zero, noted in the eigenvectors r. */
static void
rotate (Small a, Small r, int p, int q)
{
  if (fabs (a[p][q]) <= 1e-300)
    return;

  double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  double t = (theta < 0 ? -1 : 1) / (fabs (theta) + sqrt (theta * theta + 1)), c = 1 / sqrt (t * t + 1), s = t * c;

  for (int i = 0; i < P; i++)
    {
      double x = a[i][p], y = a[i][q], u = r[i][p], w = r[i][q];

      a[i][p] = c * x - s * y;
      a[i][q] = s * x + c * y;
      r[i][p] = c * u - s * w;
      r[i][q] = s * u + c * w;
    }
  for (int i = 0; i < P; i++)
    {
      double x = a[p][i], y = a[q][i];

      a[p][i] = c * x - s * y;
      a[q][i] = s * x + c * y;
    }
}

/* Columns of r: eigenvectors of a, by descending eigenvalue, which lambda gets. */
static void
solve_small (Small a, Small r, double lambda[P])
{
  memset (r, 0, sizeof (Small));
  for (int i = 0; i < P; i++)
    r[i][i] = 1;
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int p = 0; p < P; p++)
      for (int q = p + 1; q < P; q++)
        rotate (a, r, p, q);
  for (int i = 0; i < P; i++)
    lambda[i] = a[i][i];
  for (int i = 0; i < P; i++)
    for (int j = i + 1; j < P; j++)
      if (lambda[j] > lambda[i])
        {
          double value = lambda[i];

          lambda[i] = lambda[j];
          lambda[j] = value;
          for (int k = 0; k < P; k++)
            {
              value = r[k][i];
              r[k][i] = r[k][j];
              r[k][j] = value;
            }
        }
}

/* y (H, P) = covariance v. */
static void
multiply (double *y, const double *covariance, const double *v, gsize H)
{
  memset (y, 0, H * P * sizeof *y);
  for (gsize i = 0; i < H; i++)
    for (gsize j = 0; j < H; j++)
      for (gsize p = 0; p < P; p++)
        y[i * P + p] += covariance[i * H + j] * v[j * P + p];
}

/* x (H, P) <- x r. */
static void
turn (double *x, Small r, gsize H)
{
  for (gsize h = 0; h < H; h++)
    {
      double row[P] = { 0 };

      for (int i = 0; i < P; i++)
        for (int p = 0; p < P; p++)
          row[p] += x[h * P + i] * r[i][p];
      memcpy (x + h * P, row, sizeof row);
    }
}

/* Whether the first two of v (H, P), of which y is the product, are eigenvectors to 1e-7 of the largest value. */
static bool
settled (const double *v, const double *y, const double lambda[P], gsize H)
{
  double worst = 0;

  for (int p = 0; p < 2; p++)
    {
      double sum = 0;

      for (gsize h = 0; h < H; h++)
        sum += (y[h * P + p] - lambda[p] * v[h * P + p]) * (y[h * P + p] - lambda[p] * v[h * P + p]);
      worst = MAX (worst, sum);
    }
  return sqrt (worst) <= 1e-7 * lambda[0];
}

/* v (H, P): its first two columns are the axes. */
static void
find_axes (double *v, double lambda[P], const double *covariance, gsize H)
{
  g_autofree double *y = g_new (double, H * P);
  MsRng rng = ms_rng_new (0, MS_RNG_TEST, 0, 0); /* any directions will do, always the same */
  Small small, r;

  for (gsize i = 0; i < H * P; i++)
    v[i] = ms_rng_normal (&rng);
  for (int round = 0; round < ROUNDS; round++)
    {
      orthonormalise (v, H);
      multiply (y, covariance, v, H);
      memset (small, 0, sizeof small);
      for (gsize h = 0; h < H; h++)
        for (int p = 0; p < P; p++)
          for (int q = 0; q < P; q++)
            small[p][q] += (v[h * P + p] * y[h * P + q] + v[h * P + q] * y[h * P + p]) / 2;
      solve_small (small, r, lambda);
      turn (v, r, H);
      turn (y, r, H);
      if (settled (v, y, lambda, H))
        return;
      memcpy (v, y, H * P * sizeof *v);
    }
  orthonormalise (v, H);
}

static double
sign_of_axis (const double *v, gsize H, int axis)
{
  double largest = 0;

  for (gsize h = 0; h < H; h++)
    if (fabs (v[h * P + (gsize)axis]) > fabs (largest))
      largest = v[h * P + (gsize)axis];
  return largest < 0 ? -1 : 1;
}

static void
project (float *coordinates, const float *x, const double *mean, const double *v, gsize T, gsize H)
{
  for (int axis = 0; axis < 2; axis++)
    {
      double sign = sign_of_axis (v, H, axis);

      for (gsize t = 0; t < T; t++)
        {
          double sum = 0;

          for (gsize h = 0; h < H; h++)
            sum += (x[t * H + h] - mean[h]) * v[h * P + (gsize)axis];
          coordinates[2 * t + (gsize)axis] = (float)(sign * sum);
        }
    }
}

void
ms_pca_plane (float *coordinates, double share[2], const float *x, int n_rows, int width)
{
  g_return_if_fail (n_rows >= 0 && width >= 1);

  gsize T = (gsize)n_rows, H = (gsize)width;
  g_autofree double *covariance = g_new (double, H * H), *mean = g_new (double, H), *v = g_new (double, H * P);
  double lambda[P], trace = 0;

  memset (coordinates, 0, 2 * T * sizeof *coordinates);
  share[0] = share[1] = NAN;
  find_covariance (covariance, mean, x, T, H);
  for (gsize h = 0; h < H; h++)
    trace += covariance[h * H + h];
  if (!(trace > 0) || !isfinite (trace))
    return;
  find_axes (v, lambda, covariance, H);
  project (coordinates, x, mean, v, T, H);
  for (int axis = 0; axis < 2; axis++)
    share[axis] = MAX (lambda[axis], 0) / trace;
}
