/* SPDX-License-Identifier: MIT */

/* What a long run of a wide model costs to keep, and to scrub through. */
#include "app/scrub.h"

#include "core/base/rng.h"
#include "core/metrics/sample.h"
#include "core/record/past.h"
#include "ui/paint/painter.h"

#include <string.h>

#define BUDGET ((gsize) 512 << 20) /* bytes, of which a history has an eighth */
#define TOKENS 4096                /* of a batch, in each layer */
#define POSITIONS 101

static MsRecord *
make_record (void)
{
  MsRecord *record = ms_record_new ();

  record->n_routing = MS_SCRUB_LAYERS;
  record->routing = g_new0 (MsRouting *, MS_SCRUB_LAYERS);
  for (int l = 0; l < MS_SCRUB_LAYERS; l++)
    {
      record->routing[l] = ms_routing_new (0, MS_SCRUB_EXPERTS, 1, 1);
      record->routing[l]->layer = l;
      record->routing[l]->router = g_strdup ("top-k");
    }
  return record;
}

static void
draw_loads (MsRecord *record, MsRng *rng)
{
  for (int l = 0; l < record->n_routing; l++)
    {
      memset (record->routing[l]->load, 0, MS_SCRUB_EXPERTS * sizeof (int));
      for (int t = 0; t < TOKENS; t++)
        record->routing[l]->load[ms_rng_below (rng, MS_SCRUB_EXPERTS)]++;
    }
}

static const MsPainter *
find_heatmap (void)
{
  for (const MsPainter *const *painter = ms_painters (); *painter != NULL; painter++)
    if (strcmp ((*painter)->name, "heatmap") == 0)
      return *painter;
  g_assert_not_reached ();
}

/* Only every hundredth step's loads are drawn anew: what adding costs does not depend on them. */
static void
fill (MsPast *past, double *add_ms)
{
  g_autoptr (MsRecord) record = make_record ();
  MsRng rng = ms_rng_new (0, MS_RNG_TEST, 0, 0);
  g_autofree double *ms = g_new (double, MS_SCRUB_STEPS);

  for (int i = 0; i < MS_SCRUB_STEPS; i++)
    {
      if (i % 100 == 0)
        draw_loads (record, &rng);
      record->step = i + 1;
      gint64 start = g_get_monotonic_time ();
      ms_past_add (past, record);
      ms[i] = (double) (g_get_monotonic_time () - start) / 1e3;
    }
  *add_ms = ms_median (ms, MS_SCRUB_STEPS);
}

static double
paint_at (cairo_t *cr, const MsPainter *painter, const MsPast *past, gint64 step)
{
  gint64 start = g_get_monotonic_time ();
  MsScene scene = {
    .record = ms_past_record (past, 0, step),
    .history = ms_past_current (past),
    .past = past,
    .selection = MS_SELECTION_NONE,
  };

  scene.selection.step = step;
  painter->paint (cr, MS_SCRUB_WIDTH, MS_SCRUB_HEIGHT, &scene, NULL, ms_palette_light ());
  cairo_surface_flush (cairo_get_target (cr));
  return (double) (g_get_monotonic_time () - start) / 1e3;
}

void
ms_scrub_measure (MsScrubResult *result)
{
  g_autoptr (MsPast) past = ms_past_new (BUDGET);
  const MsPainter *painter = find_heatmap ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, MS_SCRUB_WIDTH, MS_SCRUB_HEIGHT);
  cairo_t *cr = cairo_create (surface);
  double ms[POSITIONS];

  fill (past, &result->add_ms);
  result->points = ms_past_current (past)->n_points;
  result->bytes = (gint64) ms_past_bytes (past);
  result->worst_ms = 0;
  paint_at (cr, painter, past, 1); /* fonts */
  for (int i = 0; i < POSITIONS; i++)
    {
      ms[i] = paint_at (cr, painter, past, 1 + (MS_SCRUB_STEPS - 1) * i / (POSITIONS - 1));
      result->worst_ms = MAX (result->worst_ms, ms[i]);
    }
  result->paint_ms = ms_median (ms, POSITIONS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}
