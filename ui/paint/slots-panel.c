/* SPDX-License-Identifier: MIT */

#include "ui/paint/slots-panel.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/heat.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <string.h>

#define SUM_TOP 1.25 /* the sums' bars end here; 1 is marked */
#define EXACT 1e-4   /* a softmax in floats sums to 1 much better than this */

MsSlotsPanel
ms_slots_panel_fit (const cairo_rectangle_t *area, const MsSlots *slots, bool combine, const MsPalette *palette)
{
  double s = palette->scale, top = area->y;
  MsSlotsPanel panel = { .combine = combine, .x = area->x, .width = area->width };
  bool words = area->height >= 110 * s && area->width >= 90 * s, sums = area->height >= 60 * s;
  double strip = sums ? 12 * s : 0, gap = sums ? 3 : 0, note = words ? 17 * s : 0;

  if (words)
    {
      panel.title = top + 7 * s;
      top += 19 * s;
    }
  if (sums)
    {
      panel.experts = (cairo_rectangle_t) { area->x, round (top), area->width - strip - gap, round (7 * s) };
      top += panel.experts.height + 2;
    }
  panel.matrix = (cairo_rectangle_t) { area->x, top, area->width - strip - gap,
                                       area->y + area->height - top - strip - gap - note };
  panel.matrix = ms_heat_snap (&panel.matrix, slots->rows, slots->slots);
  if (words)
    panel.note = panel.matrix.y + panel.matrix.height + gap + strip + 10 * s;
  panel.experts.width = panel.experts.height > 0 ? panel.matrix.width : 0;
  panel.experts.x = panel.matrix.x;
  if (sums && combine)
    panel.sums = (cairo_rectangle_t) { panel.matrix.x + panel.matrix.width + gap, panel.matrix.y, round (strip),
                                       panel.matrix.height };
  else if (sums)
    panel.sums = (cairo_rectangle_t) { panel.matrix.x, panel.matrix.y + panel.matrix.height + gap, panel.matrix.width,
                                       round (strip) };
  return panel;
}

static cairo_rectangle_t
columns_area (const cairo_rectangle_t *area, int from, int to, int n)
{
  double pitch = area->width / n;

  return (cairo_rectangle_t) { area->x + from * pitch, area->y, (to - from) * pitch, area->height };
}

static cairo_rectangle_t
rows_area (const cairo_rectangle_t *area, int row, int n)
{
  double pitch = area->height / n;

  return (cairo_rectangle_t) { area->x, area->y + row * pitch, area->width, pitch };
}

/* The experts' colours above their slots, and lines between them where there is room. */
static void
paint_experts (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette)
{
  int per = slots->per_expert, n = slots->slots;
  double width = panel->matrix.width / n * per;

  if (panel->experts.width < 1)
    return;
  for (int s = 0; s < n; s += per)
    {
      cairo_rectangle_t swatch = columns_area (&panel->experts, s, MIN (s + per, n), n);

      swatch.width = MAX (0.5, swatch.width - (width >= 4 ? 1 : 0));
      ms_draw_rect (cr, &swatch, ms_palette_category (palette, ms_slots_expert (slots, s)));
      if (s > 0 && width >= 8)
        ms_draw_rule (cr, swatch.x - 1, panel->matrix.y, 1, panel->matrix.height, palette->panel);
    }
}

/* Each sum as a bar against the mark at 1. A sum that is not 1 is red. */
static void
paint_sums (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette)
{
  const double *sum = panel->combine ? slots->row_sum : slots->column_sum;
  int n = panel->combine ? slots->rows : slots->slots;
  const cairo_rectangle_t *area = &panel->sums;
  double length = panel->combine ? area->height : area->width, depth = panel->combine ? area->width : area->height;
  double one = depth / SUM_TOP, pitch = length / n, gap = pitch >= 4 ? 1 : 0;

  if (length < 1 || depth < 1)
    return;
  for (int wrong = 0; wrong < 2; wrong++)
    {
      for (int i = 0; i < n; i++)
        {
          double size = isnan (sum[i]) ? depth : depth * CLAMP (sum[i] / SUM_TOP, 0, 1);

          if (!(fabs (sum[i] - 1) <= EXACT) != (wrong == 1))
            continue;
          if (panel->combine)
            cairo_rectangle (cr, area->x, area->y + i * pitch, size, pitch - gap);
          else
            cairo_rectangle (cr, area->x + i * pitch, area->y, pitch - gap, size);
        }
      ms_draw_colour (cr, wrong ? palette->warning : ms_colour_mix (palette->panel, palette->muted, 0.55));
      cairo_fill (cr);
    }
  if (panel->combine)
    ms_draw_rule (cr, area->x + one, area->y, 1, area->height, palette->text);
  else
    ms_draw_rule (cr, area->x, area->y + one, area->width, 1, palette->text);
}

static void
paint_words (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette)
{
  double s = palette->scale, worst = panel->combine ? ms_slots_row_fault (slots) : ms_slots_column_fault (slots);
  double most = panel->combine ? slots->most_combine : slots->most_dispatch;
  MsText name = { MS_TEXT_FIGURE, palette->text, .ay = 0.5, .max_width = panel->width };
  MsText small = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  MsText note = { MS_TEXT_SMALL, worst > EXACT ? palette->warning : palette->muted, .ay = 0.5,
                  .max_width = panel->width };
  const char *over = panel->combine ? "softmax over slots →" : "softmax over tokens ↓";
  char text[96];

  if (panel->title <= 0)
    return;

  double used = ms_text_draw (cr, palette, &name, panel->x, panel->title, panel->combine ? "Combine" : "Dispatch");

  small.max_width = panel->width - used - 6 * s;
  if (small.max_width < ms_text_width (palette, MS_TEXT_SMALL, over))
    over += strlen ("softmax ");
  if (small.max_width > 40 * s)
    ms_text_draw (cr, palette, &small, panel->x + used + 6 * s, panel->title, over);
  if (!isfinite (worst))
    g_snprintf (text, sizeof text, "not all weights are numbers");
  else if (worst > EXACT)
    g_snprintf (text, sizeof text, "%s sums are off 1 by up to %s", panel->combine ? "row" : "column",
                ms_number_short (worst, 2).text);
  else
    g_snprintf (text, sizeof text, "each %s sums to 1 · largest %s", panel->combine ? "row" : "column",
                ms_number_fixed (most, 2).text);
  if (isfinite (worst) && worst <= EXACT && ms_text_width (palette, MS_TEXT_SMALL, text) > panel->width)
    g_snprintf (text, sizeof text, "largest %s", ms_number_fixed (most, 2).text);
  ms_text_draw (cr, palette, &note, panel->x, panel->note, text);
}

/* The chosen slot's column and the chosen token's row, in both panels. */
static void
paint_marks (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette)
{
  cairo_rectangle_t column = columns_area (&panel->matrix, slots->slot, slots->slot + 1, slots->slots);
  cairo_rectangle_t row = rows_area (&panel->matrix, slots->token - slots->first, slots->rows);

  if (panel->matrix.width < 24 || panel->matrix.height < 24)
    return;
  ms_draw_outline (cr, panel->combine ? &column : &row, palette, palette->muted, 1);
  ms_draw_outline (cr, panel->combine ? &row : &column, palette, palette->accent, 1.5);
}

void
ms_slots_panel_paint (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette)
{
  ms_heat_draw (cr, &panel->matrix, panel->combine ? slots->combine : slots->dispatch, slots->rows, slots->slots,
                panel->combine ? slots->most_combine : slots->most_dispatch, palette);
  paint_experts (cr, panel, slots, palette);
  paint_sums (cr, panel, slots, palette);
  paint_words (cr, panel, slots, palette);
  paint_marks (cr, panel, slots, palette);
}

static int
index_at (double at, double from, double length, int n)
{
  return CLAMP ((int) ((at - from) / length * n), 0, n - 1);
}

bool
ms_slots_panel_pick (const MsSlotsPanel *panel, const MsSlots *slots, double x, double y, MsSpot *spot)
{
  int column = index_at (x, panel->matrix.x, panel->matrix.width, slots->slots);
  int row = index_at (y, panel->matrix.y, panel->matrix.height, slots->rows);

  if (ms_inside (&panel->matrix, x, y) || (!panel->combine && ms_inside (&panel->sums, x, y)))
    {
      bool cell = ms_inside (&panel->matrix, x, y);

      spot->kind = MS_SPOT_SLOT;
      spot->slot = column;
      spot->expert = ms_slots_expert (slots, column);
      spot->token = cell ? slots->first + row : MS_NONE;
      spot->area = columns_area (cell ? &panel->matrix : &panel->sums, column, column + 1, slots->slots);
      if (cell)
        spot->area = rows_area (&spot->area, row, slots->rows);
    }
  else if (panel->combine && ms_inside (&panel->sums, x, y))
    {
      spot->kind = MS_SPOT_TOKEN;
      spot->token = slots->first + row;
      spot->area = rows_area (&panel->sums, row, slots->rows);
    }
  else if (ms_inside (&panel->experts, x, y))
    {
      int from = column / slots->per_expert * slots->per_expert;

      spot->kind = MS_SPOT_EXPERT;
      spot->expert = ms_slots_expert (slots, column);
      spot->area
        = columns_area (&panel->experts, from, MIN (from + slots->per_expert, slots->slots), slots->slots);
      return true;
    }
  else
    return false;
  spot->example = spot->token >= 0 ? ms_token_example (slots->record, spot->token) : slots->example;
  return true;
}
