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

#define THIN 4 /* an expert narrower than this has no colour of its own */

typedef struct {
  MsFrame frame;
  double labels;           /* height of what stands under it: the experts' numbers, and the members' */
  double caption;          /* middle of the line above that has the formulas; 0: no room */
  int members;             /* whose experts stand apart; 1: all experts are everybody's */
  double gap;              /* between the experts of two members */
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

/* The top of the axis holds the largest bar and the fair share, and the capacity unless that would flatten the bars;
 * @note is the height of the words that then say where it is. */
static void
scale_axis (Layout *layout, const MsRouting *routing, double note)
{
  double total = layout->total, top;
  double most = 0;

  for (int e = 0; e < routing->E; e++)
    most = MAX (most, ms_load_value (routing, e));
  layout->levels.fair = 100.0 / MAX (1, routing->E);
  layout->levels.capacity = routing->capacity > 0 && total > 0
                         ? percent ((double) routing->capacity * routing->groups, total) : NAN;
  top = MAX (percent (most, total), 1.25 * layout->levels.fair);
  if (layout->levels.capacity <= 1.8 * top)
    top = MAX (top, layout->levels.capacity);
  top *= 1.06;
  if (layout->levels.capacity > top && layout->levels.names)
    top *= 1 + MIN (0.4, note / layout->levels.plot.height); /* the words for it stand above all bars */
  layout->levels.axis = (MsAxis) { 0, top, layout->levels.plot.y + layout->levels.plot.height, layout->levels.plot.y };
}

static double
pitch_of (const Layout *layout)
{
  return (layout->levels.plot.width - (layout->members - 1) * layout->gap) / layout->E;
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

  layout.members = routing->M > 1 && routing->E % routing->M == 0 ? routing->M : 1;
  layout.labels = area.height >= 100 * s ? (layout.members > 1 ? 34 : 18) * s : 0;
  if (area.height >= 190 * s && area.width >= 260 * s)
    {
      layout.caption = area.y + 6 * s;
      area.y += 16 * s;
      area.height -= 16 * s;
    }
  if (past && area.height >= 210 * s)
    strip = MAX (0.34 * area.height, MIN (14 * s * ms_strip_rows (scene), 0.44 * area.height));
  layout.levels.plot = (cairo_rectangle_t) { area.x + gutter, area.y + 6 * s, area.width - gutter,
                                             MAX (1, area.height - strip - layout.labels - 6 * s) };
  if (strip > 0)
    layout.strip = (cairo_rectangle_t) { layout.levels.plot.x, area.y + area.height - strip + 10 * s,
                                        layout.levels.plot.width, strip - 10 * s };
  layout.levels.names = gutter > 0;
  if (layout.members > 1)
    layout.gap = CLAMP (0.5 * layout.levels.plot.width / layout.E, 6, 22);
  if (pitch_of (&layout) < THIN) /* thin bars stand side by side */
    layout.gap = 0;
  scale_axis (&layout, routing, ms_text_height (palette, MS_TEXT_SMALL));
  return layout;
}

/* Left edge of an expert's share of the plot. */
static double
expert_x (const Layout *layout, int e)
{
  return layout->levels.plot.x + e * pitch_of (layout) + e / (layout->E / layout->members) * layout->gap;
}

/* The expert at @x; a gap belongs to the expert before it. */
static int
expert_at (const Layout *layout, double x)
{
  int per = layout->E / layout->members, m;
  double part = per * pitch_of (layout) + layout->gap, within;

  m = CLAMP ((int) ((x - layout->levels.plot.x) / part), 0, layout->members - 1);
  within = x - layout->levels.plot.x - m * part;
  return m * per + CLAMP ((int) (within / pitch_of (layout)), 0, per - 1);
}

/* A bar stands on whole pixels where there is room; an expert narrower than a pixel shares it. */
static cairo_rectangle_t
bar_area (const Layout *layout, int e, double value)
{
  double pitch = pitch_of (layout), gap = pitch >= THIN ? MIN (0.24 * pitch, 16) : 0;
  double x0 = expert_x (layout, e) + gap / 2, x1 = x0 + pitch - gap, y = ms_axis_at (&layout->levels.axis, value);

  if (pitch >= THIN)
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
  cairo_rectangle_t bar = bar_area (layout, e, percent (ms_load_value (routing, e), total));
  cairo_rectangle_t kept = bar_area (layout, e, percent (ms_load_value (routing, e) - routing->dropped[e], total));
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
        most = ms_load_value (routing, e) > ms_load_value (routing, most) ? e : most;

      double value = ms_load_value (routing, most);
      double top = ms_axis_at (&layout->levels.axis, percent (value, layout->total));
      double kept = ms_axis_at (&layout->levels.axis, percent (value - routing->dropped[most], layout->total));

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
      cairo_rectangle_t bar = bar_area (layout, chosen, percent (ms_load_value (routing, chosen), layout->total));

      bar.width = MAX (2, bar.width);
      ms_draw_rect (cr, &bar, palette->outline);
    }
}

/* One decimal if that fits into every bar, else none: numbers beside each other are equally exact. -1: not even so. */
static int
value_decimals (const Layout *layout, const MsRouting *routing, const MsPalette *palette)
{
  double room = bar_area (layout, 0, 0).width - 2;
  int decimals = 1;

  for (int e = 0; e < layout->E; e++)
    while (decimals >= 0
           && ms_text_width (palette, MS_TEXT_FIGURE,
                             ms_number_fixed (percent (ms_load_value (routing, e), layout->total), decimals).text)
                > room)
      decimals--;
  return decimals;
}

static void
paint_values (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
              const MsPalette *palette)
{
  double total = layout->total, line = ms_text_height (palette, MS_TEXT_FIGURE);
  int decimals = value_decimals (layout, routing, palette);

  for (int e = 0; e < layout->E && decimals >= 0; e++)
    {
      double value = percent (ms_load_value (routing, e), total);
      double kept = percent (ms_load_value (routing, e) - routing->dropped[e], total);
      cairo_rectangle_t bar = bar_area (layout, e, kept);
      MsNumber number = ms_load_is_masked (routing, e) ? (MsNumber) { "" } : ms_number_fixed (value, decimals);
      bool inside = bar.height >= line + 6;
      MsColour ink = inside ? ms_colour_ink (bar_colour (layout, scene, palette, e)) : palette->text;
      MsText look = { MS_TEXT_FIGURE, ink, .ax = 0.5, .ay = 0.5 };
      double y = inside ? layout->levels.axis.p0 - line / 2 - 3 : bar_area (layout, e, value).y - line / 2 - 1;

      ms_text_draw (cr, palette, &look, bar.x + bar.width / 2, y, number.text);
    }
}

/* Where a bar would stand of an expert that may have none: a closed column, which is no bar of height 0. */
static void
paint_masked (cairo_t *cr, const Layout *layout, const MsRouting *routing, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 0.5, .ay = 0.5 };
  double width = ms_text_width (palette, MS_TEXT_SMALL, "masked"), line = ms_text_height (palette, MS_TEXT_SMALL);

  for (int e = 0; routing->masked != NULL && e < layout->E; e++)
    {
      cairo_rectangle_t column = bar_area (layout, e, INFINITY);
      bool across = column.width >= width + 4;

      if (!ms_load_is_masked (routing, e))
        continue;
      column.width = MAX (1, column.width);
      ms_draw_rect (cr, &column, ms_colour_mix (palette->panel, palette->grid, 0.6));
      if (!across && (column.width < line || column.height < width + 4))
        continue;
      cairo_save (cr);
      cairo_translate (cr, column.x + column.width / 2,
                       column.y + column.height - (across ? line : width) / 2 - 3); /* where bars have their values */
      if (!across)
        cairo_rotate (cr, -G_PI / 2);
      ms_text_draw (cr, palette, &look, 0, 0, "masked");
      cairo_restore (cr);
    }
}

/* The experts' numbers, as many as do not touch; the chosen one's always. */
static void
paint_numbers (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  double pitch = pitch_of (layout), y = layout->levels.axis.p0 + 4 * palette->scale;
  double widest = ms_text_width (palette, MS_TEXT_FIGURE, ms_number_count (layout->E - 1).text) + 6 * palette->scale;
  int every = ms_axis_every (widest / pitch), selected = scene->selection.expert;

  if (layout->labels <= 0)
    return;
  for (int e = 0; e < layout->E; e++)
    {
      bool chosen = selected == e;

      if (!chosen && (e % every != 0 || (selected >= 0 && selected < layout->E && ABS (e - selected) < every)))
        continue;

      MsText look = { every == 1 || chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, chosen ? palette->accent : palette->text,
                      .ax = 0.5 };

      ms_text_draw (cr, palette, &look, expert_x (layout, e) + pitch / 2, y, ms_number_count (e).text);
    }
}

/* A bracket under each member's experts. */
static void
paint_members (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  double s = palette->scale, y = layout->levels.axis.p0 + 20 * s;
  int per = layout->E / layout->members;

  if (layout->members < 2 || layout->labels < 30 * s)
    return;
  for (int m = 0; m < layout->members; m++)
    {
      double x0 = expert_x (layout, m * per) + 2, x1 = expert_x (layout, (m + 1) * per - 1) + pitch_of (layout) - 2;
      bool chosen = m == scene->selection.member;
      MsText look = { chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, chosen ? palette->text : palette->muted, .ax = 0.5 };
      char text[32];

      g_snprintf (text, sizeof text, x1 - x0 >= 60 * s ? "member %d" : "%d", m);
      ms_draw_rule (cr, x0, y - 1, x1 - x0, 1, look.colour);
      ms_text_draw (cr, palette, &look, (x0 + x1) / 2, y + 1 * s, text);
    }
}

/* What the figures in the head are, as many as fit; a tooltip there has them all. */
static void
paint_caption (cairo_t *cr, const Layout *layout, const MsRouting *routing, const MsPalette *palette)
{
  g_autoptr (GString) line = g_string_new (NULL);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };

  if (layout->caption <= 0)
    return;
  for (int i = 0; i <= MS_LOAD_FIGURES; i++)
    {
      gsize before = line->len;

      if (i == MS_LOAD_FIGURES)
        g_string_append_printf (line, " · %s", ms_load_unit (routing));
      else
        g_string_append_printf (line, "%s%s = %s", i > 0 ? " · " : "", ms_load_metric_title (ms_load_figures[i]),
                                ms_load_metric_formula (ms_load_figures[i]));
      if (ms_text_width (palette, MS_TEXT_SMALL, line->str) > layout->frame.content.width)
        {
          g_string_truncate (line, before);
          break;
        }
    }
  ms_text_draw (cr, palette, &look, layout->frame.content.x, layout->caption, line->str);
}

static void
paint_bars (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, const MsPalette *palette)
{
  ms_levels_axis (cr, &layout->levels, palette);
  paint_masked (cr, layout, routing, palette);
  if (pitch_of (layout) < THIN)
    paint_thin_bars (cr, layout, scene, routing, palette);
  else
    for (int e = 0; e < layout->E; e++)
      paint_bar (cr, layout, scene, routing, e, palette);
  ms_levels_lines (cr, &layout->levels, palette);
  /* Nothing fits into less, and looking would cost more than drawing. */
  if (pitch_of (layout) >= 14 * palette->scale)
    paint_values (cr, layout, scene, routing, palette);
  paint_numbers (cr, layout, scene, palette);
  paint_members (cr, layout, scene, palette);
}

static int
shown_layer (const MsScene *scene)
{
  return CLAMP (scene->selection.layer, 0, MAX (0, scene->record->n_routing - 1));
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
             const MsPalette *palette)
{
  char figures[7][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3],
                               figures[4], figures[5], figures[6], NULL };

  if (routing != NULL)
    g_strlcpy (figures[0], ms_routing_name (routing).text, 80);
  if (routing != NULL && ms_stage_time (&scene->stage, shown_layer (scene), MS_STAGE_TOP_K) != MS_STAGE_AHEAD)
    {
      MsLoadMetrics metrics = ms_load_of (routing);
      bool weight = ms_load_is_weight (routing);

      for (int i = 0; i < MS_LOAD_FIGURES; i++)
        g_snprintf (figures[1 + i], 80, "%s %s", ms_load_metric_title (ms_load_figures[i]),
                    ms_number_fixed (ms_load_metric_value (&metrics, ms_load_figures[i]), 2).text);
      if (metrics.dead_is_meaningful && !weight)
        g_snprintf (figures[4], 80, "%d unused", ms_load_unused (routing));
      if (ms_load_masked (routing) > 0)
        g_snprintf (figures[5], 80, "%d masked", ms_load_masked (routing));
      if (weight)
        g_snprintf (figures[6], 80, "combine weight of %s tokens", ms_number_count (routing->T).text);
      else
        g_snprintf (figures[6], 80, "%s assignments", ms_number_count ((gint64) metrics.total).text);
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Load", list,
                                layout->strip.height > 0 ? ms_strip_key_width (palette) : 0);

  /* A layer with an alert has a mark in the margin before the title, which stays where it is: the window puts a button
   * behind it. The head's words tell of the alert. */
  if (ms_load_alert (scene) != NULL && layout->frame.head.height > 0)
    ms_draw_warning (cr, layout->frame.head.x - 8 * palette->scale, layout->frame.head.y + 20 * palette->scale,
                     10 * palette->scale, palette);

  if (layout->strip.height > 0 && layout->frame.foot.height > 0)
    ms_strip_key (cr, palette, layout->levels.plot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                  room - (layout->levels.plot.x - layout->frame.content.x));
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  const MsRouting *routing = ms_scene_routing (scene);
  Layout layout = lay_out (width, height, scene, palette);
  MsRouting until_dispatch;
  g_autofree int *nothing = NULL;

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
  if (ms_stage_time (&scene->stage, shown_layer (scene), MS_STAGE_DISPATCH) == MS_STAGE_AHEAD && routing->slots < 1)
    {
      until_dispatch = *routing; /* nothing is dropped before the places are given out */
      until_dispatch.dropped = nothing = g_new0 (int, routing->E);
      routing = &until_dispatch;
    }
  if (ms_stage_time (&scene->stage, shown_layer (scene), MS_STAGE_TOP_K) == MS_STAGE_AHEAD)
    {
      MsFrame plot = { .content = layout.levels.plot };

      ms_frame_ahead (cr, &plot, palette, scene, MS_STAGE_TOP_K);
    }
  else if (layout.total > 0)
    {
      paint_caption (cr, &layout, routing, palette);
      paint_bars (cr, &layout, scene, routing, palette);
    }
  else
    ms_frame_missing (cr, &layout.levels.plot, palette, "no assignments in this record");
  if (layout.strip.height > 0)
    ms_strip_paint (cr, &layout.strip, scene, palette);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_TOP_K, MS_STAGE_DISPATCH);
  if (hover != NULL && (hover->kind == MS_SPOT_EXPERT || hover->kind == MS_SPOT_STEP || hover->kind == MS_SPOT_FIGURES))
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
  if (ms_inside (&bars, x, y) && ms_stage_time (&scene->stage, shown_layer (scene), MS_STAGE_TOP_K) != MS_STAGE_AHEAD)
    {
      spot->kind = MS_SPOT_EXPERT;
      spot->expert = expert_at (&layout, x);
      spot->area = bar_area (&layout, spot->expert, percent (ms_load_value (routing, spot->expert), layout.total));
      return true;
    }

  cairo_rectangle_t figures = layout.frame.head;

  if (ms_load_alert (scene) == NULL) /* its mark is on the left */
    {
      double title = ms_text_width (palette, MS_TEXT_TITLE, "Load") + 34 * palette->scale; /* and the window's button */

      figures.x += MIN (title, 0.5 * figures.width);
      figures.width -= MIN (title, 0.5 * figures.width);
    }
  figures.y += 8;
  figures.height -= 14;
  if (figures.height > 0 && ms_inside (&figures, x, y))
    {
      spot->kind = MS_SPOT_FIGURES;
      spot->area = figures;
      return true;
    }
  return ms_strip_pick (&layout.strip, scene, x, y, spot);
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL;
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
