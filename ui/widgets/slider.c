/* SPDX-License-Identifier: MIT */

#include "ui/widgets/slider.h"

#include <math.h>

#define ZERO_WIDTH 0.04 /* of a logarithmic slider's left end, where it means 0 */

static void
ends (const MsKey *key, double *low, double *high)
{
  bool given = key->low != 0 || key->high != 0;

  *low = given ? key->low : key->min;
  *high = given ? key->high : key->max;
}

static bool
is_log (const MsKey *key, double low)
{
  return key->log_scale && low > 0;
}

/* @value with @digits significant digits. */
static double
round_digits (double value, int digits)
{
  if (value == 0)
    return 0;
  double unit = pow (10, floor (log10 (fabs (value))) - digits + 1);
  return round (value / unit) * unit;
}

double
ms_slider_position (const MsKey *key, double value)
{
  double low, high, start;

  ends (key, &low, &high);
  if (!is_log (key, low))
    return CLAMP ((value - low) / (high - low), 0, 1);
  start = key->min <= 0 ? ZERO_WIDTH : 0;
  if (value <= 0)
    return 0;
  return start + (1 - start) * CLAMP (log (value / low) / log (high / low), 0, 1);
}

double
ms_slider_value (const MsKey *key, double position)
{
  double low, high, start, step;

  ends (key, &low, &high);
  position = CLAMP (position, 0, 1);
  if (!is_log (key, low))
    {
      /* Hundredths of the range, in steps that are a power of ten times 1. */
      step = pow (10, floor (log10 ((high - low) / 100)));
      return CLAMP (round ((low + position * (high - low)) / step) * step, low, high);
    }
  start = key->min <= 0 ? ZERO_WIDTH : 0;
  if (position < start / 2)
    return 0;
  return CLAMP (round_digits (low * pow (high / low, MAX ((position - start) / (1 - start), 0)), 2), low, high);
}
