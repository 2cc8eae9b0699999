/* SPDX-License-Identifier: MIT */

/* The load of every expert of every layer at one moment: rows are layers, columns experts, colour is the load over an
 * even share, u = c E / N. Dead experts have a colour of their own and are never hidden by others in the same pixel. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/frame.h"
#include "ui/paint/heat.h"
#include "ui/paint/heatmap-words.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <math.h>
#include <stdlib.h>

#define GAPS 9.0 /* cells from this size on stand apart, and a dead one has a cross */

typedef struct {
  MsFrame frame;
  cairo_rectangle_t grid; /* empty: nothing to draw, or no room */
  double names, marks;    /* widths left and right of it; 0: no room */
  double axis;            /* height below it */
} Layout;

static Layout
lay_out (double width, double height, const MsShareMap *map, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale;

  if (map->n_layers < 1 || map->E < 1 || area.width < 4 || area.height < 4)
    return layout;
  layout.names = area.width >= 160 * s ? 54 * s : 0;
  layout.marks = area.width >= 160 * s ? 14 * s : 0;
  layout.axis = area.height >= 70 * s ? 16 * s : 0;
  area.x += layout.names;
  area.width -= layout.names + layout.marks;
  area.height -= layout.axis;
  layout.grid = ms_heat_snap (&area, map->n_layers, map->E);
  return layout;
}

static cairo_rectangle_t
cell_area (const Layout *layout, const MsShareMap *map, int l, int e)
{
  double w = layout->grid.width / map->E, h = layout->grid.height / map->n_layers;

  return (cairo_rectangle_t) { layout->grid.x + e * w, layout->grid.y + l * h, w, h };
}

static double
cell_side (const Layout *layout, const MsShareMap *map)
{
  return MIN (layout->grid.width / map->E, layout->grid.height / map->n_layers);
}

static void
paint_cells (cairo_t *cr, const Layout *layout, const MsShareMap *map, const guint8 *dead, const MsPalette *palette)
{
  g_autofree float *shade = g_new (float, (gsize) map->n_layers * (gsize) map->E);

  for (int l = 0; l < map->n_layers; l++)
    {
      gsize row = (gsize) l * (gsize) map->E;
      float factor = map->total[l] > 0 ? (float) (map->experts[l] / map->total[l]) : NAN;

      for (int e = 0; e < map->E; e++)
        shade[row + (gsize) e] = dead[row + (gsize) e]
                                   ? MS_HEAT_MARK
                                   : ms_share_map_shade (map->load[row + (gsize) e] * factor);
    }
  ms_heat_draw_signed (cr, &layout->grid, shade, map->n_layers, map->E, palette);
}

/* Experts that a layer does not have, and layers whose load was not captured: hatched, neighbours alike at once. */
static void
paint_missing (cairo_t *cr, const Layout *layout, const MsShareMap *map, bool partial, const MsPalette *palette)
{
  for (int l = 0; l < map->n_layers; l++)
    {
      int from = map->total[l] > 0 ? map->experts[l] : 0, next = l + 1;

      while (next < map->n_layers && (map->total[next] > 0 ? map->experts[next] : 0) == from)
        next++;

      cairo_rectangle_t first = cell_area (layout, map, l, from);
      cairo_rectangle_t area = { first.x, first.y, layout->grid.x + layout->grid.width - first.x,
                                 (next - l) * first.height };

      if (from == 0)
        ms_frame_missing (cr, &area, palette, partial ? "not computed yet" : "load not captured");
      else if (from < map->E)
        ms_draw_hatch (cr, &area, ms_colour_alpha (palette->missing, 0.6), 8, 1);
      l = next - 1;
    }
}

static void
paint_gaps (cairo_t *cr, const Layout *layout, const MsShareMap *map, const MsPalette *palette)
{
  const cairo_rectangle_t *grid = &layout->grid;
  cairo_rectangle_t cell = cell_area (layout, map, 0, 0);

  for (int e = 1; cell.width >= GAPS && e < map->E; e++)
    ms_draw_rule (cr, grid->x + e * cell.width - 1, grid->y, 1, grid->height, palette->panel);
  for (int l = 1; cell.height >= GAPS && l < map->n_layers; l++)
    ms_draw_rule (cr, grid->x, grid->y + l * cell.height - 1, grid->width, 1, palette->panel);
}

static void
paint_cross (cairo_t *cr, const cairo_rectangle_t *cell, const MsPalette *palette)
{
  double x = cell->x + cell->width / 2 - 0.5, y = cell->y + cell->height / 2 - 0.5;
  double arm = MIN (5 * palette->scale, 0.3 * MIN (cell->width, cell->height));

  cairo_move_to (cr, x - arm, y - arm);
  cairo_line_to (cr, x + arm, y + arm);
  cairo_move_to (cr, x + arm, y - arm);
  cairo_line_to (cr, x - arm, y + arm);
  cairo_set_line_width (cr, 1.4);
  ms_draw_colour (cr, palette->panel);
  cairo_stroke (cr);
}

/* Where cells are large enough: a cross in those of dead experts, u in the others. */
static void
paint_values (cairo_t *cr, const Layout *layout, const MsShareMap *map, const guint8 *dead, const MsPalette *palette)
{
  cairo_rectangle_t first = cell_area (layout, map, 0, 0);
  bool numbers = first.width >= 32 * palette->scale && first.height >= 15 * palette->scale;

  for (int l = 0; cell_side (layout, map) >= GAPS && l < map->n_layers; l++)
    for (int e = 0; e < map->experts[l]; e++)
      {
        cairo_rectangle_t cell = cell_area (layout, map, l, e);
        double u = ms_share_map_value (map, l, e);
        MsColour ground = ms_palette_diverging (palette, (double) ms_share_map_shade ((float) u));
        MsText look = { MS_TEXT_SMALL, ms_colour_ink (ground), .ax = 0.5, .ay = 0.5 };

        if (dead[(gsize) l * (gsize) map->E + (gsize) e])
          paint_cross (cr, &cell, palette);
        else if (numbers && isfinite (u))
          ms_text_draw (cr, palette, &look, cell.x + cell.width / 2, cell.y + cell.height / 2,
                        ms_number_fixed (u, u < 99.5 ? 2 : 0).text);
      }
}

/* Layers by their blocks, as many as do not touch, and those with an alert on the other side. */
static void
paint_layers (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsShareMap *map, const MsPalette *palette)
{
  double pitch = layout->grid.height / map->n_layers, s = palette->scale, drawn = -INFINITY, marked = -INFINITY;
  int chosen = CLAMP (scene->selection.layer, 0, map->n_layers - 1);
  g_autofree const MsAlert **alerts = ms_heatmap_alerts (scene, map);

  for (int l = 0; layout->names > 0 && l < map->n_layers; l++)
    {
      double y = layout->grid.y + (l + 0.5) * pitch;
      MsText look = { l == chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, l == chosen ? palette->accent : palette->muted,
                      .ax = 1, .ay = 0.5 };
      bool room = y >= drawn + 11 * s && (l == chosen || abs (chosen - l) * pitch >= 11 * s);
      char name[32];

      if (map->member[l] >= 0)
        g_snprintf (name, sizeof name, "m %d · b %d", map->member[l], map->block[l]);
      else
        g_snprintf (name, sizeof name, "block %d", map->block[l]);
      if (room)
        ms_text_draw (cr, palette, &look, layout->grid.x - 6 * s, y, name);
      drawn = room ? y : drawn;
      if (y >= marked + MIN (4, pitch) && alerts[l] != NULL)
        {
          ms_draw_warning (cr, layout->grid.x + layout->grid.width + layout->marks / 2 + 1, y,
                         MIN (8 * s, MAX (3, pitch)), palette);
          marked = y;
        }
    }
}

static void
paint_experts (cairo_t *cr, const Layout *layout, const MsShareMap *map, const MsPalette *palette)
{
  const cairo_rectangle_t *grid = &layout->grid;
  double s = palette->scale, y = grid->y + grid->height + 3 * s;
  MsAxis axis = { -0.5, map->E - 0.5, grid->x, grid->x + grid->width };
  MsTicks ticks = ms_ticks (0, MAX (1, map->E - 1), MAX (2, (int) (grid->width / (26 * s))), true);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1 };

  if (layout->axis <= 0)
    return;
  ticks.n = MIN (ticks.n, map->E);
  ms_axis_draw_x (cr, palette, &axis, &ticks, y, grid->x - 4, grid->x + grid->width + 4);
  if (layout->names > 0)
    ms_text_draw (cr, palette, &look, grid->x - 6 * s, y, "expert");
}

static void
paint_chosen (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsShareMap *map, const MsPalette *palette)
{
  int l = CLAMP (scene->selection.layer, 0, map->n_layers - 1), e = scene->selection.expert;
  cairo_rectangle_t area = cell_area (layout, map, l, MAX (0, e));

  if (e < 0 || e >= map->experts[l])
    return;
  area.width = MAX (3, area.width - (area.width >= GAPS));
  area.height = MAX (3, area.height - (area.height >= GAPS));
  ms_draw_outline (cr, &area, palette, palette->outline, 2);
}

static double
key_width (const MsPalette *palette)
{
  return 280 * palette->scale;
}

/* Colours with their numbers, and what dead experts look like. */
static void
paint_key (cairo_t *cr, const Layout *layout, double room, const MsPalette *palette)
{
  static const struct {
    float u;
    const char *label;
  } stops[] = { { 0, "0" }, { 0.5f, "½" }, { 1, "1" }, { 2, "2" }, { 4, "≥ 4" } };
  double s = palette->scale, x = layout->frame.foot.x, y = layout->frame.foot.y + layout->frame.foot.height / 2;
  MsText label = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };

  if (layout->frame.foot.height <= 0 || room < 200 * s)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      MsColour colour = ms_palette_diverging (palette, (double) ms_share_map_shade (stops[i].u));
      cairo_rectangle_t swatch = { round (x), round (y - 7 * s), 26 * s, 14 * s };
      MsText look = { MS_TEXT_SMALL, ms_colour_ink (colour), .ax = 0.5, .ay = 0.5 };

      ms_draw_rect (cr, &swatch, colour);
      ms_text_draw (cr, palette, &look, swatch.x + swatch.width / 2, y, stops[i].label);
      x += swatch.width;
    }
  x += 6 * s;
  x += ms_text_draw (cr, palette, &label, x, y, "× even share") + 10 * s;
  if (x + 50 * s > layout->frame.foot.x + room)
    return;

  cairo_rectangle_t swatch = { round (x), round (y - 6 * s), 12 * s, 12 * s };

  ms_draw_rect (cr, &swatch, palette->outline);
  paint_cross (cr, &swatch, palette);
  ms_text_draw (cr, palette, &label, x + 16 * s, y, "dead");
}

/* The largest u of a layer; NaN: not captured. */
static double
largest_of (const MsShareMap *map, int l)
{
  const float *load = map->load + (gsize) l * (gsize) map->E;
  int most = 0;

  for (int e = 1; e < map->experts[l]; e++)
    most = load[e] > load[most] ? e : most;
  return ms_share_map_value (map, l, most);
}

/* The moment, and the layer that is most uneven. */
static double
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsShareMap *map, const guint8 *dead,
             const MsPalette *palette)
{
  char figures[4][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };
  g_autofree char *moment = ms_share_map_moment (map);
  int worst = 0, n_dead = 0;
  double most = NAN;

  for (int l = 0; l < map->n_layers; l++)
    {
      double u = largest_of (map, l);

      for (int e = 0; e < map->experts[l]; e++)
        n_dead += dead[(gsize) l * (gsize) map->E + (gsize) e];
      if (!isfinite (u) || u <= most)
        continue;
      most = u;
      worst = l;
    }
  if (map->n_layers > 0)
    {
      g_strlcpy (figures[0], moment, 96);
      if (isfinite (most))
        g_snprintf (figures[1], 96, "max violation %s in %s", ms_number_fixed (most - 1, 2).text,
                    ms_share_map_layer_name (map, worst).text);
      if (n_dead > 0)
        g_snprintf (figures[2], 96, "%s dead", ms_number_count (n_dead).text);
      g_snprintf (figures[3], 96, "%d layers, up to %d experts", map->n_layers, map->E);
    }
  return ms_frame_paint (cr, &layout->frame, palette, scene, "Layer × expert", list, key_width (palette));
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_autoptr (MsShareMap) map = ms_share_map_new (scene);
  g_autofree guint8 *dead = ms_share_map_dead (map, scene->history, ms_heatmap_window (scene));
  Layout layout = lay_out (width, height, map, palette);
  double room = paint_frame (cr, &layout, scene, map, dead, palette);

  if (map->n_layers < 1 && scene->record == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see how experts are loaded");
  else if (map->n_layers < 1)
    ms_frame_empty (cr, &layout.frame, palette, "No routed layer",
                    "This model is dense: every token takes the same path");
  if (layout.grid.width <= 0)
    return;
  paint_cells (cr, &layout, map, dead, palette);
  paint_missing (cr, &layout, map, scene->stage.partial, palette);
  paint_gaps (cr, &layout, map, palette);
  paint_values (cr, &layout, map, dead, palette);
  paint_layers (cr, &layout, scene, map, palette);
  paint_experts (cr, &layout, map, palette);
  paint_chosen (cr, &layout, scene, map, palette);
  paint_key (cr, &layout, room, palette);
  if (hover != NULL && hover->kind != MS_SPOT_NOTHING)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_autoptr (MsShareMap) map = ms_share_map_new_shape (scene);
  Layout layout = lay_out (width, height, map, palette);
  cairo_rectangle_t rows = layout.grid, head = layout.frame.head;

  *spot = MS_SPOT_NONE;
  if (layout.grid.width <= 0)
    return false;
  rows.x -= layout.names;
  rows.width += layout.names + layout.marks;
  if (ms_inside (&rows, x, y))
    {
      spot->kind = MS_SPOT_LAYER;
      spot->layer = MIN (map->n_layers - 1, (int) ((y - rows.y) / rows.height * map->n_layers));
      if (ms_inside (&layout.grid, x, y))
        spot->expert = MIN (map->E - 1, (int) ((x - layout.grid.x) / layout.grid.width * map->E));
      spot->area = cell_area (&layout, map, spot->layer, MAX (0, spot->expert));
      if (spot->expert >= 0 && spot->expert < map->experts[spot->layer])
        spot->kind = MS_SPOT_EXPERT;
      else
        {
          spot->expert = MS_NONE;
          spot->area.x = layout.grid.x;
          spot->area.width = layout.grid.width;
        }
      return true;
    }
  if (head.height > 0 && ms_inside (&head, x, y) && x > head.x + 0.25 * head.width)
    {
      spot->kind = MS_SPOT_FIGURES;
      spot->area = (cairo_rectangle_t) { head.x + 0.25 * head.width, head.y + 8, 0.75 * head.width, head.height - 14 };
      return true;
    }
  return false;
}

static bool
applies (const MsScene *scene)
{
  return (scene->record != NULL && scene->record->n_routing > 0)
         || (scene->history != NULL && scene->history->n_points > 0 && scene->history->n_layers > 0);
}

const MsPainter ms_painter_heatmap = {
  .name = "heatmap",
  .title = "Layer × expert",
  .help = "The load of every expert of every layer over an even share; in small cells what is farthest from even shows",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_heatmap_describe,
  .table = ms_heatmap_table,
  .sample = ms_sample_layers,
};
