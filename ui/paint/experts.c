/* SPDX-License-Identifier: MIT */

/* How alike a layer's experts are and how much they are used: cosines of their weights below the diagonal, of the
 * router's columns above it; beside them each expert's share of the newest steps' assignments, and whether one that is
 * not used can be called dead. */
#include "ui/paint/painters.h"

#include "core/record/detail.h"
#include "ui/paint/draw.h"
#include "ui/paint/experts-data.h"
#include "ui/paint/figures.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/square.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  double caption; /* middle of the line above the matrix; 0: no room */
  cairo_rectangle_t matrix;
  MsSquare square;
  cairo_rectangle_t list; /* of the experts; empty: no room */
  int rows;
} Layout;

static Layout
lay_out (double width, double height, int E, double most, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, side = (60 + 3 * MS_FIGURE_COLUMN) * s;

  if (E < 1 || area.width < 8 || area.height < 8)
    return layout;
  layout.caption = ms_square_caption_room (&area, palette);
  layout.matrix = area;
  if (area.width >= 1.7 * side && area.height >= 60 * s)
    {
      layout.matrix.width = MIN (area.width - side - 20 * s, area.height + 10 * s);
      layout.list = (cairo_rectangle_t) { area.x + layout.matrix.width + 20 * s, area.y, side, area.height };
      layout.rows = MIN (E, (int) (area.height / (MS_FIGURE_ROW * s)) - 1);
    }
  layout.square = ms_square_fit (&layout.matrix, E, most, palette);
  return layout;
}

/* The experts of the list's rows (rows): all by number, or where there is no room for all the least used ones. */
static void
order_rows (int *order, const Layout *layout, const MsExperts *experts)
{
  int n = 0;

  for (int e = 0; e < experts->E; e++)
    {
      int at = n;

      while (layout->rows < experts->E && at > 0 && experts->count[order[at - 1]] > experts->count[e])
        at--;
      if (at >= layout->rows)
        continue;
      n = MIN (n + 1, layout->rows);
      memmove (order + at + 1, order + at, sizeof *order * (gsize) (n - 1 - at));
      order[at] = e;
    }
}

static void
paint_row (cairo_t *cr, const Layout *layout, const MsExperts *experts, int row, int e, int chosen,
           const MsPalette *palette)
{
  static const char *const states[] = { "", "unused", "dead" };
  cairo_rectangle_t area = ms_figure_row_area (&layout->list, row, palette), swatch = area;
  double share = experts->total > 0 ? experts->count[e] / experts->total : NAN, s = palette->scale;
  MsNumber percent = ms_number_fixed (100 * share, 1), fair = ms_number_fixed (share * experts->E, 2);
  MsNumber name = ms_number_count (e);
  MsFigureRow figures = { name.text, { percent.text, fair.text, states[ms_experts_state (experts, e)] } };

  swatch = (cairo_rectangle_t) { area.x, round (area.y + area.height / 2 - 4 * s), round (8 * s), round (8 * s) };
  ms_draw_rect (cr, &swatch, ms_palette_category (palette, e));
  area.x += 13 * s;
  area.width -= 13 * s;
  figures.chosen = e == chosen;
  figures.muted = ms_experts_state (experts, e) == MS_EXPERT_UNUSED;
  ms_figure_row_draw (cr, palette, &area, &figures);
}

static void
paint_list (cairo_t *cr, const Layout *layout, const MsExperts *experts, int chosen, const MsPalette *palette)
{
  g_autofree int *order = NULL;
  cairo_rectangle_t head = ms_figure_row_area (&layout->list, -1, palette);
  MsFigureRow titles = { layout->rows < experts->E ? "least used" : "expert", { "share %", "× even", "" },
                         .head = true };

  if (layout->rows < 1)
    return;
  order = g_new (int, layout->rows);
  order_rows (order, layout, experts);
  ms_figure_row_draw (cr, palette, &head, &titles);
  for (int i = 0; i < layout->rows; i++)
    paint_row (cr, layout, experts, i, order[i], chosen, palette);
}

static void
paint_matrix (cairo_t *cr, const Layout *layout, const MsExperts *experts, const double *likeness, int chosen,
              const MsPalette *palette)
{
  static const char *const lines[] = {
    "cosines: below the diagonal of experts' weights, less their mean; above it of the router's columns",
    "cosines: below the diagonal experts' weights, above it the router's",
    "cosines: ◣ experts, ◥ router",
  };

  if (likeness == NULL)
    {
      ms_frame_missing (cr, &layout->matrix, palette,
                        experts->E > MS_EXPERTS_MOST ? "too many experts for a matrix of pairs"
                                                     : "how alike the weights are was not captured");
      return;
    }
  ms_square_caption (cr, palette, layout->frame.content.x, layout->caption, layout->frame.content.width, lines,
                     G_N_ELEMENTS (lines));
  ms_square_paint (cr, &layout->square, likeness, 1, 2, chosen, palette);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsExperts *experts, const double *likeness,
             double most, const MsPalette *palette)
{
  char figures[3][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };

  if (experts->routing != NULL)
    g_strlcpy (figures[0], ms_routing_name (experts->routing).text, 96);
  if (experts->routing != NULL && !experts->weight)
    {
      g_snprintf (figures[1], 96, "%d of %d %s, by chance %s", experts->unused, experts->E,
                  experts->enough ? "dead" : "unused",
                  experts->chance < 0.01 ? "under 0.01" : ms_number_short (experts->chance, 2).text);
      g_snprintf (figures[2], 96, "%s assignments in %s %s", ms_number_count (llround (experts->total)).text,
                  ms_number_count (experts->steps).text, experts->steps == 1 ? "step" : "steps");
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Experts", list,
                                likeness != NULL ? 200 * palette->scale : 0);

  if (likeness != NULL && layout->frame.foot.height > 0)
    ms_square_key (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2, room, most,
                   1, "cosine");
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (MsExperts) experts = { 0 };
  bool read = ms_experts_read (&experts, scene);
  double most = 1;
  g_autofree double *likeness = read ? ms_experts_likeness (experts.routing, &most) : NULL;
  Layout layout = lay_out (width, height, experts.E, most, palette);

  paint_frame (cr, &layout, scene, &experts, likeness, most, palette);
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see how alike the experts are");
  else if (!read)
    ms_frame_empty (cr, &layout.frame, palette, "No routed layer",
                    "This model is dense: every token takes the same path");
  if (!read || layout.matrix.width < 1)
    return;
  paint_matrix (cr, &layout, &experts, likeness, scene->selection.expert, palette);
  paint_list (cr, &layout, &experts, scene->selection.expert, palette);
  if (hover != NULL && (hover->kind == MS_SPOT_EXPERTS || hover->kind == MS_SPOT_EXPERT))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick_row (const Layout *layout, double x, double y, const MsExperts *experts, const MsPalette *palette, MsSpot *spot)
{
  int row = (int) floor ((y - layout->list.y) / (MS_FIGURE_ROW * palette->scale)) - 1;
  g_autofree int *order = NULL;

  if (!ms_inside (&layout->list, x, y) || row < 0 || row >= layout->rows)
    return false;
  order = g_new (int, layout->rows);
  order_rows (order, layout, experts);
  *spot = MS_SPOT_NONE;
  spot->kind = MS_SPOT_EXPERT;
  spot->expert = order[row];
  spot->area = ms_figure_row_area (&layout->list, row, palette);
  return true;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (MsExperts) experts = { 0 };
  MsSpot found = MS_SPOT_NONE;

  if (!ms_experts_read (&experts, scene))
    return false;

  Layout layout = lay_out (width, height, experts.E, 1, palette);
  const MsRouting *routing = experts.routing;

  found.kind = MS_SPOT_EXPERTS;
  if ((routing->expert_cosine != NULL || routing->router_cosine != NULL) && experts.E <= MS_EXPERTS_MOST
      && ms_square_pick (&layout.square, x, y, &found.expert, &found.other, &found.area))
    {
      *spot = found;
      return true;
    }
  return pick_row (&layout, x, y, &experts, palette, spot);
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL;
}

/* Cosines by formula: experts in pairs that are alike, and one that has not been used for long. */
static MsScene *
sample (void)
{
  MsScene *scene = ms_sample_digits ();
  MsHistory *history = (MsHistory *) scene->history;

  for (int l = 0; l < scene->record->n_routing; l++)
    {
      MsRouting *routing = scene->record->routing[l];

      routing->expert_cosine = g_new0 (float, routing->E * routing->E);
      routing->router_cosine = g_new0 (float, routing->E * routing->E);
      for (int i = 0; i < routing->E; i++)
        for (int j = 0; j < routing->E; j++)
          {
            float alike = i == j ? 1 : i / 2 == j / 2 ? 0.45f : -0.14f + 0.03f * (float) ((i + j) % 5);

            routing->expert_cosine[i * routing->E + j] = alike;
            routing->router_cosine[i * routing->E + j] = i == j ? 1 : -0.2f + 0.13f * (float) ((i * j + l) % 4);
          }
    }
  for (int p = 0; p < history->n_points; p++)
    history->load[p * history->n_layers * history->E + 5] = 0;
  return scene;
}

const MsPainter ms_painter_experts = {
  .name = "experts",
  .title = "Experts",
  .help = "How alike the experts' weights and the router's columns are, and which experts have not been used of late",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_experts_describe,
  .table = ms_experts_table,
  .sample = sample,
  .detail = MS_DETAIL_WEIGHTS,
};
