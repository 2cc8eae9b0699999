/* SPDX-License-Identifier: MIT */

#include "core/metrics/reading.h"

#include "core/metrics/load.h"
#include "core/metrics/uncertainty.h"
#include <math.h>

static const struct {
  const char *name, *title, *unit, *help;
  MsReadingScope scope;
} reading[] = {
#define READING(id, name, title, scope, unit, help) { name, title, unit, help, MS_OF_##scope },
  MS_READINGS (READING)
#undef READING
};

const char *
ms_reading_name (MsReadingId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_READINGS, NULL);
  return reading[id].name;
}

const char *
ms_reading_title (MsReadingId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_READINGS, NULL);
  return reading[id].title;
}

const char *
ms_reading_unit (MsReadingId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_READINGS, NULL);
  return reading[id].unit;
}

const char *
ms_reading_help (MsReadingId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_READINGS, NULL);
  return reading[id].help;
}

MsReadingScope
ms_reading_scope (MsReadingId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_READINGS, MS_OF_RUN);
  return reading[id].scope;
}

bool
ms_reading_needs_batch (MsReadingId id)
{
  return id == MS_READING_GATE_ENTROPY || id == MS_READING_DISAGREEMENT;
}

static double
disagreement (const MsPredictions *predictions)
{
  if (predictions == NULL || predictions->M < 2 || predictions->N == 0)
    return NAN;
  int N = predictions->N;
  g_autofree double *information = g_new (double, N);
  double sum = 0;
  ms_uncertainty (predictions->probs, predictions->M, N, predictions->C, NULL, NULL, information);
  for (int n = 0; n < N; n++)
    sum += information[n];
  return sum / N;
}

static double
of_test (MsReadingId id, const MsEvaluation *evaluation)
{
  if (evaluation == NULL)
    return NAN;
  return id == MS_READING_TEST_ERROR ? evaluation->error
         : id == MS_READING_TEST_NLL ? evaluation->nll
                                     : evaluation->ece;
}

static double
of_run (MsReadingId id, const MsRecord *record)
{
  switch (id)
    {
    case MS_READING_LOSS:
      return record->loss;
    case MS_READING_TASK_LOSS:
      return record->task_loss;
    case MS_READING_TRAIN_ERROR:
      return record->train_error;
    case MS_READING_IMPORTANCE_LOSS:
      return record->importance_loss;
    case MS_READING_LOAD_LOSS:
      return record->load_loss;
    case MS_READING_GRADIENT_NORM:
      return record->gradient_norm;
    case MS_READING_LEARNING_RATE:
      return record->learning_rate;
    case MS_READING_DISAGREEMENT:
      return disagreement (record->predictions);
    default:
      return of_test (id, record->evaluation);
    }
}

static const MsRouting *
find_layer (const MsRecord *record, int block, int member)
{
  for (int l = 0; l < record->n_routing; l++)
    if (record->routing[l]->layer == block && record->routing[l]->member == member)
      return record->routing[l];
  return NULL;
}

/* What the layer's experts are compared by. False: it was not captured. */
static bool
take_counts (const MsRouting *routing, double *count)
{
  if (routing->slots > 0 ? routing->use == NULL : routing->load == NULL)
    return false;
  for (int e = 0; e < routing->E; e++)
    count[e] = routing->slots > 0 ? routing->use[e] : (double)routing->load[e];
  return true;
}

static double
dropped_of (const MsRouting *routing, int first, int n)
{
  double load = 0, dropped = 0;
  if (routing->slots > 0 || routing->load == NULL || routing->dropped == NULL)
    return NAN;
  for (int e = first; e < first + n; e++)
    {
      load += routing->load[e];
      dropped += routing->dropped[e];
    }
  return load > 0 ? dropped / load : NAN;
}

static double
of_counts (MsReadingId id, const MsRouting *routing)
{
  g_autofree double *count = g_new (double, routing->E);
  if (!take_counts (routing, count))
    return NAN;
  MsLoadMetrics metrics = ms_load_metrics (count, routing->E);
  switch (id)
    {
    case MS_READING_MAX_VIOLATION:
      return metrics.max_violation;
    case MS_READING_CV:
      return metrics.cv;
    case MS_READING_LOAD_ENTROPY:
      return metrics.entropy;
    default:
      return routing->slots > 0 || isnan (metrics.cv) ? NAN : metrics.dead;
    }
}

static double
of_layer (MsReadingId id, const MsRouting *routing)
{
  if (id == MS_READING_DROPPED)
    return dropped_of (routing, 0, routing->E);
  if (id == MS_READING_GATE_ENTROPY)
    return routing->probs != NULL ? ms_gate_entropy (routing->probs, routing->mask, routing->T, routing->E) : NAN;
  return of_counts (id, routing);
}

static double
share_of (const MsRouting *routing, int e)
{
  g_autofree double *count = g_new (double, routing->E);
  double sum = 0;
  if (!take_counts (routing, count))
    return NAN;
  for (int i = 0; i < routing->E; i++)
    sum += count[i];
  return sum > 0 ? count[e] / sum : NAN;
}

double
ms_reading_value (const MsReading *self, const MsRecord *record)
{
  g_return_val_if_fail (self != NULL && record != NULL, NAN);
  MsReadingScope scope = ms_reading_scope (self->id);
  if (scope == MS_OF_RUN)
    return of_run (self->id, record);
  const MsRouting *routing = find_layer (record, self->block, self->member);
  if (routing == NULL)
    return NAN;
  if (scope == MS_OF_LAYER)
    return of_layer (self->id, routing);
  if (self->expert < 0 || self->expert >= routing->E)
    return NAN;
  return self->id == MS_READING_SHARE ? share_of (routing, self->expert) : dropped_of (routing, self->expert, 1);
}

/* "1, 3", or of a deep ensemble "1.0, 1.1, 3.0, 3.1"; "none" without routed layers. */
static char *
list_layers (const MsRecord *record)
{
  GString *list = g_string_new (NULL);
  for (int l = 0; l < record->n_routing; l++)
    {
      const MsRouting *routing = record->routing[l];
      g_string_append_printf (list, "%s%d", l > 0 ? ", " : "", routing->layer);
      if (routing->member >= 0)
        g_string_append_printf (list, ".%d", routing->member);
    }
  if (list->len == 0)
    g_string_append (list, "none");
  return g_string_free (list, FALSE);
}

bool
ms_reading_check (const MsReading *self, const MsRecord *record, GError **error)
{
  MsReadingScope scope = ms_reading_scope (self->id);
  if (scope == MS_OF_RUN)
    return true;
  g_autofree char *text = ms_reading_to_text (self);
  const MsRouting *routing = find_layer (record, self->block, self->member);
  if (routing == NULL)
    {
      g_autofree char *layers = list_layers (record);
      g_autofree char *member = self->member >= 0 ? g_strdup_printf (" of member %d", self->member) : g_strdup ("");
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s: there is no routed block %d%s; there are %s", text,
                   self->block, member, layers);
      return false;
    }
  if (scope == MS_OF_LAYER || self->expert < routing->E)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s: there is no expert %d in block %d; there are 0 to %d", text,
               self->expert, self->block, routing->E - 1);
  return false;
}
