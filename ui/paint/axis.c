/* SPDX-License-Identifier: MIT */

#include "ui/paint/axis.h"

#include "ui/paint/draw.h"
#include "ui/paint/text.h"

#include <math.h>

double
ms_axis_at (const MsAxis *axis, double value)
{
  double range = axis->v1 - axis->v0;

  return range == 0 ? axis->p0 : axis->p0 + (value - axis->v0) / range * (axis->p1 - axis->p0);
}

double
ms_axis_value (const MsAxis *axis, double position)
{
  double range = axis->p1 - axis->p0;

  return range == 0 ? axis->v0 : axis->v0 + (position - axis->p0) / range * (axis->v1 - axis->v0);
}

/* The smallest of 1, 2, 5 times a power of ten that is at least @raw. */
static double
round_step (double raw, int *exponent)
{
  double size;

  *exponent = (int) floor (log10 (raw) + 1e-9);
  size = pow (10, *exponent);
  if (raw <= size * 1.0001)
    return size;
  if (raw <= 2.0001 * size)
    return 2 * size;
  if (raw <= 5.0001 * size)
    return 5 * size;
  *exponent += 1;
  return 10 * size;
}

/* The next smaller one of 1, 2, 5 times a power of ten. */
static double
smaller_step (double step, int *exponent)
{
  int digit = (int) round (step / pow (10, *exponent));

  if (digit == 1)
    *exponent -= 1;
  return (digit == 1 ? 5 : digit == 2 ? 1 : 2) * pow (10, *exponent);
}

/* Ticks @step apart in [lo, hi]. */
static MsTicks
ticks_apart (double lo, double hi, double step, int exponent)
{
  MsTicks ticks = { .first = ceil (lo / step - 1e-6) * step, .step = step, .decimals = MAX (0, -exponent) };

  ticks.n = MAX (0, (int) floor ((hi - ticks.first) / step + 1e-6) + 1);
  return ticks;
}

MsTicks
ms_ticks (double lo, double hi, int most, bool whole)
{
  MsTicks ticks = { 0 };
  double step;
  int exponent;

  if (!isfinite (lo) || !isfinite (hi) || !(hi > lo) || most < 1 || hi - lo > 1e300)
    return ticks;
  step = round_step ((hi - lo) / MAX (1, most - 1), &exponent);
  /* A step below the numbers' own resolution would never move on. */
  if (step < 1e-12 * MAX (fabs (lo), fabs (hi)) || step <= 0)
    return ticks;
  if (whole && step < 1)
    {
      step = 1;
      exponent = 0;
    }
  ticks = ticks_apart (lo, hi, step, exponent);
  /* One number alone gives no scale. */
  while (ticks.n < 2 && most >= 2 && (!whole || step > 1))
    {
      MsTicks finer;

      step = smaller_step (step, &exponent);
      finer = ticks_apart (lo, hi, step, exponent);
      if (finer.n > most)
        break;
      ticks = finer;
    }
  return ticks;
}

double
ms_ticks_value (const MsTicks *ticks, int i)
{
  double value = ticks->first + i * ticks->step;

  return fabs (value) < 1e-9 * ticks->step ? 0 : value;
}

MsNumber
ms_ticks_label (const MsTicks *ticks, int i)
{
  double value = ms_ticks_value (ticks, i);

  if (value == 0)
    return (MsNumber) { "0" };
  if (fabs (value) >= 1e9 || ticks->decimals > 6)
    return ms_number_short (value, 3);

  MsNumber size = ticks->decimals == 0 ? ms_number_count ((gint64) llround (fabs (value)))
                                       : ms_number_fixed (fabs (value), ticks->decimals);
  MsNumber number;

  g_snprintf (number.text, sizeof number.text, "%s%s", value < 0 ? "−" : "", size.text);
  return number;
}

double
ms_axis_round_up (double top, int most)
{
  if (!isfinite (top) || top <= 0)
    return 1;

  MsTicks ticks = ms_ticks (0, top, most, false);

  return ticks.step > 0 ? ceil (top / ticks.step - 1e-6) * ticks.step : top;
}

int
ms_axis_every (double least)
{
  int exponent;

  return least > 1 && least < 1e8 ? (int) round_step (least, &exponent) : 1;
}

void
ms_axis_draw_y (cairo_t *cr, const MsPalette *palette, const MsAxis *axis, const MsTicks *ticks, double left,
                double right, const char *suffix)
{
  for (int i = 0; i < ticks->n; i++)
    {
      double y = ms_axis_at (axis, ms_ticks_value (ticks, i));
      MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5 };
      MsNumber number = ms_ticks_label (ticks, i);
      char label[64];

      g_snprintf (label, sizeof label, "%s%s", number.text, suffix);
      ms_draw_rule (cr, left, y - 0.5, right - left, 1, palette->grid);
      if (ms_text_width (palette, MS_TEXT_SMALL, label) <= left - 6 * palette->scale)
        ms_text_draw (cr, palette, &look, left - 6 * palette->scale, y, label);
    }
}

void
ms_axis_draw_x (cairo_t *cr, const MsPalette *palette, const MsAxis *axis, const MsTicks *ticks, double y,
                double from, double to)
{
  double used = -INFINITY;

  for (int i = 0; i < ticks->n; i++)
    {
      MsNumber number = ms_ticks_label (ticks, i);
      MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 0, .ay = 0 };
      double width = ms_text_width (palette, MS_TEXT_SMALL, number.text);
      double x = ms_axis_at (axis, ms_ticks_value (ticks, i)) - width / 2;

      x = MAX (from, MIN (x, to - width));
      if (x < used + 8 * palette->scale || x + width > to + 0.5)
        continue;
      ms_text_draw (cr, palette, &look, x, y, number.text);
      used = x + width;
    }
}
