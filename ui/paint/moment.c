/* SPDX-License-Identifier: MIT */

#include "ui/paint/moment.h"

#include "ui/paint/tokens.h"

#include <math.h>

int
ms_moment_point (const MsHistory *history, gint64 step)
{
  int from = 0, to = history != NULL ? history->n_points - 1 : MS_NONE;

  if (to < 0 || step == MS_NONE)
    return to;
  /* The first whose last step is not before it. */
  while (from < to)
    {
      int middle = (from + to) / 2;

      if (history->points[middle].last_step < step)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
}

int
ms_moment_layer (const MsScene *scene)
{
  const MsHistory *history = scene->history;

  if (history == NULL || history->n_points < 1 || history->n_layers < 1)
    return MS_NONE;
  return CLAMP (scene->selection.layer, 0, history->n_layers - 1);
}

static gsize
row_of (const MsHistory *history, int i, int layer)
{
  return ((gsize) i * (gsize) history->n_layers + (gsize) layer) * (gsize) history->E;
}

static bool
holds (const MsHistory *history, int i, int layer)
{
  return history != NULL && i >= 0 && i < history->n_points && layer >= 0 && layer < history->n_layers;
}

const float *
ms_moment_load (const MsHistory *history, int i, int layer)
{
  return holds (history, i, layer) ? history->load + row_of (history, i, layer) : NULL;
}

const float *
ms_moment_dropped (const MsHistory *history, int i, int layer)
{
  return holds (history, i, layer) ? history->dropped + row_of (history, i, layer) : NULL;
}

double
ms_moment_violation (const MsHistory *history, int i, int layer)
{
  const float *load = ms_moment_load (history, i, layer);
  double most = 0, total = 0;

  if (load == NULL)
    return NAN;
  for (int e = 0; e < history->layer_experts[layer]; e++)
    {
      most = MAX (most, (double) load[e]);
      total += (double) load[e];
    }
  return total > 0 ? most * history->layer_experts[layer] / total - 1 : NAN;
}

MsLoadMetrics
ms_moment_metrics (const MsHistory *history, int i, int layer)
{
  const float *load = ms_moment_load (history, i, layer);
  int E = load != NULL ? history->layer_experts[layer] : 0;
  g_autofree double *count = g_new (double, MAX (1, E));

  for (int e = 0; e < E; e++)
    count[e] = (double) load[e];
  return ms_load_metrics (count, E);
}

MsNumber
ms_moment_layer_name (const MsScene *scene, int layer)
{
  const MsRecord *record = scene->record;
  const MsHistory *history = scene->history;
  MsNumber name = { "" };

  /* Only the record knows of members; of another model, it would not have these layers. */
  if (record != NULL && record->n_routing == history->n_layers
      && record->routing[layer]->layer == history->layer_block[layer])
    return ms_routing_name (record->routing[layer]);
  g_snprintf (name.text, sizeof name.text, "block %d", history->layer_block[layer]);
  return name;
}

void
ms_moment_append_words (GString *text, const MsHistoryPoint *point)
{
  if (point->first_step == point->last_step)
    g_string_append_printf (text, "step %s", ms_number_count (point->last_step).text);
  else
    g_string_append_printf (text, "mean of steps %s to %s", ms_number_count (point->first_step).text,
                            ms_number_count (point->last_step).text);
}
