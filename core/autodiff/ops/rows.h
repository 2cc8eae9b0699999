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

/* Any lane all ones. */
MS_VEC_INLINE bool
ms_vec_any (MsVecInt mask)
{
  typedef long long Wide __attribute__ ((vector_size (64)));
  Wide v = (Wide)mask;

  v |= __builtin_shufflevector (v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v |= __builtin_shufflevector (v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return (v[0] | v[1]) != 0;
}

/* Indices of the K largest of n numbers, the largest first, the lower index first where they are equal; returns how
 * many there are. The best so far are kept sorted. Most numbers are not larger than the last of them, which is asked
 * for several vectors at a time. */
MS_VEC_INLINE gsize
ms_row_largest (int *best, gsize K, const MsReal *x, gsize n)
{
  const gsize stride = 4 * MS_LANES;
  gsize held = 0;

  if (K == 1 && n < stride) /* short and unpredictable: without branches */
    {
      MsReal max = x[0];
      int at = 0;

      for (gsize i = 1; i < n; i++)
        {
          at = x[i] > max ? (int)i : at;
          max = x[i] > max ? x[i] : max;
        }
      best[0] = at;
      return 1;
    }
  for (gsize i = 0; i < n;)
    {
      gsize end = MIN (n, i + stride), at;

      if (held == K && end == i + stride)
        {
          MsReal last = x[best[K - 1]];

          if (!ms_vec_any ((ms_vec_load (x + i) > last) | (ms_vec_load (x + i + MS_LANES) > last)
                           | (ms_vec_load (x + i + 2 * MS_LANES) > last)
                           | (ms_vec_load (x + i + 3 * MS_LANES) > last)))
            i = end;
        }
      for (; i < end; i++)
        {
          if (held == K && !(x[i] > x[best[K - 1]]))
            continue;
          at = held < K ? held++ : K - 1;
          for (; at > 0 && x[i] > x[best[at - 1]]; at--)
            best[at] = best[at - 1];
          best[at] = (int)i;
        }
    }
  return held;
}

/* sum (cols) = the sum of @rows rows, or += it. */
void ms_rows_sum (MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add);

/* The same over the threads: chunks of rows are summed first, then their sums in order. */
void ms_column_sums (MsTape *tape, MsReal *sum, const MsReal *x, gsize rows, gsize cols, bool add);
