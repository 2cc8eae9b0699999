/* SPDX-License-Identifier: MIT */

/* How sure the router is, and how evenly experts are used, told apart: H = −Σ g ln g of each token's gates, and
 * H = −Σ p ln p of the load, on one axis from 0 to ln E. Below, the tokens of the selected layer. */
#include "ui/paint/painters.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/entropy-data.h"
#include "ui/paint/format.h"
#include "ui/paint/frame.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define BINS 40
#define WEIGHTS 65536 /* looked at in the selected layer, and again in all others together: a frame's worth */
#define TOKENS 8192
#define THIN 8.0 /* rows below this height are hatched together */

typedef struct {
  MsFrame frame;
  int n;                  /* layers */
  double key;             /* middle of the line that says what the marks are; 0: no room */
  cairo_rectangle_t rows; /* the layers' plots, without names and readings */
  double names, readings; /* widths beside it; 0: no room */
  double title;           /* middle of the histogram's line; 0: no room */
  cairo_rectangle_t plot; /* the histogram; empty: no room */
  MsAxis across;
  bool ticks;             /* there is room for the axis' numbers */
} Layout;

typedef struct {
  int n;            /* tokens counted */
  int all[BINS], chosen[BINS]; /* of these, tokens whose first choice is the selected expert */
  int most;
} Histogram;

/* The largest ln E of all layers; 0: nothing to show. */
static double
largest (const MsScene *scene)
{
  int E = 0;

  for (int l = 0; scene->record != NULL && l < scene->record->n_routing; l++)
    E = MAX (E, scene->record->routing[l]->E);
  return E > 1 ? log (E) : 0;
}

static void
place_plots (Layout *layout, cairo_rectangle_t area, const MsPalette *palette)
{
  double s = palette->scale, row = 24 * s;

  layout->ticks = area.height >= 90 * s && area.width >= 120 * s;
  if (area.height >= 90 * s && area.width >= 150 * s)
    {
      layout->key = area.y + 6 * s;
      area.y += 18 * s;
      area.height -= 18 * s;
    }
  if (layout->ticks)
    area.height -= 18 * s;
  layout->rows = layout->plot = area;
  if (area.height < 120 * s)
    {
      layout->plot = (cairo_rectangle_t) { 0 };
      return;
    }
  layout->rows.height = MIN (layout->n * row, 0.55 * area.height);
  layout->title = layout->rows.y + layout->rows.height + 16 * s;
  layout->plot.y = layout->title + 12 * s;
  layout->plot.height = area.y + area.height - layout->plot.y;
}

static Layout
lay_out (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, top = largest (scene);

  if (top <= 0 || area.width < 16 || area.height < 16)
    return layout;
  layout.n = scene->record->n_routing;
  layout.names = area.width >= 260 * s ? (scene->record->routing[0]->member >= 0 ? 120 : 56) * s : 0;
  layout.readings = area.width - layout.names >= 380 * s ? 118 * s : 0;
  area.x += layout.names + 4;
  area.width -= layout.names + layout.readings + 8;
  place_plots (&layout, area, palette);
  layout.across = (MsAxis) { 0, top, area.x, area.x + area.width };
  return layout;
}

static cairo_rectangle_t
row_area (const Layout *layout, int layer)
{
  double h = layout->rows.height / layout->n;

  return (cairo_rectangle_t) { layout->rows.x, layout->rows.y + layer * h, layout->rows.width, h };
}

/* As many tokens of a layer as a frame has time for. */
static int
token_budget (const MsScene *scene, const MsRouting *routing)
{
  bool selected = routing == ms_scene_routing (scene);
  int weights = WEIGHTS / (selected ? 1 : MAX (1, scene->record->n_routing - 1));

  return CLAMP (weights / MAX (1, routing->slots > 0 ? routing->slots : routing->E), 16, TOKENS);
}

static Histogram
count_tokens (const Layout *layout, const MsScene *scene, const MsRouting *routing)
{
  Histogram histogram = { 0 };
  int budget = token_budget (scene, routing), every = MAX (1, (routing->T + budget - 1) / budget);

  for (int t = 0; t < routing->T; t += every)
    {
      double value = ms_token_entropy (routing, t);
      int bin = isnan (value) ? -1 : CLAMP ((int) (value / layout->across.v1 * BINS), 0, BINS - 1);

      if (bin < 0)
        continue;
      histogram.n++;
      histogram.all[bin]++;
      histogram.chosen[bin] += scene->selection.expert >= 0
                               && ms_token_expert (routing, t, 0) == scene->selection.expert;
      histogram.most = MAX (histogram.most, histogram.all[bin]);
    }
  return histogram;
}

static void
gate_mark (cairo_t *cr, double x, double y, double r, const MsPalette *palette)
{
  cairo_new_path (cr);
  cairo_arc (cr, x, y, r, 0, 2 * G_PI);
  ms_draw_colour (cr, palette->accent);
  cairo_fill (cr);
}

static void
load_mark (cairo_t *cr, double x, double y, double r, const MsPalette *palette)
{
  cairo_new_path (cr);
  cairo_move_to (cr, x, y - 1.3 * r);
  cairo_line_to (cr, x + 1.3 * r, y);
  cairo_line_to (cr, x, y + 1.3 * r);
  cairo_line_to (cr, x - 1.3 * r, y);
  cairo_close_path (cr);
  ms_draw_colour (cr, palette->panel);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, r >= 3 ? 2 : 1);
  ms_draw_colour (cr, ms_palette_category (palette, 3));
  cairo_stroke (cr);
}

static void
paint_marks (cairo_t *cr, const Layout *layout, const cairo_rectangle_t *row, const MsLayerEntropy *entropy,
             const MsPalette *palette)
{
  double y = round (row->y + row->height / 2), r = CLAMP (row->height / 4, 1, 5 * palette->scale);
  double low = ms_axis_at (&layout->across, entropy->low), high = ms_axis_at (&layout->across, entropy->high);

  if (isfinite (entropy->gate))
    ms_draw_rule (cr, low, y - r / 2, high - low, r, ms_colour_mix (palette->panel, palette->accent, 0.4));
  /* The most that each can be: layers of fewer experts end before the axis does, members' tokens before their layer. */
  if (entropy->gate_top < entropy->load_top)
    ms_draw_rule (cr, ms_axis_at (&layout->across, entropy->gate_top), row->y + 2, 1, MAX (1, row->height - 4),
                  palette->accent);
  ms_draw_rule (cr, ms_axis_at (&layout->across, entropy->load_top), row->y + 2, 1, MAX (1, row->height - 4),
                palette->muted);
  /* The smaller mark above the larger one: both are seen where they coincide. */
  if (isfinite (entropy->load))
    load_mark (cr, ms_axis_at (&layout->across, entropy->load), y, r, palette);
  if (isfinite (entropy->gate))
    gate_mark (cr, ms_axis_at (&layout->across, entropy->gate), y, 0.9 * r, palette);
}

static void
paint_row (cairo_t *cr, const Layout *layout, const MsScene *scene, int layer, const MsLayerEntropy *entropy,
           const MsPalette *palette)
{
  const MsRouting *routing = scene->record->routing[layer];
  cairo_rectangle_t row = row_area (layout, layer);
  bool selected = routing == ms_scene_routing (scene), words = row.height >= ms_text_height (palette, MS_TEXT_SMALL);
  double y = row.y + row.height / 2, s = palette->scale;
  MsText name = { selected ? MS_TEXT_FIGURE : MS_TEXT_SMALL, selected ? palette->text : palette->muted, .ax = 1,
                  .ay = 0.5, .max_width = layout->names - 4 * s };
  MsText reading = { MS_TEXT_SMALL, palette->text, .ay = 0.5, .max_width = layout->readings - 10 * s };

  paint_marks (cr, layout, &row, entropy, palette);
  if (words && layout->names > 0)
    ms_text_draw (cr, palette, &name, row.x - 6 * s, y, ms_routing_name (routing).text);
  if (words && layout->readings > 0)
    ms_text_draw (cr, palette, &reading, row.x + row.width + 10 * s, y, ms_entropy_reading (entropy));
}

/* Layers whose gates were not captured are hatched, neighbours at once where rows are too thin to stand apart: a
 * hundred hatches would take longer than all the rest. */
static void
paint_missing (cairo_t *cr, const Layout *layout, const MsLayerEntropy *entropy, const MsPalette *palette)
{
  for (int l = 0; l < layout->n; l++)
    {
      cairo_rectangle_t area = row_area (layout, l);
      bool thin = area.height < THIN;

      if (isfinite (entropy[l].gate))
        continue;
      while (thin && l + 1 < layout->n && !isfinite (entropy[l + 1].gate))
        l++;
      area.height = row_area (layout, l).y + area.height - area.y;
      if (!thin)
        {
          area.y += area.height / 4;
          area.height /= 2;
        }
      ms_draw_hatch (cr, &area, ms_colour_alpha (palette->missing, 0.6), 8, 1);
    }
}

static void
paint_rows (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsLayerEntropy *selected,
            const MsPalette *palette)
{
  const MsRouting *routing = ms_scene_routing (scene);
  g_autofree MsLayerEntropy *entropy = g_new (MsLayerEntropy, layout->n);

  for (int l = 0; l < layout->n; l++)
    {
      const MsRouting *other = scene->record->routing[l];
      cairo_rectangle_t row = row_area (layout, l);

      if (other == routing && layout->n > 1)
        ms_draw_rect (cr, &row, ms_colour_mix (palette->panel, palette->accent, 0.08));
      entropy[l] = other == routing ? *selected : ms_layer_entropy (other, token_budget (scene, other));
    }
  paint_missing (cr, layout, entropy, palette);
  for (int l = 0; l < layout->n; l++)
    paint_row (cr, layout, scene, l, &entropy[l], palette);
}

static void
paint_key (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  double s = palette->scale, x = layout->frame.content.x + 6 * s, end = x + layout->frame.content.width - 6 * s;
  const char *gates = ms_scene_soft (scene) ? "combine weights over experts: tokens' mean, and the middle 80 %"
                                            : "gates: tokens' mean, and the middle 80 %";
  const char *load = "load";

  if (layout->key <= 0)
    return;
  if (ms_text_width (palette, MS_TEXT_SMALL, gates) + 60 * s > end - x)
    gates = ms_scene_soft (scene) ? "combine weights" : "gates";
  gate_mark (cr, x, layout->key, 4 * s, palette);
  x += 9 * s;
  x += ms_text_draw (cr, palette, &look, x, layout->key, gates) + 18 * s;
  load_mark (cr, x, layout->key, 4 * s, palette);
  x += 10 * s;
  ms_text_draw (cr, palette, &look, x, layout->key, load);
}

static void
paint_axis (cairo_t *cr, const Layout *layout, const MsPalette *palette)
{
  double s = palette->scale, bottom = layout->frame.content.y + layout->frame.content.height - 18 * s;
  double x0 = layout->rows.x, x1 = layout->rows.x + layout->rows.width;
  MsTicks ticks = ms_ticks (0, layout->across.v1, (int) CLAMP (layout->rows.width / (60 * s), 2, 9), false);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 1 };
  char end[64];

  for (int i = 0; i < ticks.n; i++)
    {
      double x = ms_axis_at (&layout->across, ms_ticks_value (&ticks, i));

      ms_draw_rule (cr, x, layout->rows.y, 1, layout->rows.height, palette->grid);
      if (layout->plot.height >= 1)
        ms_draw_rule (cr, x, layout->plot.y, 1, layout->plot.height, palette->grid);
    }
  ms_draw_rule (cr, x0, bottom, x1 - x0, 1, palette->muted);
  g_snprintf (end, sizeof end, "ln E = %s nats", ms_number_fixed (layout->across.v1, 2).text);

  double room = x1 - ms_text_width (palette, MS_TEXT_SMALL, end) - 8 * s;

  while (ticks.n > 0 && ms_axis_at (&layout->across, ms_ticks_value (&ticks, ticks.n - 1)) > room - 10 * s)
    ticks.n--; /* the end of the axis stands there */
  ms_text_draw (cr, palette, &look, x1, bottom + 4 * s, end);
  ms_axis_draw_x (cr, palette, &layout->across, &ticks, bottom + 4 * s, x0, MAX (x0 + 1, room));
}

static cairo_rectangle_t
bin_area (const Layout *layout, int bin)
{
  double x0 = round (layout->plot.x + layout->plot.width * bin / BINS);
  double x1 = round (layout->plot.x + layout->plot.width * (bin + 1) / BINS);

  return (cairo_rectangle_t) { x0, layout->plot.y, MAX (1, x1 - x0 - (x1 - x0 >= 4 ? 1 : 0)), layout->plot.height };
}

static void
paint_bins (cairo_t *cr, const Layout *layout, const Histogram *histogram, bool expert, const MsPalette *palette)
{
  for (int pass = 0; pass < (expert ? 2 : 1); pass++)
    {
      const int *count = pass == 0 ? histogram->all : histogram->chosen;

      for (int b = 0; b < BINS; b++)
        {
          cairo_rectangle_t bar = bin_area (layout, b);
          double height = bar.height * count[b] / MAX (1, histogram->most);

          bar.y += bar.height - height;
          bar.height = height;
          if (height > 0)
            ms_draw_rect (cr, &bar, expert && pass == 0 ? ms_colour_mix (palette->panel, palette->accent, 0.35)
                                                        : palette->accent);
        }
    }
}

static void
paint_token (cairo_t *cr, const Layout *layout, const MsRouting *routing, int token, const MsPalette *palette)
{
  double value = ms_token_entropy (routing, token), x = ms_axis_at (&layout->across, value), s = palette->scale;
  cairo_rectangle_t line = { round (x) - 1, layout->plot.y, 2, layout->plot.height };
  MsText look = { MS_TEXT_FIGURE, palette->text, .ay = 0.5 };
  char text[48];

  if (isnan (value))
    return;
  ms_draw_rect (cr, &line, palette->outline);
  g_snprintf (text, sizeof text, "token %s", ms_number_fixed (value, 2).text);
  look.ax = x > layout->plot.x + layout->plot.width / 2 ? 1 : 0;
  ms_text_draw (cr, palette, &look, x + (look.ax > 0 ? -5 : 5) * s, layout->plot.y + 8 * s, text);
}

static void
paint_histogram (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsRouting *routing,
                 const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = layout->plot.width };
  int expert = scene->selection.expert < routing->E && routing->slots == 0 ? scene->selection.expert : MS_NONE;
  g_autoptr (GString) title = g_string_new (NULL);
  Histogram histogram;

  if (layout->plot.height < 1)
    return;
  if (!ms_entropy_has_gates (routing))
    {
      ms_frame_missing (cr, &layout->plot, palette, "this record holds no gates");
      return;
    }
  histogram = count_tokens (layout, scene, routing);
  g_string_printf (title, "%s tokens of %s by the entropy of their %s; highest bar %s",
                   ms_number_count (histogram.n).text, ms_routing_name (routing).text,
                   routing->slots > 0 ? "combine weights" : "gates", ms_number_count (histogram.most).text);
  if (expert >= 0)
    g_string_append_printf (title, "; dark: first choice is expert %d", expert);
  ms_text_draw (cr, palette, &look, layout->plot.x, layout->title, title->str);
  paint_bins (cr, layout, &histogram, expert >= 0, palette);
  if (scene->selection.token >= 0)
    paint_token (cr, layout, routing, scene->selection.token, palette);
}

/* @entropy: of the selected layer. */
static void
paint_frame (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsLayerEntropy *entropy,
             const MsPalette *palette)
{
  char figures[4][80] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], figures[3], NULL };
  const MsRouting *routing = ms_scene_routing (scene);

  if (routing != NULL && largest (scene) > 0)
    {
      g_strlcpy (figures[0], ms_routing_name (routing).text, 80);
      g_snprintf (figures[1], 80, "gates %s, load %s of %s", ms_number_fixed (entropy->gate, 2).text,
                  ms_number_fixed (entropy->load, 2).text, ms_number_fixed (entropy->load_top, 2).text);
      g_strlcpy (figures[2], ms_entropy_reading (entropy), 80);
      if (entropy->every > 1)
        g_snprintf (figures[3], 80, "1 token in %d", entropy->every);
    }

  double room = ms_frame_paint (cr, &layout->frame, palette, scene, "Routing entropy", list, 250 * palette->scale);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = room };

  char rule[96];

  g_snprintf (rule, sizeof rule, "sure: gates below %s of ln E · even: load above %s of it",
              ms_number_fixed (MS_ENTROPY_SURE, 1).text, ms_number_fixed (MS_ENTROPY_EVEN, 1).text);
  if (layout->n > 0 && layout->frame.foot.height > 0 && room >= 120 * palette->scale)
    ms_text_draw (cr, palette, &look, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2, rule);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  Layout layout = lay_out (width, height, scene, palette);
  const MsRouting *routing = ms_scene_routing (scene);
  MsLayerEntropy selected = { 0 }; /* most of the time goes into this one: once is enough */

  if (routing != NULL && largest (scene) > 0)
    selected = ms_layer_entropy (routing, token_budget (scene, routing));
  paint_frame (cr, &layout, scene, &selected, palette);
  if (scene->record == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No batch yet", "Press Play or Step to see how sure the router is");
  else if (routing == NULL)
    ms_frame_empty (cr, &layout.frame, palette, "No routed layer",
                    "This model is dense: every token takes the same path");
  else if (largest (scene) <= 0)
    ms_frame_empty (cr, &layout.frame, palette, "One expert", "There is nothing to be unsure about");
  if (layout.n < 1)
    return;
  paint_key (cr, &layout, scene, palette);
  if (layout.ticks)
    paint_axis (cr, &layout, palette);
  paint_rows (cr, &layout, scene, &selected, palette);
  paint_histogram (cr, &layout, scene, routing, palette);
  if (hover != NULL && (hover->kind == MS_SPOT_LAYER || hover->kind == MS_SPOT_BIN))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  Layout layout = lay_out (width, height, scene, palette);

  if (layout.n < 1)
    return false;

  cairo_rectangle_t rows = { layout.rows.x - layout.names, layout.rows.y,
                             layout.rows.width + layout.names + layout.readings, layout.rows.height };

  *spot = MS_SPOT_NONE;
  if (ms_inside (&rows, x, y))
    {
      spot->kind = MS_SPOT_LAYER;
      spot->layer = CLAMP ((int) ((y - rows.y) / rows.height * layout.n), 0, layout.n - 1);
      spot->area = row_area (&layout, spot->layer);
      return true;
    }
  if (layout.plot.height < 1 || !ms_inside (&layout.plot, x, y) || !ms_entropy_has_gates (ms_scene_routing (scene)))
    return false;
  spot->kind = MS_SPOT_BIN;
  spot->bin = CLAMP ((int) ((x - layout.plot.x) / layout.plot.width * BINS), 0, BINS - 1);
  spot->area = bin_area (&layout, spot->bin);
  return true;
}

static char *
describe_bin (const MsScene *scene, int bin)
{
  const MsRouting *routing = ms_scene_routing (scene);
  double top = largest (scene);
  Layout layout = { .across = { 0, top, 0, 1 } };
  Histogram histogram = count_tokens (&layout, scene, routing);

  return g_strdup_printf ("%s, entropy of %s from %s to %s nats\n%s of %s tokens (%s %%)",
                          ms_routing_name (routing).text, routing->slots > 0 ? "combine weights" : "gates",
                          ms_number_fixed (top * bin / BINS, 3).text, ms_number_fixed (top * (bin + 1) / BINS, 3).text,
                          ms_number_count (histogram.all[bin]).text, ms_number_count (histogram.n).text,
                          ms_number_fixed (100.0 * histogram.all[bin] / MAX (1, histogram.n), 1).text);
}

static char *
describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (spot->kind == MS_SPOT_LAYER && routing != NULL && spot->layer >= 0 && spot->layer < scene->record->n_routing)
    return ms_entropy_describe_layer (scene, spot->layer, token_budget (scene, scene->record->routing[spot->layer]));
  if (spot->kind == MS_SPOT_BIN && spot->bin >= 0 && spot->bin < BINS && largest (scene) > 0
      && ms_entropy_has_gates (routing))
    return describe_bin (scene, spot->bin);
  return g_strdup ("");
}

static bool
applies (const MsScene *scene)
{
  return ms_scene_routing (scene) != NULL;
}

const MsPainter ms_painter_entropy = {
  .name = "entropy",
  .title = "Routing entropy",
  .help = "How sure the router is of each token, and beside it how evenly experts are used: two different entropies",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = describe,
  .table = ms_entropy_table,
  .sample = ms_sample_digits,
};
