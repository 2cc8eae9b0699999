/* SPDX-License-Identifier: MIT */

/* The softmax of one row, shared by the ops that contain one. */
#pragma once

#include "core/autodiff/ops/elementwise.h"
#include "core/autodiff/ops/rows.h"

#include <math.h>

MS_VEC_INLINE MsReal
ms_row_max (const MsReal *x, gsize n)
{
  MsReal max = x[0];
  gsize i = 0;

  if (n >= (gsize)MS_LANES)
    {
      MsVec wide = ms_vec_load (x);

      for (i = MS_LANES; i + MS_LANES <= n; i += MS_LANES)
        wide = ms_vec_max (wide, ms_vec_load (x + i));
      max = ms_vec_max_lane (wide);
    }
  for (; i < n; i++)
    max = x[i] > max ? x[i] : max;
  return max;
}

/* y = softmax (x) over n numbers; returns ln sum exp (x). y may be x. */
MS_VEC_INLINE MsReal
ms_softmax_row (MsReal *y, const MsReal *x, gsize n)
{
  MsReal max = ms_row_max (x, n), sum;
  gsize whole = n / MS_LANES * MS_LANES;
  MsVec sums = { 0 };

  for (gsize i = 0; i < whole; i += MS_LANES)
    {
      MsVec e = ms_vec_exp (ms_vec_load (x + i) - max);

      sums += e;
      ms_vec_store (y + i, e);
    }
  if (whole < n)
    {
      ms_lanes_store (y + whole, ms_vec_exp (ms_lanes_load (x + whole, n - whole) - max), n - whole);
      sums += ms_lanes_load (y + whole, n - whole);
    }
  sum = ms_vec_sum (sums);
  ms_row_scale (y, y, 1 / sum, n, false);
  return max + (MsReal)log (sum);
}

/* The same for rows shorter than a vector, where the exponentials of several rows fill one. */
MS_VEC_INLINE void
ms_softmax_short_rows (MsReal *y, const MsReal *x, gsize rows, gsize n)
{
  gsize all = rows * n;

  for (gsize r = 0; r < rows; r++)
    {
      MsReal max = x[r * n];

      for (gsize i = 1; i < n; i++)
        max = x[r * n + i] > max ? x[r * n + i] : max;
      for (gsize i = 0; i < n; i++)
        y[r * n + i] = x[r * n + i] - max;
    }
  for (gsize i = 0; i < all; i += MS_LANES)
    ms_lanes_store (y + i, ms_vec_exp (ms_lanes_load (y + i, all - i)), all - i);
  for (gsize r = 0; r < rows; r++)
    {
      MsReal sum = 0;

      for (gsize i = 0; i < n; i++)
        sum += y[r * n + i];
      sum = 1 / sum;
      for (gsize i = 0; i < n; i++)
        y[r * n + i] *= sum;
    }
}
