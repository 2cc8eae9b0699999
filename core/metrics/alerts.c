/* SPDX-License-Identifier: MIT */

/* Of each thing that can go wrong somewhere (a layer's collapse and drops, an expert's death) the newest alert is kept
 * by its place in the list, so that judging a record takes time for what it holds and not for what was told before. */
#include "core/metrics/alerts.h"

#include "core/metrics/alerts-private.h"
#include "core/metrics/load.h"
#include <math.h>

static void
layer_clear (gpointer layer)
{
  g_free (((MsAlertsLayer *)layer)->dead);
}

MsAlertLimits
ms_alert_limits_default (void)
{
  return (MsAlertLimits){ .collapse = 0.35, .dead_per_expert = 10, .dropped = 0.2, .window = 25 };
}

MsAlerts *
ms_alerts_new (const MsAlertLimits *limits)
{
  g_return_val_if_fail (limits->window >= 1, NULL);
  MsAlerts *self = g_new0 (MsAlerts, 1);
  self->limits = *limits;
  self->list = g_array_new (FALSE, FALSE, sizeof (MsAlert));
  self->layers = g_array_new (FALSE, FALSE, sizeof (MsAlertsLayer));
  g_array_set_clear_func (self->layers, layer_clear);
  self->not_finite = MS_NO_ALERT;
  return self;
}

void
ms_alerts_free (MsAlerts *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->list);
  g_array_unref (self->layers);
  ms_load_window_free (self->window);
  g_free (self);
}

MsAlerts *
ms_alerts_copy (const MsAlerts *self)
{
  MsAlerts *copy = ms_alerts_new (&self->limits);
  copy->not_finite = self->not_finite;
  g_array_append_vals (copy->list, self->list->data, self->list->len);
  for (guint l = 0; l < self->layers->len; l++)
    {
      MsAlertsLayer layer = g_array_index (self->layers, MsAlertsLayer, l);
      layer.dead = g_memdup2 (layer.dead, (gsize)layer.E * sizeof (int));
      g_array_append_val (copy->layers, layer);
    }
  if (self->window != NULL)
    copy->window = ms_load_window_copy (self->window, self->window->steps);
  return copy;
}

const MsAlertLimits *
ms_alerts_limits (const MsAlerts *self)
{
  return &self->limits;
}

void
ms_alerts_set_limits (MsAlerts *self, const MsAlertLimits *limits)
{
  g_return_if_fail (limits->window >= 1);
  self->limits = *limits;
  if (self->window == NULL || self->window->steps == limits->window)
    return;
  MsLoadWindow *window = ms_load_window_copy (self->window, limits->window);
  ms_load_window_free (self->window);
  self->window = window;
}

int
ms_alerts_count (const MsAlerts *self)
{
  return (int)self->list->len;
}

const MsAlert *
ms_alerts_at (const MsAlerts *self, int i)
{
  g_return_val_if_fail (i >= 0 && i < (int)self->list->len, NULL);
  return &g_array_index (self->list, MsAlert, i);
}

const MsAlert *
ms_alerts_of (const MsAlerts *self, int block, int member, int expert)
{
  for (int i = (int)self->list->len - 1; i >= 0; i--)
    {
      const MsAlert *alert = &g_array_index (self->list, MsAlert, i);
      if (alert->over < 0 && alert->block == block && alert->member == member
          && (expert < 0 || alert->expert == expert))
        return alert;
    }
  return NULL;
}

/* Where the newest alert of this kind and place is noted; NULL: of a layer that is no more. */
static int *
slot_of (MsAlerts *self, const MsAlert *alert)
{
  if (alert->kind == MS_ALERT_NOT_FINITE)
    return &self->not_finite;
  for (guint l = 0; l < self->layers->len; l++)
    {
      MsAlertsLayer *layer = &g_array_index (self->layers, MsAlertsLayer, l);
      if (layer->block != alert->block || layer->member != alert->member)
        continue;
      if (alert->kind == MS_ALERT_DEAD)
        return alert->expert < layer->E ? &layer->dead[alert->expert] : NULL;
      return alert->kind == MS_ALERT_COLLAPSE ? &layer->collapse : &layer->dropped;
    }
  return NULL;
}

void
ms_alerts_find_newest (MsAlerts *self)
{
  self->not_finite = MS_NO_ALERT;
  for (guint l = 0; l < self->layers->len; l++)
    {
      MsAlertsLayer *layer = &g_array_index (self->layers, MsAlertsLayer, l);
      layer->collapse = layer->dropped = MS_NO_ALERT;
      for (int e = 0; e < layer->E; e++)
        layer->dead[e] = MS_NO_ALERT;
    }
  for (int i = 0; i < (int)self->list->len; i++)
    {
      int *slot = slot_of (self, &g_array_index (self->list, MsAlert, i));
      if (slot != NULL)
        *slot = i;
    }
}

static void
make_room (MsAlerts *self)
{
  guint kept = 0;
  if (self->list->len < MS_ALERTS_MOST)
    return;
  for (guint i = 0; i < self->list->len; i++)
    if (g_array_index (self->list, MsAlert, i).over < 0)
      g_array_index (self->list, MsAlert, kept++) = g_array_index (self->list, MsAlert, i);
  if (kept == self->list->len)
    return;
  g_array_set_size (self->list, kept);
  ms_alerts_find_newest (self);
}

/* Raises @found, or lets the newest of its kind go on, or ends that one. */
static void
judge (MsAlerts *self, int *slot, bool holds, const MsAlert *found)
{
  MsAlert *newest = *slot != MS_NO_ALERT ? &g_array_index (self->list, MsAlert, *slot) : NULL;
  if (!holds)
    {
      if (newest != NULL && newest->over < 0)
        newest->over = found->step;
      return;
    }
  if (newest != NULL && (newest->over < 0 || found->step - newest->over < self->limits.window))
    newest->over = -1;
  else if (self->list->len < MS_ALERTS_MOST)
    {
      *slot = (int)self->list->len;
      g_array_append_vals (self->list, found, 1);
    }
}

static int
busiest_of (const double *load, int E)
{
  int best = 0;
  for (int e = 1; e < E; e++)
    if (load[e] > load[best])
      best = e;
  return best;
}

static void
judge_layer (MsAlerts *self, MsAlertsLayer *layer, const MsRouting *routing, gint64 step)
{
  const double *load = self->window->sum + layer->at, *dropped = load + layer->E;
  MsLoadMetrics metrics = ms_load_metrics (load, layer->E);
  MsAlert found = { .step = step, .over = -1, .block = layer->block, .member = layer->member };
  double lost = 0;
  if (!(metrics.total > 0))
    return;

  found.kind = MS_ALERT_COLLAPSE;
  found.expert = busiest_of (load, layer->E);
  found.value = metrics.effective;
  judge (self, &layer->collapse, metrics.effective < self->limits.collapse, &found);
  if (layer->soft)
    return;

  for (int e = 0; e < layer->E; e++)
    lost += dropped[e];
  found.kind = MS_ALERT_DROPPED;
  found.expert = -1;
  found.value = lost / metrics.total;
  judge (self, &layer->dropped, found.value > self->limits.dropped, &found);

  found.kind = MS_ALERT_DEAD;
  found.value = metrics.total;
  if (metrics.total >= self->limits.dead_per_expert * layer->E)
    for (found.expert = 0; found.expert < layer->E; found.expert++)
      judge (self, &layer->dead[found.expert],
             load[found.expert] == 0 && (routing->masked == NULL || !routing->masked[found.expert]), &found);
}

static bool
same_layers (const MsAlerts *self, const MsRecord *record)
{
  if ((int)self->layers->len != record->n_routing)
    return false;
  for (int l = 0; l < record->n_routing; l++)
    {
      const MsAlertsLayer *layer = &g_array_index (self->layers, MsAlertsLayer, l);
      const MsRouting *routing = record->routing[l];
      if (layer->block != routing->layer || layer->member != routing->member || layer->E != routing->E
          || layer->soft != (routing->slots > 0))
        return false;
    }
  return true;
}

int
ms_alerts_n_loads (const MsAlerts *self)
{
  if (self->layers->len == 0)
    return 0;
  const MsAlertsLayer *last = &g_array_index (self->layers, MsAlertsLayer, self->layers->len - 1);
  return last->at + 2 * last->E;
}

MsAlertsLayer
ms_alerts_layer_new (int block, int member, int E, bool soft)
{
  MsAlertsLayer layer = { .block = block, .member = member, .E = E, .soft = soft, .collapse = MS_NO_ALERT,
                          .dropped = MS_NO_ALERT, .dead = g_new (int, E) };
  for (int e = 0; e < E; e++)
    layer.dead[e] = MS_NO_ALERT;
  return layer;
}

void
ms_alerts_take_layer (MsAlerts *self, MsAlertsLayer layer)
{
  layer.at = ms_alerts_n_loads (self);
  g_array_append_val (self->layers, layer);
}

/* Another model: what was wrong with the layers of the one before it is over. */
static void
take_layers (MsAlerts *self, const MsRecord *record)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      MsAlert *alert = &g_array_index (self->list, MsAlert, i);
      if (alert->over < 0 && alert->kind != MS_ALERT_NOT_FINITE)
        alert->over = record->step;
    }
  g_array_set_size (self->layers, 0);
  for (int l = 0; l < record->n_routing; l++)
    {
      const MsRouting *routing = record->routing[l];
      ms_alerts_take_layer (self, ms_alerts_layer_new (routing->layer, routing->member, routing->E,
                                                       routing->slots > 0));
    }
  g_clear_pointer (&self->window, ms_load_window_free);
}

/* What was not captured counts as nothing: a layer without counts is not judged. */
static void
add_loads (MsAlerts *self, const MsRecord *record)
{
  g_autofree float *row = g_new0 (float, ms_alerts_n_loads (self));
  if (self->window == NULL)
    self->window = ms_load_window_new (ms_alerts_n_loads (self), self->limits.window);
  for (int l = 0; l < record->n_routing; l++)
    {
      const MsRouting *routing = record->routing[l];
      float *load = row + g_array_index (self->layers, MsAlertsLayer, l).at, *dropped = load + routing->E;
      for (int e = 0; e < routing->E; e++)
        {
          if (routing->slots > 0)
            load[e] = routing->use != NULL ? (float)routing->use[e] : 0;
          else
            load[e] = routing->load != NULL ? (float)routing->load[e] : 0;
          dropped[e] = routing->dropped != NULL ? (float)routing->dropped[e] : 0;
        }
    }
  ms_load_window_add (self->window, record->step, row);
}

/* A session refuses a step with such a loss, but other programs' traces may hold one. NaN in a record is absent. */
static bool
is_not_finite (const MsRecord *record)
{
  return isinf (record->loss) || isinf (record->gradient_norm);
}

static void
judge_finite (MsAlerts *self, bool holds, gint64 step)
{
  const MsAlert found = { MS_ALERT_NOT_FINITE, step, -1, -1, -1, -1, NAN };
  judge (self, &self->not_finite, holds, &found);
}

int
ms_alerts_add (MsAlerts *self, const MsRecord *record)
{
  g_return_val_if_fail (self != NULL && record != NULL, 0);
  make_room (self);
  guint before = self->list->len;
  judge_finite (self, is_not_finite (record), record->step);
  if (!same_layers (self, record))
    take_layers (self, record);
  add_loads (self, record);
  if (ms_load_window_is_full (self->window))
    for (guint l = 0; l < self->layers->len; l++)
      judge_layer (self, &g_array_index (self->layers, MsAlertsLayer, l), record->routing[l], record->step);
  return (int)(self->list->len - before);
}

void
ms_alerts_add_not_finite (MsAlerts *self, gint64 step)
{
  make_room (self);
  judge_finite (self, true, step);
}

void
ms_alerts_truncate (MsAlerts *self, gint64 step)
{
  guint n = self->list->len;
  for (; n > 0 && g_array_index (self->list, MsAlert, n - 1).step > step; n--)
    ;
  g_array_set_size (self->list, n);
  for (guint i = 0; i < n; i++)
    if (g_array_index (self->list, MsAlert, i).over > step)
      g_array_index (self->list, MsAlert, i).over = -1;
  ms_alerts_find_newest (self);
  if (self->window != NULL)
    ms_load_window_truncate (self->window, step);
}
