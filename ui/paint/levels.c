/* SPDX-License-Identifier: MIT */

#include "ui/paint/levels.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"

#include <math.h>

void
ms_levels_axis (cairo_t *cr, const MsLevels *levels, const MsPalette *palette)
{
  const cairo_rectangle_t *plot = &levels->plot;
  double line = ms_text_height (palette, MS_TEXT_SMALL), x = plot->x - 6 * palette->scale;
  MsTicks ticks = ms_ticks (0, levels->axis.v1, MAX (2, (int) (plot->height / (2.6 * line))), false);
  double fair_y = ms_axis_at (&levels->axis, levels->fair), capacity_y = ms_axis_at (&levels->axis, levels->capacity);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5 };
  char label[48];

  for (int i = 0; i < ticks.n; i++)
    {
      double y = ms_axis_at (&levels->axis, ms_ticks_value (&ticks, i));

      ms_draw_rule (cr, plot->x, y - 0.5, plot->width, 1, palette->grid);
      /* The names of the two lines take the place of a number. */
      if (!levels->names || fabs (y - fair_y) < 1.1 * line || fabs (y - capacity_y) < 1.1 * line)
        continue;
      g_snprintf (label, sizeof label, "%s %%", ms_ticks_label (&ticks, i).text);
      ms_text_draw (cr, palette, &look, x, y, label);
    }
}

static void
draw_level (cairo_t *cr, const MsLevels *levels, double value, MsColour colour, const double *dash, int n_dash)
{
  double y = floor (ms_axis_at (&levels->axis, value)) + 0.5;

  cairo_save (cr);
  cairo_set_dash (cr, dash, n_dash, 0);
  cairo_set_line_width (cr, 1.25);
  ms_draw_colour (cr, colour);
  cairo_move_to (cr, levels->plot.x, y);
  cairo_line_to (cr, levels->plot.x + levels->plot.width, y);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Beside the lines; moved apart where these are closer than a line of text. */
static void
draw_names (cairo_t *cr, const MsLevels *levels, const MsPalette *palette, bool capacity)
{
  double line = ms_text_height (palette, MS_TEXT_SMALL), x = levels->plot.x - 6 * palette->scale;
  double fair_y = ms_axis_at (&levels->axis, levels->fair), capacity_y = ms_axis_at (&levels->axis, levels->capacity);
  MsText fair_look = { MS_TEXT_SMALL, palette->text, .ax = 1, .ay = 0.5 };
  MsText capacity_look = { MS_TEXT_SMALL, palette->warning, .ax = 1, .ay = 0.5 };

  if (capacity && fabs (fair_y - capacity_y) < line)
    {
      double middle = (fair_y + capacity_y) / 2, side = levels->capacity < levels->fair ? line / 2 : -line / 2;

      capacity_y = middle + side;
      fair_y = middle - side;
    }
  ms_text_draw (cr, palette, &fair_look, x, fair_y, "fair");
  if (capacity)
    ms_text_draw (cr, palette, &capacity_look, x, capacity_y, "cap.");
}

void
ms_levels_lines (cairo_t *cr, const MsLevels *levels, const MsPalette *palette)
{
  static const double dash[] = { 5, 3 };
  bool capped = isfinite (levels->capacity), above = capped && levels->capacity > levels->axis.v1;

  draw_level (cr, levels, levels->fair, palette->text, dash, 2);
  if (capped && !above)
    draw_level (cr, levels, levels->capacity, palette->warning, NULL, 0);
  if (levels->names)
    draw_names (cr, levels, palette, capped && !above);
  if (levels->names && above)
    {
      MsText look = { MS_TEXT_SMALL, palette->warning, .ax = 1 };
      char label[64];

      g_snprintf (label, sizeof label, "capacity %s %%, above ↑", ms_number_fixed (levels->capacity, 1).text);
      ms_text_draw (cr, palette, &look, levels->plot.x + levels->plot.width, levels->plot.y, label);
    }
}
