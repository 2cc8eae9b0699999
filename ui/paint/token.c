/* SPDX-License-Identifier: MIT */

/* One token's way through the model with its numbers: logits, noise, gates, choices, places, outputs, and what the
 * layer adds. The lines come from token-lines.c; here they are given a place. */
#include "ui/paint/token.h"

#include "core/record/detail.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/thumbnail.h"
#include "ui/paint/token-words.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <string.h>

#define COLUMN 430.0 /* from this width on there are two columns */
#define WHO 60.0     /* side of the example's picture */
#define NAME 26.0    /* of a row: its expert or slot */
#define CELL 46.0
#define NUMBER 44.0
#define PILL 30.0
#define LAYER 96.0   /* a layer and its pill */

typedef struct {
  MsFrame frame;
  GArray *lines;           /* of MsTokenLine, owned */
  cairo_rectangle_t *area; /* of each, owned; height 0: no place */
  double most;             /* largest value of a bar */
  double height;           /* of a single column */
} Layout;

static void
layout_clear (Layout *layout)
{
  g_clear_pointer (&layout->lines, g_array_unref);
  g_clear_pointer (&layout->area, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static const MsTokenLine *
line_at (const Layout *layout, guint i)
{
  return &g_array_index (layout->lines, MsTokenLine, i);
}

static double
line_height (const MsTokenLine *line)
{
  switch (line->kind)
    {
    case MS_TOKEN_LINE_WHO: return WHO + 6;
    case MS_TOKEN_LINE_HEADING: return 25;
    case MS_TOKEN_LINE_CHOICE: return 22;
    case MS_TOKEN_LINE_LAYER: return 24;
    case MS_TOKEN_LINE_COLUMNS:
    case MS_TOKEN_LINE_BAR:
    case MS_TOKEN_LINE_TEXT:
    case MS_TOKEN_LINE_MUTED: break;
    }
  return 17;
}

/* Puts lines [from, to) below one another at the top of @column, layers side by side; returns the height used. */
static double
place (Layout *layout, guint from, guint to, const cairo_rectangle_t *column, double s)
{
  int across = MAX (1, (int) (column->width / (LAYER * s))), beside = 0;
  double y = column->y;

  for (guint i = from; i < to; i++)
    {
      const MsTokenLine *line = line_at (layout, i);
      double h = line_height (line) * s;

      beside = line->kind == MS_TOKEN_LINE_LAYER && beside < across ? beside : 0;
      if (beside > 0)
        y -= h;
      layout->area[i] = (cairo_rectangle_t) { column->x, y, column->width, h };
      if (line->kind == MS_TOKEN_LINE_LAYER)
        {
          layout->area[i].width = column->width / across;
          layout->area[i].x += beside++ * layout->area[i].width;
        }
      y += h;
    }
  return y - column->y;
}

/* Where the second column begins, so that the longer one is as short as can be; the route begins no column for itself
 * if it fits elsewhere. */
static guint
best_break (Layout *layout, const cairo_rectangle_t *column, double s)
{
  guint n = layout->lines->len, best = n;
  double least = INFINITY;

  for (guint i = 1; i < n; i++)
    if (line_at (layout, i)->kind == MS_TOKEN_LINE_HEADING)
      {
        double longer = MAX (place (layout, 0, i, column, s), place (layout, i, n, column, s));

        if (longer < least)
          {
            least = longer;
            best = i;
          }
      }
  return best;
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette), .lines = ms_token_lines (scene) };
  double s = palette->scale, gap = 24 * s, bottom = layout.frame.content.y + layout.frame.content.height;
  cairo_rectangle_t column = layout.frame.content;
  guint n = layout.lines->len;

  layout.area = g_new0 (cairo_rectangle_t, MAX (1, n));
  for (guint i = 0; i < n; i++)
    if (line_at (&layout, i)->kind == MS_TOKEN_LINE_BAR && isfinite (line_at (&layout, i)->value))
      layout.most = MAX (layout.most, line_at (&layout, i)->value);
  if (column.width >= COLUMN * s)
    {
      column.width = MIN ((column.width - gap) / 2, COLUMN * s);

      guint second = best_break (&layout, &column, s);

      layout.height = place (&layout, 0, second, &column, s);
      column.x += column.width + gap;
      place (&layout, second, n, &column, s);
    }
  else
    layout.height = place (&layout, 0, n, &column, s);
  for (guint i = 0; i < n; i++)
    if (layout.area[i].y + layout.area[i].height > bottom + 0.5)
      layout.area[i].height = 0;
  return layout;
}

double
ms_token_height (double width, const MsScene *scene, const MsPalette *palette)
{
  double s = palette->scale;
  g_auto (Layout) layout = lay_out (MIN (width, COLUMN * s), 4000 * s, scene, palette);

  return 4000 * s - layout.frame.content.height + MAX (layout.height, 60 * s);
}

/* Lines */

/* @text from (x, middle) on; returns where it ends. */
static double
put (cairo_t *cr, const MsPalette *palette, MsTextStyle style, MsColour colour, double x, double middle,
     double max_width, const char *text)
{
  MsText look = { style, colour, .ay = 0.5, .max_width = MAX (1, max_width) };

  return x + ms_text_draw (cr, palette, &look, x, middle, text);
}

static void
paint_who (cairo_t *cr, const MsScene *scene, const MsTokenLine *line, const cairo_rectangle_t *area,
           const MsPalette *palette)
{
  const MsRecord *record = scene->record;
  double s = palette->scale, side = WHO * s, x = area->x;
  g_auto (GStrv) lines = g_strsplit (line->text, "\n", -1);
  int example = ms_token_example (record, scene->selection.token), p = ms_token_patch (record, scene->selection.token);
  int across = ms_record_across (record);

  if (record->inputs != NULL && record->width > 0 && record->height > 0 && example < record->N)
    {
      double tall = across > 0 ? side * record->height / MAX (record->width, record->height) : side / 3;
      cairo_rectangle_t picture = { area->x, area->y, across > 0 ? side * record->width
                                                                       / MAX (record->width, record->height) : side,
                                    tall };

      ms_thumbnail_draw (cr, &picture, record, example, ms_thumbnail_tone (record), NULL, palette);
      if (across > 0 && p >= 0)
        {
          double patch = picture.width / record->width * record->patch;
          cairo_rectangle_t chosen = { picture.x + p % across * patch, picture.y + p / across * patch, patch, patch };

          ms_draw_outline (cr, &chosen, palette, palette->accent, 2);
        }
      x += side + 12 * s;
    }
  for (int i = 0; lines[i] != NULL; i++)
    put (cr, palette, MS_TEXT_LABEL, i == 0 ? palette->text : palette->muted, x, area->y + (8 + 16 * i) * s,
           area->x + area->width - x, lines[i]);
}

/* Left edges of the cells and of the bar. */
static double
cells_x (const MsTokenLine *line, const cairo_rectangle_t *area, int cell, double s)
{
  int n = 0;

  while (n < MS_TOKEN_CELLS && line->cell[n][0] != '\0')
    n++;

  /* They give way before the bar does. */
  double room = area->width - (NAME + NUMBER + 36) * s, each = MIN (CELL * s, n > 0 ? room / n : 0);

  return area->x + NAME * s + MIN (cell, n) * MAX (0, each);
}

static void
paint_cells (cairo_t *cr, const MsTokenLine *line, const cairo_rectangle_t *area, bool number, const MsPalette *palette)
{
  double s = palette->scale, middle = area->y + area->height / 2;
  bool head = line->kind == MS_TOKEN_LINE_COLUMNS;
  MsTextStyle style = line->strong ? MS_TEXT_FIGURE : head ? MS_TEXT_SMALL : MS_TEXT_LABEL;
  MsText look = { style, head ? palette->muted : palette->text, .ax = 1, .ay = 0.5 };

  put (cr, palette, style, look.colour, area->x, middle, (head ? 2 : 1) * NAME * s, line->text);
  look.style = head ? MS_TEXT_SMALL : MS_TEXT_LABEL;
  for (int i = 0; i < MS_TOKEN_CELLS && line->cell[i][0] != '\0'; i++)
    ms_text_draw (cr, palette, &look, cells_x (line, area, i + 1, s) - 2 * s, middle, line->cell[i]);
  look.style = style;
  if (number)
    ms_text_draw (cr, palette, &look, area->x + area->width, middle, line->number);
}

static void
paint_bar (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsTokenLine *line,
           const cairo_rectangle_t *area, const MsPalette *palette)
{
  double s = palette->scale, x = cells_x (line, area, MS_TOKEN_CELLS, s) + 6 * s;
  double room = area->x + area->width - NUMBER * s - x;
  bool gates = ms_stage_time (&scene->stage, line->layer, MS_STAGE_SOFTMAX) != MS_STAGE_AHEAD;
  bool chosen = line->strong && ms_stage_time (&scene->stage, line->layer, MS_STAGE_TOP_K) != MS_STAGE_AHEAD;
  MsTokenLine shown = *line;
  MsColour colour = ms_palette_category (palette, line->expert);

  shown.strong = chosen;
  paint_cells (cr, &shown, area, gates, palette);
  if (!gates || room < 4 || !isfinite (line->value) || !(layout->most > 0))
    return;
  ms_draw_colour (cr, chosen || line->slot >= 0 ? colour : ms_colour_mix (palette->panel, colour, 0.5));
  ms_draw_rounded (cr, x, area->y + 3 * s, MAX (1.5, room * CLAMP (line->value / layout->most, 0, 1)),
                   area->height - 6 * s, 3 * s);
  cairo_fill (cr);
}

/* An expert's number on its colour; hatched: it was full; a dash: none. */
static void
paint_pill (cairo_t *cr, const MsTokenLine *line, double x, double middle, bool known, const MsPalette *palette)
{
  double s = palette->scale;
  cairo_rectangle_t pill = { x, middle - 8 * s, PILL * s, 16 * s };
  bool coloured = known && line->expert >= 0;
  MsColour ground = coloured ? ms_palette_category (palette, line->expert) : palette->grid;
  MsText look = { MS_TEXT_FIGURE, coloured ? ms_colour_ink (ground) : palette->muted, .ax = 0.5, .ay = 0.5 };

  if (coloured && line->dropped)
    {
      ground = ms_colour_mix (palette->panel, ground, 0.25);
      look.colour = palette->text;
    }
  ms_draw_colour (cr, ground);
  ms_draw_rounded (cr, pill.x, pill.y, pill.width, pill.height, 8 * s);
  cairo_fill (cr);
  if (coloured && line->dropped)
    {
      ms_draw_colour (cr, palette->warning);
      cairo_set_line_width (cr, 1.3);
      cairo_move_to (cr, pill.x + 4 * s, pill.y + pill.height - 2 * s);
      cairo_line_to (cr, pill.x + pill.width - 4 * s, pill.y + 2 * s);
      cairo_stroke (cr);
    }
  ms_text_draw (cr, palette, &look, x + pill.width / 2, middle, coloured ? ms_number_count (line->expert).text : "–");
}

static void
paint_layer (cairo_t *cr, const MsScene *scene, const MsTokenLine *line, const cairo_rectangle_t *area,
             const MsPalette *palette)
{
  double s = palette->scale, middle = area->y + area->height / 2, x = area->x + 52 * s;
  MsTokenLine shown = *line;

  shown.dropped &= ms_stage_time (&scene->stage, line->layer, MS_STAGE_DISPATCH) != MS_STAGE_AHEAD;
  put (cr, palette, line->strong ? MS_TEXT_FIGURE : MS_TEXT_LABEL, line->strong ? palette->text : palette->muted,
         area->x, middle, 50 * s, line->text);
  paint_pill (cr, &shown, x, middle, ms_stage_time (&scene->stage, line->layer, MS_STAGE_TOP_K) != MS_STAGE_AHEAD,
              palette);
  if (line->strong)
    ms_draw_outline (cr, &(cairo_rectangle_t) { x - 1, middle - 9 * s, PILL * s + 2, 18 * s }, palette,
                     palette->outline, 1.5);
}

static void
paint_line (cairo_t *cr, const Layout *layout, const MsScene *scene, guint i, const MsPalette *palette)
{
  const MsTokenLine *line = line_at (layout, i);
  const cairo_rectangle_t *area = &layout->area[i];
  double s = palette->scale, middle = area->y + area->height / 2, x = area->x;

  switch (line->kind)
    {
    case MS_TOKEN_LINE_WHO: paint_who (cr, scene, line, area, palette); break;
    case MS_TOKEN_LINE_HEADING:
      put (cr, palette, MS_TEXT_FIGURE, palette->text, x, area->y + area->height - 9 * s, area->width, line->text);
      break;
    case MS_TOKEN_LINE_CHOICE:
      paint_pill (cr, line, x, middle, true, palette);
      x += (PILL + 8) * s;
      put (cr, palette, MS_TEXT_FIGURE, palette->text, x, middle, area->x + area->width - x, line->text);
      break;
    case MS_TOKEN_LINE_COLUMNS:
      paint_cells (cr, line, area, ms_stage_time (&scene->stage, line->layer, MS_STAGE_SOFTMAX) != MS_STAGE_AHEAD,
                   palette);
      break;
    case MS_TOKEN_LINE_BAR: paint_bar (cr, layout, scene, line, area, palette); break;
    case MS_TOKEN_LINE_LAYER: paint_layer (cr, scene, line, area, palette); break;
    case MS_TOKEN_LINE_TEXT:
    case MS_TOKEN_LINE_MUTED: {
      bool lost = strstr (line->text, "dropped") != NULL;
      MsColour colour = lost ? palette->warning : line->kind == MS_TOKEN_LINE_TEXT ? palette->text : palette->muted;

      put (cr, palette, MS_TEXT_LABEL, colour, x, middle, area->width, line->text);
      break;
    }
    }
}

/* What has just been computed. Rows of gates are twice: first the logits, then the bars. */
static bool
is_now (const MsScene *scene, const MsTokenLine *line)
{
  MsStageKind kind = line->stage;

  if (line->kind == MS_TOKEN_LINE_WHO || line->kind == MS_TOKEN_LINE_LAYER || line->kind == MS_TOKEN_LINE_HEADING)
    return false;
  if (line->kind == MS_TOKEN_LINE_BAR && scene->stage.partial && scene->stage.kind == MS_STAGE_SOFTMAX)
    kind = MS_STAGE_SOFTMAX;
  return kind != MS_STAGE_PATCHES && ms_stage_time (&scene->stage, line->layer, kind) == MS_STAGE_NOW;
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (Layout) layout = lay_out (width, height, scene, palette);
  double s = palette->scale;

  ms_frame_paint (cr, &layout.frame, palette, scene, "Token", NULL, 0);
  if (layout.lines->len == 0)
    {
      const char *what, *why;

      ms_token_empty (scene, &what, &why);
      ms_frame_empty (cr, &layout.frame, palette, what, why);
      return;
    }
  for (guint i = 0; i < layout.lines->len; i++)
    {
      const MsTokenLine *line = line_at (&layout, i);
      cairo_rectangle_t area = layout.area[i];

      if (area.height <= 0 || ms_token_line_ahead (scene, line))
        continue;
      paint_line (cr, &layout, scene, i, palette);
      if (is_now (scene, line))
        ms_draw_rule (cr, round (area.x - 8 * s), area.y, MAX (2, round (3 * s)), area.height, palette->accent);
    }
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_LOGITS, MS_STAGE_COMBINE);
  if (hover != NULL && (hover->kind == MS_SPOT_EXPERT || hover->kind == MS_SPOT_SLOT || hover->kind == MS_SPOT_LAYER
                        || hover->kind == MS_SPOT_TOKEN))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

/* A patch of the example's picture; where it is none, all of it is the token. */
static void
pick_who (const MsScene *scene, const cairo_rectangle_t *area, double x, double y, const MsPalette *palette,
          MsSpot *spot)
{
  const MsRecord *record = scene->record;
  int across = ms_record_across (record), token = scene->selection.token;
  int down = record->patch > 0 ? (record->height + record->patch - 1) / record->patch : 0;
  double side = WHO * palette->scale;

  spot->kind = MS_SPOT_TOKEN;
  spot->token = token;
  spot->area = (cairo_rectangle_t) { area->x, area->y, side, side };
  if (across > 0 && record->inputs != NULL && x < area->x + side)
    {
      double patch = side / MAX (record->width, record->height) * record->patch;
      int column = CLAMP ((int) ((x - area->x) / patch), 0, across - 1),
          row = CLAMP ((int) ((y - area->y) / patch), 0, down - 1);

      spot->token = token - ms_token_patch (record, token) + row * across + column;
      spot->area = (cairo_rectangle_t) { area->x + column * patch, area->y + row * patch, patch, patch };
    }
  else if (across > 0 && ms_token_patch (record, token) >= 0)
    {
      spot->kind = MS_SPOT_FIGURES; /* the words beside it */
      spot->bin = MS_TOKEN_WHO;
      spot->area = *area;
      return;
    }
  spot->example = ms_token_example (record, token);
  spot->expert = ms_token_expert (ms_scene_routing (scene), spot->token, 0);
  if (ms_scene_routing (scene)->copies > 1)
    spot->member = ms_scene_copy (scene, ms_scene_routing (scene));
}

static void
pick_line (const MsScene *scene, const MsTokenLine *line, const cairo_rectangle_t *area, double x, double y,
           const MsPalette *palette, MsSpot *spot)
{
  spot->area = *area;
  spot->token = scene->selection.token;
  spot->example = ms_token_example (scene->record, spot->token);
  spot->expert = line->expert;
  if (ms_scene_routing (scene)->copies > 1)
    spot->member = ms_scene_copy (scene, ms_scene_routing (scene));
  if (line->kind == MS_TOKEN_LINE_WHO)
    pick_who (scene, area, x, y, palette, spot);
  else if (line->kind == MS_TOKEN_LINE_LAYER)
    {
      spot->kind = MS_SPOT_LAYER;
      spot->layer = line->layer;
    }
  else if (line->slot >= 0)
    {
      spot->kind = MS_SPOT_SLOT;
      spot->slot = line->slot;
    }
  else if (line->kind == MS_TOKEN_LINE_BAR || line->kind == MS_TOKEN_LINE_CHOICE)
    spot->kind = MS_SPOT_EXPERT;
  else
    {
      spot->kind = MS_SPOT_FIGURES;
      spot->bin = (int) line->block;
    }
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (Layout) layout = lay_out (width, height, scene, palette);

  for (guint i = 0; i < layout.lines->len; i++)
    if (layout.area[i].height > 0 && ms_inside (&layout.area[i], x, y)
        && !ms_token_line_ahead (scene, line_at (&layout, i)))
      {
        *spot = MS_SPOT_NONE;
        pick_line (scene, line_at (&layout, i), &layout.area[i], x, y, palette, spot);
        return true;
      }
  return false;
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL;
}

const MsPainter ms_painter_token = {
  .name = "token",
  .title = "Token",
  .help = "The chosen token's way with its numbers: logits, noise, gates, choice, place, output, and what is added",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_token_describe,
  .table = ms_token_table,
  .sample = ms_sample_token,
  .detail = MS_DETAIL_ROUTE,
  .docked = true,
};
