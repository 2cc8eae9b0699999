/* SPDX-License-Identifier: MIT */

#include "core/metrics/cholesky.h"

#include <math.h>
#include <stddef.h>

static double
dot (const double *a, const double *b, int n)
{
  double sum[4] = { 0 }; /* four chains, so that additions need not wait for each other */
  int i = 0;
  for (; i + 4 <= n; i += 4)
    for (int j = 0; j < 4; j++)
      sum[j] += a[i + j] * b[i + j];
  for (; i < n; i++)
    sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

bool
ms_cholesky (double *a, int n, double tolerance)
{
  for (int i = 0; i < n; i++)
    {
      double *row = a + (size_t)i * (size_t)n, left;
      for (int j = 0; j < i; j++)
        {
          const double *other = a + (size_t)j * (size_t)n;
          row[j] = (row[j] - dot (row, other, j)) / other[j];
        }
      left = row[i] - dot (row, row, i);
      if (!(left > tolerance * row[i]) || !(left > 0))
        return false;
      row[i] = sqrt (left);
    }
  return true;
}

void
ms_cholesky_forward (const double *L, int n, double *x)
{
  for (int i = 0; i < n; i++)
    {
      const double *row = L + (size_t)i * (size_t)n;
      x[i] = (x[i] - dot (row, x, i)) / row[i];
    }
}

void
ms_cholesky_solve (const double *L, int n, double *x)
{
  ms_cholesky_forward (L, n, x);
  for (int i = n - 1; i >= 0; i--)
    {
      const double *row = L + (size_t)i * (size_t)n;
      x[i] /= row[i];
      for (int j = 0; j < i; j++)
        x[j] -= row[j] * x[i];
    }
}
