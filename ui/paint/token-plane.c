/* SPDX-License-Identifier: MIT */

/* Tokens: where a layer's tokens lie in the plane of most variance of its inputs, coloured by the expert that they go
 * to, and shaped by class where classes are few. */
#include "ui/paint/token-plane.h"

#include "core/record/detail.h"
#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/frame.h"
#include "ui/paint/markers.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>
#include <stdlib.h>

#define MOST 4096    /* tokens drawn, taken evenly: more hide each other */
#define SQUARES 1200 /* more than these are squares, whatever their class: shapes would not be seen, and cost most */

typedef struct {
  MsFrame frame;
  cairo_rectangle_t plot; /* empty: no room */
  double top, bottom;     /* middles of the axes' names; 0: no room */
  MsAxis across, up;
  int every;              /* each @every-th token is drawn */
  double size;            /* half a marker's width */
  bool shapes;            /* classes have shapes */
} Layout;

typedef struct {
  int token, colour, shape;
  bool loud; /* drawn later, and stronger: of the chosen expert or example */
} Dot;

/* One scale for both axes: distances are true. All tokens lie within. */
static void
fit_axes (Layout *layout, const MsRouting *routing)
{
  double lo[2] = { INFINITY, INFINITY }, hi[2] = { -INFINITY, -INFINITY }, unit, x, y;

  for (int t = 0; t < routing->T; t += layout->every)
    for (int axis = 0; axis < 2; axis++)
      {
        double v = (double) routing->coordinates[2 * t + axis];

        if (isfinite (v))
          {
            lo[axis] = MIN (lo[axis], v);
            hi[axis] = MAX (hi[axis], v);
          }
      }
  for (int axis = 0; axis < 2; axis++)
    if (!(hi[axis] >= lo[axis]))
      lo[axis] = hi[axis] = 0;
  unit = MAX ((hi[0] - lo[0]) / layout->plot.width, (hi[1] - lo[1]) / layout->plot.height) * 1.06;
  unit = unit > 0 && isfinite (unit) ? unit : 1;
  x = (lo[0] + hi[0]) / 2;
  y = (lo[1] + hi[1]) / 2;
  layout->across = (MsAxis) { x - unit * layout->plot.width / 2, x + unit * layout->plot.width / 2, layout->plot.x,
                              layout->plot.x + layout->plot.width };
  layout->up = (MsAxis) { y - unit * layout->plot.height / 2, y + unit * layout->plot.height / 2,
                          layout->plot.y + layout->plot.height, layout->plot.y };
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  const MsRouting *routing = ms_scene_routing (scene);
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale;
  int drawn;

  if (ms_token_plane_state (scene) != MS_TOKENS_THERE || area.width < 8 || area.height < 8)
    return layout;
  if (area.height >= 110 * s && area.width >= 120 * s)
    {
      layout.top = area.y + 6 * s;
      layout.bottom = area.y + area.height - 7 * s;
      area.y += 16 * s;
      area.height -= 32 * s;
    }
  layout.plot = area;
  layout.every = (routing->T + MOST - 1) / MOST;
  drawn = routing->T / layout.every;
  layout.size = CLAMP (sqrt (area.width * area.height / MAX (1, drawn)) / 7, 1.5, 4.5) * MIN (s, 1.5);
  layout.shapes = scene->record->labels != NULL && scene->record->C >= 2 && scene->record->C <= MS_MARKER_SHAPES
                  && drawn <= SQUARES;
  fit_axes (&layout, routing);
  return layout;
}

static bool
is_loud (const MsScene *scene, int token, int expert)
{
  const MsSelection *selection = &scene->selection;
  int example = selection->token >= 0 ? ms_token_example (scene->record, selection->token) : selection->example;

  if (example >= 0)
    return ms_token_example (scene->record, token) == example;
  return selection->expert >= 0 && expert == selection->expert;
}

static int
compare_dots (const void *a, const void *b)
{
  const Dot *x = a, *y = b;

  if (x->loud != y->loud)
    return x->loud - y->loud;
  if (x->colour != y->colour)
    return x->colour - y->colour;
  return x->shape != y->shape ? x->shape - y->shape : x->token - y->token;
}

/* The dots in the order in which they are drawn; those of one look follow each other. */
static Dot *
make_dots (const Layout *layout, const MsScene *scene, const MsRouting *routing, int *n)
{
  Dot *dots = g_new (Dot, routing->T / layout->every + 1);

  *n = 0;
  for (int t = 0; t < routing->T; t += layout->every)
    {
      int expert = ms_token_plane_expert (routing, t), class = ms_token_plane_class (scene->record, t);

      if (routing->mask != NULL && !routing->mask[t])
        continue;
      if (isfinite (routing->coordinates[2 * t]) && isfinite (routing->coordinates[2 * t + 1]))
        dots[(*n)++] = (Dot) { t, expert, layout->shapes && class >= 0 ? class % MS_MARKER_SHAPES : 1,
                               is_loud (scene, t, expert) };
    }
  qsort (dots, (size_t) *n, sizeof *dots, compare_dots);
  return dots;
}

static void
place (const Layout *layout, const MsRouting *routing, int token, double *x, double *y)
{
  *x = ms_axis_at (&layout->across, (double) routing->coordinates[2 * token]);
  *y = ms_axis_at (&layout->up, (double) routing->coordinates[2 * token + 1]);
}

/* Dots of one look, in one path. */
static void
paint_run (cairo_t *cr, const Layout *layout, const MsRouting *routing, const Dot *dots, int n, MsColour colour)
{
  double corner[MS_MARKER_CORNERS][2], size = layout->size * (dots->loud ? 1.35 : 1);
  int corners = ms_marker_shape (dots->shape, size, corner);

  cairo_new_path (cr);
  for (int i = 0; i < n; i++)
    {
      double x, y;

      place (layout, routing, dots[i].token, &x, &y);
      if (layout->shapes)
        ms_marker_add (cr, corner, corners, x, y);
      else
        cairo_rectangle (cr, floor (x - size), floor (y - size), ceil (2 * size), ceil (2 * size));
    }
  ms_draw_colour (cr, colour);
  cairo_fill (cr);
}

static void
paint_dots (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing, const MsPalette *palette)
{
  int n;
  g_autofree Dot *dots = make_dots (layout, scene, routing, &n);
  bool quiet = scene->selection.expert >= 0 || scene->selection.token >= 0 || scene->selection.example >= 0;

  cairo_save (cr);
  cairo_set_antialias (cr, layout->shapes ? CAIRO_ANTIALIAS_FAST : CAIRO_ANTIALIAS_NONE);
  for (int i = 0, next; i < n; i = next)
    {
      MsColour colour = ms_palette_category (palette, dots[i].colour);

      for (next = i; next < n && dots[next].loud == dots[i].loud && dots[next].colour == dots[i].colour
                     && dots[next].shape == dots[i].shape;)
        next++;
      if (quiet && !dots[i].loud)
        colour = ms_colour_mix (palette->panel, colour, 0.3);
      paint_run (cr, layout, routing, dots + i, next - i, colour);
    }
  cairo_restore (cr);
}

/* A ring around the chosen token. */
static void
paint_chosen (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
              const MsPalette *palette)
{
  int token = scene->selection.token;
  double x, y;

  if (token < 0 || token >= routing->T)
    return;
  place (layout, routing, token, &x, &y);
  if (!isfinite (x) || !isfinite (y))
    return;
  cairo_new_path (cr);
  cairo_arc (cr, x, y, 2.2 * layout->size + 2, 0, 2 * G_PI);
  cairo_set_line_width (cr, 4);
  ms_draw_colour (cr, palette->panel);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 2);
  ms_draw_colour (cr, palette->outline);
  cairo_stroke (cr);
}

/* The classes' shapes without a colour, from @x on; nothing if they do not fit. */
static void
paint_shapes (cairo_t *cr, const MsRecord *record, double x, double middle, double end, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  double s = palette->scale, corner[MS_MARKER_CORNERS][2], width = ms_text_width (palette, MS_TEXT_SMALL, "class");

  for (int c = 0; c < record->C; c++)
    width += 26 * s + ms_text_width (palette, MS_TEXT_SMALL, ms_record_class (record, c).text);
  if (width > end - x)
    return;
  x = end - width;
  x += ms_text_draw (cr, palette, &look, x, middle, "class") + 8 * s;
  for (int c = 0; c < record->C; c++)
    {
      cairo_new_path (cr);
      ms_marker_add (cr, corner, ms_marker_shape (c, 4 * s, corner), x + 5 * s, round (middle));
      ms_draw_colour (cr, palette->muted);
      cairo_fill (cr);
      x += 13 * s + ms_text_draw (cr, palette, &look, x + 13 * s, middle, ms_record_class (record, c).text) + 13 * s;
    }
}

static void
paint_axes (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
            const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = layout->plot.width };
  g_autofree char *across = ms_token_plane_axis (routing, 0), *up = ms_token_plane_axis (routing, 1);
  g_autofree char *upwards = g_strdup_printf ("↑ %s", up), *rightwards = g_strdup_printf ("%s →", across);
  double x = layout->plot.x, end = x + layout->plot.width, used;

  ms_draw_rule (cr, x, layout->plot.y + layout->plot.height, layout->plot.width, 1, palette->grid);
  ms_draw_rule (cr, x, layout->plot.y, 1, layout->plot.height, palette->grid);
  if (layout->top <= 0)
    return;
  used = ms_text_draw (cr, palette, &look, x, layout->top, upwards);
  if (layout->shapes)
    paint_shapes (cr, scene->record, x + used + 14 * palette->scale, layout->top, end, palette);
  look.ax = 1;
  ms_text_draw (cr, palette, &look, end, layout->bottom, rightwards);
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  char figures[3][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };
  const MsRouting *routing = ms_scene_routing (scene);
  const char *heading = ms_scene_soft (scene) ? "expert of most weight" : "first choice: expert";
  bool there = layout->every > 0;
  double legend = there ? ms_frame_expert_legend_width (palette, heading, 0, routing->E) : 0, room;

  if (routing != NULL)
    g_strlcpy (figures[0], ms_routing_name (routing).text, 80);
  if (there)
    {
      g_snprintf (figures[1], 80, "%s tokens", ms_number_count (routing->T).text);
      if (layout->every > 1)
        g_snprintf (figures[2], 80, "1 in %d drawn", layout->every);
    }
  room = ms_frame_paint (cr, &layout->frame, palette, scene, "Tokens", list, legend);
  if (there && layout->frame.foot.height > 0)
    ms_frame_expert_legend (cr, palette, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                            room, heading, 0, routing->E, scene->selection.expert);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsRouting *routing = ms_scene_routing (scene);

  paint_frame (cr, &layout, scene, palette);
  switch (ms_token_plane_state (scene))
    {
    case MS_TOKENS_NO_RECORD:
      ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see where its tokens lie");
      break;
    case MS_TOKENS_DENSE:
      ms_frame_empty (cr, &layout.frame, palette, "No routed layer",
                      "This model is dense: every token takes the same path");
      break;
    case MS_TOKENS_ABSENT:
      ms_frame_missing (cr, &layout.frame.content, palette, "where the tokens lie was not captured");
      break;
    case MS_TOKENS_THERE: break;
    }
  if (layout.every < 1)
    return;
  paint_axes (cr, &layout, scene, routing, palette);
  paint_dots (cr, &layout, scene, routing, palette);
  paint_chosen (cr, &layout, scene, routing, palette);
  if (hover != NULL && hover->kind == MS_SPOT_TOKEN)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsRouting *routing = ms_scene_routing (scene);
  double nearest = 10 * palette->scale, r = layout.size + 1, px, py;
  int token = MS_NONE;

  for (int t = 0; layout.every > 0 && t < routing->T; t += layout.every)
    {
      place (&layout, routing, t, &px, &py);
      if (hypot (px - x, py - y) < nearest && (routing->mask == NULL || routing->mask[t]))
        {
          nearest = hypot (px - x, py - y);
          token = t;
        }
    }
  if (token < 0)
    return false;
  place (&layout, routing, token, &px, &py);
  *spot = MS_SPOT_NONE;
  spot->kind = MS_SPOT_TOKEN;
  spot->token = token;
  spot->example = ms_token_example (scene->record, token);
  spot->expert = ms_token_plane_expert (routing, token);
  spot->area = (cairo_rectangle_t) { px - r, py - r, 2 * r, 2 * r };
  return true;
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL;
}

/* Around a place for each expert, weighted by the token's gates; with one token chosen. */
static MsScene *
sample (void)
{
  MsScene *scene = ms_sample_digits ();

  for (int l = 0; l < scene->record->n_routing; l++)
    {
      MsRouting *routing = scene->record->routing[l];

      routing->coordinates = g_new0 (float, 2 * routing->T);
      routing->variance[0] = 0.31;
      routing->variance[1] = 0.17;
      for (int t = 0; t < routing->T; t++)
        for (int e = 0; e < routing->E; e++)
          {
            double angle = 2 * G_PI * e / routing->E, gate = (double) routing->probs[t * routing->E + e];

            routing->coordinates[2 * t] += (float) (3 * gate * cos (angle));
            routing->coordinates[2 * t + 1] += (float) (2 * gate * sin (angle));
          }
    }
  scene->selection.token = 100;
  scene->selection.example = 100 / scene->record->tokens;
  return scene;
}

const MsPainter ms_painter_tokens = {
  .name = "tokens",
  .title = "Tokens",
  .help = "Where the tokens lie by the two principal axes of the layer's inputs, coloured by the expert they go to",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_token_plane_describe,
  .table = ms_token_plane_table,
  .sample = sample,
  .detail = MS_DETAIL_TOKENS,
};
