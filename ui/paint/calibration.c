/* SPDX-License-Identifier: MIT */

/* Whether the model is right as often as it says: accuracy against confidence in bins of equal width, the bins'
 * examples below, and what that comes to. ECE = sum_b n_b / N |accuracy_b - confidence_b|. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/calibration-words.h"
#include "ui/paint/draw.h"
#include "ui/paint/figures.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define BINS MS_RELIABILITY_BINS

typedef struct {
  MsFrame frame;
  const MsAssessment *assessment;
  cairo_rectangle_t upper, lower; /* reliability, and the histogram of confidence; lower empty: no room */
  double title;                   /* height above each plot; 0: no room */
  cairo_rectangle_t table;        /* of figures; empty: no room */
  int rows;                       /* of the table, without its head */
  MsAxis across, up, share;       /* confidence; accuracy; % of the examples */
} Layout;

static double
largest_share (const MsAssessment *assessment)
{
  gint64 most = 0;

  for (int b = 0; b < BINS; b++)
    most = MAX (most, assessment->bins[b].n);
  return 100 * (double) most / assessment->N;
}

static void
place_plots (Layout *layout, const cairo_rectangle_t *area, const MsPalette *palette)
{
  double s = palette->scale, gutter = area->width >= 200 * s ? 40 * s : 0, axis = area->height >= 80 * s ? 20 * s : 0;
  double plots, width = floor ((area->width - gutter - 4) / BINS) * BINS;

  layout->title = area->height >= 150 * s ? 18 * s : 0;
  plots = area->height - axis - layout->title;
  width = width > 0 ? width : MAX (1, area->width - gutter);
  layout->upper = (cairo_rectangle_t) { round (area->x + gutter), area->y + layout->title, width, plots };
  if (plots >= 120 * s)
    {
      layout->upper.height = floor (0.68 * (plots - layout->title - 6 * s));
      layout->lower = layout->upper;
      layout->lower.y = layout->upper.y + layout->upper.height + layout->title + 6 * s;
      layout->lower.height = area->y + area->height - axis - layout->lower.y;
    }
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette),
                    .assessment = ms_calibration_assessment (scene) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, side = (86 + 4 * MS_FIGURE_COLUMN) * s;

  if (layout.assessment == NULL || area.width < 16 || area.height < 16)
    return layout;
  if (area.width >= side + 270 * s && area.height >= 80 * s)
    {
      layout.table = (cairo_rectangle_t) { area.x + area.width - side, area.y, side, area.height };
      layout.rows = layout.assessment->M > 1 ? layout.assessment->M + 2 : 1;
      layout.rows = MIN (layout.rows, (int) (area.height / (MS_FIGURE_ROW * s)) - 1);
      area.width -= side + 26 * s;
    }
  place_plots (&layout, &area, palette);
  layout.across = (MsAxis) { 0, 1, layout.upper.x, layout.upper.x + layout.upper.width };
  layout.up = (MsAxis) { 0, 1, layout.upper.y + layout.upper.height, layout.upper.y };
  layout.share = (MsAxis) { 0, ms_axis_round_up (largest_share (layout.assessment), 3),
                            layout.lower.y + layout.lower.height, layout.lower.y };
  return layout;
}

static cairo_rectangle_t
bin_area (const Layout *layout, int b, double from, double to)
{
  double x0 = ms_axis_at (&layout->across, (double) b / BINS), x1 = ms_axis_at (&layout->across, (b + 1.0) / BINS);
  double y0 = ms_axis_at (&layout->up, from), y1 = ms_axis_at (&layout->up, to);

  return (cairo_rectangle_t) { x0, MIN (y0, y1), x1 - x0 - (x1 - x0 >= 4 ? 1 : 0), fabs (y1 - y0) };
}

/* Accuracy as a bar, and hatched what is missing to the confidence, or what is more than it. */
static void
paint_bins (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  for (int b = 0; b < BINS; b++)
    {
      const MsReliabilityBin *bin = &layout->assessment->bins[b];

      if (bin->n < 1)
        continue;

      cairo_rectangle_t bar = bin_area (layout, b, 0, bin->accuracy);
      cairo_rectangle_t gap = bin_area (layout, b, bin->accuracy, bin->confidence);
      MsColour fill = ms_colour_mix (palette->panel, palette->accent, 0.75);

      ms_draw_rect (cr, &bar, fill);
      /* Too sure of itself is red; the other way about is a paler part of the bar. */
      bool sure = bin->confidence > bin->accuracy;

      ms_draw_rect (cr, &gap, sure ? ms_colour_mix (palette->panel, palette->warning, 0.12)
                                   : ms_colour_mix (palette->panel, palette->accent, 0.3));
      ms_draw_hatch (cr, &gap, sure ? palette->warning : palette->accent, CLAMP (bar.width / 8, 4, 8), 1.2);
      /* Where the accuracy ends: a line that is seen without any height too. */
      ms_draw_rule (cr, bar.x, bar.y - 1, bar.width, 2, palette->text);
    }
}

static void
paint_identity (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  static const double dash[] = { 5, 3 };

  cairo_save (cr);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_set_line_width (cr, 1.25);
  ms_draw_colour (cr, palette->text);
  cairo_move_to (cr, layout->upper.x, layout->upper.y + layout->upper.height);
  cairo_line_to (cr, layout->upper.x + layout->upper.width, layout->upper.y);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static int
curve_member (const Layout *layout, const MsScene *scene)
{
  return scene->selection.member < layout->assessment->M ? scene->selection.member : MS_NONE;
}

/* The members' curve: of all together, or of the chosen one. */
static void
paint_members (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  MsColour colour = ms_palette_category (palette, 1);
  bool line = false;

  if (layout->assessment->member_bins == NULL || layout->assessment->M < 2)
    return;
  cairo_save (cr);
  cairo_new_path (cr);
  for (int b = 0; b < BINS; b++)
    {
      MsReliabilityBin bin = ms_calibration_bin (layout->assessment, curve_member (layout, scene), b);
      double x = ms_axis_at (&layout->across, bin.confidence), y = ms_axis_at (&layout->up, bin.accuracy);

      if (!isfinite (x) || !isfinite (y))
        continue;
      if (line)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      line = true;
    }
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 4);
  ms_draw_colour (cr, ms_colour_alpha (palette->panel, 0.85));
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.75);
  ms_draw_colour (cr, colour);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
paint_upper (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  MsTicks ticks = ms_ticks (0, 1, (int) CLAMP (layout->upper.height / (26 * palette->scale), 2, 6), false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, layout->upper.width) };

  if (layout->upper.x > layout->frame.content.x + 8)
    ms_axis_draw_y (cr, palette, &layout->up, &ticks, layout->upper.x, layout->upper.x + layout->upper.width, "");
  if (layout->title > 0)
    {
      static const char *const names[]
        = { "accuracy in each bin of confidence; hatched: the gap, red where over-confident",
            "accuracy; hatched: gap, red: over-confident", "accuracy" };
      gsize i = 0;

      while (i + 1 < G_N_ELEMENTS (names) && ms_text_width (palette, MS_TEXT_SMALL, names[i]) > layout->upper.width)
        i++;
      ms_text_draw (cr, palette, &look, layout->upper.x, layout->upper.y - layout->title + 6 * palette->scale,
                    names[i]);
    }
  paint_bins (cr, layout, palette);
  paint_members (cr, layout, scene, palette);
  paint_identity (cr, layout, palette);
}

static void
paint_histogram (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  const cairo_rectangle_t *plot = &layout->lower;
  MsTicks ticks = ms_ticks (0, layout->share.v1, plot->height >= 36 * palette->scale ? 3 : 2, false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, plot->width) };

  if (plot->height < 1)
    return;
  if (layout->title > 0)
    ms_text_draw (cr, palette, &look, plot->x, plot->y - layout->title + 6 * palette->scale,
                  "share of the examples by confidence");
  if (plot->x > layout->frame.content.x + 8)
    ms_axis_draw_y (cr, palette, &layout->share, &ticks, plot->x, plot->x + plot->width, " %");
  for (int b = 0; b < BINS; b++)
    {
      gint64 n = layout->assessment->bins[b].n;
      double y = ms_axis_at (&layout->share, 100 * (double) n / layout->assessment->N);
      cairo_rectangle_t bar = bin_area (layout, b, 0, 0);
      MsNumber number = ms_number_count (n);
      double line = ms_text_height (palette, MS_TEXT_SMALL);

      if (n < 1)
        continue;
      bar.y = MIN (y, layout->share.p0 - 1);
      bar.height = layout->share.p0 - bar.y;
      ms_draw_rect (cr, &bar, ms_colour_mix (palette->panel, palette->accent, 0.75));
      look.ax = 0.5;
      look.colour = palette->text;
      look.max_width = 0;
      y = bar.y - line / 2;
      if (y - line / 2 < plot->y)
        {
          y = bar.y + line / 2 + 1;
          look.colour = ms_colour_ink (ms_colour_mix (palette->panel, palette->accent, 0.75));
        }
      if (ms_text_width (palette, MS_TEXT_SMALL, number.text) <= bar.width && plot->height >= 2 * line)
        ms_text_draw (cr, palette, &look, bar.x + bar.width / 2, y, number.text);
    }
}

/* Row 0: of all; then the members' mean, then each member. */
static int
row_member (const Layout *layout, int row)
{
  return layout->assessment->M > 1 && row >= 2 ? row - 2 : MS_NONE;
}

static cairo_rectangle_t
row_area (const Layout *layout, int row, const MsPalette *palette)
{
  double h = MS_FIGURE_ROW * palette->scale;

  return (cairo_rectangle_t) { layout->table.x, layout->table.y + (row + 1) * h, layout->table.width, h };
}

static void
paint_row (cairo_t *cr, const Layout *layout, const MsScene *scene, int row, const MsPalette *palette)
{
  const MsAssessment *assessment = layout->assessment;
  int m = row_member (layout, row);
  MsQuality q = m >= 0 ? assessment->member[m] : row == 1 ? ms_calibration_mean (assessment) : assessment->ensemble;
  MsNumber ece = ms_number_fixed (q.ece, 3), nll = ms_number_fixed (q.nll, 3), brier = ms_number_fixed (q.brier, 3);
  MsNumber error = ms_number_fixed (100 * q.error, 1);
  char name[32];
  MsFigureRow figures = { name, { ece.text, nll.text, brier.text, error.text }, .muted = row == 1 };
  cairo_rectangle_t area = row_area (layout, row, palette);

  if (m >= 0)
    g_snprintf (name, sizeof name, "member %d", m);
  else
    g_strlcpy (name, row == 1 ? "members' mean" : assessment->M > 1 ? "ensemble" : "model", sizeof name);
  figures.chosen = row == 0 || (m >= 0 && m == scene->selection.member);
  ms_figure_row_draw (cr, palette, &area, &figures);
}

static void
paint_table (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  static const char *const formulas[] = {
    "ECE = Σ n/N |accuracy − confidence|",
    "         over 15 bins of equal width",
    "NLL = mean −ln p(label), nats",
    "Brier = mean Σ (p − [label])²",
  };
  MsFigureRow head = { "", { "ECE", "NLL", "Brier", "error %" }, .head = true };
  cairo_rectangle_t area = row_area (layout, -1, palette);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = layout->table.width };
  double line = 15 * palette->scale, y;

  G_STATIC_ASSERT (BINS == 15); /* the formula says so */
  if (layout->table.width < 1)
    return;
  ms_figure_row_draw (cr, palette, &area, &head);
  for (int row = 0; row < layout->rows; row++)
    paint_row (cr, layout, scene, row, palette);
  y = row_area (layout, layout->rows, palette).y + 1.2 * line;
  for (gsize i = 0; i < G_N_ELEMENTS (formulas) && y + line / 2 <= layout->table.y + layout->table.height; i++)
    {
      ms_text_draw (cr, palette, &look, layout->table.x, y, formulas[i]);
      y += line;
    }
}

static void
paint_key (cairo_t *cr, const Layout *layout, const MsScene *scene, double room, const MsPalette *palette)
{
  double y = layout->frame.foot.y + layout->frame.foot.height / 2, x = layout->frame.foot.x, s = palette->scale;
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  int member = curve_member (layout, scene);
  char text[64];

  if (layout->assessment->member_bins == NULL || layout->assessment->M < 2)
    g_strlcpy (text, "ECE over 15 bins of equal width", sizeof text);
  else if (member >= 0)
    g_snprintf (text, sizeof text, "member %d by itself", member);
  else
    g_strlcpy (text, "the members by themselves", sizeof text);
  if (ms_text_width (palette, MS_TEXT_SMALL, text) + 18 * s > room)
    return;
  if (layout->assessment->member_bins != NULL && layout->assessment->M >= 2)
    {
      ms_draw_rule (cr, x, y - 1, 12 * s, 2, ms_palette_category (palette, 1));
      x += 18 * s;
    }
  x += ms_text_draw (cr, palette, &look, x, y, text) + 14 * s;
  ms_text_draw (cr, palette, &look, x, y,
                x + ms_text_width (palette, MS_TEXT_SMALL, "15 equal bins") <= layout->frame.foot.x + room
                    && layout->table.width < 1 && layout->assessment->M >= 2
                  ? "15 equal bins"
                  : "");
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  char figures[5][64] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], figures[4], NULL };
  const MsAssessment *assessment = layout->assessment;

  if (assessment != NULL)
    {
      g_snprintf (figures[0], 64, "ECE %s", ms_number_fixed (assessment->ensemble.ece, 3).text);
      g_snprintf (figures[1], 64, "NLL %s", ms_number_fixed (assessment->ensemble.nll, 3).text);
      g_snprintf (figures[2], 64, "Brier %s", ms_number_fixed (assessment->ensemble.brier, 3).text);
      g_snprintf (figures[3], 64, "%s test examples", ms_number_count (assessment->N).text);
      if (assessment->step != scene->record->step)
        g_snprintf (figures[4], 64, "judged at step %s", ms_number_count (assessment->step).text);
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Calibration", list,
                                assessment != NULL ? 190 * palette->scale : 0);

  if (assessment != NULL && layout->frame.foot.height > 0)
    paint_key (cr, layout, scene, room, palette);
}

static void
paint_across (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  const cairo_rectangle_t *last = layout->lower.height > 0 ? &layout->lower : &layout->upper;
  double s = palette->scale, bottom = last->y + last->height;
  double name = ms_text_width (palette, MS_TEXT_SMALL, "confidence");
  MsTicks ticks = ms_ticks (0, 1, last->width >= 220 * s ? 6 : 3, false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 0.5 };

  ms_draw_rule (cr, last->x, bottom, last->width, 1, palette->muted);
  if (layout->frame.content.y + layout->frame.content.height - bottom < 16 * s)
    return;
  ms_axis_draw_x (cr, palette, &layout->across, &ticks, bottom + 4 * s, last->x, last->x + last->width);
  /* Between two of the numbers. */
  if (last->width >= 220 * s && name < last->width / 5 - 30 * s)
    ms_text_draw (cr, palette, &look, last->x + last->width / 2, bottom + 4 * s, "confidence");
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);

  paint_frame (cr, &layout, scene, palette);
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No batch yet",
                    "Press Play or Step; the test split is judged now and then");
  else if (!ms_scene_judged (scene))
    ms_frame_missing (cr, &layout.frame.content, palette, "this record holds no assessment");
  else if (layout.assessment == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "Not judged yet",
                    "The test split is judged every run.evaluate_every steps");
  if (layout.upper.width <= 0)
    return;
  paint_upper (cr, &layout, scene, palette);
  paint_histogram (cr, &layout, palette);
  paint_across (cr, &layout, palette);
  paint_table (cr, &layout, scene, palette);
  if (hover != NULL && (hover->kind == MS_SPOT_BIN || hover->kind == MS_SPOT_MEMBER))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  const cairo_rectangle_t *plots[] = { &layout.upper, &layout.lower };

  if (layout.upper.width <= 0)
    return false;
  *spot = MS_SPOT_NONE;
  for (int i = 0; i < 2; i++)
    if (ms_inside (plots[i], x, y))
      {
        spot->kind = MS_SPOT_BIN;
        spot->bin = CLAMP ((int) ((x - plots[i]->x) / plots[i]->width * BINS), 0, BINS - 1);
        spot->area = bin_area (&layout, spot->bin, 0, 0);
        spot->area.y = plots[i]->y;
        spot->area.height = plots[i]->height;
        return true;
      }
  for (int row = 0; row < layout.rows; row++)
    {
      cairo_rectangle_t area = row_area (&layout, row, palette);

      if (row_member (&layout, row) < 0 && row > 0)
        continue;
      if (!ms_inside (&area, x, y))
        continue;
      spot->kind = MS_SPOT_MEMBER;
      spot->member = row_member (&layout, row);
      spot->area = area;
      return true;
    }
  return false;
}

const MsPainter ms_painter_calibration = {
  .name = "calibration",
  .title = "Calibration",
  .help = "Whether the model is right as often as it says: accuracy against confidence over the test split",
  .applies = ms_scene_judged,
  .paint = paint,
  .pick = pick,
  .describe = ms_calibration_describe,
  .table = ms_calibration_table,
  .sample = ms_sample_ensemble,
};
