/* SPDX-License-Identifier: MIT */

/* Two runs at the same step: per layer the divergence of their loads, per expert the difference of its shares, A less
 * B, and both losses. What cannot be compared is said in words. */
#include "ui/paint/painters.h"

#include "core/metrics/choices.h"
#include "core/metrics/load.h"
#include "ui/paint/draw.h"
#include "ui/paint/frame.h"
#include "ui/paint/heat.h"
#include "ui/paint/moment.h"
#include "ui/paint/sample.h"
#include "ui/paint/share-map.h"
#include "ui/paint/text.h"
#include "ui/paint/timeline-data.h"

#include <math.h>
#include <string.h>

typedef struct {
  MsShareMap *a, *b; /* owned; b NULL: there is no other run */
  bool alike;        /* the same layers with the same experts: loads can be compared */
  double most;       /* the largest difference of shares; NaN: none is known */
} Pair;

typedef struct {
  MsFrame frame;
  cairo_rectangle_t grid, bars, plot; /* loads, divergences beside them, losses below; empty: no room or nothing */
  MsAxis steps, loss;
} Layout;

static void
pair_clear (Pair *pair)
{
  g_clear_pointer (&pair->a, ms_share_map_free);
  g_clear_pointer (&pair->b, ms_share_map_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

/* A's share less B's; NaN: one of them is not known. */
static double
difference_of (const Pair *pair, int l, int e)
{
  return (ms_share_map_value (pair->a, l, e) - ms_share_map_value (pair->b, l, e)) / pair->a->experts[l];
}

static Pair
pair_of (const MsScene *scene)
{
  Pair pair = { ms_share_map_new (scene), scene->other != NULL ? ms_share_map_new (scene->other) : NULL, false, NAN };

  pair.alike = pair.b != NULL && pair.a->n_layers > 0 && pair.a->n_layers == pair.b->n_layers;
  for (int l = 0; pair.alike && l < pair.a->n_layers; l++)
    pair.alike = pair.a->experts[l] == pair.b->experts[l] && pair.a->experts[l] > 0;
  for (int l = 0; pair.alike && l < pair.a->n_layers; l++)
    for (int e = 0; e < pair.a->experts[l]; e++)
      pair.most = fmax (pair.most, fabs (difference_of (&pair, l, e)));
  return pair;
}

/* Nats; NaN: not captured in one of them. */
static double
divergence_of (const Pair *pair, int l)
{
  int E = pair->a->experts[l];
  g_autofree double *a = g_new (double, E), *b = g_new (double, E);

  if (!(pair->a->total[l] > 0) || !(pair->b->total[l] > 0))
    return NAN;
  for (int e = 0; e < E; e++)
    {
      a[e] = (double) pair->a->load[l * pair->a->E + e];
      b[e] = (double) pair->b->load[l * pair->b->E + e];
    }
  return ms_load_divergence (a, b, E);
}

/* Share of choices that both made of the same batch; NaN: they show other batches, or choices were not captured. */
static double
overlap_of (const MsScene *scene, int l)
{
  const MsRecord *a = scene->record, *b = scene->other->record;

  if (ms_stage_time (&scene->stage, l, MS_STAGE_TOP_K) == MS_STAGE_AHEAD)
    return NAN;
  if (a == NULL || b == NULL || l >= a->n_routing || l >= b->n_routing || a->inputs == NULL || b->inputs == NULL
      || a->N != b->N || a->height != b->height || a->width != b->width || a->channels != b->channels)
    return NAN;

  const MsRouting *x = a->routing[l], *y = b->routing[l];
  gsize n = (gsize) a->N * (gsize) a->height * (gsize) a->width * (gsize) a->channels;

  if (x->expert == NULL || y->expert == NULL || x->T != y->T || x->K != y->K || x->K < 1
      || memcmp (a->inputs, b->inputs, n * sizeof (float)) != 0)
    return NAN;
  return ms_choice_overlap (x->expert, y->expert, x->T, x->K);
}

static bool
has_past (const MsScene *scene)
{
  return scene != NULL && scene->history != NULL && scene->history->n_points > 0;
}

static void
lay_out_losses (Layout *layout, const MsScene *scene)
{
  const MsScene *scenes[] = { scene, scene->other };
  double first = INFINITY, last = -INFINITY, most = 0;

  for (int i = 0; i < 2; i++)
    for (int p = 0; has_past (scenes[i]) && p < scenes[i]->history->n_points; p++)
      {
        const MsHistoryPoint *point = &scenes[i]->history->points[p];

        first = MIN (first, (double) point->first_step - 1);
        last = MAX (last, (double) point->last_step);
        most = isfinite (point->loss) ? MAX (most, point->loss) : most;
      }
  layout->steps = (MsAxis) { first, MAX (last, first + 20), layout->plot.x, layout->plot.x + layout->plot.width };
  layout->loss = (MsAxis) { 0, ms_axis_round_up (most, 4), layout->plot.y + layout->plot.height, layout->plot.y };
}

static Layout
lay_out (double width, double height, const MsScene *scene, const Pair *pair, const MsPalette *palette)
{
  Layout layout = { .frame = ms_frame_layout (width, height, palette) };
  cairo_rectangle_t area = layout.frame.content;
  double s = palette->scale, gutter = area.width >= 200 * s ? 54 * s : 0, bars = area.width >= 300 * s ? 110 * s : 0;
  double top = pair->alike ? floor (0.6 * area.height) : MIN (40 * s, 0.3 * area.height);

  if (scene->other == NULL || area.width < 24 || area.height < 24)
    return layout;
  if (pair->alike)
    {
      cairo_rectangle_t grid = { area.x + gutter, area.y + MIN (14 * s, top / 4), area.width - gutter - bars, 0 };

      grid.height = area.y + top - grid.y - MIN (12 * s, top / 4);
      layout.grid = ms_heat_snap (&grid, pair->a->n_layers, pair->a->E);
      if (bars > 0)
        layout.bars = (cairo_rectangle_t) { layout.grid.x + layout.grid.width + 12 * s, layout.grid.y, 60 * s,
                                            layout.grid.height };
    }
  if (!has_past (scene) && !has_past (scene->other))
    return layout;
  layout.plot = (cairo_rectangle_t) { area.x + gutter, area.y + top + MIN (14 * s, top / 3), 0, 0 };
  layout.plot.width = area.width - gutter - 24 * s;
  layout.plot.height = MAX (1, area.y + area.height - MIN (16 * s, area.height / 8) - layout.plot.y);
  lay_out_losses (&layout, scene);
  return layout;
}

/* Below the loads, as many numbers as do not touch. */
static void
paint_experts (cairo_t *cr, const Layout *layout, int E, const MsPalette *palette)
{
  double s = palette->scale, pitch = layout->grid.width / E, y = layout->grid.y + layout->grid.height + 6 * s;
  int every = ms_axis_every ((ms_text_width (palette, MS_TEXT_SMALL, ms_number_count (E - 1).text) + 8 * s) / pitch);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ax = 0.5, .ay = 0.5 };

  if (layout->grid.height < 24 * s || layout->grid.x <= layout->frame.content.x)
    return;
  for (int e = 0; e < E; e += every)
    ms_text_draw (cr, palette, &look, layout->grid.x + (e + 0.5) * pitch, y, ms_number_count (e).text);
  look.ax = 1;
  ms_text_draw (cr, palette, &look, layout->grid.x - 6 * s, y, "expert");
}

static void
paint_loads (cairo_t *cr, const Layout *layout, const Pair *pair, const MsPalette *palette)
{
  int L = pair->a->n_layers, E = pair->a->E;
  double pitch = layout->grid.height / L, s = palette->scale, drawn = -INFINITY;
  g_autofree float *shade = g_new (float, (gsize) L * (gsize) E);
  MsText name = { MS_TEXT_SMALL, palette->muted, .ax = 1, .ay = 0.5 };
  MsText value = { MS_TEXT_SMALL, palette->text, .ay = 0.5 };

  for (int l = 0; l < L; l++)
    for (int e = 0; e < E; e++)
      shade[l * E + e] = (float) (difference_of (pair, l, e) / (pair->most > 0 ? pair->most : 1));
  ms_draw_hatch (cr, &layout->grid, ms_colour_alpha (palette->missing, 0.6), 8, 1);
  ms_heat_draw_signed (cr, &layout->grid, shade, L, E, palette);
  for (int l = 0; l < L; l++)
    {
      double y = layout->grid.y + (l + 0.5) * pitch, nats = divergence_of (pair, l);
      cairo_rectangle_t bar = { layout->bars.x, y - MIN (5, pitch / 3), layout->bars.width * nats / G_LN2,
                                MIN (10, 2 * pitch / 3) };

      if (layout->bars.width > 0 && isfinite (nats))
        ms_draw_rect (cr, &bar, palette->accent);
      if (y < drawn + 11 * s)
        continue;
      drawn = y;
      if (layout->grid.x > layout->frame.content.x)
        ms_text_draw (cr, palette, &name, layout->grid.x - 6 * s, y, ms_share_map_layer_name (pair->a, l).text);
      if (layout->bars.width > 0)
        ms_text_draw (cr, palette, &value, layout->bars.x + layout->bars.width + 6 * s, y,
                      ms_number_fixed (nats, 3).text);
    }
  paint_experts (cr, layout, E, palette);
  if (layout->bars.width <= 0)
    return;
  value.colour = palette->muted;
  ms_draw_rule (cr, layout->bars.x + layout->bars.width, layout->bars.y, 1, layout->bars.height, palette->grid);
  ms_text_draw (cr, palette, &value, layout->bars.x, layout->bars.y - 7 * s, "JSD, to ln 2 nats");
}

static void
paint_losses (cairo_t *cr, const Layout *layout, const MsScene *scene, const MsPalette *palette)
{
  const MsScene *scenes[] = { scene, scene->other };
  int most = (int) CLAMP (layout->plot.height / (16 * palette->scale), 2, 4);
  MsTicks up = ms_ticks (0, layout->loss.v1, most, false);
  MsTicks across = ms_ticks (layout->steps.v0, layout->steps.v1, MAX (2, (int) (layout->plot.width / 90)), true);
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  MsLine lines[2];
  double last[2], right = layout->plot.x + layout->plot.width, bottom = layout->plot.y + layout->plot.height;

  ms_axis_draw_y (cr, palette, &layout->loss, &up, layout->plot.x, right, "");
  ms_axis_draw_x (cr, palette, &layout->steps, &across, bottom + 2, layout->plot.x - 8, right + 8);
  ms_text_draw (cr, palette, &look, layout->plot.x, layout->plot.y - 7 * palette->scale, "loss");
  for (int i = 0; i < 2; i++)
    {
      lines[i] = has_past (scenes[i]) ? ms_timeline_line (scenes[i]->history, 0) : (MsLine) { 0 };
      last[i] = ms_line_last (&lines[i]);
    }
  for (int i = 0; i < 2; i++)
    {
      /* The upper line's name stands above its end, the lower one's below: they never touch. */
      bool upper = last[i] > last[1 - i] || (i == 0 && !(last[1] > last[0]));
      MsText name = { MS_TEXT_FIGURE, ms_palette_category (palette, i == 0 ? 0 : 3), .ay = upper ? 1 : 0 };

      ms_line_draw (cr, &lines[i], &layout->steps, &layout->loss, i == 0 ? 2 : 1.2, name.colour);
      if (isfinite (last[i]))
        ms_text_draw (cr, palette, &name, ms_axis_at (&layout->steps, lines[i].x[lines[i].n - 1]) + 4,
                      ms_axis_at (&layout->loss, last[i]), i == 0 ? "A" : "B");
      ms_timeline_line_clear (&lines[i]);
    }
  if (scene->selection.step >= 0 && (double) scene->selection.step <= layout->steps.v1)
    ms_draw_rule (cr, ms_axis_at (&layout->steps, (double) scene->selection.step), layout->plot.y, 1,
                  layout->plot.height, palette->accent);
}

/* Which run does better on the test split comes first: it is what a comparison is made for. */
static void
say_figures (const MsScene *scene, char (*figures)[160])
{
  const MsRecord *a = scene->record, *b = scene->other != NULL ? scene->other->record : NULL;

  if (a == NULL || b == NULL)
    return;
  if (a->evaluation != NULL && b->evaluation != NULL)
    {
      g_snprintf (figures[0], 160, "test error A %s %%, B %s %%", ms_number_fixed (100 * a->evaluation->error, 1).text,
                  ms_number_fixed (100 * b->evaluation->error, 1).text);
      g_snprintf (figures[1], 160, "NLL A %s, B %s", ms_number_fixed (a->evaluation->nll, 3).text,
                  ms_number_fixed (b->evaluation->nll, 3).text);
    }
  g_snprintf (figures[2], 160, "A %s, step %s − B %s, step %s", a->source, ms_number_count (a->step).text, b->source,
              ms_number_count (b->step).text);
}

/* What the colours say. */
static void
paint_key (cairo_t *cr, const Layout *layout, const Pair *pair, double room, const MsPalette *palette)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = MAX (1, room) };
  MsNumber most = ms_number_fixed (100 * pair->most, 1);
  char key[2][80] = { "no expert's share differs", "" };

  if (layout->frame.foot.height <= 0 || isnan (pair->most))
    return;
  if (pair->most > 0)
    {
      g_snprintf (key[0], 80, "A − B in share: blue −%s %%, orange +%s %%", most.text, most.text);
      g_snprintf (key[1], 80, "share A − B, ±%s %%", most.text);
    }
  ms_text_draw (cr, palette, &look, layout->frame.foot.x, layout->frame.foot.y + layout->frame.foot.height / 2,
                key[1][0] != '\0' && ms_text_width (palette, MS_TEXT_SMALL, key[0]) > room ? key[1] : key[0]);
}

static void
paint (cairo_t *cr, double width, double height, const MsScene *scene, const MsSpot *hover, const MsPalette *palette)
{
  g_auto (Pair) pair = pair_of (scene);
  Layout layout = lay_out (width, height, scene, &pair, palette);
  char figures[3][160] = { "" };
  const char *const list[] = { figures[0], figures[1], figures[2], NULL };
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  double room;

  say_figures (scene, figures);
  room = ms_frame_paint (cr, &layout.frame, palette, scene, "Difference", list, 0.5 * layout.frame.foot.width);
  if (scene->other == NULL)
    {
      ms_frame_empty (cr, &layout.frame, palette, "No second run", "Compare with another run to see where they differ");
      return;
    }
  if (pair.alike)
    paint_key (cr, &layout, &pair, room, palette);
  look.max_width = MAX (1, layout.frame.content.width);
  if (layout.grid.width > 0)
    paint_loads (cr, &layout, &pair, palette);
  else if (layout.frame.content.height > 40)
    ms_text_draw (cr, palette, &look, layout.frame.content.x, layout.frame.content.y + 10 * palette->scale,
                  pair.a->n_layers + pair.b->n_layers > 0
                    ? "Loads cannot be compared: the runs have other layers or experts"
                    : "Neither run has routed layers: there are only losses to compare");
  if (layout.plot.height > 0)
    paint_losses (cr, &layout, scene, palette);
  if (hover != NULL && (hover->kind == MS_SPOT_EXPERT || hover->kind == MS_SPOT_LAYER || hover->kind == MS_SPOT_STEP))
    ms_draw_outline (cr, &hover->area, palette, palette->outline, 1.5);
}

static bool
pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette, MsSpot *spot)
{
  g_auto (Pair) pair = pair_of (scene);
  Layout layout = lay_out (width, height, scene, &pair, palette);
  cairo_rectangle_t grid = layout.grid;

  *spot = MS_SPOT_NONE;
  if (grid.width > 0 && y >= grid.y && y < grid.y + grid.height)
    {
      double w = grid.width / pair.a->E, h = grid.height / pair.a->n_layers;
      int e = ms_inside (&grid, x, y) ? MIN (pair.a->E - 1, (int) ((x - grid.x) / w)) : MS_NONE;

      spot->layer = MIN (pair.a->n_layers - 1, (int) ((y - grid.y) / h));
      spot->kind = e >= 0 && e < pair.a->experts[spot->layer] ? MS_SPOT_EXPERT : MS_SPOT_LAYER;
      spot->area = (cairo_rectangle_t) { grid.x, grid.y + spot->layer * h, grid.width, h };
      if (spot->kind == MS_SPOT_LAYER)
        return true;
      spot->expert = e;
      spot->area.x += e * w;
      spot->area.width = w;
      return true;
    }
  if (!has_past (scene) || layout.plot.height <= 0 || !ms_inside (&layout.plot, x, y))
    return false;
  spot->kind = MS_SPOT_STEP;
  spot->step = scene->history->points[ms_moment_point (
    scene->history, (gint64) MAX (0, ms_axis_value (&layout.steps, x)))].last_step;
  spot->area = (cairo_rectangle_t) { x, layout.plot.y, 1, layout.plot.height };
  return true;
}

static char *
describe (const MsScene *scene, const MsSpot *spot)
{
  g_auto (Pair) pair = pair_of (scene);
  int l = spot->layer, e = spot->expert;

  if (spot->kind == MS_SPOT_STEP && scene->other != NULL)
    return g_strdup_printf ("step %s\nloss of A %s\nloss of B %s", ms_number_count (spot->step).text,
                            ms_number_short (ms_timeline_loss (scene->history, spot->step), 3).text,
                            ms_number_short (ms_timeline_loss (scene->other->history, spot->step), 3).text);
  if (!pair.alike || l < 0 || l >= pair.a->n_layers)
    return g_strdup ("");
  if (spot->kind == MS_SPOT_EXPERT && e >= 0 && e < pair.a->experts[l])
    return g_strdup_printf ("expert %d, %s\nA %s %%, B %s %%\ndifference %s %% of the load", e,
                            ms_share_map_layer_name (pair.a, l).text,
                            ms_number_fixed (100 * ms_share_map_value (pair.a, l, e) / pair.a->experts[l], 1).text,
                            ms_number_fixed (100 * ms_share_map_value (pair.b, l, e) / pair.a->experts[l], 1).text,
                            ms_number_fixed (100 * difference_of (&pair, l, e), 1).text);
  if (spot->kind == MS_SPOT_LAYER)
    return g_strdup_printf ("%s\nJensen-Shannon divergence of the loads %s nats\nchoices in common %s %%",
                            ms_share_map_layer_name (pair.a, l).text,
                            ms_number_fixed (divergence_of (&pair, l), 4).text,
                            ms_number_fixed (100 * overlap_of (scene, l), 1).text);
  return g_strdup ("");
}

static char *
table (const MsScene *scene)
{
  g_auto (Pair) pair = pair_of (scene);
  GString *text = g_string_new ("layer\texpert\tshare A\tshare B\tdifference\tJSD, nats\n");

  for (int l = 0; pair.alike && l < pair.a->n_layers; l++)
    {
      for (int e = 0; e < pair.a->experts[l]; e++)
        g_string_append_printf (text, "%s\t%d\t%s\t%s\t%s\t\n", ms_share_map_layer_name (pair.a, l).text, e,
                                ms_number_fixed (ms_share_map_value (pair.a, l, e) / pair.a->experts[l], 5).text,
                                ms_number_fixed (ms_share_map_value (pair.b, l, e) / pair.a->experts[l], 5).text,
                                ms_number_fixed (difference_of (&pair, l, e), 5).text);
      g_string_append_printf (text, "%s\t\t\t\t\t%s\n", ms_share_map_layer_name (pair.a, l).text,
                              ms_number_fixed (divergence_of (&pair, l), 5).text);
    }
  return g_string_free (text, FALSE);
}

static bool
applies (const MsScene *scene)
{
  return scene->other != NULL;
}

static MsScene *
sample (void)
{
  MsScene *scene = ms_sample_layers ();

  scene->other = ms_sample_layers_sized (8, 24, 30);
  return scene;
}

const MsPainter ms_painter_difference = {
  .name = "difference",
  .title = "Difference",
  .help = "Where two runs differ: shares of the load, A less B, their divergence layer by layer, and both losses",
  .applies = applies,
  .paint = paint,
  .pick = pick,
  .describe = describe,
  .table = table,
  .sample = sample,
};
