/* SPDX-License-Identifier: MIT */

/* Which experts are chosen together, over all pairs of a token's choices: of the tokens that chose the row's expert,
 * the share that chose the column's, too, less what the experts' loads would lead to by chance. */
#include "ui/paint/painters.h"

#include "ui/paint/coactivation-data.h"
#include "ui/paint/draw.h"
#include "ui/paint/figures.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/square.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define MOST_ROWS 64 /* of the list: no picture is higher */

typedef struct {
  MsFrame frame;
  double caption; /* middle of the line above the matrix; 0: no room */
  MsSquare square;
  cairo_rectangle_t list; /* of the strongest pairs; empty: no room */
  int rows;               /* without its head */
} Layout;

/* @E 0: no matrix. */
static Layout
lay_out (double width, double height, int E, double most, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, side = (62 + 3 * MS_FIGURE_COLUMN) * s;

  if (E < 1 || area.width < 8 || area.height < 8)
    return layout;
  layout.caption = ms_square_caption_room (&area, palette);
  if (area.width >= 1.7 * side && area.height >= 110 * s)
    {
      cairo_rectangle_t left = area;

      left.width -= side + 20 * s;
      layout.square = ms_square_fit (&left, E, most, palette);
      layout.list = (cairo_rectangle_t) { layout.square.cells.x + layout.square.cells.width + 20 * s, area.y, side,
                                          area.height };
      layout.rows = CLAMP ((int) (area.height / (MS_FIGURE_ROW * s)) - 1, 0, MOST_ROWS);
    }
  else
    layout.square = ms_square_fit (&area, E, most, palette);
  return layout;
}

static void
paint_list (cairo_t *cr, const Layout *layout, const MsCoactivation *pairs, int chosen, const MsPalette *palette)
{
  MsExpertPair top[MOST_ROWS];
  MsFigureRow head = { "pair", { "rate %", "chance", "excess" }, .head = true };
  cairo_rectangle_t area = ms_figure_row_area (&layout->list, -1, palette);
  int n = ms_coactivation_top (pairs, top, layout->rows);

  if (layout->list.width < 1)
    return;
  ms_figure_row_draw (cr, palette, &area, &head);
  for (int i = 0; i < n; i++)
    {
      char name[32];
      MsNumber rate = ms_number_fixed (100 * top[i].rate, 1), excess = ms_number_signed (100 * top[i].excess, 1);
      MsNumber expected = ms_number_fixed (100 * (top[i].rate - top[i].excess), 1);
      MsFigureRow row = { name, { rate.text, expected.text, excess.text } };

      g_snprintf (name, sizeof name, "%d → %d", top[i].first, top[i].second);
      row.chosen = chosen >= 0 && (top[i].first == chosen || top[i].second == chosen);
      area = ms_figure_row_area (&layout->list, i, palette);
      ms_figure_row_draw (cr, palette, &area, &row);
    }
}

static void
paint_caption (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  static const char *const lines[] = {
    "of the tokens that chose the row's expert, how many chose the column's, too, less what loads lead to by chance",
    "of the row's tokens, how many chose the column, too, less chance",
    "rows: chose this · columns: and this · less chance",
    "row and column, less chance",
  };

  ms_square_caption (cr, palette, layout->frame.content.x, layout->caption, layout->frame.content.width, lines,
                     G_N_ELEMENTS (lines));
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsCoactivation *pairs,
             const MsPalette *palette)
{
  char figures[3][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };
  const MsRouting *routing = ms_scene_routing (scene);
  MsExpertPair best;

  if (routing != NULL)
    g_strlcpy (figures[0], ms_routing_name (routing).text, 80);
  if (pairs->routing != NULL && ms_coactivation_top (pairs, &best, 1) == 1)
    g_snprintf (figures[1], 80, "strongest %d → %d: %s points", best.first, best.second,
                ms_number_signed (100 * best.excess, 1).text);
  if (pairs->routing != NULL)
    g_snprintf (figures[2], 80, "%s tokens, K = %d", ms_number_count (pairs->T).text, routing->K);

  double legend = pairs->routing != NULL ? (pairs->part < pairs->E ? 340 : 240) * palette->scale : 0;
  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Co-activation", list, legend);

  if (pairs->routing != NULL && layout->frame.foot.height > 0)
    ms_square_key (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2, room,
                   100 * pairs->most, pairs->most < 0.05 ? 1 : 0,
                   pairs->part < pairs->E ? "points · hatched: unused, or another member's"
                                          : "points · hatched: unused");
}

static void
paint_absence (cairo_t *cr, const Layout *layout, MsPairsState state, const MsPalette *palette)
{
  switch (state)
    {
    case MS_PAIRS_NO_RECORD:
      ms_frame_empty (cr, &layout->frame, palette, "No batch yet",
                      "Press Play or Step to see which experts are chosen together");
      break;
    case MS_PAIRS_DENSE:
      ms_frame_empty (cr, &layout->frame, palette, "No routed layer",
                      "This model is dense: every token takes the same path");
      break;
    case MS_PAIRS_SOFT:
      ms_frame_empty (cr, &layout->frame, palette, "Nothing is chosen here",
                      "In a soft layer every token reaches every slot");
      break;
    case MS_PAIRS_SINGLE:
      ms_frame_empty (cr, &layout->frame, palette, "Nothing is chosen together",
                      "Each token chooses one expert (K = 1); routing.k 2 gives pairs");
      break;
    case MS_PAIRS_ABSENT:
      ms_frame_missing (cr, &layout->frame.content, palette, "this record holds no choices");
      break;
    case MS_PAIRS_TOO_MANY:
      ms_frame_missing (cr, &layout->frame.content, palette,
                        "pairs are counted for up to " G_STRINGIFY (MS_COACTIVATION_EXPERTS) " experts");
      break;
    case MS_PAIRS_THERE: break;
    }
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (MsCoactivation) pairs = { 0 };
  bool read = ms_coactivation_read (&pairs, scene);
  Layout layout = lay_out (width, height, pairs.E, pairs.most, palette);

  paint_frame (cr, &layout, scene, &pairs, palette);
  paint_absence (cr, &layout, ms_coactivation_state (scene), palette);
  if (!read || layout.square.E < 1)
    return;
  paint_caption (cr, &layout, palette);
  ms_square_paint (cr, &layout.square, pairs.excess, 100, 0, scene->selection.expert, palette);
  paint_list (cr, &layout, &pairs, scene->selection.expert, palette);
  if (hover != NULL && hover->kind == MS_SPOT_EXPERTS)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

/* A row of the list: which pair it holds is known only when the pairs are. */
static bool
pick_row (const Layout *layout, double x, double y, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (MsCoactivation) pairs = { 0 };
  MsExpertPair top[MOST_ROWS];
  int row = (int) floor ((y - layout->list.y) / (MS_FIGURE_ROW * palette->scale)) - 1;

  if (!ms_inside (&layout->list, x, y) || row < 0 || row >= layout->rows || !ms_coactivation_read (&pairs, scene)
      || row >= ms_coactivation_top (&pairs, top, row + 1))
    return false;
  spot->expert = top[row].first;
  spot->other = top[row].second;
  spot->area = ms_figure_row_area (&layout->list, row, palette);
  return true;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  if (ms_coactivation_state (scene) != MS_PAIRS_THERE)
    return false;

  Layout layout = lay_out (width, height, ms_scene_routing (scene)->E, 1, palette);
  MsSpot found = MS_SPOT_NONE;

  found.kind = MS_SPOT_EXPERTS;
  if (!ms_square_pick (&layout.square, x, y, &found.expert, &found.other, &found.area)
      && !pick_row (&layout, x, y, scene, palette, &found))
    return false;
  *spot = found;
  return true;
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL && !ms_scene_soft (scene);
}

/* Two choices a token; one expert that nobody chose. */
static MsScene *
sample (void)
{
  MsScene *scene = ms_sample_digits_sized (64, 8, 2, false);
  MsRouting *routing = scene->record->routing[0];

  for (int i = 0; i < routing->T * routing->K; i++)
    if (routing->expert[i] == 6)
      routing->expert[i] = MS_NONE;
  routing->load[6] = routing->dropped[6] = 0;
  return scene;
}

const MsPainter ms_painter_coactivation = {
  .name = "coactivation",
  .title = "Co-activation",
  .help = "Which experts are chosen together more or less often than their loads lead to by chance, over all pairs",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_coactivation_describe,
  .table = ms_coactivation_table,
  .sample = sample,
};
