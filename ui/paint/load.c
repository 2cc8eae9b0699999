/* SPDX-License-Identifier: MIT */

/* How evenly experts are used: this batch as bars beside the fair share and the capacity, the past as a strip. */
#include "ui/paint/painters.h"

#include "core/metrics/load.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/levels.h"
#include "ui/paint/load-words.h"
#include "ui/paint/sample.h"
#include "ui/paint/strip.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  double labels;           /* height of the experts' numbers under it */
  cairo_rectangle_t strip; /* of the past; empty without one */
  int E;
  double total;            /* assignments */
  MsLevels levels;         /* the bars' plot and axis, and what they are read against */
} Layout;

static double
percent (double part, double total)
{
  return total > 0 ? 100 * part / total : 0;
}

/* The top of the axis holds the largest bar and the fair share, and the capacity unless that would flatten the bars. */
static void
scale_axis (Layout *layout, const MsRouting *routing)
{
  double total = layout->total, top;
  int most = 0;

  for (int e = 0; e < routing->E; e++)
    most = MAX (most, routing->load[e]);
  layout->levels.fair = 100.0 / MAX (1, routing->E);
  layout->levels.capacity = routing->capacity > 0 && total > 0
                         ? percent ((double) routing->capacity * routing->groups, total) : NAN;
  top = MAX (percent (most, total), 1.25 * layout->levels.fair);
  if (layout->levels.capacity <= 1.8 * top)
    top = MAX (top, layout->levels.capacity);
  top *= 1.06;
  layout->levels.axis = (MsAxis) { 0, top, layout->levels.plot.y + layout->levels.plot.height, layout->levels.plot.y };
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  const MsRouting *routing = ms_scene_routing (scene);
  double s = palette->scale;
  cairo_rectangle_t area = layout.frame.content;
  bool past = ms_strip_rows (scene) > 0;

  if (routing == NULL || routing->E < 1 || area.width < 8 || area.height < 8)
    return layout;
  layout.E = routing->E;
  layout.total = ms_load_total (routing);

  double gutter = area.width >= 220 * s ? 40 * s : 0, strip = 0;

  layout.labels = area.height >= 100 * s ? 18 * s : 0;
  if (past && area.height >= 210 * s)
    strip = MAX (0.34 * area.height, MIN (14 * s * ms_strip_rows (scene), 0.44 * area.height));
  layout.levels.plot = (cairo_rectangle_t) { area.x + gutter, area.y + 6 * s, area.width - gutter,
                                             MAX (1, area.height - strip - layout.labels - 6 * s) };
  if (strip > 0)
    layout.strip = (cairo_rectangle_t) { layout.levels.plot.x, area.y + area.height - strip + 10 * s,
                                        layout.levels.plot.width, strip - 10 * s };
  layout.levels.names = gutter > 0;
  scale_axis (&layout, routing);
  return layout;
}

/* A bar stands on whole pixels where there is room; an expert narrower than a pixel shares it. */
static cairo_rectangle_t
bar_area (const Layout *layout, int e, double value)
{
  double pitch = layout->levels.plot.width / layout->E, gap = pitch >= 4 ? MIN (0.24 * pitch, 16) : 0;
  double x0 = layout->levels.plot.x + e * pitch + gap / 2, x1 = x0 + pitch - gap,
         y = ms_axis_at (&layout->levels.axis, value);

  if (pitch >= 4)
    {
      x0 = round (x0);
      x1 = MAX (x0 + 2, round (x1));
    }
  y = MAX (layout->levels.plot.y, y);
  return (cairo_rectangle_t) { x0, y, x1 - x0, layout->levels.axis.p0 - y };
}

static MsColour
bar_colour (const Layout *layout, const MsScene *scene, const MsPalette *palette, int e)
{
  MsColour colour = ms_palette_category (palette, e);

  if (scene->selection.expert >= 0 && scene->selection.expert != e)
    return ms_colour_mix (palette->panel, colour, 0.35);
  return colour;
}

static void
paint_bar (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, int e,
           const MsPalette *palette)
{
  double total = layout->total;
  cairo_rectangle_t bar = bar_area (layout, e, percent (routing->load[e], total));
  cairo_rectangle_t kept = bar_area (layout, e, percent (routing->load[e] - routing->dropped[e], total));
  MsColour colour = bar_colour (layout, scene, palette, e);

  if (bar.height <= 0)
    return;
  if (bar.width >= 8)
    {
      /* Round at the top only. */
      cairo_save (cr);
      cairo_rectangle (cr, kept.x, kept.y, kept.width, kept.height);
      cairo_clip (cr);
      ms_draw_colour (cr, colour);
      ms_draw_rounded (cr, bar.x, bar.y, bar.width, bar.height + 4, 3);
      cairo_fill (cr);
      cairo_restore (cr);
    }
  else
    ms_draw_rect (cr, &kept, colour);
  if (routing->dropped[e] <= 0)
    return;
  bar.height = kept.y - bar.y;
  ms_draw_rect (cr, &bar, ms_colour_mix (palette->panel, colour, 0.22));
  if (bar.width >= 4)
    ms_draw_hatch (cr, &bar, palette->warning, 4, 1.3);
}

/* Too narrow for a colour each: columns of at least a pixel, each as high as the highest expert in it; what was dropped
 * of that is red. */
static void
add_thin_bars (cairo_t *cr, const Layout *layout, const MsRouting *routing, bool dropped)
{
  int columns = MIN (layout->E, MAX (1, (int) layout->levels.plot.width));

  for (int c = 0; c < columns; c++)
    {
      int e0 = (int) ((gint64) c * layout->E / columns), e1 = (int) ((gint64) (c + 1) * layout->E / columns), most = e0;
      double x0 = round (layout->levels.plot.x + c * layout->levels.plot.width / columns);
      double x1 = round (layout->levels.plot.x + (c + 1) * layout->levels.plot.width / columns);

      for (int e = e0 + 1; e < e1; e++)
        most = routing->load[e] > routing->load[most] ? e : most;

      double top = ms_axis_at (&layout->levels.axis, percent (routing->load[most], layout->total));
      double kept
        = ms_axis_at (&layout->levels.axis, percent (routing->load[most] - routing->dropped[most], layout->total));

      if (dropped && kept > top)
        cairo_rectangle (cr, x0, top, x1 - x0, kept - top);
      else if (!dropped && layout->levels.axis.p0 > kept)
        cairo_rectangle (cr, x0, kept, x1 - x0, layout->levels.axis.p0 - kept);
    }
}

static void
paint_thin_bars (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
                 const MsPalette *palette)
{
  int chosen = scene->selection.expert;

  add_thin_bars (cr, layout, routing, false);
  ms_draw_colour (cr, chosen >= 0 ? ms_colour_mix (palette->panel, palette->accent, 0.45) : palette->accent);
  cairo_fill (cr);
  add_thin_bars (cr, layout, routing, true);
  ms_draw_colour (cr, palette->warning);
  cairo_fill (cr);
  if (chosen >= 0 && chosen < layout->E)
    {
      cairo_rectangle_t bar = bar_area (layout, chosen, percent (routing->load[chosen], layout->total));

      bar.width = MAX (2, bar.width);
      ms_draw_rect (cr, &bar, palette->outline);
    }
}

/* One decimal if that fits into every bar, none otherwise: numbers beside each other are equally exact. */
static int
value_decimals (const Layout *layout, const MsRouting *routing, const MsPalette *palette)
{
  double room = bar_area (layout, 0, 0).width - 2;

  for (int e = 0; e < layout->E; e++)
    if (ms_text_width (palette, MS_TEXT_FIGURE,
                       ms_number_fixed (percent (routing->load[e], layout->total), 1).text) > room)
      return 0;
  return 1;
}

static void
paint_values (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
              const MsPalette *palette)
{
  double total = layout->total, line = ms_text_height (palette, MS_TEXT_FIGURE);
  int decimals = value_decimals (layout, routing, palette);

  for (int e = 0; e < layout->E; e++)
    {
      double value = percent (routing->load[e], total);
      double kept = percent (routing->load[e] - routing->dropped[e], total);
      cairo_rectangle_t bar = bar_area (layout, e, kept);
      MsNumber number = ms_number_fixed (value, decimals);
      bool inside = bar.height >= line + 6;
      MsColour ink = inside ? ms_colour_ink (bar_colour (layout, scene, palette, e)) : palette->text;
      MsText look = { MS_TEXT_FIGURE, ink, .ax = 0.5, .ay = 0.5 };
      double y = inside ? layout->levels.axis.p0 - line / 2 - 3 : bar_area (layout, e, value).y - line / 2 - 1;

      if (ms_text_width (palette, MS_TEXT_FIGURE, number.text) <= bar.width - 2)
        ms_text_draw (cr, palette, &look, bar.x + bar.width / 2, y, number.text);
    }
}

/* The experts' numbers, as many as do not touch. */
static void
paint_numbers (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  double pitch = layout->levels.plot.width / layout->E, y = layout->levels.axis.p0 + 4 * palette->scale;
  double widest = ms_text_width (palette, MS_TEXT_FIGURE, ms_number_count (layout->E - 1).text) + 6 * palette->scale;
  int every = MAX (1, (int) ceil (widest / pitch));

  if (layout->labels <= 0)
    return;
  /* Steps that a reader counts in. */
  for (int nice = 1; every > 1; nice *= 10)
    if (every <= nice || every <= 2 * nice || every <= 5 * nice)
      {
        every = every <= nice ? nice : every <= 2 * nice ? 2 * nice : 5 * nice;
        break;
      }
  for (int e = 0; e < layout->E; e += every)
    {
      bool chosen = scene->selection.expert == e;
      MsText look = { every == 1 || chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, chosen ? palette->accent : palette->text,
                      .ax = 0.5 };

      ms_text_draw (cr, palette, &look, layout->levels.plot.x + (e + 0.5) * pitch, y, ms_number_count (e).text);
    }
}

static void
paint_bars (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, const MsPalette *palette)
{
  ms_levels_axis (cr, &layout->levels, palette);
  if (layout->levels.plot.width / layout->E < 4)
    paint_thin_bars (cr, layout, scene, routing, palette);
  else
    for (int e = 0; e < layout->E; e++)
      paint_bar (cr, layout, scene, routing, e, palette);
  ms_levels_lines (cr, &layout->levels, palette);
  /* Nothing fits into less, and looking would cost more than drawing. */
  if (layout->levels.plot.width / layout->E >= 14 * palette->scale)
    paint_values (cr, layout, scene, routing, palette);
  paint_numbers (cr, layout, scene, palette);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
             const MsPalette *palette)
{
  char figures[6][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], figures[4], figures[5], NULL };

  if (routing != NULL)
    {
      MsLoadMetrics metrics = ms_load_of (routing);

      g_snprintf (figures[0], 80, "block %d", routing->layer);
      g_snprintf (figures[1], 80, "max violation %s", ms_number_fixed (metrics.max_violation, 2).text);
      g_snprintf (figures[2], 80, "CV %s", ms_number_fixed (metrics.cv, 2).text);
      g_snprintf (figures[3], 80, "entropy %s", ms_number_fixed (metrics.entropy_normalised, 2).text);
      if (metrics.dead_is_meaningful)
        g_snprintf (figures[4], 80, "%d dead", metrics.dead);
      g_snprintf (figures[5], 80, "%s assignments", ms_number_count ((gint64) metrics.total).text);
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Load", list,
                                layout->strip.height > 0 ? ms_strip_key_width (palette) : 0);

  if (layout->strip.height > 0 && layout->frame.foot.height > 0)
    ms_strip_key (cr, palette, layout->levels.plot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                  room - (layout->levels.plot.x - layout->frame.content.x));
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  const MsRouting *routing = ms_scene_routing (scene);
  Layout layout = lay_out (width, height, scene, palette);

  paint_frame (cr, &layout, scene, routing, palette);
  if (routing == NULL || routing->E < 1)
    {
      if (scene->record == NULL)
        ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see how experts are loaded");
      else
        ms_frame_empty (cr, &layout.frame, palette, "No routed layer",
                        "This model is dense: every token takes the same path");
      return;
    }
  if (layout.E < 1)
    return;
  if (layout.total > 0)
    paint_bars (cr, &layout, scene, routing, palette);
  else
    ms_frame_missing (cr, &layout.levels.plot, palette, "no assignments in this record");
  if (layout.strip.height > 0)
    ms_strip_paint (cr, &layout.strip, scene, palette);
  if (hover != NULL && (hover->kind == MS_SPOT_EXPERT || hover->kind == MS_SPOT_STEP))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsRouting *routing = ms_scene_routing (scene);
  cairo_rectangle_t bars = { layout.levels.plot.x, layout.levels.plot.y, layout.levels.plot.width,
                             layout.levels.plot.height + layout.labels };

  if (layout.E < 1)
    return false;
  *spot = MS_SPOT_NONE;
  if (ms_inside (&bars, x, y))
    {
      spot->kind = MS_SPOT_EXPERT;
      spot->expert = MIN (layout.E - 1, (int) ((x - bars.x) / bars.width * layout.E));
      spot->area = bar_area (&layout, spot->expert, percent (routing->load[spot->expert], layout.total));
      return true;
    }
  return ms_strip_pick (&layout.strip, scene, x, y, spot);
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL && !ms_scene_soft (scene);
}

const MsPainter ms_painter_load = {
  .name = "load",
  .title = "Load",
  .help = "Assignments of each expert in this batch beside the fair share and the capacity, and below them its past",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_load_describe,
  .table = ms_load_table,
  .sample = ms_sample_digits,
};
