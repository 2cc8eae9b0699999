/* SPDX-License-Identifier: MIT */

#include "core/metrics/reading-series.h"

#include "core/metrics/load.h"
#include <math.h>

MsReadingSeries *
ms_reading_series_new (const MsReading *reading, int capacity)
{
  g_return_val_if_fail (capacity >= 2 && capacity % 2 == 0, NULL);
  MsReadingSeries *self = g_new0 (MsReadingSeries, 1);
  self->reading = *reading;
  self->capacity = capacity;
  self->stride = 1;
  self->last_step = g_new0 (gint64, capacity);
  self->records = g_new0 (gint64, capacity);
  self->value = g_new0 (double, capacity);
  return self;
}

void
ms_reading_series_free (MsReadingSeries *self)
{
  if (self == NULL)
    return;
  g_free (self->last_step);
  g_free (self->records);
  g_free (self->value);
  g_free (self);
}

void
ms_reading_series_clear (MsReadingSeries *self)
{
  self->n = 0;
  self->stride = 1;
}

/* What is absent in one is taken from the other. */
static void
merge (MsReadingSeries *self, int i, gint64 last_step, gint64 records, double value)
{
  double have = self->value[i], n = (double)self->records[i], more = (double)records;
  self->value[i] = isnan (have) ? value : isnan (value) ? have : (have * n + value * more) / (n + more);
  self->records[i] += records;
  self->last_step[i] = last_step;
}

static void
halve (MsReadingSeries *self)
{
  for (int i = 0; i < self->n / 2; i++)
    {
      merge (self, 2 * i, self->last_step[2 * i + 1], self->records[2 * i + 1], self->value[2 * i + 1]);
      self->last_step[i] = self->last_step[2 * i];
      self->records[i] = self->records[2 * i];
      self->value[i] = self->value[2 * i];
    }
  self->n /= 2;
  self->stride *= 2;
}

static void
add_point (MsReadingSeries *self, gint64 last_step, gint64 records, double value)
{
  int newest = self->n - 1;
  if (newest >= 0 && self->records[newest] + records <= self->stride)
    {
      merge (self, newest, last_step, records, value);
      return;
    }
  if (self->n == self->capacity)
    halve (self);
  self->last_step[self->n] = last_step;
  self->records[self->n] = records;
  self->value[self->n++] = value;
}

void
ms_reading_series_add (MsReadingSeries *self, const MsRecord *record)
{
  if (self->n > 0 && record->step <= self->last_step[self->n - 1])
    return;
  double value = ms_reading_value (&self->reading, record);
  if (isnan (value) && ms_reading_needs_batch (self->reading.id))
    return;
  add_point (self, record->step, 1, value);
}

void
ms_reading_series_truncate (MsReadingSeries *self, gint64 step)
{
  while (self->n > 0 && self->last_step[self->n - 1] > step)
    self->n--;
  if (self->n == 0)
    self->stride = 1;
}

/* The layer's place in the history. Members of a deep ensemble have layers of the same block, in their order. -1: it is
 * not there. */
static int
find_layer (const MsHistory *history, const MsReading *reading)
{
  int members = 0;
  for (int l = 0; l < history->n_layers; l++)
    if (history->layer_block[l] == reading->block && members++ == MAX (reading->member, 0))
      return l;
  return -1;
}

static double
sum_of (const float *x, int n)
{
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += (double)x[i];
  return sum;
}

static double
ratio (double part, double whole)
{
  return whole > 0 ? part / whole : NAN;
}

/* Of the mean loads of a point; @merged: they are of several steps. */
static double
of_loads (const MsReading *reading, const float *load, const float *dropped, int E, bool merged)
{
  switch (reading->id)
    {
    case MS_READING_SHARE:
      return ratio ((double)load[reading->expert], sum_of (load, E));
    case MS_READING_EXPERT_DROPPED:
      return ratio ((double)dropped[reading->expert], (double)load[reading->expert]);
    case MS_READING_DROPPED:
      return ratio (sum_of (dropped, E), sum_of (load, E));
    default:
      break;
    }
  if (merged)
    return NAN;
  g_autofree double *count = g_new (double, E);
  for (int e = 0; e < E; e++)
    count[e] = (double)load[e];
  MsLoadMetrics metrics = ms_load_metrics (count, E);
  return reading->id == MS_READING_MAX_VIOLATION  ? metrics.max_violation
         : reading->id == MS_READING_CV           ? metrics.cv
         : reading->id == MS_READING_LOAD_ENTROPY ? metrics.entropy
         : isnan (metrics.cv)                     ? NAN
                                                  : metrics.dead;
}

/* Of the newest test at or before the point. */
static double
of_test (const MsHistory *history, const MsReading *reading, gint64 step)
{
  const MsEvaluation *newest = NULL;
  for (int i = 0; i < history->n_evaluations && history->evaluations[i].step <= step; i++)
    newest = &history->evaluations[i];
  if (newest == NULL)
    return NAN;
  return reading->id == MS_READING_TEST_ERROR ? newest->error
         : reading->id == MS_READING_TEST_NLL ? newest->nll
                                              : newest->ece;
}

static double
of_run (const MsHistory *history, const MsReading *reading, const MsHistoryPoint *point)
{
  switch (reading->id)
    {
    case MS_READING_LOSS:
      return point->loss;
    case MS_READING_TASK_LOSS:
      return point->task_loss;
    case MS_READING_TRAIN_ERROR:
      return point->train_error;
    case MS_READING_IMPORTANCE_LOSS:
      return point->importance_loss;
    case MS_READING_LOAD_LOSS:
      return point->load_loss;
    default:
      return of_test (history, reading, point->last_step);
    }
}

static double
of_point (const MsHistory *history, const MsReading *reading, int layer, int i)
{
  const MsHistoryPoint *point = &history->points[i];
  if (ms_reading_scope (reading->id) == MS_OF_RUN)
    return of_run (history, reading, point);
  gsize at = ((gsize)i * (gsize)history->n_layers + (gsize)layer) * (gsize)history->E;
  return of_loads (reading, history->load + at, history->dropped + at, history->layer_experts[layer],
                   point->n_records > 1);
}

/* Nothing of Soft MoE is dropped or dead: its zeros in a history are no measurements. */
static bool
is_told (const MsReading *reading, const MsRecord *like)
{
  if (ms_reading_needs_batch (reading->id) || reading->id == MS_READING_GRADIENT_NORM
      || reading->id == MS_READING_LEARNING_RATE)
    return false;
  bool soft = false;
  for (int l = 0; like != NULL && l < like->n_routing; l++)
    soft |= like->routing[l]->layer == reading->block && like->routing[l]->slots > 0;
  return !soft || (reading->id != MS_READING_DROPPED && reading->id != MS_READING_EXPERT_DROPPED
                   && reading->id != MS_READING_DEAD);
}

bool
ms_reading_series_refill (MsReadingSeries *self, const MsHistory *history, const MsRecord *like)
{
  const MsReading *reading = &self->reading;
  int layer = -1;
  if (!is_told (reading, like))
    return false;
  ms_reading_series_clear (self);
  self->stride = history->stride;
  if (ms_reading_scope (reading->id) != MS_OF_RUN)
    {
      layer = find_layer (history, reading);
      if (layer < 0 || reading->expert >= history->layer_experts[layer])
        return true;
    }
  for (int i = 0; i < history->n_points; i++)
    add_point (self, history->points[i].last_step, history->points[i].n_records,
               of_point (history, reading, layer, i));
  return true;
}
