/* SPDX-License-Identifier: MIT */

/* A plane task: what the model says at each place, and beside it which expert decides there. The data points lie on
 * both; a class has a colour and a shape. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/markers.h"
#include "ui/paint/plane-words.h"
#include "ui/paint/sample.h"
#include "ui/paint/territory.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

typedef struct {
  cairo_rectangle_t plot;
  MsAxis x, y;
} Panel;

typedef struct {
  MsFrame frame;
  int n; /* panels: 0 nothing to show, 1 classes only, 2 classes and experts */
  Panel panel[2];
  double title; /* height above each plot */
} Layout;

/* The rectangle of the plane that is shown: the surface's, or that of the points. */
static bool
find_range (const MsRecord *record, double *x0, double *x1, double *y0, double *y1)
{
  const MsSurface *surface = record->surface;

  if (surface != NULL)
    {
      *x0 = surface->x0;
      *x1 = surface->x1;
      *y0 = surface->y0;
      *y1 = surface->y1;
      return *x1 > *x0 && *y1 > *y0;
    }
  *x0 = *y0 = INFINITY;
  *x1 = *y1 = -INFINITY;
  for (int i = 0; record->points != NULL && i < record->n_points; i++)
    {
      *x0 = MIN (*x0, (double) record->points[2 * i]);
      *x1 = MAX (*x1, (double) record->points[2 * i]);
      *y0 = MIN (*y0, (double) record->points[2 * i + 1]);
      *y1 = MAX (*y1, (double) record->points[2 * i + 1]);
    }
  return *x1 > *x0 && *y1 > *y0;
}

/* Of the plot's shape from the range's own: a little is given up to fill the tile. */
#define STRETCH 1.2

/* The largest plot of the range's shape in the given room, centred. */
static void
place_panel (Layout *layout, int i, cairo_rectangle_t room, const double range[4])
{
  double aspect = (range[1] - range[0]) / (range[3] - range[2]);
  double width = MIN (room.width, room.height * aspect * STRETCH);
  double height = MIN (room.height, width / aspect * STRETCH);
  Panel *panel = &layout->panel[i];

  panel->plot = (cairo_rectangle_t) { round (room.x + (room.width - width) / 2),
                                     round (room.y + (room.height - height) / 2), floor (width), floor (height) };
  panel->x = (MsAxis) { range[0], range[1], panel->plot.x, panel->plot.x + panel->plot.width };
  panel->y = (MsAxis) { range[2], range[3], panel->plot.y + panel->plot.height, panel->plot.y };
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  const MsRecord *record = scene->record;
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, range[4], gutter, foot;

  if (record == NULL || !record->plane || area.width < 12 || area.height < 12
      || !find_range (record, &range[0], &range[1], &range[2], &range[3]))
    return layout;
  layout.n = ms_territory_of (scene) != NULL ? 2 : 1;
  layout.title = area.height >= 140 * s ? 18 * s : 0;
  gutter = area.width >= 260 * s && area.height >= 160 * s ? 30 * s : 0;
  foot = gutter > 0 ? 16 * s : 0;

  /* Side by side or one above the other: whichever draws larger. Beside the first, the second needs no numbers. */
  double between = 14 * s, aspect = (range[1] - range[0]) / (range[3] - range[2]);
  double half_w = (area.width - gutter - between) / 2, whole_w = area.width - gutter;
  double whole_h = area.height - layout.title - foot, half_h = (area.height - between) / 2 - layout.title - foot;
  bool stacked = layout.n == 2 && MIN (whole_w, half_h * aspect) > MIN (half_w, whole_h * aspect);
  cairo_rectangle_t room = { area.x + gutter, area.y + layout.title, layout.n == 1 || stacked ? whole_w : half_w,
                             stacked ? half_h : whole_h };

  if (room.width < 4 || room.height < 4)
    layout.n = 0;
  for (int i = 0; i < layout.n; i++)
    {
      place_panel (&layout, i, room, range);
      room.x += stacked ? 0 : room.width + between;
      room.y += stacked ? room.height + foot + between + layout.title : 0;
    }
  return layout;
}

/* The class's colour, the stronger the surer: nothing at all where all classes are as likely. */
static void
paint_classes (cairo_t *cr, const Panel *panel, const MsSurface *surface, const MsPalette *palette)
{
  int C = surface->C, n = surface->width * surface->height;
  g_autofree guint32 *pixels = g_new (guint32, n);
  g_autofree MsColour *hues = g_new (MsColour, MAX (1, C));

  for (int c = 0; c < C; c++)
    hues[c] = ms_palette_category (palette, c);
  for (int i = 0; i < n; i++)
    {
      const float *p = surface->probs + (gsize) i * (gsize) C;
      int best = 0;

      for (int c = 1; c < C; c++)
        best = p[c] > p[best] ? c : best;

      double sure = C > 1 ? ((double) p[best] - 1.0 / C) / (1 - 1.0 / C) : 1;

      pixels[i] = ms_colour_pixel (ms_colour_mix (palette->panel, hues[best], 0.06 + 0.54 * CLAMP (sure, 0, 1)));
    }
  ms_draw_pixels (cr, pixels, surface->width, surface->height, &panel->plot, CAIRO_FILTER_BILINEAR);
}

static void
paint_axes (cairo_t *cr, const Layout *layout, const Panel *panel, bool numbers_left, const MsPalette *palette)
{
  const cairo_rectangle_t *plot = &panel->plot;
  double s = palette->scale, line = ms_text_height (palette, MS_TEXT_SMALL);
  MsTicks across = ms_ticks (panel->x.v0, panel->x.v1, MAX (2, (int) (plot->width / 60)), false);
  MsTicks up = ms_ticks (panel->y.v0, panel->y.v1, MAX (2, (int) (plot->height / (3 * line))), false);

  cairo_rectangle (cr, plot->x + 0.5, plot->y + 0.5, plot->width - 1, plot->height - 1);
  cairo_set_line_width (cr, 1);
  ms_draw_colour (cr, palette->grid);
  cairo_stroke (cr);
  if (plot->y + plot->height + 14 * s > layout->frame.content.y + layout->frame.content.height)
    return;
  ms_axis_draw_x (cr, palette, &panel->x, &across, plot->y + plot->height + 2, plot->x, plot->x + plot->width);
  for (int i = 0; numbers_left && plot->x - layout->frame.content.x >= 26 * s && i < up.n; i++)
    {
      double y = ms_axis_at (&panel->y, ms_ticks_value (&up, i));
      MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5 };

      if (y < plot->y + line / 2 || y > plot->y + plot->height - line / 2)
        continue;
      ms_text_draw (cr, palette, &look, plot->x - 5 * s, y, ms_ticks_label (&up, i).text);
    }
}

static void
paint_title (cairo_t *cr, const Layout *layout, const Panel *panel, const char *title, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = panel->plot.width };

  if (layout->title > 0)
    ms_text_draw (cr, palette, &look, panel->plot.x, panel->plot.y - 9 * palette->scale, title);
}

/* By class where the classes are shown; beside that only where they are. Larger where there is room. */
static void
paint_points (cairo_t *cr, const Panel *panel, const MsRecord *record, bool classes, const MsPalette *palette)
{
  MsMarkers markers = { .n = record->n_points, .xy = record->points, .kind = record->point_labels };
  double room = sqrt (panel->plot.width * panel->plot.height / MAX (1, record->n_points));

  if (record->points != NULL && classes)
    ms_markers_draw (cr, &markers, &panel->x, &panel->y, CLAMP (0.22 * room, 1.8, 4.5), palette);
  else if (record->points != NULL)
    ms_markers_dots (cr, &markers, &panel->x, &panel->y, ms_colour_alpha (palette->text, 0.4));
}

/* The same place in both panels. */
static void
paint_hover (cairo_t *cr, const Layout *layout, const MsSpot *hover, const MsPalette *palette)
{
  if (hover == NULL || (hover->kind != MS_SPOT_PLACE && hover->kind != MS_SPOT_POINT))
    return;
  for (int i = 0; i < layout->n; i++)
    {
      double x = ms_axis_at (&layout->panel[i].x, hover->x), y = ms_axis_at (&layout->panel[i].y, hover->y);
      cairo_rectangle_t spot = { x - 4, y - 4, 8, 8 };

      ms_draw_outline (cr, &spot, palette, palette->outline, 1.5);
    }
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  const MsRecord *record = scene->record;
  const MsSurface *surface = record != NULL ? record->surface : NULL;
  char figures[4][64] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };

  if (record != NULL && ms_scene_routing (scene) != NULL)
    g_snprintf (figures[0], 64, "block %d", ms_scene_routing (scene)->layer);
  if (record != NULL && record->evaluation != NULL)
    g_snprintf (figures[1], 64, "test error %s %%", ms_number_fixed (100 * record->evaluation->error, 1).text);
  if (record != NULL && record->n_points > 0)
    g_snprintf (figures[2], 64, "%s points", ms_number_count (record->n_points).text);
  if (surface != NULL)
    g_snprintf (figures[3], 64, "%d × %d places", surface->width, surface->height);

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Plane", list, 0.45 * layout->frame.foot.width);

  if (layout->frame.foot.height > 0 && record != NULL && layout->n > 0)
    ms_markers_legend (cr, palette, record, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                       room);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsRecord *record = scene->record;

  paint_frame (cr, &layout, scene, palette);
  if (layout.n < 1)
    {
      if (record == NULL)
        ms_frame_empty (cr, &layout.frame, palette, "No plane yet",
                        "Press Play or Step to see what the model has learnt");
      else if (!record->plane)
        ms_frame_empty (cr, &layout.frame, palette, "Not a plane", "This task's inputs are not points of a plane");
      else if (layout.frame.content.height > 12)
        ms_frame_missing (cr, &layout.frame.content, palette, "this record holds no surface");
      return;
    }
  paint_title (cr, &layout, &layout.panel[0], "class, stronger where surer", palette);
  if (record->surface != NULL && record->surface->probs != NULL && record->surface->C > 0)
    paint_classes (cr, &layout.panel[0], record->surface, palette);
  else
    ms_frame_missing (cr, &layout.panel[0].plot, palette, "surface not captured");
  if (layout.n > 1)
    {
      ms_territory_borders (cr, scene, &layout.panel[0].plot, palette);
      paint_title (cr, &layout, &layout.panel[1],
                   ms_scene_soft (scene) ? "expert with most weight" : "expert asked first", palette);
      ms_territory_fill (cr, scene, &layout.panel[1].plot, palette);
      ms_territory_borders (cr, scene, &layout.panel[1].plot, palette);
    }
  paint_points (cr, &layout.panel[0], record, true, palette);
  for (int i = 0; i < layout.n; i++)
    paint_axes (cr, &layout, &layout.panel[i], i == 0 || layout.panel[i].plot.y > layout.panel[0].plot.y, palette);
  if (layout.n > 1)
    {
      paint_points (cr, &layout.panel[1], record, false, palette);
      ms_territory_numbers (cr, scene, &layout.panel[1].plot, palette);
    }
  paint_hover (cr, &layout, hover, palette);
}

/* The point under the pointer, the nearest if several; MS_NONE. */
static int
pick_point (const Panel *panel, const MsRecord *record, double x, double y)
{
  double best = 6 * 6;
  int found = MS_NONE;

  for (int i = 0; record->points != NULL && i < record->n_points; i++)
    {
      double dx = ms_axis_at (&panel->x, (double) record->points[2 * i]) - x;
      double dy = ms_axis_at (&panel->y, (double) record->points[2 * i + 1]) - y;

      if (dx * dx + dy * dy < best)
        {
          best = dx * dx + dy * dy;
          found = i;
        }
    }
  return found;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);

  for (int i = 0; i < layout.n; i++)
    {
      const Panel *panel = &layout.panel[i];

      if (!ms_inside (&panel->plot, x, y))
        continue;

      int point = pick_point (panel, scene->record, x, y);

      *spot = MS_SPOT_NONE;
      spot->kind = point >= 0 ? MS_SPOT_POINT : MS_SPOT_PLACE;
      spot->point = point;
      spot->x = point >= 0 ? (double) scene->record->points[2 * point] : ms_axis_value (&panel->x, x);
      spot->y = point >= 0 ? (double) scene->record->points[2 * point + 1] : ms_axis_value (&panel->y, y);
      spot->expert = ms_territory_at (scene, spot->x, spot->y);
      spot->area
        = (cairo_rectangle_t) { ms_axis_at (&panel->x, spot->x) - 4, ms_axis_at (&panel->y, spot->y) - 4, 8, 8 };
      return true;
    }
  return false;
}

static bool
applies (const MsScene *scene)
{
  return scene->record != NULL && scene->record->plane;
}

const MsPainter ms_painter_plane = {
  .name = "plane",
  .title = "Plane",
  .help = "The class that the model gives to each place of the plane, and the expert that decides there",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_plane_describe,
  .table = ms_plane_table,
  .sample = ms_sample_plane,
};
