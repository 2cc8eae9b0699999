/* SPDX-License-Identifier: MIT */

/* Where the members of an ensemble differ: the batch's examples, the most disputed first, with each member's class
 * probabilities; and how often and how far each two members differ over the test split.
 * Mutual information = H (mean p) - mean H (p_m). */
#include "ui/paint/painters.h"

#include "ui/paint/disagreement-data.h"
#include "ui/paint/disagreement-rows.h"
#include "ui/paint/disagreement-words.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/pairs.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  MsDisputeRows rows;
  int n; /* matrices */
  MsPairMatrix matrix[2];
  double source, x, width; /* middle of the line that says what the matrices are over */
} Layout;

static void
place_matrices (Layout *layout, const cairo_rectangle_t *area, const MsPairs *pairs, const MsPalette *palette)
{
  double s = palette->scale, line = 18 * s, height = (area->height - line - 8 * s) / 2;
  bool both = height >= 70 * s;

  layout->n = both ? 2 : 1;
  layout->x = area->x;
  layout->width = area->width;
  layout->matrix[0] = (MsPairMatrix) { .title = "disagree, % of examples", .values = pairs->disagreement,
                                       .M = pairs->M, .decimals = 1, .factor = 100 };
  layout->matrix[1] = (MsPairMatrix) { .title = "KL (row ‖ column), nats", .values = pairs->kl, .M = pairs->M,
                                       .decimals = 3, .factor = 1 };
  layout->source = area->y;
  for (int i = 0; i < layout->n; i++)
    {
      cairo_rectangle_t part = { area->x, layout->source, area->width, both ? height : area->height - line };

      ms_pair_matrix_fit (&layout->matrix[i], &part, palette);
      layout->source = layout->matrix[i].cells.y + layout->matrix[i].cells.height + 12 * s;
    }
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsDisputes *disputes, const MsPairs *pairs,
         const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, side = 0;

  if (area.width < 8 || area.height < 8)
    return layout;
  if (pairs->M >= 2 && area.width >= 400 * s && area.height >= 90 * s)
    side = MIN (CLAMP (0.27 * area.width, 140 * s, 300 * s), 30 * s + 58 * s * pairs->M);
  if (side > 0)
    {
      cairo_rectangle_t part = { area.x + area.width - side, area.y, side, area.height };

      place_matrices (&layout, &part, pairs, palette);
      area.width -= side + 24 * s;
    }
  if (disputes->N > 0)
    layout.rows = ms_dispute_rows_fit (&area, disputes, scene->selection.example, palette);
  return layout;
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsDisputes *disputes,
             const MsPalette *palette)
{
  char figures[3][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };
  MsGain gain = ms_gain_read (scene);

  if (!isnan (gain.ensemble))
    g_snprintf (figures[0], 96, "%s NLL %s, members' mean %s", gain.test_split ? "test" : "batch",
                ms_number_fixed (gain.ensemble, 3).text, ms_number_fixed (gain.members, 3).text);
  if (disputes->N > 0)
    g_snprintf (figures[1], 96, "%d members", disputes->M);
  if (layout->rows.n > 0)
    g_snprintf (figures[2], 96, "%s of %s examples", ms_number_count (layout->rows.n).text,
                ms_number_count (disputes->N).text);

  bool key = layout->rows.n > 0 && layout->frame.foot.height > 0;
  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Disagreement", list,
                                key ? ms_dispute_key_width (palette) : 0);

  if (key)
    ms_dispute_key (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2, room);
}

static void
paint_matrices (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPairs *pairs,
                const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = layout->width };
  char text[96];

  for (int i = 0; i < layout->n; i++)
    ms_pair_matrix_paint (cr, &layout->matrix[i], scene->selection.member, palette);
  if (layout->n < 1)
    return;
  if (pairs->test_split)
    g_snprintf (text, sizeof text, "test split, %s examples", ms_number_count (pairs->examples).text);
  else
    g_snprintf (text, sizeof text, "this batch, %s examples", ms_number_count (pairs->examples).text);
  ms_text_draw (cr, palette, &look, layout->x, layout->source, text);
}

static void
paint_empty (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  const MsRecord *record = scene->record;

  if (record == NULL)
    ms_frame_empty (cr, &layout->frame, palette, "No batch yet", "Press Play or Step to see where members differ");
  else if (record->predictions == NULL)
    ms_frame_missing (cr, &layout->frame.content, palette, "this record holds no predictions");
  else
    ms_frame_empty (cr, &layout->frame, palette, "One member: nothing to disagree",
                    "Set ensemble.kind to train several");
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (MsDisputes) disputes = { 0 };
  g_auto (MsPairs) pairs = { 0 };
  bool has_rows = ms_disputes_read (&disputes, scene), has_pairs = ms_pairs_read (&pairs, scene);
  Layout layout = lay_out (width, height, scene, &disputes, &pairs, palette);

  paint_frame (cr, &layout, scene, &disputes, palette);
  if (ms_frame_ahead (cr, &layout.frame, palette, scene, MS_STAGE_LOSS))
    return;
  if (!has_rows && !has_pairs)
    {
      paint_empty (cr, &layout, scene, palette);
      return;
    }
  if (has_rows)
    ms_dispute_rows_paint (cr, &layout.rows, scene->selection.example, palette);
  paint_matrices (cr, &layout, scene, &pairs, palette);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_LOSS, MS_STAGE_LOSS);
  if (hover != NULL && (hover->kind == MS_SPOT_EXAMPLE || hover->kind == MS_SPOT_PAIR))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (MsDisputes) disputes = { 0 };
  g_auto (MsPairs) pairs = { 0 };

  ms_disputes_read (&disputes, scene);
  ms_pairs_read (&pairs, scene);

  Layout layout = lay_out (width, height, scene, &disputes, &pairs, palette);

  *spot = MS_SPOT_NONE;
  for (int i = 0; i < layout.n; i++)
    if (ms_pair_matrix_pick (&layout.matrix[i], x, y, &spot->member, &spot->other, &spot->area))
      {
        spot->kind = MS_SPOT_PAIR;
        spot->bin = i;
        return true;
      }
  *spot = MS_SPOT_NONE;
  return layout.rows.n > 0 && ms_dispute_rows_pick (&layout.rows, x, y, spot);
}

static bool
applies (const MsScene *scene)
{
  const MsRecord *record = scene->record;

  return record != NULL
         && ((record->predictions != NULL && record->predictions->M >= 2)
             || (record->assessment != NULL && record->assessment->M >= 2));
}

const MsPainter ms_painter_disagreement = {
  .name = "disagreement",
  .title = "Disagreement",
  .help = "Examples that the members of an ensemble judge differently, the most disputed first, and how far each two "
          "members differ",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_disagreement_describe,
  .table = ms_disagreement_table,
  .sample = ms_sample_ensemble,
};
