/* SPDX-License-Identifier: MIT */

/* The way of the tokens through the routed layers: groups of tokens on the left, then a column of experts for each
 * layer, and ribbons as wide as the tokens that go from one to the next. */
#include "ui/paint/painters.h"

#include "ui/paint/draw.h"
#include "ui/paint/flow-words.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <math.h>
#include <stdlib.h>

#define THINNEST 0.4 /* ribbons below this width are left out: they could not be seen */

typedef struct {
  double y[MS_FLOW_MOST], height[MS_FLOW_MOST];
} Stack;

/* A ribbon, with where it leaves and where it arrives. */
typedef struct {
  int column, from, to;
  double x0, x1, y0, y1, width, chosen; /* chosen: width of its selected part */
} Ribbon;

typedef struct {
  MsFrame frame;
  cairo_rectangle_t plot; /* of the columns; empty: nothing to draw, or no room */
  double names, notes;    /* heights of the columns' names above, and of what is dropped below */
  double node;            /* width of a node */
  double scale;           /* height of a token */
  Stack *stack;           /* (n_columns) owned */
  GArray *ribbons;        /* of Ribbon, owned: widest first */
  double tokens, drawn;   /* between columns, and of these in ribbons */
} Layout;

static void
layout_clear (Layout *layout)
{
  g_clear_pointer (&layout->stack, g_free);
  g_clear_pointer (&layout->ribbons, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static double
column_x (const Layout *layout, const MsFlow *flow, int c)
{
  return layout->plot.x + c * (layout->plot.width - layout->node) / MAX (1, flow->n_columns - 1);
}

/* Nodes from the top, with gaps as there is room for; all columns in the same scale. */
static void
stack_column (Layout *layout, const MsFlow *flow, int c)
{
  const MsFlowColumn *column = &flow->column[c];
  double total = 0, gap, y;

  for (int i = 0; i < column->n_nodes; i++)
    total += column->node[i].mass * layout->scale;
  gap = column->n_nodes > 1 ? MIN (14, (layout->plot.height - total) / (column->n_nodes - 1)) : 0;
  y = layout->plot.y + (layout->plot.height - total - gap * (column->n_nodes - 1)) / 2;
  for (int i = 0; i < column->n_nodes; i++)
    {
      layout->stack[c].y[i] = y;
      layout->stack[c].height[i] = column->node[i].mass * layout->scale;
      y += layout->stack[c].height[i] + gap;
    }
}

static int
by_width (gconstpointer a, gconstpointer b)
{
  const Ribbon *x = a, *y = b;

  return (x->width < y->width) - (x->width > y->width);
}

/* The ribbons from column @c on, each beside the one before on both sides. */
static void
add_ribbons (Layout *layout, const MsFlow *flow, int c)
{
  const MsFlowColumn *column = &flow->column[c];
  int n = flow->column[c + 1].n_nodes;
  double there[MS_FLOW_MOST] = { 0 };

  for (int i = 0; i < column->n_nodes; i++)
    {
      double here = 0;

      for (int j = 0; j < n; j++)
        {
          double width = (double) column->mass[i * n + j] * layout->scale;
          Ribbon ribbon = { c, i, j, column_x (layout, flow, c) + layout->node, column_x (layout, flow, c + 1),
                            layout->stack[c].y[i] + here, layout->stack[c + 1].y[j] + there[j], width,
                            (double) column->chosen[i * n + j] * layout->scale };

          here += width;
          there[j] += width;
          layout->tokens += width;
          if (width >= THINNEST || ribbon.chosen > 0)
            g_array_append_val (layout->ribbons, ribbon);
        }
    }
}

/* As many of the widest as the picture can show apart, and all that are selected. */
static void
choose_ribbons (Layout *layout)
{
  guint most = (guint) MAX (8, layout->plot.height / 2), kept = 0;

  g_array_sort (layout->ribbons, by_width);
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      Ribbon ribbon = g_array_index (layout->ribbons, Ribbon, i);

      if (kept >= most && (!(ribbon.chosen > 0) || kept >= 2 * most))
        continue;
      layout->drawn += ribbon.width;
      g_array_index (layout->ribbons, Ribbon, kept++) = ribbon;
    }
  g_array_set_size (layout->ribbons, kept);
}

static Layout
lay_out (double width, double height, const MsFlow *flow, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, least = INFINITY;

  if (flow->n_columns < 2 || area.width < 24 || area.height < 16 || !(flow->total > 0))
    return layout;
  layout.names = area.height >= 90 * s ? 18 * s : 0;
  layout.notes = area.height >= 90 * s ? 16 * s : 0;
  layout.node = MIN (26 * s, area.width / (3 * flow->n_columns));
  layout.plot = (cairo_rectangle_t) { area.x + MIN (10 * s, area.width / 20), area.y + layout.names, 0,
                                      area.height - layout.names - layout.notes };
  layout.plot.width = area.width - 2 * MIN (10 * s, area.width / 20);
  /* A quarter of the height at most is for gaps. */
  for (int c = 0; c < flow->n_columns; c++)
    least = MIN (least, layout.plot.height - MIN (0.25 * layout.plot.height, 6.0 * (flow->column[c].n_nodes - 1)));
  layout.scale = least / flow->total;
  layout.stack = g_new0 (Stack, flow->n_columns);
  layout.ribbons = g_array_new (FALSE, FALSE, sizeof (Ribbon));
  for (int c = 0; c < flow->n_columns; c++)
    stack_column (&layout, flow, c);
  for (int c = 0; c + 1 < flow->n_columns; c++)
    add_ribbons (&layout, flow, c);
  choose_ribbons (&layout);
  return layout;
}

static MsColour
node_colour (const MsFlow *flow, int c, int i, const MsPalette *palette)
{
  const MsFlowNode *node = &flow->column[c].node[i];

  if (node->kind == MS_FLOW_DROPPED)
    return palette->warning;
  return node->kind == MS_FLOW_ONE && c > 0 ? ms_palette_category (palette, node->id) : palette->missing;
}

/* Ribbons have the colour of the expert they come from, those from the groups of the one they go to. */
static MsColour
ribbon_colour (const MsFlow *flow, const Ribbon *ribbon, const MsPalette *palette)
{
  if (ribbon->column == 0 || flow->column[ribbon->column].node[ribbon->from].kind == MS_FLOW_DROPPED)
    return node_colour (flow, ribbon->column + 1, ribbon->to, palette);
  return node_colour (flow, ribbon->column, ribbon->from, palette);
}

static void
add_ribbon (cairo_t *cr, const Ribbon *ribbon, double width)
{
  double middle = (ribbon->x0 + ribbon->x1) / 2, y0 = ribbon->y0, y1 = ribbon->y1;

  cairo_move_to (cr, ribbon->x0, y0);
  cairo_curve_to (cr, middle, y0, middle, y1, ribbon->x1, y1);
  cairo_line_to (cr, ribbon->x1, y1 + width);
  cairo_curve_to (cr, middle, y1 + width, middle, y0 + width, ribbon->x0, y0 + width);
  cairo_close_path (cr);
}

/* Opaque, the narrowest on top: cairo blends a clear colour row by row, which takes half as long again. */
static void
paint_ribbons (cairo_t *cr, const Layout *layout, const MsFlow *flow, const MsPalette *palette)
{
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  cairo_set_tolerance (cr, 0.5);
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      const Ribbon *ribbon = &g_array_index (layout->ribbons, Ribbon, i);

      add_ribbon (cr, ribbon, MAX (0.6, ribbon->width));
      ms_draw_colour (cr, ms_colour_mix (palette->panel, ribbon_colour (flow, ribbon, palette),
                                         flow->selects ? 0.16 : 0.5));
      cairo_fill (cr);
    }
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      const Ribbon *ribbon = &g_array_index (layout->ribbons, Ribbon, i);

      if (!(ribbon->chosen > 0))
        continue;
      add_ribbon (cr, ribbon, MAX (1, ribbon->chosen));
      ms_draw_colour (cr, ms_colour_mix (palette->panel, ribbon_colour (flow, ribbon, palette), 0.9));
      cairo_fill (cr);
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
}

static cairo_rectangle_t
node_area (const Layout *layout, const MsFlow *flow, int c, int i)
{
  return (cairo_rectangle_t) { column_x (layout, flow, c), layout->stack[c].y[i], layout->node,
                               MAX (1, layout->stack[c].height[i]) };
}

/* A node, with its number where that fits, or beside it where nothing is in the way. */
static void
paint_node (cairo_t *cr, const Layout *layout, const MsFlow *flow, int c, int i, const MsPalette *palette)
{
  const MsFlowNode *node = &flow->column[c].node[i];
  cairo_rectangle_t area = node_area (layout, flow, c, i);
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
  ms_draw_rect (cr, &area, ground);
  if (area.height >= 0.8 * line && area.width >= 12)
    ms_text_draw (cr, palette, &look, area.x + area.width / 2, area.y + area.height / 2,
                  ms_flow_node_label (flow, c, i).text);
}

/* Above each column its name, below it how much was dropped. */
static void
paint_names (cairo_t *cr, const Layout *layout, const MsFlow *flow, const MsScene *scene, const MsPalette *palette)
{
  double right = layout->frame.content.x + layout->frame.content.width;
  double room = (layout->plot.width - layout->node) / MAX (1, flow->n_columns - 1);

  for (int c = 0; layout->names > 0 && c < flow->n_columns; c++)
    {
      const MsFlowColumn *column = &flow->column[c];
      bool here = column->layer >= 0 && column->layer == scene->selection.layer;
      MsText look = { here ? MS_TEXT_FIGURE : MS_TEXT_SMALL, here ? palette->accent : palette->muted, .ay = 0.5 };
      MsText note = { MS_TEXT_SMALL, palette->warning, .ay = 0.5 };
      MsNumber name = ms_flow_column_name (flow, c);
      double width = ms_text_width (palette, look.style, name.text), x = column_x (layout, flow, c) + layout->node / 2;

      if (width < room)
        ms_text_draw (cr, palette, &look, CLAMP (x - width / 2, layout->frame.content.x, right - width),
                      layout->plot.y - layout->names / 2 - 1, name.text);
      if (column->dropped == MS_NONE)
        continue;
      g_snprintf (name.text, sizeof name.text, "dropped %s",
                  ms_number_fixed (column->node[column->dropped].mass,
                                   fabs (remainder (column->node[column->dropped].mass, 1)) < 1e-3 ? 0 : 1).text);
      width = ms_text_width (palette, MS_TEXT_SMALL, name.text);
      if (width < room)
        ms_text_draw (cr, palette, &note, CLAMP (x - width / 2, layout->frame.content.x, right - width),
                      layout->plot.y + layout->plot.height + layout->notes / 2 + 1, name.text);
    }
}

static void
paint_nodes (cairo_t *cr, const Layout *layout, const MsFlow *flow, const MsScene *scene, const MsPalette *palette)
{
  for (int c = 0; c < flow->n_columns; c++)
    for (int i = 0; i < flow->column[c].n_nodes; i++)
      {
        const MsFlowNode *node = &flow->column[c].node[i];
        cairo_rectangle_t area = node_area (layout, flow, c, i);

        paint_node (cr, layout, flow, c, i, palette);
        if (node->kind == MS_FLOW_ONE && c > 0 && flow->column[c].layer == scene->selection.layer
            && node->id == scene->selection.expert)
          ms_draw_outline (cr, &area, palette, palette->outline, 2);
      }
}

/* What is left out, and which tokens these are. */
static void
paint_foot (cairo_t *cr, const Layout *layout, const MsFlow *flow, double room, const MsPalette *palette)
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
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsFlow *flow, const MsPalette *palette)
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
      else if (first->K > 1)
        g_snprintf (figures[2], 96, "each of %d choices counts 1/%d", first->K, first->K);
    }
  return ms_frame_paint (cr, &layout->frame, palette, scene, "Flow", list, 0.5 * layout->frame.foot.width);
}

static void
paint_nothing (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsFlow *flow, const MsPalette *palette)
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
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  g_auto (Layout) layout = lay_out (width, height, flow, palette);
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
  for (guint i = 0; hover != NULL && hover->kind == MS_SPOT_PAIR && i < layout.ribbons->len; i++)
    {
      const Ribbon *ribbon = &g_array_index (layout.ribbons, Ribbon, i);

      if (ms_flow_bin (ribbon->column, ribbon->from) != hover->bin || ribbon->to != hover->other)
        continue;
      add_ribbon (cr, ribbon, MAX (1, ribbon->width));
      ms_draw_colour (cr, palette->outline);
      cairo_set_line_width (cr, 1.2);
      cairo_stroke (cr);
    }
}

static bool
pick_node (const Layout *layout, const MsFlow *flow, double x, double y, MsSpot *spot)
{
  for (int c = 0; c < flow->n_columns; c++)
    for (int i = 0; i < flow->column[c].n_nodes; i++)
      {
        const MsFlowNode *node = &flow->column[c].node[i];
        cairo_rectangle_t area = node_area (layout, flow, c, i), around = area;

        around.y -= 2; /* an expert without tokens is a line, which can be met, too */
        around.height += 4;
        if (!ms_inside (&around, x, y) || (spot->kind != MS_SPOT_NOTHING && !ms_inside (&area, x, y)))
          continue;
        *spot = MS_SPOT_NONE;
        spot->kind = c > 0 && node->kind == MS_FLOW_ONE ? MS_SPOT_EXPERT : MS_SPOT_BIN;
        spot->layer = flow->column[c].layer;
        if (spot->kind == MS_SPOT_EXPERT)
          spot->expert = node->id;
        else
          spot->bin = ms_flow_bin (c, i);
        spot->area = area;
      }
  return spot->kind != MS_SPOT_NOTHING;
}

/* Height of the curve at @t of its way across; the same cubic as is drawn, whose x is symmetric about the middle. */
static double
curve_at (double y0, double y1, double x)
{
  double t = x, u;

  /* x (t) = 1.5 t (1 - t)^2 + 1.5 t^2 (1 - t) + t^3 grows with t: a few steps of Newton find it. */
  for (int i = 0; i < 6; i++)
    {
      double f = 1.5 * t * (1 - t) + t * t * t - x, slope = 1.5 - 3 * t + 3 * t * t;

      t = CLAMP (t - f / slope, 0, 1);
    }
  u = t * t * (3 - 2 * t);
  return y0 + (y1 - y0) * u;
}

/* The narrowest of the ribbons under the point: wide ones can be met elsewhere. */
static bool
pick_ribbon (const Layout *layout, double x, double y, MsSpot *spot)
{
  for (guint i = 0; i < layout->ribbons->len; i++)
    {
      const Ribbon *ribbon = &g_array_index (layout->ribbons, Ribbon, i);
      double top, width = MAX (1.5, ribbon->width);

      if (x < ribbon->x0 || x >= ribbon->x1)
        continue;
      top = curve_at (ribbon->y0, ribbon->y1, (x - ribbon->x0) / (ribbon->x1 - ribbon->x0));
      if (y < top || y > top + width)
        continue;
      spot->kind = MS_SPOT_PAIR;
      spot->bin = ms_flow_bin (ribbon->column, ribbon->from);
      spot->member = ribbon->from;
      spot->other = ribbon->to;
      spot->area = (cairo_rectangle_t) { x - 1, top, 2, width };
    }
  return spot->kind == MS_SPOT_PAIR;
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_autoptr (MsFlow) flow = ms_flow_new (scene);
  g_auto (Layout) layout = lay_out (width, height, flow, palette);

  *spot = MS_SPOT_NONE;
  if (layout.ribbons == NULL)
    return false;
  for (int c = 1; layout.names > 0 && c < flow->n_columns; c++)
    {
      cairo_rectangle_t name = { column_x (&layout, flow, c) - 10, layout.plot.y - layout.names, layout.node + 20,
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
  .help = "Where tokens go from layer to layer, by class; each of a token's K choices counts 1/K",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_flow_describe,
  .table = ms_flow_table,
  .sample = ms_sample_digits,
};
