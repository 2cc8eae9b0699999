/* SPDX-License-Identifier: MIT */

#include "ui/paint/strip.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <string.h>

#define HOTTEST 2.0 /* times the fair share: the colour scale ends here, so that a colour always means the same */
#define SHADES 256
#define BLOCK 16
#define CELL 8.0 /* a step is at most this wide: a young run grows from the left instead of being stretched */

typedef struct {
  cairo_rectangle_t cells; /* all of the area but the step axis; only its left part is filled in a young run */
  MsAxis steps;
  int layer, E, rows;      /* rows < E: several experts share one, the hottest shows */
  double axis_height;
} Layout;

static int
history_layer (const MsScene *scene)
{
  const MsHistory *history = scene->history;

  if (history == NULL || history->n_points < 1 || history->n_layers < 1)
    return MS_NONE;
  return CLAMP (scene->selection.layer, 0, history->n_layers - 1);
}

int
ms_strip_rows (const MsScene *scene)
{
  int layer = history_layer (scene);

  return layer < 0 ? 0 : scene->history->layer_experts[layer];
}

static Layout
lay_out (const cairo_rectangle_t *area, const MsScene *scene)
{
  const MsHistory *history = scene->history;
  Layout layout = { .layer = history_layer (scene), .axis_height = 16 };

  if (layout.layer < 0 || area->width < 4 || area->height < 24)
    return layout;
  layout.E = history->layer_experts[layout.layer];
  layout.cells = *area;
  layout.cells.height = floor (area->height - layout.axis_height);
  layout.rows = MIN (layout.E, (int) layout.cells.height);

  double first = (double) history->points[0].first_step - 1;
  double last = (double) history->points[history->n_points - 1].last_step;
  double wanted = area->width / CELL * (last - first) / history->n_points;

  layout.steps = (MsAxis) { first, MAX (last, first + wanted), area->x, area->x + area->width };
  return layout;
}

/* The points that stand for the steps of one pixel column: [*from, *to), at least one. */
static void
points_at (const MsHistory *history, const Layout *layout, int column, int *from, int *to)
{
  double start = ms_axis_value (&layout->steps, layout->cells.x + column);
  double end = ms_axis_value (&layout->steps, layout->cells.x + column + 1);
  int i = *to > 0 ? *to - 1 : 0;

  while (i + 1 < history->n_points && (double) history->points[i].last_step <= start)
    i++;
  *from = i;
  while (i + 1 < history->n_points && (double) history->points[i].last_step < end)
    i++;
  *to = i + 1;
  /* A column that only touches its last point belongs to the ones before. */
  if (*to - *from > 1 && (double) history->points[*to - 1].first_step - 1 >= end - 1e-9)
    *to -= 1;
}

/* Mean loads of the points [from, to) -> @sum (E); returns their total. */
static double
sum_points (const MsHistory *history, const Layout *layout, int from, int to, float *sum)
{
  double total = 0;

  memset (sum, 0, (gsize) layout->E * sizeof *sum);
  for (int i = from; i < to; i++)
    {
      const float *load = history->load + ((gsize) i * (gsize) history->n_layers + (gsize) layout->layer)
                                              * (gsize) history->E;

      for (int e = 0; e < layout->E; e++)
        sum[e] += load[e];
    }
  for (int e = 0; e < layout->E; e++)
    total += (double) sum[e];
  return total;
}

/* Up to BLOCK neighbouring columns: their loads, and what turns a load into a shade. */
typedef struct {
  int n;
  float *sum; /* borrowed, (BLOCK, E) */
  float factor[BLOCK];
  bool repeats[BLOCK]; /* the same points as the column before */
} Block;

static void
gather_block (Block *block, const MsHistory *history, const Layout *layout, int first, int columns, int *from, int *to)
{
  block->n = MIN (BLOCK, columns - first);
  for (int i = 0; i < block->n; i++)
    {
      int old_from = *from, old_to = *to;
      double total;

      points_at (history, layout, first + i, from, to);
      block->repeats[i] = i > 0 && *from == old_from && *to == old_to;
      if (block->repeats[i])
        continue;
      total = sum_points (history, layout, *from, *to, block->sum + (gsize) i * (gsize) layout->E);
      block->factor[i] = total > 0 ? (float) (layout->E / total / HOTTEST * (SHADES - 1)) : 0;
    }
}

/* Row by row, so that a cache line is written at once. */
static void
fill_block (guint32 *pixels, int stride, const Layout *layout, const Block *block, const guint32 *shades)
{
  for (int r = 0; r < layout->rows; r++)
    {
      int e0 = (int) ((gint64) r * layout->E / layout->rows), e1 = (int) ((gint64) (r + 1) * layout->E / layout->rows);
      guint32 *pixel = pixels + (gsize) r * (gsize) stride;

      for (int i = 0; i < block->n; i++)
        {
          const float *sum = block->sum + (gsize) i * (gsize) layout->E;
          float most = sum[e0];

          if (block->repeats[i])
            {
              pixel[i] = pixel[i - 1];
              continue;
            }
          for (int e = e0 + 1; e < e1; e++)
            most = MAX (most, sum[e]);
          pixel[i] = shades[(int) CLAMP (most * block->factor[i] + 0.5f, 0, SHADES - 1)];
        }
    }
}

static void
paint_cells (cairo_t *cr, const Layout *layout, const MsHistory *history, const MsPalette *palette)
{
  double last = (double) history->points[history->n_points - 1].last_step;
  int columns = (int) CLAMP (ceil (ms_axis_at (&layout->steps, last) - layout->cells.x), 1, layout->cells.width);
  g_autofree guint32 *pixels = g_new (guint32, (gsize) columns * (gsize) layout->rows);
  g_autofree float *sum = g_new (float, (gsize) BLOCK * (gsize) layout->E);
  cairo_rectangle_t area = { layout->cells.x, layout->cells.y, columns, layout->cells.height };
  Block block = { .sum = sum };
  guint32 shades[SHADES];
  int from = 0, to = 0;

  for (int i = 0; i < SHADES; i++)
    shades[i] = ms_colour_pixel (ms_palette_sequential (palette, i / (SHADES - 1.0)));
  for (int c = 0; c < columns; c += BLOCK)
    {
      gather_block (&block, history, layout, c, columns, &from, &to);
      fill_block (pixels + c, columns, layout, &block, shades);
    }
  ms_draw_pixels (cr, pixels, columns, layout->rows, &area, CAIRO_FILTER_NEAREST);
}

/* Thin gaps between the rows, numbers on the left as far as they do not touch. */
static void
paint_rows (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  double pitch = layout->cells.height / layout->E, s = palette->scale;
  int every = 1;

  for (int i = 0; every * pitch < 11 * s; i++)
    every = i % 3 == 0 ? every * 2 : i % 3 == 1 ? every * 5 / 2 : every * 2;
  for (int e = 0; e < layout->E; e += every)
    {
      bool chosen = scene->selection.expert == e;
      MsText look = { MS_TEXT_SMALL, chosen ? palette->accent : palette->muted, .ax = 1, .ay = 0.5 };

      if (layout->cells.x >= 34 * s)
        ms_text_draw (cr, palette, &look, layout->cells.x - 6 * s, layout->cells.y + (e + 0.5) * pitch,
                      ms_number_count (e).text);
    }
  for (int e = 1; pitch >= 7 && e < layout->E; e++)
    ms_draw_rule (cr, layout->cells.x, layout->cells.y + e * pitch - 1, layout->cells.width, pitch >= 12 ? 2 : 1,
                  palette->panel);
}

static void
paint_axis (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  double right = layout->cells.x + layout->cells.width, y = layout->cells.y + layout->cells.height + 2;
  MsTicks ticks = ms_ticks (layout->steps.v0, layout->steps.v1, MAX (2, (int) (layout->cells.width / 90)), true);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1 };

  ms_axis_draw_x (cr, palette, &layout->steps, &ticks, y, layout->cells.x, right);
  if (layout->cells.x >= 34 * palette->scale)
    ms_text_draw (cr, palette, &look, layout->cells.x - 6 * palette->scale, y, "step");
  if (scene->selection.step >= 0 && (double) scene->selection.step >= layout->steps.v0
      && (double) scene->selection.step <= layout->steps.v1)
    ms_draw_rule (cr, ms_axis_at (&layout->steps, (double) scene->selection.step) - 1, layout->cells.y - 3, 2,
                  layout->cells.height + 6, palette->accent);
}

void
ms_strip_paint (cairo_t *cr, const cairo_rectangle_t *area, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = lay_out (area, scene);

  if (layout.rows < 1)
    return;
  paint_cells (cr, &layout, scene->history, palette);
  paint_rows (cr, &layout, scene, palette);
  paint_axis (cr, &layout, scene, palette);
}

double
ms_strip_key_width (const MsPalette *palette)
{
  return 250 * palette->scale;
}

void
ms_strip_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double width)
{
  double s = palette->scale, bar = 72 * s;
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  guint32 shades[48];
  cairo_rectangle_t area;

  if (width < 210 * s)
    return;
  x += ms_text_draw (cr, palette, &look, x, middle, "load per step:  0") + 6 * s;
  area = (cairo_rectangle_t) { round (x), round (middle - 4 * s), bar, 8 * s };
  for (int i = 0; i < 48; i++)
    shades[i] = ms_colour_pixel (ms_palette_sequential (palette, i / 47.0));
  ms_draw_pixels (cr, shades, 48, 1, &area, CAIRO_FILTER_NEAREST);
  /* Half of the scale is the fair share. */
  ms_draw_rule (cr, area.x + bar / 2, area.y - 2 * s, 1, area.height + 4 * s, palette->text);
  ms_text_draw (cr, palette, &look, area.x + bar + 6 * s, middle, "≥ 2 × fair");
}

bool
ms_strip_pick (const cairo_rectangle_t *area, const MsScene *scene, double x, double y, MsSpot *spot)
{
  Layout layout = lay_out (area, scene);
  const MsHistory *history = scene->history;
  double step;
  int i = 0;

  if (layout.rows < 1 || !ms_inside (&layout.cells, x, y))
    return false;
  step = ms_axis_value (&layout.steps, x);
  while (i < history->n_points && (double) history->points[i].last_step <= step)
    i++;
  if (i == history->n_points)
    return false;

  double pitch = layout.cells.height / layout.E,
         x0 = ms_axis_at (&layout.steps, (double)history->points[i].first_step - 1);
  double x1 = ms_axis_at (&layout.steps, (double) history->points[i].last_step);

  spot->kind = MS_SPOT_STEP;
  spot->step = history->points[i].last_step;
  spot->expert = MIN (layout.E - 1, (int) ((y - layout.cells.y) / pitch));
  spot->area = (cairo_rectangle_t) { x0, layout.cells.y + spot->expert * pitch, MAX (1, x1 - x0), MAX (1, pitch) };
  return true;
}

char *
ms_strip_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsHistory *history = scene->history;
  int layer = history_layer (scene), i = 0;
  double total = 0;

  if (layer < 0 || spot->expert < 0 || spot->expert >= history->layer_experts[layer])
    return g_strdup ("");
  while (i < history->n_points && history->points[i].last_step < spot->step)
    i++;
  if (i == history->n_points)
    return g_strdup ("");

  const MsHistoryPoint *point = &history->points[i];
  const float *load = history->load + ((gsize) i * (gsize) history->n_layers + (gsize) layer) * (gsize) history->E;
  GString *text = g_string_new (NULL);

  for (int e = 0; e < history->E; e++)
    total += (double) load[e];
  if (point->first_step == point->last_step)
    g_string_append_printf (text, "step %s", ms_number_count (point->last_step).text);
  else
    g_string_append_printf (text, "mean of steps %s to %s", ms_number_count (point->first_step).text,
                            ms_number_count (point->last_step).text);
  g_string_append_printf (text, "\nexpert %d, block %d", spot->expert, history->layer_block[layer]);
  if (total > 0)
    g_string_append_printf (
      text, "\n%s %% of %s, %s × the fair share",
      ms_number_fixed (100 * (double)load[spot->expert] / total, 1).text,
      ms_scene_soft (scene) ? "the combine weight" : "assignments",
      ms_number_fixed ((double)load[spot->expert] * history->layer_experts[layer] / total, 2).text);
  return g_string_free (text, FALSE);
}
