/* SPDX-License-Identifier: MIT */

/* All steps of the run in one narrow band: the loss, below it how uneven the load was, above it what was noticed and
 * changed, and a cursor at the step that is looked at. Other branches are faint. */
#include "ui/paint/painters.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/moment.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/timeline-data.h"
#include "ui/paint/timeline-layout.h"
#include "ui/paint/timeline-words.h"

#include <math.h>

#define UNEVEN 3.0 /* the violation at which the strip has its full colour: the same colour always means the same */

static void
paint_lines (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  MsColour faint = ms_colour_mix (palette->panel, palette->muted, 0.6);
  MsLine line;

  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    if (ms_timeline_draws (scene, i))
      {
        const MsBranch *branch = &scene->branches->branch[i];

        line = ms_timeline_line (ms_timeline_other (scene, branch), branch->from);
        ms_line_draw (cr, &line, &layout->steps, &layout->loss, 1.2, faint);
        ms_timeline_line_clear (&line);
      }
  line = ms_timeline_line (scene->history, 0);
  if (isfinite (ms_line_last (&line)))
    ms_line_draw (cr, &line, &layout->steps, &layout->loss, 1.6, palette->accent);
  else
    ms_frame_missing (cr, &layout->plot, palette, "losses not captured");
  ms_timeline_line_clear (&line);
}

/* A column of pixels a colour; where no load was captured, hatched. */
static void
paint_strip (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  double end = ms_timeline_x (layout, scene->history->points[scene->history->n_points - 1].last_step);
  int n = (int) MAX (1, ceil (end - layout->strip.x));
  cairo_rectangle_t area = { layout->strip.x, layout->strip.y, n, layout->strip.height };
  g_autofree float *violation
    = ms_timeline_violations (scene, layout->steps.v0, ms_axis_value (&layout->steps, layout->strip.x + n), n);
  g_autofree guint32 *pixels = g_new (guint32, n);
  MsColour even = ms_palette_sequential (palette, 0), uneven = ms_palette_category (palette, 3);

  for (int c = 0; c < n; c++)
    {
      double t = isnan (violation[c]) ? 0 : CLAMP ((double) violation[c] / UNEVEN, 0, 1);

      pixels[c] = ms_colour_pixel (isnan (violation[c]) ? palette->panel : ms_colour_mix (even, uneven, t));
    }
  ms_draw_pixels (cr, pixels, n, 1, &area, CAIRO_FILTER_NEAREST);
  for (int c = 0; c < n; c++)
    {
      int from = c;

      while (c < n && isnan (violation[c]))
        c++;
      area = (cairo_rectangle_t) { layout->strip.x + from, layout->strip.y, c - from, layout->strip.height };
      if (c > from)
        ms_draw_hatch (cr, &area, palette->missing, 6, 1);
    }
}

static MsColour
alert_colour (const MsPalette *palette, MsAlertKind kind)
{
  switch (kind)
    {
    case MS_ALERT_DEAD: return ms_palette_category (palette, 3);
    case MS_ALERT_DROPPED: return ms_palette_category (palette, 1);
    default: return palette->warning;
    }
}

/* A triangle where an alert was raised, filled while it is not over, and a line as far as it went. */
static void
paint_alerts (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  double s = palette->scale, y = layout->marks.y + 1, side = MIN (8 * s, layout->marks.height - 2), drawn = -INFINITY;
  bool open = false;

  for (int i = 0; scene->alerts != NULL && i < ms_alerts_count (scene->alerts); i++)
    {
      const MsAlert *alert = ms_alerts_at (scene->alerts, i);
      double x = ms_timeline_x (layout, alert->step);

      if (fabs (x - drawn) < 1 && (alert->over >= 0 || open)) /* one that is not over is never hidden */
        continue;
      drawn = x;
      open = alert->over < 0;
      ms_draw_colour (cr, alert_colour (palette, alert->kind));
      if (alert->over >= 0)
        ms_draw_rule (cr, x, y, ms_timeline_x (layout, alert->over) - x, 1, alert_colour (palette, alert->kind));
      cairo_move_to (cr, x - side / 2, y);
      cairo_line_to (cr, x + side / 2, y);
      cairo_line_to (cr, x, y + side);
      cairo_close_path (cr);
      if (alert->over < 0)
        cairo_fill_preserve (cr);
      cairo_set_line_width (cr, 1.2);
      cairo_stroke (cr);
    }
}

/* A diamond where something was changed on the way here. */
static void
paint_changes (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  double drawn = -INFINITY, half = MIN (5 * palette->scale, layout->marks.height / 2);
  double y = layout->marks.y + layout->marks.height / 2;

  for (int i = 0; scene->branches != NULL && i < scene->branches->n_changes; i++)
    {
      const MsBranchChange *change = &scene->branches->change[i];
      double x = ms_timeline_x (layout, change->step);

      if (fabs (x - drawn) < 1 || !ms_timeline_leads (scene->branches, change))
        continue;
      drawn = x;
      cairo_move_to (cr, x, y - half);
      cairo_line_to (cr, x + half, y);
      cairo_line_to (cr, x, y + half);
      cairo_line_to (cr, x - half, y);
      cairo_close_path (cr);
      ms_draw_colour (cr, ms_palette_category (palette, 2));
      cairo_fill (cr);
    }
}

static void
paint_forks (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  double x, y;

  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    if (ms_timeline_fork (layout, scene, i, &x, &y))
      {
        cairo_new_sub_path (cr);
        cairo_arc (cr, x, y, 3 * palette->scale, 0, 2 * G_PI);
        ms_draw_colour (cr, palette->panel);
        cairo_fill_preserve (cr);
        ms_draw_colour (cr, palette->text);
        cairo_set_line_width (cr, 1.2);
        cairo_stroke (cr);
      }
}

static void
paint_cursor (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  double x = ms_timeline_x (layout, ms_timeline_cursor (scene));
  double top = layout->marks.height > 0 ? layout->marks.y : layout->plot.y;
  double bottom = layout->strip.y + layout->strip.height, radius = MIN (5 * palette->scale, (bottom - top) / 4);

  ms_draw_rule (cr, x - 1, top, 2, bottom - top + MIN (2, radius), palette->accent);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, top + radius, radius, 0, 2 * G_PI);
  ms_draw_colour (cr, palette->accent);
  cairo_fill (cr);
}

/* The first and the last step, and the one that is looked at, which comes first where they would touch. */
static void
paint_labels (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  gint64 first = (gint64) layout->steps.v0 + 1, last = (gint64) layout->steps.v1, step = ms_timeline_cursor (scene);
  MsNumber from = ms_number_count (first), to = ms_number_count (last), now = ms_number_count (step);
  double left = layout->labels.x, right = left + layout->labels.width, y = layout->labels.y + layout->labels.height / 2;
  double gap = 8 * palette->scale, half = ms_text_width (palette, MS_TEXT_FIGURE, now.text) / 2;
  double x = MAX (left + half, MIN (ms_timeline_x (layout, step), right - half));
  MsText ends = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  MsText chosen = { MS_TEXT_FIGURE, palette->accent, .ax = 0.5, .ay = 0.5 };

  if (layout->labels.height <= 0)
    return;
  if (2 * half < layout->labels.width)
    ms_text_draw (cr, palette, &chosen, x, y, now.text);
  if (left + ms_text_width (palette, MS_TEXT_SMALL, from.text) + gap < x - half)
    ms_text_draw (cr, palette, &ends, left, y, from.text);
  ends.ax = 1;
  if (right - ms_text_width (palette, MS_TEXT_SMALL, to.text) - gap > x + half)
    ms_text_draw (cr, palette, &ends, right, y, to.text);
}

static void
paint_frame (cairo_t *cr, const MsTimelineLayout *layout, const MsScene *scene, const MsPalette *palette)
{
  char figures[4][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };
  int layer = ms_moment_layer (scene);
  gint64 first, last;

  if (ms_timeline_steps (scene, &first, &last))
    {
      gint64 step = ms_timeline_cursor (scene);
      double violation = ms_moment_violation (scene->history, ms_moment_point (scene->history, step), layer);

      g_snprintf (figures[0], 96, "step %s of %s", ms_number_count (step).text, ms_number_count (last).text);
      if (step >= first)
        g_snprintf (figures[1], 96, "loss %s", ms_number_short (ms_timeline_loss (scene->history, step), 3).text);
      if (step >= first && isfinite (violation))
        g_snprintf (figures[2], 96, "max violation %s in %s", ms_number_fixed (violation, 2).text,
                    ms_moment_layer_name (scene, layer).text);
      if (layer >= 0)
        g_snprintf (figures[3], 96, "strip: max violation from 0 to %s and more", ms_number_short (UNEVEN, 1).text);
    }
  ms_frame_paint (cr, &layout->frame, palette, scene, "Timeline", list, 0);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  MsTimelineLayout layout = ms_timeline_layout (width, height, scene, palette);
  gint64 first, last;

  paint_frame (cr, &layout, scene, palette);
  if (!ms_timeline_steps (scene, &first, &last))
    ms_frame_empty (cr, &layout.frame, palette, "No steps yet", "Press Play or Step: the run appears here");
  if (layout.plot.width <= 0)
    return;
  if (layout.strip.height > 0)
    paint_strip (cr, &layout, scene, palette);
  paint_lines (cr, &layout, scene, palette);
  paint_forks (cr, &layout, scene, palette);
  if (layout.marks.height > 0)
    {
      paint_changes (cr, &layout, scene, palette);
      paint_alerts (cr, &layout, scene, palette);
    }
  paint_cursor (cr, &layout, scene, palette);
  paint_labels (cr, &layout, scene, palette);
  if (hover != NULL && hover->kind == MS_SPOT_STEP)
    ms_draw_rule (cr, ms_timeline_x (&layout, hover->step), layout.plot.y, 1,
                  layout.strip.y + layout.strip.height - layout.plot.y, palette->outline);
  else if (hover != NULL && hover->kind != MS_SPOT_NOTHING)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
applies (const MsScene *scene)
{
  gint64 first, last;

  return ms_timeline_steps (scene, &first, &last)
         || (scene->record != NULL && scene->record->provenance == MS_PROVENANCE_LIVE);
}

const MsPainter ms_painter_timeline = {
  .name = "timeline",
  .title = "Timeline",
  .help = "All steps of the run: the loss, how uneven the load was, what was noticed or changed, other branches",
  .applies = applies,
  .paint = paint,
  .pick = ms_timeline_pick,
  .describe = ms_timeline_describe,
  .table = ms_timeline_table,
  .sample = ms_sample_branches,
  .docked = true,
};
