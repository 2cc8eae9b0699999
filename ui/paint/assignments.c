/* SPDX-License-Identifier: MIT */

/* The batch itself: each patch (or example) in the colour of its first expert, a corner mark for the second, a cross
 * where capacity dropped it. */
#include "ui/paint/painters.h"

#include "ui/paint/areas.h"
#include "ui/paint/assignments-words.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/grid.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/thumbnail.h"
#include "ui/paint/tokens.h"

#include <math.h>

typedef struct {
  MsFrame frame;
  MsGrid grid;
  bool image;
  int across, down; /* patches of an image; tokens of a cell, side by side */
  int first;        /* tokens before the patches: the class token */
  int copy;         /* of the examples' tokens */
  double strip;     /* height of a cell's upper part, which shows the example */
} Layout;

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  const MsRecord *record = scene->record;

  if (record == NULL || record->inputs == NULL || record->N < 1 || record->tokens < 1)
    return layout;
  layout.first = record->class_token ? 1 : 0;
  layout.copy = ms_scene_copy (scene, ms_scene_routing (scene));
  layout.image = record->patch > 0 && record->height > 0 && record->width > 0;
  if (layout.image)
    {
      int patch = record->patch, short_side = MIN (record->height, record->width);
      double least = MAX (40.0 / short_side, 8.0 / patch) * palette->scale;

      layout.across = (record->width + patch - 1) / patch;
      layout.down = (record->height + patch - 1) / patch;
      layout.grid = ms_grid_fit (&layout.frame.content, record->N, record->width, record->height, least,
                                 layout.first > 0 ? 8 : 0);
    }
  else
    {
      layout.across = MAX (1, record->tokens - layout.first);
      layout.down = 1;
      layout.grid = ms_grid_fill (&layout.frame.content, record->N, 36 * palette->scale, 20 * palette->scale);
      layout.strip = floor (layout.grid.height * 0.5);
    }
  layout.grid.wanted = scene->selection.example;
  if (layout.grid.wanted < 0 && scene->selection.token >= 0)
    layout.grid.wanted = ms_token_example (record, scene->selection.token);
  return layout;
}

static bool
wholly_dropped (const MsRouting *routing, int token)
{
  int asked, dropped;

  ms_token_count (routing, token, &asked, &dropped);
  return asked > 0 && dropped == asked;
}

/* Where a token is drawn: a patch, the class token's chip (p = -1), or a part of a cell. */
static cairo_rectangle_t
token_area (const Layout *layout, int n, int p)
{
  cairo_rectangle_t item = ms_grid_item (&layout->grid, n);

  if (p < 0)
    return (cairo_rectangle_t) { layout->image ? item.x + item.width + 3 : item.x + item.width - 5, item.y, 5,
                                 item.height };

  int column = p % layout->across, row = p / layout->across;
  double w = item.width / layout->across, h = item.height / layout->down;

  if (layout->image)
    {
      /* The last patch is narrower where the side is no multiple of the patch; drawing is by whole pixels. */
      h = MIN (h, item.height);
      return (cairo_rectangle_t) { item.x + column * w, item.y + row * h, w, h };
    }
  return (cairo_rectangle_t) { item.x + p * w, item.y, w, item.height };
}

/* The colour a token is drawn in; less than 0: none. An expert that is asked for alone is the only one with colour. */
static int
tint_of (const MsScene *scene, const MsRouting *routing, int token)
{
  int expert = ms_token_expert (routing, token, 0);

  if (expert < 0 || wholly_dropped (routing, token))
    return MS_NONE;
  return scene->selection.expert >= 0 && scene->selection.expert != expert ? MS_NONE : expert;
}

static void
paint_images (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
              const MsPalette *palette)
{
  const MsRecord *record = scene->record;
  MsTone tone = ms_thumbnail_tone (record);
  int P = layout->across * layout->down;
  g_autofree int *tint = g_new (int, P);

  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    {
      cairo_rectangle_t area = ms_grid_item (&layout->grid, n);

      for (int p = 0; p < P; p++)
        tint[p] = tint_of (scene, routing, ms_token_index (record, routing, layout->copy, n, p));
      ms_thumbnail_draw (cr, &area, record, n, tone, tint, palette);
    }
}

/* Small squares in the lower right corner: the second choice. */
static void
paint_second (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
              const MsPalette *palette)
{
  int P = layout->across * layout->down;
  g_autoptr (MsAreas) areas = ms_areas_new (routing->E);

  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    for (int p = -layout->first; p < P; p++)
      {
        int token = ms_token_index (scene->record, routing, layout->copy, n, p);
        int expert = ms_token_expert (routing, token, 1);
        cairo_rectangle_t area = token_area (layout, n, p);
        double side = round (MAX (3, 0.36 * MIN (area.width, area.height)));

        if (expert < 0 || expert >= routing->E || MIN (area.width, area.height) < 7)
          continue;
        area.x = round (area.x + area.width) - side;
        area.y = round (area.y + area.height) - side;
        area.width = area.height = side;
        ms_areas_add (areas, expert, &area);
      }
  ms_areas_fill (areas, cr, palette, 1);
}

static void
paint_chips (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
             const MsPalette *palette)
{
  g_autoptr (MsAreas) areas = ms_areas_new (routing->E);

  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    {
      int tint = tint_of (scene, routing, ms_token_index (scene->record, routing, layout->copy, n, -1));
      cairo_rectangle_t area = token_area (layout, n, -1);

      ms_areas_add (areas, tint, &area);
    }
  ms_areas_fill (areas, cr, palette, 1);
}

/* Dropped wholly: framed and crossed; in part: one short stroke in the upper left corner. */
static void
paint_crosses (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
               const MsPalette *palette)
{
  int P = layout->across * layout->down;

  cairo_new_path (cr);
  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    for (int p = -layout->first; p < P; p++)
      {
        int token = ms_token_index (scene->record, routing, layout->copy, n, p), asked, dropped;
        cairo_rectangle_t a = token_area (layout, n, p);
        double w = a.width - 1.5, h = a.height - 1.5, corner = 0.45 * MIN (w, h);

        ms_token_count (routing, token, &asked, &dropped);
        if (dropped == 0)
          continue;
        a.x += 0.75;
        a.y += 0.75;
        if (dropped == asked)
          {
            cairo_rectangle (cr, a.x, a.y, w, h);
            cairo_move_to (cr, a.x, a.y);
            cairo_line_to (cr, a.x + w, a.y + h);
          }
        else
          {
            cairo_move_to (cr, a.x, a.y + corner);
            cairo_line_to (cr, a.x + corner, a.y);
          }
      }
  cairo_save (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  cairo_set_line_width (cr, 1.5);
  ms_draw_colour (cr, palette->warning);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* A dot where the point lies, or a strip of the features. */
static void
paint_example (cairo_t *cr, const Layout *layout, const MsRecord *record, int n, MsTone tone,
               const cairo_rectangle_t *cell, const MsPalette *palette)
{
  if (!record->plane || record->width < 2)
    {
      cairo_rectangle_t strip = { cell->x + 4, cell->y + 4, cell->width - 8, layout->strip - 4 };

      ms_thumbnail_draw (cr, &strip, record, n, tone, NULL, palette);
      return;
    }

  double side = cell->height - 6, range = MAX (fabs (tone.lo), fabs (tone.hi));
  double x = (double) record->inputs[(gsize) n * (gsize) record->width];
  double y = (double) record->inputs[(gsize) n * (gsize) record->width + 1];
  cairo_rectangle_t map = { cell->x + 3, cell->y + 3, side, side };

  ms_draw_rect (cr, &map, palette->panel);
  ms_draw_colour (cr, palette->text);
  cairo_rectangle (cr, map.x + side * (0.5 + 0.45 * CLAMP (x / range, -1, 1)) - 1.5,
                   map.y + side * (0.5 - 0.45 * CLAMP (y / range, -1, 1)) - 1.5, 3, 3);
  cairo_fill (cr);
}

static void
label_cell (cairo_t *cr, const Layout *layout, const MsRecord *record, const cairo_rectangle_t *cell, int expert,
            const MsPalette *palette)
{
  bool map = record->plane && record->width >= 2;
  double x = map ? cell->x + 3 + (cell->height - 6 + cell->width - 3) / 2 : cell->x + cell->width / 2;
  double y = map ? cell->y + cell->height / 2 : cell->y + (layout->strip + cell->height) / 2;
  MsText look = { MS_TEXT_FIGURE, palette->text, .ax = 0.5, .ay = 0.5 };

  if (cell->height >= 20 * palette->scale)
    ms_text_draw (cr, palette, &look, x, y, expert < 0 ? "–" : ms_number_count (expert).text);
}

/* Examples that are no images: a cell each, in parts where it has several tokens. */
static void
paint_cells (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
             const MsPalette *palette)
{
  const MsRecord *record = scene->record;
  g_autoptr (MsAreas) areas = ms_areas_new (routing != NULL ? routing->E : 0);
  MsTone tone = ms_thumbnail_tone (record);

  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    for (int p = 0; p < layout->across; p++)
      {
        cairo_rectangle_t area = token_area (layout, n, p);

        ms_areas_add (areas, tint_of (scene, routing, ms_token_index (record, routing, layout->copy, n, p)), &area);
      }
  ms_areas_fill (areas, cr, palette, palette->dark ? 0.62 : 0.5);
  for (int n = ms_grid_first (&layout->grid); n >= 0; n = ms_grid_next (&layout->grid, n))
    {
      cairo_rectangle_t cell = ms_grid_item (&layout->grid, n);

      paint_example (cr, layout, record, n, tone, &cell, palette);
      for (int p = 0; routing != NULL && p < layout->across && cell.width / layout->across >= 24; p++)
        {
          cairo_rectangle_t part = token_area (layout, n, p);
          int token = ms_token_index (record, routing, layout->copy, n, p);

          label_cell (cr, layout, record, &part, ms_token_expert (routing, token, 0), palette);
        }
    }
}

static void
paint_marks (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, const MsSpot *hover,
             const MsPalette *palette)
{
  const MsSelection *selection = &scene->selection;
  int example = layout->grid.wanted, chosen = selection->token;

  if (ms_grid_shows (&layout->grid, example))
    {
      cairo_rectangle_t item = ms_grid_item (&layout->grid, example);

      item.width += layout->grid.beside;
      ms_draw_outline (cr, &item, palette, palette->accent, 2);
    }
  if (chosen >= 0 && ms_grid_shows (&layout->grid, ms_token_example (scene->record, chosen)))
    {
      cairo_rectangle_t area = token_area (layout, ms_token_example (scene->record, chosen),
                                           ms_token_patch (scene->record, chosen));

      ms_draw_outline (cr, &area, palette, palette->outline, 1.5);
    }
  if (hover != NULL && hover->kind == MS_SPOT_TOKEN && ms_grid_shows (&layout->grid, hover->example))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
             const MsPalette *palette)
{
  char block[64] = "", copy[48] = "", sample[64] = "", dropped[64] = "";
  const char *const figures[] = { block, copy, sample, dropped, NULL };
  const char *noun = layout->image ? "images" : "examples";
  int n = layout->grid.n, shown = layout->grid.shown;
  gint64 asked = 0, lost = 0;

  for (int e = 0; routing != NULL && e < routing->E; e++)
    {
      asked += routing->load[e];
      lost += routing->dropped[e];
    }
  if (shown < n)
    g_snprintf (sample, sizeof sample, "%s of %s %s", ms_number_count (shown).text, ms_number_count (n).text, noun);
  else if (n > 0)
    g_snprintf (sample, sizeof sample, "%s %s", ms_number_count (n).text, noun);
  if (routing != NULL)
    g_strlcpy (block, ms_routing_name (routing).text, sizeof block);
  else if (n > 0)
    g_snprintf (dropped, sizeof dropped, "dense: all share one expert");
  if (routing != NULL && routing->copies > 1)
    g_snprintf (copy, sizeof copy, "member %d of %d", layout->copy, routing->copies);
  if (routing != NULL && routing->capacity > 0)
    g_snprintf (dropped, sizeof dropped, "%s of %s dropped", ms_number_count (lost).text, ms_number_count (asked).text);
  else if (routing != NULL && n > 0)
    g_snprintf (dropped, sizeof dropped, "no capacity limit");
  if (ms_assignments_time (scene, MS_STAGE_DISPATCH) == MS_STAGE_AHEAD)
    dropped[0] = '\0';

  bool second = routing != NULL && routing->K > 1;
  const char *heading = layout->first > 0 && second ? "expert (corner: 2nd, bar: class token)"
                        : layout->first > 0         ? "expert (bar: class token)"
                        : second                    ? "expert (corner: 2nd)"
                                                    : "expert";

  int first = 0, experts = routing != NULL ? ms_routing_experts (routing, layout->copy, &first) : 0;
  double legend = routing != NULL ? ms_frame_expert_legend_width (palette, heading, first, experts) : 0;
  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Assignments", figures, legend);

  if (routing != NULL && layout->frame.foot.height > 0)
    ms_frame_expert_legend (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                            room, heading, first, experts, scene->selection.expert);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  const MsRouting *routing = ms_scene_routing (scene);
  Layout layout = lay_out (width, height, scene, palette);
  MsRouting until_dispatch;

  if (routing != NULL && (routing->expert == NULL || ms_assignments_time (scene, MS_STAGE_TOP_K) == MS_STAGE_AHEAD))
    routing = NULL;
  else if (routing != NULL && ms_assignments_time (scene, MS_STAGE_DISPATCH) == MS_STAGE_AHEAD)
    {
      until_dispatch = *routing; /* nothing is dropped before the places are given out */
      until_dispatch.kept = NULL;
      routing = &until_dispatch;
    }
  paint_frame (cr, &layout, scene, ms_scene_routing (scene), palette);
  if (ms_scene_soft (scene))
    {
      ms_frame_empty (cr, &layout.frame, palette, "Nothing is chosen here",
                      "Every token of a soft layer goes to every slot: see Slots");
      return;
    }
  if (layout.grid.shown < 1)
    {
      if (scene->record == NULL)
        ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see where its tokens go");
      else if (scene->record->inputs == NULL)
        ms_frame_missing (cr, &layout.frame.content, palette, "this record holds no inputs");
      return;
    }
  if (layout.image)
    paint_images (cr, &layout, scene, routing, palette);
  else
    paint_cells (cr, &layout, scene, routing, palette);
  if (routing != NULL)
    {
      if (layout.first > 0)
        paint_chips (cr, &layout, scene, routing, palette);
      if (routing->K > 1)
        paint_second (cr, &layout, scene, routing, palette);
      paint_crosses (cr, &layout, scene, routing, palette);
    }
  paint_marks (cr, &layout, scene, routing, hover, palette);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_PATCHES, MS_STAGE_PATCHES);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_TOP_K, MS_STAGE_DISPATCH);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  int n = ms_scene_soft (scene) ? -1 : ms_grid_pick (&layout.grid, x, y);

  if (n < 0)
    return false;

  cairo_rectangle_t item = ms_grid_item (&layout.grid, n);
  int p = -1;

  if (x < item.x + item.width)
    {
      int column = (int) ((x - item.x) / item.width * layout.across),
          row = (int) ((y - item.y) / item.height * layout.down);

      p = MIN (row, layout.down - 1) * layout.across + MIN (column, layout.across - 1);
    }

  int token = ms_token_index (scene->record, ms_scene_routing (scene), layout.copy, n, p);

  *spot = MS_SPOT_NONE;
  spot->kind = MS_SPOT_TOKEN;
  spot->example = n;
  spot->token = token;
  spot->member = ms_scene_routing (scene) != NULL && ms_scene_routing (scene)->copies > 1 ? layout.copy : MS_NONE;
  if (ms_assignments_time (scene, MS_STAGE_TOP_K) != MS_STAGE_AHEAD)
    spot->expert = ms_token_expert (ms_scene_routing (scene), token, 0);
  spot->area = token_area (&layout, n, p);
  return true;
}

/* Of a dense model this is the bare batch: worth a place unless Disagreement shows it, with more to say. */
static bool
applies (const MsScene *scene)
{
  const MsRecord *record = scene->record;

  if (record == NULL || record->N < 1 || record->tokens < 1 || ms_scene_soft (scene))
    return false;
  return record->n_routing > 0 || record->predictions == NULL || record->predictions->M < 2;
}

const MsPainter ms_painter_assignments = {
  .name = "assignments",
  .title = "Assignments",
  .help = "The batch itself: each patch in the colour of its expert, crossed out where the expert was full",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_assignments_describe,
  .table = ms_assignments_table,
  .sample = ms_sample_digits,
};
