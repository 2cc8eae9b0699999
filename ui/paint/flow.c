/* SPDX-License-Identifier: MIT */

/* The way of the tokens through the routed layers: groups of tokens on the left, then a column of experts for each
 * layer, and ribbons as wide as the tokens that go from one to the next. */
#include "ui/paint/painters.h"

#include "ui/paint/draw.h"
#include "ui/paint/flow-layout.h"
#include "ui/paint/flow-words.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <math.h>

#define NOTES_GAP 8 /* between the two below a column */

static MsColour
node_colour (const MsFlow *flow, int c, int i, const MsPalette *palette)
{
  const MsFlowNode *node = &flow->column[c].node[i];

  if (node->kind == MS_FLOW_DROPPED)
    return palette->warning;
  if (node->kind == MS_FLOW_UNTAKEN)
    return palette->muted;
  return node->kind == MS_FLOW_ONE && c > 0 ? ms_palette_category (palette, node->id) : palette->missing;
}

/* Ribbons have the colour of the expert they come from, those from elsewhere of the one they go to. */
static MsColour
ribbon_colour (const MsFlow *flow, const MsFlowRibbon *ribbon, const MsPalette *palette)
{
  MsFlowKind from = flow->column[ribbon->column].node[ribbon->from].kind;

  if (ribbon->column == 0 || from == MS_FLOW_DROPPED || from == MS_FLOW_UNTAKEN)
    return node_colour (flow, ribbon->column + 1, ribbon->to, palette);
  return node_colour (flow, ribbon->column, ribbon->from, palette);
}

/* The bands from column @c on: all of each ribbon, then above them the selected parts. Opaque, the narrowest on top. */
static int
collect_bands (MsBand *band, const MsFlowLayout *layout, const MsFlow *flow, int c, const MsPalette *palette)
{
  int n = 0;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < layout->ribbons->len; i++)
      {
        const MsFlowRibbon *ribbon = &g_array_index (layout->ribbons, MsFlowRibbon, i);
        double strength = pass > 0 ? 0.9 : flow->selects ? 0.16 : 0.5;

        if (ribbon->column != c || (pass > 0 && !(ribbon->chosen > 0)))
          continue;
        band[n] = ribbon->band;
        band[n].width = pass > 0 ? MAX (1, ribbon->chosen) : MAX (0.6, ribbon->band.width);
        band[n++].colour = ms_colour_mix (palette->panel, ribbon_colour (flow, ribbon, palette), strength);
      }
  return n;
}

static void
paint_ribbons (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, const MsPalette *palette)
{
  g_autofree MsBand *band = g_new (MsBand, 2 * layout->ribbons->len);

  for (int c = 0; c + 1 < flow->n_columns; c++)
    ms_bands_draw (cr, ms_flow_ribbons_from (layout, c), ms_flow_ribbons_to (layout, c), band,
                   collect_bands (band, layout, flow, c, palette));
}

/* A node, with its number where that fits, or beside it where nothing is in the way. */
static void
paint_node (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, int c, int i, const MsPalette *palette)
{
  const MsFlowNode *node = &flow->column[c].node[i];
  cairo_rectangle_t area = ms_flow_node_area (layout, c, i);
  MsColour colour = node_colour (flow, c, i, palette), ground = c == 0 ? palette->grid : colour;
  MsText look = { MS_TEXT_SMALL, c == 0 ? palette->text : ms_colour_ink (ground), .ax = 0.5, .ay = 0.5,
                  .max_width = MAX (1, area.width) };
  double line = ms_text_height (palette, MS_TEXT_SMALL);

  if (node->kind == MS_FLOW_DROPPED)
    {
      ms_draw_rect (cr, &area, ms_colour_mix (palette->panel, colour, 0.2));
      ms_draw_hatch (cr, &area, colour, 4, 1.3);
      return;
    }
  if (node->kind == MS_FLOW_UNTAKEN) /* hollow: nothing processes these */
    {
      ms_draw_rect (cr, &area, colour);
      area = (cairo_rectangle_t) { area.x + 1, area.y + 1, area.width - 2, area.height - 2 };
      if (area.width > 0 && area.height > 0)
        ms_draw_rect (cr, &area, ms_colour_mix (palette->panel, colour, 0.2));
      return;
    }
  ms_draw_rect (cr, &area, ground);
  if (area.height >= 0.8 * line && area.width >= 12)
    ms_text_draw (cr, palette, &look, area.x + area.width / 2, area.y + area.height / 2,
                  ms_flow_node_label (flow, c, i).text);
}

/* Below a column how much was dropped, and how much no expert takes; the first alone where both are too wide. */
static void
paint_notes (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, int c, double room, const MsPalette *palette)
{
  const MsFlowColumn *column = &flow->column[c];
  const int rest[] = { column->dropped, column->untaken };
  char text[2][64] = { "", "" };
  double width[2] = { 0 }, left = layout->frame.content.x, right = left + layout->frame.content.width, x;

  for (int i = 0; i < 2; i++)
    if (rest[i] != MS_NONE)
      {
        double mass = column->node[rest[i]].mass;

        g_snprintf (text[i], sizeof text[i], i > 0 ? "%s: %s" : "%s %s", ms_flow_node_name (flow, c, rest[i]).text,
                    ms_number_fixed (mass, fabs (remainder (mass, 1)) < 1e-3 ? 0 : 1).text);
        width[i] = ms_text_width (palette, MS_TEXT_SMALL, text[i]) + (i > 0 && width[0] > 0 ? NOTES_GAP : 0);
        if (width[0] + width[i] >= room)
          width[i] = 0;
      }
  x = ms_flow_column_x (layout, c) + layout->node / 2 - (width[0] + width[1]) / 2;
  x = CLAMP (x, left, MAX (left, right - width[0] - width[1]));
  for (int i = 0; i < 2; i++)
    {
      MsText note = { MS_TEXT_SMALL, i == 0 ? palette->warning : palette->muted, .ax = i, .ay = 0.5 };

      if (width[i] > 0)
        ms_text_draw (cr, palette, &note, i == 0 ? x : x + width[0] + width[1],
                      layout->plot.y + layout->plot.height + layout->notes / 2 + 1, text[i]);
    }
}

/* Above each column its name. */
static void
paint_names (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, const MsScene *scene,
             const MsPalette *palette)
{
  double right = layout->frame.content.x + layout->frame.content.width;
  double room = (layout->plot.width - layout->node) / MAX (1, flow->n_columns - 1);

  for (int c = 0; layout->names > 0 && c < flow->n_columns; c++)
    {
      const MsFlowColumn *column = &flow->column[c];
      bool here = column->layer >= 0 && column->layer == scene->selection.layer;
      MsText look = { here ? MS_TEXT_FIGURE : MS_TEXT_SMALL, here ? palette->accent : palette->muted, .ay = 0.5 };
      MsNumber name = ms_flow_column_name (flow, c);
      double width = ms_text_width (palette, look.style, name.text);
      double x = ms_flow_column_x (layout, c) + layout->node / 2;

      if (width < room)
        ms_text_draw (cr, palette, &look, CLAMP (x - width / 2, layout->frame.content.x, right - width),
                      layout->plot.y - layout->names / 2 - 1, name.text);
      paint_notes (cr, layout, flow, c, room, palette);
    }
}

static void
paint_nodes (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, const MsScene *scene,
             const MsPalette *palette)
{
  for (int c = 0; c < flow->n_columns; c++)
    for (int i = 0; i < flow->column[c].n_nodes; i++)
      {
        const MsFlowNode *node = &flow->column[c].node[i];
        cairo_rectangle_t area = ms_flow_node_area (layout, c, i);

        paint_node (cr, layout, flow, c, i, palette);
        if (node->kind == MS_FLOW_ONE && c > 0 && flow->column[c].layer == scene->selection.layer
            && node->id == scene->selection.expert)
          ms_draw_outline (cr, &area, palette, palette->outline, 2);
      }
}

/* What is left out, and which tokens these are. */
static void
paint_foot (cairo_t *cr, const MsFlowLayout *layout, const MsFlow *flow, double room, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, room) };
  g_autoptr (GString) text = g_string_new (NULL);

  if (layout->frame.foot.height <= 0 || room < 60)
    return;
  if (flow->every > 1)
    g_string_append_printf (text, "one of %d tokens followed", flow->every);
  if (layout->tokens > 0 && layout->drawn < 0.995 * layout->tokens)
    g_string_append_printf (text, "%sthe widest ribbons, %s %% of all", text->len > 0 ? " · " : "",
                            ms_number_fixed (100 * layout->drawn / layout->tokens, 0).text);
  if (flow->absent > 0)
    g_string_append_printf (text, "%s%d of %d layers not captured", text->len > 0 ? " · " : "", flow->absent,
                            flow->n_layers);
  if (text->len > 0)
    ms_text_draw (cr, palette, &look, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                  text->str);
}

static double
paint_frame (cairo_t *cr, const MsFlowLayout *layout, const MsScene *scene, const MsFlow *flow,
             const MsPalette *palette)
{
  char figures[4][96] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };

  if (flow->n_columns > 1)
    {
      const MsRouting *first = scene->record->routing[flow->column[1].layer];

      g_snprintf (figures[0], 96, "%s tokens", ms_number_count (flow->rows).text);
      if (first->member >= 0)
        g_snprintf (figures[1], 96, "member %d", first->member);
      else if (flow->copy >= 0)
        g_snprintf (figures[1], 96, "member %d", flow->copy);
      if (first->slots > 0)
        g_strlcpy (figures[2], "by combine weight", 96);
      else if (first->K > 1 && flow->column[1].uneven)
        g_strlcpy (figures[2], "shared equally by a token's choices", 96);
      else if (first->K > 1)
        g_snprintf (figures[2], 96, "each of %d choices counts 1/%d", first->K, first->K);
    }
  return ms_frame_paint (cr, &layout->frame, palette, scene, "Flow", list, 0.5 * layout->frame.foot.width);
}

static void
paint_nothing (cairo_t *cr, const MsFlowLayout *layout, const MsScene *scene, const MsFlow *flow,
               const MsPalette *palette)
{
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout->frame, palette, "No batch yet", "Press Play or Step to see where tokens go");
  else if (scene->record->n_routing < 1)
    ms_frame_empty (cr, &layout->frame, palette, "No routed layer",
                    "This model is dense: every token takes the same path");
  else if (flow->n_columns < 2 && scene->stage.partial)
    ms_frame_empty (cr, &layout->frame, palette, "Not computed yet", ms_stage_words (MS_STAGE_DISPATCH));
  else if (flow->n_columns < 2)
    ms_frame_missing (cr, &layout->frame.content, palette, "where tokens went was not captured");
}

static void
paint_hovered (cairo_t *cr, const MsFlowLayout *layout, const MsSpot *hover, const MsPalette *palette)
{
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      const MsFlowRibbon *ribbon = &g_array_index (layout->ribbons, MsFlowRibbon, i);
      MsBand band = ribbon->band;

      if (ms_flow_bin (ribbon->column, ribbon->from) != hover->bin || ribbon->to != hover->other)
        continue;
      band.width = MAX (1, band.width);
      ms_band_path (cr, ms_flow_ribbons_from (layout, ribbon->column), ms_flow_ribbons_to (layout, ribbon->column),
                    &band);
      ms_draw_colour (cr, palette->outline);
      cairo_set_line_width (cr, 1.2);
      cairo_stroke (cr);
    }
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  g_auto (MsFlowLayout) layout = ms_flow_lay_out (width, height, flow, palette);
  double room = paint_frame (cr, &layout, scene, flow, palette);

  if (layout.ribbons == NULL)
    {
      paint_nothing (cr, &layout, scene, flow, palette);
      return;
    }
  paint_ribbons (cr, &layout, flow, palette);
  paint_nodes (cr, &layout, flow, scene, palette);
  paint_names (cr, &layout, flow, scene, palette);
  paint_foot (cr, &layout, flow, room, palette);
  ms_frame_now (cr, &layout.frame, palette, scene, MS_STAGE_DISPATCH, MS_STAGE_DISPATCH);
  if (hover != NULL && hover->kind != MS_SPOT_NOTHING && hover->kind != MS_SPOT_PAIR)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
  if (hover != NULL && hover->kind == MS_SPOT_PAIR)
    paint_hovered (cr, &layout, hover, palette);
}

static bool
pick_node (const MsFlowLayout *layout, const MsFlow *flow, double x, double y, MsSpot *spot)
{
  int c, i;

  if (!ms_flow_node_at (layout, flow, x, y, &c, &i))
    return false;
  spot->kind = c > 0 && flow->column[c].node[i].kind == MS_FLOW_ONE ? MS_SPOT_EXPERT : MS_SPOT_BIN;
  spot->layer = flow->column[c].layer;
  if (spot->kind == MS_SPOT_EXPERT)
    spot->expert = flow->column[c].node[i].id;
  else
    spot->bin = ms_flow_bin (c, i);
  spot->area = ms_flow_node_area (layout, c, i);
  return true;
}

static bool
pick_ribbon (const MsFlowLayout *layout, double x, double y, MsSpot *spot)
{
  const MsFlowRibbon *ribbon = ms_flow_ribbon_at (layout, x, y);

  if (ribbon == NULL)
    return false;
  spot->kind = MS_SPOT_PAIR;
  spot->bin = ms_flow_bin (ribbon->column, ribbon->from);
  spot->member = ribbon->from;
  spot->other = ribbon->to;
  spot->area = (cairo_rectangle_t) { x - 1, ms_band_top (&ribbon->band, ms_flow_ribbons_from (layout, ribbon->column),
                                                         ms_flow_ribbons_to (layout, ribbon->column), x),
                                     2, MAX (1.5, ribbon->band.width) };
  return true;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  g_auto (MsFlowLayout) layout = ms_flow_lay_out (width, height, flow, palette);

  *spot = MS_SPOT_NONE;
  if (layout.ribbons == NULL)
    return false;
  for (int c = 1; layout.names > 0 && c < flow->n_columns; c++)
    {
      cairo_rectangle_t name = { ms_flow_column_x (&layout, c) - 10, layout.plot.y - layout.names, layout.node + 20,
                                 layout.names };

      if (!ms_inside (&name, x, y))
        continue;
      spot->kind = MS_SPOT_LAYER;
      spot->layer = flow->column[c].layer;
      spot->area = name;
      return true;
    }
  return pick_node (&layout, flow, x, y, spot) || pick_ribbon (&layout, x, y, spot);
}

static bool
applies (const MsScene *scene)
{
  return scene->record != NULL && scene->record->n_routing > 0;
}

const MsPainter ms_painter_flow = {
  .name = "flow",
  .title = "Flow",
  .help = "Where tokens go from layer to layer, by class; a token's choices share it equally",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_flow_describe,
  .table = ms_flow_table,
  .sample = ms_sample_digits,
};
