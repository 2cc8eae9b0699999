/* SPDX-License-Identifier: MIT */

/* Whether the model notices what it has not been trained for: a score of the test split's examples and of foreign ones
 * as two histograms, and the ROC curve of a threshold on it. Foreign is positive. */
#include "ui/paint/painters.h"

#include "ui/paint/draw.h"
#include "ui/paint/figures.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/ood-words.h"
#include "ui/paint/roc.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define MOST_BINS 60

typedef struct {
  MsFrame frame;
  const MsAssessment *assessment;
  int score;
  MsRoc roc;
  double title;                  /* height above each plot; 0: no room */
  cairo_rectangle_t plot, curve; /* histograms; ROC, empty: no room */
  cairo_rectangle_t table;       /* empty: no room */
  MsAxis across, share, x, y;    /* score, % of each kind; false and true positive rate */
  int bins;
  int known[MOST_BINS], foreign[MOST_BINS];
} Layout;

static void
fill_bins (int *count, const float *values, int n, double lo, double hi, int bins)
{
  for (int i = 0; i < n; i++)
    {
      double at = ((double) values[i] - lo) / (hi - lo) * bins;

      if (isfinite (at))
        count[CLAMP ((int) at, 0, bins - 1)]++;
    }
}

static void
count_bins (Layout *layout, const MsPalette *palette)
{
  const MsRoc *roc = &layout->roc;
  double lo = INFINITY, hi = -INFINITY, most = 0;

  for (int kind = 0; kind < 2; kind++)
    {
      const float *values = kind == 0 ? roc->known : roc->foreign;
      int n = kind == 0 ? roc->n_known : roc->n_foreign;

      for (int i = 0; i < n; i++)
        if (isfinite (values[i]))
          {
            lo = MIN (lo, (double) values[i]);
            hi = MAX (hi, (double) values[i]);
          }
    }
  if (!(hi > lo))
    {
      lo = isfinite (lo) ? lo - 0.5 : 0;
      hi = lo + 1;
    }
  layout->bins = CLAMP ((int) (layout->plot.width / (8 * palette->scale)), 4, MOST_BINS);
  layout->across = (MsAxis) { lo, hi, layout->plot.x, layout->plot.x + layout->plot.width };
  fill_bins (layout->known, roc->known, roc->n_known, lo, hi, layout->bins);
  fill_bins (layout->foreign, roc->foreign, roc->n_foreign, lo, hi, layout->bins);
  for (int b = 0; b < layout->bins; b++)
    most = MAX (most, MAX (100.0 * layout->known[b] / MAX (1, roc->n_known),
                           100.0 * layout->foreign[b] / MAX (1, roc->n_foreign)));
  layout->share = (MsAxis) { 0, ms_axis_round_up (most, 4), layout->plot.y + layout->plot.height, layout->plot.y };
}

/* The ROC curve is square, on the right; the scores stand below the histograms. */
static void
place (Layout *layout, const MsPalette *palette)
{
  cairo_rectangle_t area = layout->frame.content;
  double s = palette->scale, gutter = area.width >= 200 * s ? 40 * s : 0, axis = area.height >= 80 * s ? 20 * s : 0;
  double rows = MS_FIGURE_ROW * s * (MS_N_OOD_SCORES + 1);

  layout->title = area.height >= 130 * s ? 18 * s : 0;
  if (area.width >= 400 * s && area.height >= 100 * s)
    {
      double side = floor (MIN (area.height - axis - layout->title, 0.46 * area.width - gutter));

      layout->curve = (cairo_rectangle_t) { area.x + area.width - side - 2, area.y + layout->title, side, side };
      area.width -= side + gutter + 22 * s;
    }
  if (area.height >= rows + 120 * s && area.width >= 3 * MS_FIGURE_COLUMN * s + 90 * s)
    {
      layout->table = (cairo_rectangle_t) { area.x, area.y + area.height - rows, area.width, rows };
      area.height -= rows + 8 * s;
    }
  layout->plot = (cairo_rectangle_t) { area.x + gutter, area.y + layout->title, MAX (1, area.width - gutter),
                                       MAX (1, area.height - layout->title - axis) };
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette), .score = ms_ood_score (scene) };
  const MsOodResult *result;

  if (layout.score < 0 || layout.frame.content.width < 16 || layout.frame.content.height < 16)
    return layout;
  layout.assessment = scene->record->assessment;
  result = &layout.assessment->ood[layout.score];
  ms_roc_read (&layout.roc, result->known, layout.assessment->N, result->foreign, layout.assessment->n_foreign);
  place (&layout, palette);
  layout.x = (MsAxis) { 0, 1, layout.curve.x, layout.curve.x + layout.curve.width };
  layout.y = (MsAxis) { 0, 1, layout.curve.y + layout.curve.height, layout.curve.y };
  count_bins (&layout, palette);
  return layout;
}

static void
heading (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *plot, const char *text, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, plot->width) };

  if (layout->title > 0)
    ms_text_draw (cr, palette, &look, plot->x, plot->y - layout->title + 6 * palette->scale, text);
}

static double
bin_x (const Layout *layout, int b)
{
  return layout->plot.x + layout->plot.width * b / layout->bins;
}

/* Known examples are filled bars, foreign ones hatched and outlined. */
static void
paint_bars (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  MsColour foreign = ms_palette_category (palette, 3);
  double y = layout->share.p0;

  ms_draw_colour (cr, ms_colour_mix (palette->panel, palette->accent, 0.7));
  for (int b = 0; b < layout->bins; b++)
    {
      double top = ms_axis_at (&layout->share, 100.0 * layout->known[b] / MAX (1, layout->roc.n_known));

      cairo_rectangle (cr, bin_x (layout, b), top, bin_x (layout, b + 1) - bin_x (layout, b) - 1, y - top);
    }
  cairo_fill (cr);
  cairo_new_path (cr);
  cairo_move_to (cr, layout->plot.x, y);
  for (int b = 0; b < layout->bins; b++)
    {
      double top = ms_axis_at (&layout->share, 100.0 * layout->foreign[b] / MAX (1, layout->roc.n_foreign));
      cairo_rectangle_t bar = { bin_x (layout, b), top, bin_x (layout, b + 1) - bin_x (layout, b), y - top };

      cairo_line_to (cr, bar.x, top);
      cairo_line_to (cr, bar.x + bar.width, top);
    }
  cairo_line_to (cr, layout->plot.x + layout->plot.width, y);
  cairo_set_line_width (cr, 1.75);
  ms_draw_colour (cr, foreign);
  cairo_stroke (cr);
  for (int b = 0; b < layout->bins; b++)
    {
      double top = ms_axis_at (&layout->share, 100.0 * layout->foreign[b] / MAX (1, layout->roc.n_foreign));
      cairo_rectangle_t bar = { bin_x (layout, b), top, bin_x (layout, b + 1) - bin_x (layout, b), y - top };

      ms_draw_hatch (cr, &bar, ms_colour_alpha (foreign, 0.8), 6, 1);
    }
}

static void
paint_threshold (cairo_t *cr, const Layout *layout, const MsRocPoint *point, const MsPalette *palette)
{
  static const double dash[] = { 4, 3 };
  double x = floor (ms_axis_at (&layout->across, point->threshold)) + 0.5, s = palette->scale;
  const cairo_rectangle_t *plot = &layout->plot;
  const char *words = "95 % of foreign →";
  double width = ms_text_width (palette, MS_TEXT_SMALL, words);
  MsText look = { MS_TEXT_SMALL, palette->text };

  if (!isfinite (x))
    return;
  cairo_save (cr);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_set_line_width (cr, 1.25);
  ms_draw_colour (cr, palette->text);
  cairo_move_to (cr, x, plot->y);
  cairo_line_to (cr, x, plot->y + plot->height);
  cairo_stroke (cr);
  cairo_restore (cr);
  if (x + 5 * s + width > plot->x + plot->width || plot->height < 40 * s)
    return;

  cairo_rectangle_t plate = { x + 3 * s, plot->y + 2 * s, width + 4 * s, ms_text_height (palette, MS_TEXT_SMALL) };

  ms_draw_rect (cr, &plate, ms_colour_alpha (palette->panel, 0.85));
  ms_text_draw (cr, palette, &look, plate.x + 2 * s, plate.y, words);
}

static void
paint_histograms (cairo_t *cr, const Layout *layout, const MsRocPoint *caught, const MsPalette *palette)
{
  const cairo_rectangle_t *plot = &layout->plot;
  double s = palette->scale, bottom = plot->y + plot->height;
  MsTicks up = ms_ticks (0, layout->share.v1, (int) CLAMP (plot->height / (28 * s), 2, 5), false);
  MsTicks across = ms_ticks (layout->across.v0, layout->across.v1, (int) CLAMP (plot->width / (36 * s), 2, 8), false);
  g_autofree char *text
    = g_strdup_printf ("%s, %% of each kind", ms_ood_score_title ((MsOodScore) layout->score));

  heading (cr, layout, plot, text, palette);
  if (plot->x > layout->frame.content.x + 8)
    ms_axis_draw_y (cr, palette, &layout->share, &up, plot->x, plot->x + plot->width, " %");
  paint_bars (cr, layout, palette);
  if (caught != NULL)
    paint_threshold (cr, layout, caught, palette);
  ms_draw_rule (cr, plot->x, bottom, plot->width, 1, palette->muted);
  if (layout->frame.content.height >= 80 * s)
    ms_axis_draw_x (cr, palette, &layout->across, &across, bottom + 4 * s, plot->x, plot->x + plot->width);
}

static void
paint_curve (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  static const double dash[] = { 4, 3 };
  const cairo_rectangle_t *curve = &layout->curve;

  cairo_save (cr);
  cairo_set_line_width (cr, 1.25);
  cairo_set_dash (cr, dash, 2, 0);
  ms_draw_colour (cr, palette->muted);
  cairo_move_to (cr, curve->x, curve->y + curve->height);
  cairo_line_to (cr, curve->x + curve->width, curve->y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_new_path (cr);
  ms_roc_path (cr, &layout->roc, &layout->x, &layout->y);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 2);
  ms_draw_colour (cr, palette->accent);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Where 95 % of the foreign examples are caught, and at what price. */
static void
paint_operating_point (cairo_t *cr, const Layout *layout, const MsRocPoint *caught, const MsPalette *palette)
{
  const cairo_rectangle_t *curve = &layout->curve;
  double x = ms_axis_at (&layout->x, (double) caught->known / layout->roc.n_known);
  double y = ms_axis_at (&layout->y, (double) caught->foreign / layout->roc.n_foreign);

  ms_draw_rule (cr, curve->x, y - 0.5, x - curve->x, 1, palette->text);
  ms_draw_rule (cr, x - 0.5, y, 1, curve->y + curve->height - y, palette->text);
  cairo_new_path (cr);
  cairo_arc (cr, x, y, 4, 0, 2 * G_PI);
  ms_draw_colour (cr, palette->panel);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 1.75);
  ms_draw_colour (cr, palette->text);
  cairo_stroke (cr);
}

/* The three figures in the corner that no useful curve comes near. */
static void
paint_figures (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  const MsOodResult *result = &layout->assessment->ood[layout->score];
  const cairo_rectangle_t *curve = &layout->curve;
  double line = ms_text_height (palette, MS_TEXT_FIGURE) + 1, s = palette->scale, wide = 0;
  char text[3][48];

  g_snprintf (text[0], 48, "AUROC %s", ms_number_fixed (result->auroc, 3).text);
  g_snprintf (text[1], 48, "AUPR %s", ms_number_fixed (result->aupr, 3).text);
  g_snprintf (text[2], 48, "FPR95 %s %%", ms_number_fixed (100 * result->fpr95, 1).text);
  for (int i = 0; i < 3; i++)
    wide = MAX (wide, ms_text_width (palette, MS_TEXT_FIGURE, text[i]));
  if (wide + 16 * s > 0.75 * curve->width || 5 * line > curve->height)
    return;

  cairo_rectangle_t plate = { curve->x + curve->width - wide - 12 * s, curve->y + curve->height - 3 * line - 8 * s,
                              wide + 8 * s, 3 * line + 4 * s };
  MsText look = { MS_TEXT_FIGURE, palette->text, .ax = 1 };

  ms_draw_rect (cr, &plate, ms_colour_alpha (palette->panel, 0.85));
  for (int i = 0; i < 3; i++)
    ms_text_draw (cr, palette, &look, plate.x + plate.width - 4 * s, plate.y + 2 * s + i * line, text[i]);
}

static void
paint_roc (cairo_t *cr, const Layout *layout, const MsRocPoint *caught, const MsPalette *palette)
{
  const cairo_rectangle_t *curve = &layout->curve;
  double s = palette->scale, bottom = curve->y + curve->height;
  MsTicks ticks = ms_ticks (0, 1, curve->width >= 150 * s ? 6 : 3, false);

  if (curve->width < 1)
    return;
  heading (cr, layout, curve,
           curve->width >= 190 * s ? "ROC: foreign caught ↑, test examples caught →" : "ROC: foreign ↑, test →",
           palette);
  ms_axis_draw_y (cr, palette, &layout->y, &ticks, curve->x, curve->x + curve->width, "");
  ms_draw_rule (cr, curve->x, bottom, curve->width, 1, palette->muted);
  ms_axis_draw_x (cr, palette, &layout->x, &ticks, bottom + 4 * s, curve->x, curve->x + curve->width);
  paint_curve (cr, layout, palette);
  if (caught != NULL && layout->roc.n_known > 0 && layout->roc.n_foreign > 0)
    paint_operating_point (cr, layout, caught, palette);
  paint_figures (cr, layout, palette);
}

static cairo_rectangle_t
row_area (const Layout *layout, int score)
{
  double h = layout->table.height / (MS_N_OOD_SCORES + 1);

  return (cairo_rectangle_t) { layout->table.x, layout->table.y + (score + 1) * h, layout->table.width, h };
}

static void
paint_table (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  MsFigureRow head = { "score (larger: foreign)", { "AUROC", "AUPR", "FPR95" }, .head = true };
  cairo_rectangle_t area = row_area (layout, -1);

  if (layout->table.width < 1)
    return;
  ms_figure_row_draw (cr, palette, &area, &head);
  for (int score = 0; score < MS_N_OOD_SCORES; score++)
    {
      const MsOodResult *result = &layout->assessment->ood[score];
      bool missing = result->known == NULL || result->foreign == NULL;
      MsNumber auroc = ms_number_fixed (result->auroc, 3), aupr = ms_number_fixed (result->aupr, 3);
      MsNumber fpr = ms_number_fixed (100 * result->fpr95, 1);
      char percent[40];
      MsFigureRow row = { ms_ood_score_title ((MsOodScore) score), { auroc.text, aupr.text, percent },
                          .chosen = score == layout->score };
      g_autofree char *absent = g_strdup_printf ("%s: not computed", row.name);

      g_snprintf (percent, sizeof percent, "%s %%", fpr.text);
      if (missing)
        row = (MsFigureRow) { absent, { NULL }, .muted = true };
      area = row_area (layout, score);
      ms_figure_row_draw (cr, palette, &area, &row);
    }
}

/* "test split, 360" filled and "inverted digits, 240" hatched. */
static void
paint_key (cairo_t *cr, const Layout *layout, double room, const MsPalette *palette)
{
  double s = palette->scale, x = layout->frame.foot.x, y = layout->frame.foot.y + layout->frame.foot.height / 2;
  MsColour foreign = ms_palette_category (palette, 3);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  cairo_rectangle_t swatch = { round (x), round (y - 5 * s), round (10 * s), round (10 * s) };
  char text[2][96];

  g_snprintf (text[0], 96, "test split, %s", ms_number_count (layout->assessment->N).text);
  g_snprintf (text[1], 96, "foreign: %s, %s", layout->assessment->foreign != NULL ? layout->assessment->foreign : "?",
              ms_number_count (layout->assessment->n_foreign).text);
  if (ms_text_width (palette, MS_TEXT_SMALL, text[0]) + 20 * s > room)
    return;
  ms_draw_rect (cr, &swatch, ms_colour_mix (palette->panel, palette->accent, 0.7));
  x += 14 * s;
  x += ms_text_draw (cr, palette, &look, x, y, text[0]) + 12 * s;
  look.max_width = layout->frame.foot.x + room - x - 14 * s;
  if (look.max_width < 40 * s)
    return;
  swatch.x = round (x);
  ms_draw_hatch (cr, &swatch, foreign, 4, 1);
  cairo_rectangle (cr, swatch.x + 0.5, swatch.y + 0.5, swatch.width - 1, swatch.height - 1);
  cairo_set_line_width (cr, 1.25);
  cairo_stroke (cr);
  ms_text_draw (cr, palette, &look, x + 14 * s, y, text[1]);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  char figures[4][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };

  if (layout->assessment != NULL)
    {
      const MsOodResult *result = &layout->assessment->ood[layout->score];

      g_snprintf (figures[0], 96, "AUROC %s", ms_number_fixed (result->auroc, 3).text);
      g_snprintf (figures[1], 96, "AUPR %s", ms_number_fixed (result->aupr, 3).text);
      g_snprintf (figures[2], 96, "FPR95 %s %%", ms_number_fixed (100 * result->fpr95, 1).text);
      if (layout->assessment->step != scene->record->step)
        g_snprintf (figures[3], 96, "judged at step %s", ms_number_count (layout->assessment->step).text);
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "OOD", list,
                                layout->assessment != NULL ? 260 * palette->scale : 0);

  if (layout->assessment != NULL && layout->frame.foot.height > 0)
    paint_key (cr, layout, room, palette);
}

static void
paint_empty (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout->frame, palette, "No batch yet",
                    "Press Play or Step; the test split is judged now and then");
  else if (!ms_scene_judged (scene))
    ms_frame_missing (cr, &layout->frame.content, palette, "this record holds no assessment");
  else if (scene->record->assessment == NULL)
    ms_frame_empty (cr, &layout->frame, palette, "Not judged yet",
                    "The test split is judged every run.evaluate_every steps");
  else
    ms_frame_empty (cr, &layout->frame, palette, "No foreign examples", "Set task.ood to say what they are");
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);
  MsRocPoint caught;

  paint_frame (cr, &layout, scene, palette);
  if (layout.score < 0)
    paint_empty (cr, &layout, scene, palette);
  if (layout.assessment != NULL)
    {
      bool some = ms_roc_catching (&layout.roc, 0.95, &caught);

      paint_histograms (cr, &layout, some ? &caught : NULL, palette);
      paint_roc (cr, &layout, some ? &caught : NULL, palette);
      paint_table (cr, &layout, palette);
      if (hover != NULL
          && (hover->kind == MS_SPOT_BIN || hover->kind == MS_SPOT_LEVEL || hover->kind == MS_SPOT_SCORE))
        ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
    }
  ms_roc_clear (&layout.roc);
}

/* The threshold whose point of the curve is nearest. */
static bool
pick_curve (const Layout *layout, double x, double y, MsSpot *spot)
{
  MsRocPoint point = { 0 };
  double best = INFINITY;
  int rank = 0;

  while (ms_roc_next (&layout->roc, &point))
    {
      double px = ms_axis_at (&layout->x, (double) point.known / MAX (1, layout->roc.n_known));
      double py = ms_axis_at (&layout->y, (double) point.foreign / MAX (1, layout->roc.n_foreign));
      double distance = hypot (px - x, py - y);

      rank = point.known + point.foreign;
      if (distance >= best)
        continue;
      best = distance;
      spot->kind = MS_SPOT_LEVEL;
      spot->bin = rank;
      spot->x = point.threshold;
      spot->area = (cairo_rectangle_t) { px - 4, py - 4, 8, 8 };
    }
  return spot->kind == MS_SPOT_LEVEL;
}

static bool
pick_places (const Layout *layout, double x, double y, MsSpot *spot)
{
  if (ms_inside (&layout->plot, x, y))
    {
      int b = CLAMP ((int) ((x - layout->plot.x) / layout->plot.width * layout->bins), 0, layout->bins - 1);
      double step = (layout->across.v1 - layout->across.v0) / layout->bins;

      spot->kind = MS_SPOT_BIN;
      spot->bin = b;
      spot->x = layout->across.v0 + b * step;
      spot->y = b + 1 == layout->bins ? layout->across.v1 : spot->x + step;
      spot->area = (cairo_rectangle_t) { bin_x (layout, b), layout->plot.y, bin_x (layout, b + 1) - bin_x (layout, b),
                                         layout->plot.height };
      return true;
    }
  if (layout->curve.width >= 1 && ms_inside (&layout->curve, x, y))
    return pick_curve (layout, x, y, spot);
  for (int score = 0; score < MS_N_OOD_SCORES && layout->table.width >= 1; score++)
    {
      cairo_rectangle_t area = row_area (layout, score);

      if (!ms_inside (&area, x, y))
        continue;
      spot->kind = MS_SPOT_SCORE;
      spot->score = score;
      spot->area = area;
      return true;
    }
  return false;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  bool found;

  *spot = MS_SPOT_NONE;
  found = layout.assessment != NULL && pick_places (&layout, x, y, spot);
  ms_roc_clear (&layout.roc);
  return found;
}

const MsPainter ms_painter_ood = {
  .name = "ood",
  .title = "OOD",
  .help = "Whether the model notices what it was not trained for: a score of test and of foreign examples, and the ROC "
          "curve of a threshold on it",
  .applies = ms_scene_judged,
  .paint = paint,
  .pick = pick,
  .describe = ms_ood_describe,
  .table = ms_ood_table,
  .sample = ms_sample_ensemble,
};
