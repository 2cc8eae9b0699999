/* SPDX-License-Identifier: MIT */

/* One row of class probabilities: what the measures of this folder share. */
#pragma once

#include <float.h>
#include <math.h>

/* What a float that was flushed to zero may have been counts as the smallest number it can hold, so that one example
 * cannot make a mean infinite. NaN stays. */
static inline double
ms_log_probability (double p)
{
  return log (p < (double)FLT_MIN ? (double)FLT_MIN : p);
}

/* The largest of @p (C); of equal ones the lowest. */
static inline int
ms_argmax (const float *p, int C)
{
  int best = 0;
  for (int c = 1; c < C; c++)
    if (p[c] > p[best])
      best = c;
  return best;
}
