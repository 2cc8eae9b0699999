/* SPDX-License-Identifier: MIT */

/* What quality costs: each run and branch so far by the FLOPs of a prediction (logarithmic) and by its test error, and
 * below by its NLL; the front joins those that no other is as cheap and as good as. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/frontier-data.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define MOST_LABELS 32 /* more would stand in each other's way */
#define DECADES 3      /* an axis longer than this has ticks at powers of ten only */

typedef struct {
  cairo_rectangle_t plot; /* empty: no room */
  double title;           /* middle of the line above; 0: no room */
  MsAxis up;
} Panel;

typedef struct {
  MsFrame frame;
  MsAxis across; /* of log10 FLOPs */
  int panels;
  Panel panel[MS_N_FRONTIER_METRICS];
  bool ticks; /* room for the numbers under it */
  double radius;
} Layout;

static const char *const titles[MS_N_FRONTIER_METRICS]
  = { "test error, % (bars: standard error)", "test NLL, nats" };

/* Holds all points with some room around, and the bars of standard errors; never less than 0. */
static MsAxis
value_axis (const MsFrontier *frontier, MsFrontierMetric metric, const cairo_rectangle_t *plot)
{
  double lo = INFINITY, hi = -INFINITY, room;

  for (int i = 0; i < frontier->n; i++)
    {
      double value = frontier->point[i].value[metric];
      double bar = metric == MS_FRONTIER_ERROR ? frontier->point[i].spread : 0;

      if (!isfinite (value))
        continue;
      lo = MIN (lo, value - bar);
      hi = MAX (hi, value + bar);
    }
  if (!(hi >= lo))
    lo = hi = 0;
  room = hi > lo ? 0.12 * (hi - lo) : MAX (0.5 * hi, 0.5);
  return (MsAxis) { MAX (0, lo - room), hi + room, plot->y + plot->height, plot->y };
}

/* At least half a decade, so that equal costs stand in the middle. */
static MsAxis
cost_axis (const MsFrontier *frontier, const cairo_rectangle_t *plot)
{
  double lo = log10 (frontier->point[0].flops), hi = log10 (frontier->point[frontier->n - 1].flops);
  double room = MAX (0.1 * (hi - lo), 0.25 - (hi - lo) / 2);

  return (MsAxis) { lo - MAX (room, 0.05), hi + MAX (room, 0.05), plot->x, plot->x + plot->width };
}

static Layout
lay_out (double width, double height, const MsFrontier *frontier, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, gutter = area.width >= 200 * s ? 44 * s : 0, title, each;

  if (frontier->n < 1 || area.width < 16 || area.height < 16)
    return layout;
  area.x += gutter;
  area.width -= gutter;
  layout.ticks = area.height >= 80 * s && area.width >= 120 * s;
  if (layout.ticks)
    area.height -= 20 * s;
  layout.panels = area.height >= 260 * s ? 2 : 1;
  title = area.height >= 90 * s ? 16 * s : 0;
  each = (area.height - (layout.panels - 1) * 8 * s) / layout.panels;
  for (int i = 0; i < layout.panels; i++)
    {
      Panel *panel = &layout.panel[i];

      panel->plot = (cairo_rectangle_t) { area.x, area.y + i * (each + 8 * s) + title, area.width, each - title };
      panel->title = title > 0 ? panel->plot.y - title + 6 * s : 0;
      panel->up = value_axis (frontier, i, &panel->plot);
    }
  layout.across = cost_axis (frontier, &layout.panel[0].plot);
  layout.radius = MIN (5 * s, MIN (area.width, each) / 8);
  return layout;
}

static void
place (const Layout *layout, int panel, const MsFrontierPoint *point, double *x, double *y)
{
  *x = ms_axis_at (&layout->across, log10 (point->flops));
  *y = ms_axis_at (&layout->panel[panel].up, point->value[panel]);
}

/* Steps from the cheapest point of the front on: up to the next one nothing better is known. */
static void
paint_front (cairo_t *cr, const Layout *layout, const MsFrontier *frontier, int panel, const MsPalette *palette)
{
  bool line = false;
  double x, y, last = 0;

  cairo_save (cr);
  cairo_new_path (cr);
  for (int i = 0; i < frontier->n; i++)
    {
      if (!frontier->point[i].front[panel])
        continue;
      place (layout, panel, &frontier->point[i], &x, &y);
      if (line)
        {
          cairo_line_to (cr, x, last);
          cairo_line_to (cr, x, y);
        }
      else
        cairo_move_to (cr, x, y);
      line = true;
      last = y;
    }
  if (line)
    cairo_line_to (cr, layout->across.p1, last);
  cairo_set_line_width (cr, 1.5);
  ms_draw_colour (cr, ms_colour_mix (palette->panel, palette->accent, 0.7));
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
paint_point (cairo_t *cr, const Layout *layout, const MsFrontier *frontier, int panel, int i, const MsPalette *palette)
{
  const MsFrontierPoint *point = &frontier->point[i];
  bool current = i == frontier->current;
  double x, y, r = layout->radius;

  if (!isfinite (point->value[panel]))
    return;
  place (layout, panel, point, &x, &y);
  if (panel == MS_FRONTIER_ERROR)
    {
      double low = ms_axis_at (&layout->panel[panel].up, MAX (0, point->value[panel] - point->spread));
      double high = ms_axis_at (&layout->panel[panel].up, point->value[panel] + point->spread);

      ms_draw_rule (cr, x - 0.5, high, 1, low - high, palette->missing);
    }
  cairo_new_path (cr);
  cairo_arc (cr, x, y, current ? 1.3 * r : r, 0, 2 * G_PI);
  ms_draw_colour (cr, current ? palette->accent : palette->panel);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 2);
  ms_draw_colour (cr, point->front[panel] ? palette->accent : palette->muted);
  cairo_stroke (cr);
}

static bool
overlap (const cairo_rectangle_t *a, const cairo_rectangle_t *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

typedef struct {
  cairo_rectangle_t taken[2 * MOST_LABELS];
  int n;
} Places;

/* A free place for @area's size around the point: first where the front's steps never run. */
static bool
find_place (const Places *places, const cairo_rectangle_t *plot, double x, double y, double r, cairo_rectangle_t *area)
{
  const double at[6][2] = { { x + r + 1, y - r - area->height + 3 },
                            { x - r - 1 - area->width, y + r - 3 },
                            { x + r + 4, y - area->height / 2 },
                            { x - r - 4 - area->width, y - area->height / 2 },
                            { x - area->width / 2, y - r - 2 - area->height },
                            { x - area->width / 2, y + r + 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (at); i++)
    {
      bool clear = at[i][0] >= plot->x && at[i][0] + area->width <= plot->x + plot->width && at[i][1] >= plot->y
                   && at[i][1] + area->height <= plot->y + plot->height;

      area->x = at[i][0];
      area->y = at[i][1];
      for (int k = 0; k < places->n && clear; k++)
        clear = !overlap (&places->taken[k], area);
      if (clear)
        return true;
    }
  return false;
}

/* 0: the current branch, 1: others on the front, 2: the rest; in this order they get a place. */
static int
label_rank (const MsFrontier *frontier, int panel, int i)
{
  return i == frontier->current ? 0 : frontier->point[i].front[panel] ? 1 : 2;
}

static void
paint_labels (cairo_t *cr, const Layout *layout, const MsFrontier *frontier, int panel, const MsPalette *palette)
{
  Places places = { .n = 0 };
  double x, y, r = 1.3 * layout->radius;

  /* No label hides a point. */
  for (int i = 0; i < frontier->n && places.n < MOST_LABELS; i++)
    {
      place (layout, panel, &frontier->point[i], &x, &y);
      places.taken[places.n++] = (cairo_rectangle_t) { x - r, y - r, 2 * r, 2 * r };
    }
  for (int rank = 0; rank < 3; rank++)
    for (int i = 0; i < frontier->n && places.n < (int) G_N_ELEMENTS (places.taken); i++)
      {
        const char *label = frontier->point[i].branch->label;
        MsText look = { rank == 0 ? MS_TEXT_FIGURE : MS_TEXT_SMALL, rank == 2 ? palette->muted : palette->text };
        cairo_rectangle_t area = { .height = ms_text_height (palette, look.style) };

        if (label == NULL || label_rank (frontier, panel, i) != rank || !isfinite (frontier->point[i].value[panel]))
          continue;
        area.width = ms_text_width (palette, look.style, label);
        place (layout, panel, &frontier->point[i], &x, &y);
        if (!find_place (&places, &layout->panel[panel].plot, x, y, r, &area))
          continue;
        ms_text_draw (cr, palette, &look, area.x, area.y, label);
        places.taken[places.n++] = area;
      }
}

static void
paint_panel (cairo_t *cr, const Layout *layout, const MsFrontier *frontier, int i, const MsPalette *palette)
{
  const Panel *panel = &layout->panel[i];
  MsTicks ticks = ms_ticks (panel->up.v0, panel->up.v1, (int) CLAMP (panel->plot.height / (28 * palette->scale), 2, 7),
                            false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = panel->plot.width };

  if (panel->plot.width < 1 || panel->plot.height < 1)
    return;
  if (panel->title > 0)
    ms_text_draw (cr, palette, &look, panel->plot.x, panel->title, titles[i]);
  if (panel->plot.x > layout->frame.content.x + 8)
    ms_axis_draw_y (cr, palette, &panel->up, &ticks, panel->plot.x, panel->plot.x + panel->plot.width, "");
  ms_draw_rule (cr, panel->plot.x, panel->plot.y + panel->plot.height, panel->plot.width, 1, palette->muted);
  paint_front (cr, layout, frontier, i, palette);
  for (int k = 0; k < frontier->n; k++)
    if (k != frontier->current)
      paint_point (cr, layout, frontier, i, k, palette);
  if (frontier->current >= 0)
    paint_point (cr, layout, frontier, i, frontier->current, palette);
  if (panel->plot.height >= 40 * palette->scale)
    paint_labels (cr, layout, frontier, i, palette);
}

/* Ticks at 1, 2 and 5 times the powers of ten, or at these alone. */
static void
paint_cost_axis (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  static const int factors[] = { 1, 2, 5 };
  const cairo_rectangle_t *last = &layout->panel[layout->panels - 1].plot;
  double s = palette->scale, y = last->y + last->height, used = last->x, end = last->x + last->width;
  MsText look = { MS_TEXT_SMALL, palette->muted };
  const char *name = "FLOP a prediction, log scale";
  bool dense = layout->across.v1 - layout->across.v0 <= DECADES;

  if (last->width >= 420 * s)
    {
      double width = ms_text_width (palette, MS_TEXT_SMALL, name);

      ms_text_draw (cr, palette, &look, end - width, y + 5 * s, name);
      end -= width + 10 * s;
    }
  for (int decade = (int) floor (layout->across.v0); decade <= layout->across.v1; decade++)
    for (gsize k = 0; k < (dense ? G_N_ELEMENTS (factors) : 1); k++)
      {
        double value = factors[k] * pow (10, decade), x = ms_axis_at (&layout->across, log10 (value));
        MsNumber number = ms_frontier_flops (value, 1);
        double width = ms_text_width (palette, MS_TEXT_SMALL, number.text);

        if (x < last->x || x > last->x + last->width)
          continue;
        ms_draw_rule (cr, x, y, 1, 4 * s, palette->muted);
        if (x - width / 2 < used || x + width / 2 > end)
          continue;
        ms_text_draw (cr, palette, &look, x - width / 2, y + 5 * s, number.text);
        used = x + width / 2 + 8 * s;
      }
}

static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsFrontier *frontier,
             const MsPalette *palette)
{
  char figures[3][96] = { "" }, absent[64];
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };

  if (frontier->current >= 0)
    {
      const MsFrontierPoint *now = &frontier->point[frontier->current];

      g_snprintf (figures[0], 96, "now: error %s %% at %s", ms_number_fixed (now->value[MS_FRONTIER_ERROR], 2).text,
                  ms_frontier_flops (now->flops, 3).text);
    }
  if (frontier->n > 0)
    g_snprintf (figures[1], 96, frontier->n == 1 ? "%d run judged" : "%d runs judged", frontier->n);
  g_snprintf (absent, sizeof absent, frontier->absent == 1 ? "%d run not judged yet" : "%d runs not judged yet",
              frontier->absent);

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Frontier", list,
                                frontier->absent > 0 ? 140 * palette->scale : 0);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = room };

  if (frontier->absent > 0 && layout->frame.foot.height > 0 && room >= 60 * palette->scale)
    ms_text_draw (cr, palette, &look, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                  absent);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (MsFrontier) frontier = ms_frontier_read (scene);
  Layout layout = lay_out (width, height, &frontier, palette);

  paint_frame (cr, &layout, scene, &frontier, palette);
  if (frontier.n < 1)
    ms_frame_empty (cr, &layout.frame, palette, "No run has been judged yet",
                    "Play on: the test split is judged every run.evaluate_every steps");
  for (int i = 0; i < layout.panels; i++)
    paint_panel (cr, &layout, &frontier, i, palette);
  if (layout.panels > 0 && layout.ticks)
    paint_cost_axis (cr, &layout, palette);
  if (hover != NULL && hover->kind == MS_SPOT_BRANCH)
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (MsFrontier) frontier = ms_frontier_read (scene);
  Layout layout = lay_out (width, height, &frontier, palette);
  double nearest = 14 * palette->scale, r = layout.radius + 2;
  bool found = false;

  for (int panel = 0; panel < layout.panels; panel++)
    for (int i = 0; i < frontier.n; i++)
      {
        double px, py, distance;

        place (&layout, panel, &frontier.point[i], &px, &py);
        distance = hypot (px - x, py - y);
        if (!(distance <= nearest)) /* NaN too */
          continue;
        nearest = distance;
        *spot = MS_SPOT_NONE;
        spot->kind = MS_SPOT_BRANCH;
        spot->bin = frontier.point[i].branch->id;
        spot->area = (cairo_rectangle_t) { px - r, py - r, 2 * r, 2 * r };
        found = true;
      }
  return found;
}

static bool
applies (const MsScene *scene)
{
  return scene->branches != NULL || ms_scene_judged (scene);
}

/* Seven runs of a model of several sizes, the fifth shown, the last not judged yet. */
static MsScene *
sample (void)
{
  static const struct {
    int parent;
    double mflop, error, nll;
    const char *label, *values;
  } runs[] = {
    { -1, 1.02, 0.083, 0.271, "digits, seed 0", "" },
    { 0, 1.02, 0.067, 0.232, "Learning rate 0.002 → 0.005", "optimiser.learning_rate=0.005" },
    { -1, 1.66, 0.036, 0.131, "K 1 → 2", "routing.k=2" },
    { -1, 2.95, 0.031, 0.124, "K 2 → 4", "routing.k=4" },
    { -1, 2.1, 0.047, 0.166, "Capacity 1.05 → 2", "routing.capacity_ratio=2" },
    { -1, 6.4, 0.022, 0.086, "Members 1 → 2", "ensemble.members=2" },
    { 5, 6.4, NAN, NAN, "Noise 1 → 4", "routing.noise=4" },
  };
  MsScene *scene = ms_sample_digits ();
  MsBranches *branches = ms_branches_new (G_N_ELEMENTS (runs), 0);

  for (int i = 0; i < branches->n; i++)
    {
      MsBranch *branch = &branches->branch[i];

      *branch = (MsBranch) { i, runs[i].parent, runs[i].parent >= 0 ? 200 : 0, 300, g_strdup (runs[i].label),
                             g_strdup (runs[i].values), 1e6 * runs[i].mflop, 3e6 * 64 * runs[i].mflop, NULL };
      if (!isnan (runs[i].error))
        {
          branch->evaluation = g_new0 (MsEvaluation, 1);
          *branch->evaluation = (MsEvaluation) { 300, 360, runs[i].error, runs[i].nll, 0.01, 0.04 };
        }
    }
  branches->current = 4;
  scene->branches = branches;
  return scene;
}

const MsPainter ms_painter_frontier = {
  .name = "frontier",
  .title = "Frontier",
  .help = "What quality costs: the test error of the runs so far against the FLOPs of a prediction",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = ms_frontier_describe,
  .table = ms_frontier_table,
  .sample = sample,
};
