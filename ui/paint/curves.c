/* SPDX-License-Identifier: MIT */

/* How training went: the terms of the loss above, errors below, each panel with an axis of its own. Lines are named
 * where they end. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/series.h"
#include "ui/paint/text.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  cairo_rectangle_t upper, lower; /* the plots; lower is empty where there is no room for two */
  MsAxis steps;
  double title; /* height above each plot */
  double names; /* width right of the plots for the lines' names */
} Layout;

/* One plot, or two above each other where there is room; both @width wide, the steps' axis below. */
static void
place_plots (Layout *layout, double x, double width, double axis, const MsPalette *palette)
{
  cairo_rectangle_t area = layout->frame.content;
  double plots = area.height - axis, s = palette->scale;

  layout->upper = (cairo_rectangle_t) { x, area.y + layout->title, width, plots - layout->title };
  if (plots < 118 * s)
    return;
  layout->upper.height = floor (0.56 * plots) - (layout->title > 0 ? layout->title + 6 * s : 14 * s);
  layout->lower = layout->upper;
  layout->lower.y = area.y + floor (0.56 * plots) + layout->title;
  layout->lower.height = area.y + plots - layout->lower.y;
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  const MsHistory *history = scene->history;
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, gutter = area.width >= 110 * s ? 40 * s : 0, axis = area.height >= 80 * s ? 18 * s : 0;

  if (history == NULL || history->n_points < 1 || area.width < 16 || area.height < 16)
    return layout;
  layout.names = area.width >= 360 * s ? 136 * s : 0;
  layout.title = area.height >= 160 * s ? 18 * s : 0;
  place_plots (&layout, area.x + gutter, area.width - gutter - (layout.names > 0 ? layout.names : 8), axis, palette);

  double first = (double) history->points[0].first_step - 1;
  double last = (double) history->points[history->n_points - 1].last_step;

  layout.steps = (MsAxis) { first, MAX (last, first + 20), layout.upper.x, layout.upper.x + layout.upper.width };
  return layout;
}

static void
draw_dots (cairo_t *cr, const MsSeries *series, const MsAxis *across, const MsAxis *up, MsColour colour)
{
  double last = -INFINITY;

  for (int i = 0; i < series->line.n; i++)
    {
      double x = ms_axis_at (across, series->line.x[i]), y = ms_axis_at (up, series->line.y[i]);

      if (!isfinite (series->line.y[i]) || x < last + 7)
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, 2.2, 0, 2 * G_PI);
      last = x;
    }
  ms_draw_colour (cr, colour);
  cairo_fill (cr);
}

static int
by_end (gconstpointer a, gconstpointer b)
{
  double ya = ms_line_last (&((const MsSeries *) a)->line), yb = ms_line_last (&((const MsSeries *) b)->line);

  return (ya < yb) - (ya > yb);
}

/* Where there is no room beside the plot: in its upper right corner, which losses and errors leave free in time; until
 * then the lines below the names are faint. */
static void
draw_names_inside (cairo_t *cr, const cairo_rectangle_t *plot, const GArray *list, const MsPalette *palette)
{
  double line = ms_text_height (palette, MS_TEXT_SMALL), s = palette->scale, right = plot->x + plot->width - 4 * s;

  if (plot->width < 120 * s)
    return; /* they would hide what they name; a tooltip has them */
  for (guint i = 0; i < list->len && (i + 1) * line < plot->height; i++)
    {
      const MsSeries *series = &g_array_index (list, MsSeries, i);
      double y = plot->y + (i + 0.6) * line;
      MsText look = { MS_TEXT_SMALL, palette->text, .ax = 1, .ay = 0.5, .max_width = MAX (1, 0.7 * plot->width) };
      g_autofree char *name = ms_series_name (series);
      double width = MIN (ms_text_width (palette, MS_TEXT_SMALL, name), look.max_width);
      cairo_rectangle_t plate = { right - width - 17 * s, y - line / 2, width + 21 * s, line };

      ms_draw_rect (cr, &plate, ms_colour_alpha (palette->panel, 0.8));
      ms_text_draw (cr, palette, &look, right, y, name);
      ms_draw_rule (cr, right - width - 13 * s, y - 1, 8 * s, 2, ms_series_colour (series, palette));
    }
}

/* Each line's name and newest value beside its end, apart from each other, tied to it by colour. */
static void
draw_names (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *plot, GArray *list, const MsAxis *up,
            const MsPalette *palette)
{
  int n = (int) list->len;
  double line = ms_text_height (palette, MS_TEXT_SMALL) + 1, x = plot->x + plot->width, s = palette->scale;
  g_autofree double *y = g_new (double, n);
  int most = MAX (0, (int) ((plot->height + line) / line));

  g_array_sort (list, by_end);
  if (layout->names <= 0)
    {
      draw_names_inside (cr, plot, list, palette);
      return;
    }
  for (int i = 0; i < n; i++)
    y[i] = CLAMP (ms_axis_at (up, ms_line_last (&g_array_index (list, MsSeries, i).line)), plot->y,
                  plot->y + plot->height);
  n = MIN (n, most);
  ms_spread_labels (y, n, line, plot->y - line / 2, plot->y + plot->height + line / 2);
  for (int i = 0; i < n; i++)
    {
      const MsSeries *series = &g_array_index (list, MsSeries, i);
      MsText look = { MS_TEXT_SMALL, palette->text, .ay = 0.5, .max_width = layout->names - 18 * s };
      g_autofree char *label = ms_series_label (series);

      ms_draw_rule (cr, x + 6 * s, y[i] - 1, 8 * s, 2, ms_series_colour (series, palette));
      ms_text_draw (cr, palette, &look, x + 18 * s, y[i], label);
    }
}

/* The top of the axis; the first steps of a run may stand out of it if they would flatten all that follows. */
static double
axis_top (const GArray *list)
{
  double top = NAN;

  for (guint i = 0; i < list->len; i++)
    {
      double most = ms_line_max (&g_array_index (list, MsSeries, i).line);

      if (!(most <= top))
        top = isnan (most) ? top : most;
    }
  return ms_axis_round_up (top, 6);
}

static void
paint_panel (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *plot, GArray *list, const char *title,
             const char *suffix, const MsPalette *palette)
{
  MsAxis up = { 0, axis_top (list), plot->y + plot->height, plot->y };
  double line = ms_text_height (palette, MS_TEXT_SMALL);
  MsTicks ticks = ms_ticks (0, up.v1, MAX (2, MIN (6, (int) (plot->height / (1.8 * line)) + 1)), false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, plot->width) };

  ms_axis_draw_y (cr, palette, &up, &ticks, plot->x, plot->x + plot->width, suffix);
  if (layout->title > 0)
    ms_text_draw (cr, palette, &look, plot->x, plot->y - line * 0.75, title);
  for (guint i = 0; i < list->len; i++)
    {
      const MsSeries *series = &g_array_index (list, MsSeries, i);
      MsColour colour = ms_series_colour (series, palette);

      if (series->faint.n > 0)
        ms_line_draw (cr, &series->faint, &layout->steps, &up, 1, ms_colour_mix (palette->panel, colour, 0.3));
      ms_line_draw (cr, &series->line, &layout->steps, &up, 1.6, colour);
      if (series->points)
        draw_dots (cr, series, &layout->steps, &up, colour);
    }
  draw_names (cr, layout, plot, list, &up, palette);
}

/* The chosen step and the one under the pointer, through both panels. */
static void
paint_marks (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  double bottom = layout->lower.height > 0 ? layout->lower.y + layout->lower.height
                                           : layout->upper.y + layout->upper.height;
  gint64 steps[] = { scene->selection.step, hover != NULL && hover->kind == MS_SPOT_STEP ? hover->step : MS_NONE };
  const MsColour colours[] = { palette->accent, palette->outline };

  for (int i = 0; i < 2; i++)
    if (steps[i] >= 0 && (double) steps[i] >= layout->steps.v0 && (double) steps[i] <= layout->steps.v1)
      ms_draw_rule (cr, ms_axis_at (&layout->steps, (double) steps[i]), layout->upper.y, 1, bottom - layout->upper.y,
                    colours[i]);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  char figures[5][64] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], figures[4], NULL };
  const MsEvaluation *evaluation = scene->record != NULL ? scene->record->evaluation : NULL;
  const MsHistory *history = scene->history;

  if (evaluation == NULL && history != NULL && history->n_evaluations > 0)
    evaluation = &history->evaluations[history->n_evaluations - 1];
  if (evaluation != NULL)
    {
      g_snprintf (figures[0], 64, "test error %s %%", ms_number_fixed (100 * evaluation->error, 1).text);
      g_snprintf (figures[1], 64, "NLL %s", ms_number_short (evaluation->nll, 3).text);
      if (isfinite (evaluation->ece))
        g_snprintf (figures[2], 64, "ECE %s", ms_number_fixed (evaluation->ece, 3).text);
      g_snprintf (figures[3], 64, "%s examples", ms_number_count (evaluation->examples).text);
      g_snprintf (figures[4], 64, "at step %s", ms_number_count (evaluation->step).text);
    }
  else if (scene->record != NULL)
    g_snprintf (figures[0], 64, "not tested yet");

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Curves", list, 0.45 * layout->frame.foot.width);

  if (layout->frame.foot.height > 0 && history != NULL && history->stride > 1)
    {
      char text[64];
      MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, room) };

      g_snprintf (text, sizeof text, "a point is the mean of %s steps", ms_number_count (history->stride).text);
      ms_text_draw (cr, palette, &look, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                    text);
    }
}

/* Says so where the training error is smoothed. */
static const char *
error_title (const MsScene *scene, const GArray *errors, char *title, gsize size)
{
  int window = 1;

  for (guint i = 0; i < errors->len; i++)
    window = MAX (window, g_array_index (errors, MsSeries, i).window);
  if (window == 1)
    return "error";
  g_snprintf (title, size, "error · train: running mean of %s steps",
              ms_number_count (window * scene->history->stride).text);
  return title;
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);
  g_autoptr (GArray) losses = ms_series_losses (scene);
  g_autoptr (GArray) errors = ms_series_errors (scene);
  char title[80];

  paint_frame (cr, &layout, scene, palette);
  if (layout.upper.height <= 0 || layout.upper.width <= 0)
    {
      ms_frame_empty (cr, &layout.frame, palette, "No steps yet", "Press Play or Step: losses and errors appear here");
      return;
    }
  if (losses->len > 0)
    paint_panel (cr, &layout, &layout.upper, losses, "loss, nats", "", palette);
  else
    ms_frame_missing (cr, &layout.upper, palette, "losses not captured");
  if (layout.lower.height > 0 && errors->len > 0)
    paint_panel (cr, &layout, &layout.lower, errors, error_title (scene, errors, title, sizeof title), " %", palette);
  else if (layout.lower.height > 0)
    ms_frame_missing (cr, &layout.lower, palette, "errors not captured");

  cairo_rectangle_t *last = layout.lower.height > 0 ? &layout.lower : &layout.upper;
  double y = last->y + last->height + 4;
  MsTicks ticks = ms_ticks (layout.steps.v0, layout.steps.v1, MAX (2, (int) (last->width / 70)), true);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1 };

  if (y + 8 < layout.frame.content.y + layout.frame.content.height)
    {
      ms_axis_draw_x (cr, palette, &layout.steps, &ticks, y, last->x - 8, last->x + last->width + 8);
      if (last->x - layout.frame.content.x >= 36 * palette->scale)
        ms_text_draw (cr, palette, &look, last->x - 12 * palette->scale, y, "step");
    }
  paint_marks (cr, &layout, scene, hover, palette);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsHistory *history = scene->history;
  bool upper = ms_inside (&layout.upper, x, y), lower = ms_inside (&layout.lower, x, y);
  int i = 0;

  if (!upper && !lower)
    return false;
  while (i + 1 < history->n_points && (double) history->points[i].last_step < ms_axis_value (&layout.steps, x))
    i++;

  const cairo_rectangle_t *plot = upper ? &layout.upper : &layout.lower;
  double x0 = ms_axis_at (&layout.steps, (double) history->points[i].first_step - 1);
  double x1 = ms_axis_at (&layout.steps, (double) history->points[i].last_step);

  *spot = MS_SPOT_NONE;
  spot->kind = MS_SPOT_STEP;
  spot->step = history->points[i].last_step;
  spot->area = (cairo_rectangle_t) { x0, plot->y, MAX (1, x1 - x0), plot->height };
  return true;
}

static bool
applies (const MsScene *scene)
{
  return (scene->history != NULL && scene->history->n_points > 0)
         || (scene->record != NULL && scene->record->provenance == MS_PROVENANCE_LIVE);
}

const MsPainter ms_painter_curves = {
  .name = "curves",
  .title = "Curves",
  .help = "The terms of the loss and the errors on the training and test examples, step by step",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_series_describe,
  .table = ms_series_table,
  .sample = ms_sample_digits,
};
