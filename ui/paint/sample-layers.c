/* SPDX-License-Identifier: MIT */

/* Loads of many layers without the batches they are of, as a trace has them: some experts get nothing, one layer has
 * collapsed, one was not captured. */
#include "ui/paint/sample.h"

#include "ui/paint/sample-digits.h"

#include <math.h>

#define ASSIGNMENTS 4096

static double
weight_of (int layer, int e, gint64 step)
{
  double liked = ms_sample_scatter ((guint32) (layer * 1009 + e * 31));
  double now = 0.8 + 0.4 * ms_sample_scatter ((guint32) (layer * 7919 + e * 131 + step * 17));

  if (layer == 4)
    return e < 3 ? 10 * now : 0.3 * liked;
  return liked < 0.04 ? 0 : now * exp (1.4 * (liked - 0.5));
}

static MsRouting *
load_of (int layer, int E, gint64 step)
{
  MsRouting *routing = ms_routing_new (0, E, 2, 1);
  double sum = 0;

  routing->layer = 2 * layer + 1;
  routing->router = g_strdup ("top-k");
  for (int e = 0; e < E; e++)
    sum += weight_of (layer, e, step);
  for (int e = 0; e < E && layer != 6; e++)
    {
      routing->load[e] = (int) (ASSIGNMENTS * weight_of (layer, e, step) / sum);
      routing->dropped[e] = MAX (0, routing->load[e] - 2 * ASSIGNMENTS / E);
    }
  return routing;
}

static MsRecord *
step_of (int L, int E, gint64 step)
{
  MsRecord *record = ms_record_new ();

  record->provenance = MS_PROVENANCE_SAMPLE;
  record->source = g_strdup ("layers");
  record->step = step;
  record->loss = record->task_loss = 2 * exp (-(double) step / 30) + 0.5;
  record->n_routing = L;
  record->routing = g_new0 (MsRouting *, L);
  for (int l = 0; l < L; l++)
    record->routing[l] = load_of (l, l % 3 == 2 ? E - E / 3 : E, step);
  return record;
}

MsScene *
ms_sample_layers_sized (int L, int E, int steps)
{
  MsScene *scene = g_new0 (MsScene, 1);
  MsAlertLimits limits = ms_alert_limits_default ();
  MsAlerts *alerts = ms_alerts_new (&limits);
  MsHistory *history = ms_history_new (256);
  MsRecord *record = NULL;

  for (int step = 1; step <= steps; step++)
    {
      g_clear_pointer (&record, ms_record_unref);
      record = step_of (L, E, step);
      ms_history_add (history, record);
      ms_alerts_add (alerts, record);
    }
  scene->record = record;
  scene->history = history;
  scene->alerts = alerts;
  scene->selection = MS_SELECTION_NONE;
  return scene;
}

MsScene *
ms_sample_layers (void)
{
  return ms_sample_layers_sized (8, 24, 40);
}
