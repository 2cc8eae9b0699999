/* SPDX-License-Identifier: MIT */

/* Loops over rows that many ops share. */
#pragma once

#include "core/autodiff/tape.h"
#include "core/base/simd.h"

/* Rows per chunk of a parallel loop: about 8,192 numbers, a function of the shape only. */
static inline gsize
ms_rows_grain (gsize cols)
{
  return MAX (1, 8192 / MAX (cols, 1));
}

MS_VEC_INLINE MsReal
ms_row_dot (const MsReal *a, const MsReal *b, gsize n)
{
  MsVec sum = { 0 };
  gsize i = 0;

  for (; i + MS_LANES <= n; i += MS_LANES)
    sum += ms_vec_load (a + i) * ms_vec_load (b + i);
  if (i < n)
    sum += ms_vec_load_part (a + i, (int)(n - i)) * ms_vec_load_part (b + i, (int)(n - i));
  return ms_vec_sum (sum);
}

MS_VEC_INLINE MsReal
ms_row_sum (const MsReal *a, gsize n)
{
  MsVec sum = { 0 };
  gsize i = 0;

  for (; i + MS_LANES <= n; i += MS_LANES)
    sum += ms_vec_load (a + i);
  if (i < n)
    sum += ms_vec_load_part (a + i, (int)(n - i));
  return ms_vec_sum (sum);
}

/* y = c x, or y += c x. */
MS_VEC_INLINE void
ms_row_scale (MsReal *y, const MsReal *x, MsReal c, gsize n, bool add)
{
  if (add)
    for (gsize i = 0; i < n; i++)
      y[i] += c * x[i];
  else
    for (gsize i = 0; i < n; i++)
      y[i] = c * x[i];
}

/* Rows of x summed into sum (cols); @add keeps what is there. Columns are shared out, so no partial sums are needed. */
void ms_column_sums (MsTape *tape, MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add);
