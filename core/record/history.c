/* SPDX-License-Identifier: MIT */

/* The past in constant memory. The newest point takes records until it stands for `stride` of them; when no point is
 * left, neighbours are merged in pairs and the stride doubles. Rows are allocated as they are needed. */
#include "core/record/history.h"

#include <math.h>
#include <string.h>

#define FIRST_ROWS 16

MsHistory *
ms_history_new (int capacity)
{
  return ms_history_new_within (0, capacity);
}

MsHistory *
ms_history_new_within (gsize max_bytes, int capacity)
{
  g_return_val_if_fail (capacity >= 2 && capacity % 2 == 0, NULL);

  MsHistory *history = g_new0 (MsHistory, 1);

  history->capacity = history->wanted = capacity;
  history->max_bytes = max_bytes;
  history->stride = 1;
  return history;
}

void
ms_history_clear (MsHistory *history)
{
  g_return_if_fail (history != NULL);
  history->n_points = 0;
  history->stride = 1;
  history->n_layers = history->E = 0;
  history->n_evaluations = 0;
  g_clear_pointer (&history->layer_experts, g_free);
  g_clear_pointer (&history->layer_block, g_free);
  history->rows = 0;
  g_clear_pointer (&history->points, g_free);
  g_clear_pointer (&history->load, g_free);
  g_clear_pointer (&history->dropped, g_free);
}

void
ms_history_free (MsHistory *history)
{
  if (history == NULL)
    return;
  ms_history_clear (history);
  g_free (history->evaluations);
  g_free (history);
}

static bool
same_shape (const MsHistory *history, const MsRecord *record)
{
  if (record->n_routing != history->n_layers)
    return false;
  for (int l = 0; l < history->n_layers; l++)
    if (record->routing[l]->E != history->layer_experts[l] || record->routing[l]->layer != history->layer_block[l])
      return false;
  return true;
}

/* Floats of one point's loads. */
static gsize
row_size (const MsHistory *history)
{
  return (gsize) history->n_layers * (gsize) history->E;
}

/* Bytes of a point with its loads, and of an evaluation, of which there are at most as many. */
static gsize
point_bytes (const MsHistory *history)
{
  return sizeof (MsHistoryPoint) + sizeof (MsEvaluation) + 2 * row_size (history) * sizeof (float);
}

/* The even number of points that the limit allows, from the fewest to what is wanted. */
static int
allowed (const MsHistory *history)
{
  gsize fit = history->max_bytes / point_bytes (history);

  if (history->max_bytes == 0 || fit >= (gsize) history->wanted)
    return history->wanted;
  return MAX ((int) (fit / 2 * 2), MIN (MS_HISTORY_FEWEST, history->wanted));
}

static void
take_shape (MsHistory *history, const MsRecord *record)
{
  int L = record->n_routing;

  ms_history_clear (history);
  history->n_layers = L;
  history->layer_experts = g_new0 (int, L);
  history->layer_block = g_new0 (int, L);
  for (int l = 0; l < L; l++)
    {
      history->layer_experts[l] = record->routing[l]->E;
      history->layer_block[l] = record->routing[l]->layer;
      history->E = MAX (history->E, record->routing[l]->E);
    }
  history->capacity = allowed (history);
}

static void
resize_rows (MsHistory *history, int rows)
{
  gsize n = row_size (history) * (gsize) rows;

  history->rows = rows;
  history->points = g_renew (MsHistoryPoint, history->points, rows);
  history->load = g_renew (float, history->load, n);
  history->dropped = g_renew (float, history->dropped, n);
}

/* The mean of a (standing for na records) and b (for nb); what is absent in one is taken from the other. */
static double
merged (double a, int na, double b, int nb)
{
  if (isnan (a))
    return b;
  if (isnan (b))
    return a;
  return (a * na + b * nb) / (na + nb);
}

/* Loads are never absent. */
static void
merge_rows (float *a, int na, const float *b, int nb, gsize n)
{
  float share = (float) nb / (float) (na + nb);

  for (gsize i = 0; i < n; i++)
    a[i] += (b[i] - a[i]) * share;
}

static void
merge_point (MsHistoryPoint *a, const MsHistoryPoint *b)
{
  int na = a->n_records, nb = b->n_records;

  a->last_step = b->last_step;
  a->loss = merged (a->loss, na, b->loss, nb);
  a->task_loss = merged (a->task_loss, na, b->task_loss, nb);
  a->importance_loss = merged (a->importance_loss, na, b->importance_loss, nb);
  a->load_loss = merged (a->load_loss, na, b->load_loss, nb);
  a->gshard_loss = merged (a->gshard_loss, na, b->gshard_loss, nb);
  a->z_loss = merged (a->z_loss, na, b->z_loss, nb);
  a->train_error = merged (a->train_error, na, b->train_error, nb);
  a->n_records = na + nb;
}

/* Merges row @from of loads and its point into @into. */
static void
merge_into (MsHistory *history, int into, int from)
{
  gsize n = row_size (history);
  int na = history->points[into].n_records, nb = history->points[from].n_records;

  if (n > 0)
    {
      merge_rows (history->load + (gsize) into * n, na, history->load + (gsize) from * n, nb, n);
      merge_rows (history->dropped + (gsize) into * n, na, history->dropped + (gsize) from * n, nb, n);
    }
  merge_point (&history->points[into], &history->points[from]);
}

static void
move_row (MsHistory *history, int to, int from)
{
  gsize n = row_size (history);

  if (to == from)
    return;
  history->points[to] = history->points[from];
  if (n > 0)
    {
      memcpy (history->load + (gsize) to * n, history->load + (gsize) from * n, n * sizeof (float));
      memcpy (history->dropped + (gsize) to * n, history->dropped + (gsize) from * n, n * sizeof (float));
    }
}

static void
halve (MsHistory *history)
{
  int half = (history->n_points + 1) / 2;

  for (int i = 0; i < half; i++)
    {
      if (2 * i + 1 < history->n_points)
        merge_into (history, 2 * i, 2 * i + 1);
      move_row (history, i, 2 * i);
    }
  history->n_points = half;
  history->stride *= 2;
}

static void
add_evaluation (MsHistory *history, const MsEvaluation *evaluation)
{
  int n = history->n_evaluations;

  if (n > 0 && history->evaluations[n - 1].step >= evaluation->step)
    return;
  if (n >= history->capacity)
    {
      /* Every second one goes; the newest of them stays. */
      for (int i = 0; 2 * i + 1 < n; i++)
        history->evaluations[i] = history->evaluations[2 * i + 1];
      n /= 2;
    }
  if (n == history->evaluations_size)
    {
      history->evaluations_size = MAX (16, 2 * n);
      history->evaluations = g_renew (MsEvaluation, history->evaluations, history->evaluations_size);
    }
  history->evaluations[n] = *evaluation;
  history->n_evaluations = n + 1;
}

/* A layer's loads or drops (E) as the mean of them and of @n records before them. */
static void
put_counts (float *row, const int *counts, int E, int n)
{
  float share = 1.0f / (float) (n + 1);

  if (n == 0)
    for (int e = 0; e < E; e++)
      row[e] = (float) counts[e];
  else
    for (int e = 0; e < E; e++)
      row[e] += ((float) counts[e] - row[e]) * share;
}

static void
put_use (float *row, const double *use, int E, int n)
{
  for (int e = 0; e < E; e++)
    row[e] = n == 0 ? (float) use[e] : (float) (row[e] + (use[e] - row[e]) / (n + 1));
}

/* Merges the record's loads into row @i, which stands for @n records already. */
static void
put_loads (MsHistory *history, int i, const MsRecord *record, int n)
{
  for (int l = 0; l < history->n_layers; l++)
    {
      const MsRouting *routing = record->routing[l];
      gsize row = (gsize) i * row_size (history) + (gsize) l * (gsize) history->E;
      gsize padding = (gsize) (history->E - routing->E) * sizeof (float);

      if (routing->use != NULL)
        put_use (history->load + row, routing->use, routing->E, n);
      else
        put_counts (history->load + row, routing->load, routing->E, n);
      put_counts (history->dropped + row, routing->dropped, routing->E, n);
      memset (history->load + row + routing->E, 0, padding);
      memset (history->dropped + row + routing->E, 0, padding);
    }
}

static MsHistoryPoint
point_of (const MsRecord *record)
{
  return (MsHistoryPoint) {
    .first_step = record->step, .last_step = record->step, .n_records = 1, .loss = record->loss,
    .task_loss = record->task_loss, .importance_loss = record->importance_loss, .load_loss = record->load_loss,
    .gshard_loss = record->gshard_loss, .z_loss = record->z_loss, .train_error = record->train_error,
  };
}

/* A new last point, without loads yet. */
static void
append (MsHistory *history)
{
  if (history->n_points == history->capacity)
    halve (history);
  if (history->n_points == history->rows)
    resize_rows (history, MIN (MAX (FIRST_ROWS, 2 * history->rows), history->capacity));
  history->n_points++;
}

void
ms_history_reserve (MsHistory *history, int n_points)
{
  g_return_if_fail (history != NULL && n_points <= history->capacity);
  if (n_points > history->rows)
    resize_rows (history, n_points);
}

void
ms_history_add (MsHistory *history, const MsRecord *record)
{
  g_return_if_fail (history != NULL && record != NULL);

  if (history->n_points == 0 || !same_shape (history, record))
    take_shape (history, record);

  MsHistoryPoint point = point_of (record), *last = NULL;
  bool open = history->n_points > 0 && history->points[history->n_points - 1].n_records < history->stride;

  if (!open)
    append (history);
  last = &history->points[history->n_points - 1];
  put_loads (history, history->n_points - 1, record, open ? last->n_records : 0);
  if (open)
    merge_point (last, &point);
  else
    *last = point;
  if (record->evaluation != NULL)
    add_evaluation (history, record->evaluation);
}

void
ms_history_set_limit (MsHistory *history, gsize max_bytes)
{
  g_return_if_fail (history != NULL);
  history->max_bytes = max_bytes;
  int capacity = MIN (allowed (history), history->capacity);

  while (history->n_points > capacity)
    halve (history);
  history->capacity = capacity;
  if (history->rows > capacity)
    resize_rows (history, capacity);
}

gsize
ms_history_bytes (const MsHistory *history)
{
  g_return_val_if_fail (history != NULL, 0);
  return sizeof *history + (gsize) history->rows * (sizeof (MsHistoryPoint) + 2 * row_size (history) * sizeof (float))
         + (gsize) history->evaluations_size * sizeof (MsEvaluation) + 2 * (gsize) history->n_layers * sizeof (int);
}

void
ms_history_truncate (MsHistory *history, gint64 step)
{
  g_return_if_fail (history != NULL);
  /* A point that reaches past @step holds means of what is to be forgotten and cannot be taken apart: it goes too. */
  while (history->n_points > 0 && history->points[history->n_points - 1].last_step > step)
    history->n_points--;
  while (history->n_evaluations > 0 && history->evaluations[history->n_evaluations - 1].step > step)
    history->n_evaluations--;
  if (history->n_points == 0)
    history->stride = 1;
}

MsHistory *
ms_history_copy (const MsHistory *history)
{
  g_return_val_if_fail (history != NULL, NULL);

  MsHistory *copy = ms_history_new_within (history->max_bytes, history->wanted);
  gsize used = row_size (history) * (gsize) history->n_points;

  copy->capacity = history->capacity;
  copy->n_points = history->n_points;
  copy->stride = history->stride;
  copy->n_layers = history->n_layers;
  copy->E = history->E;
  copy->layer_experts = g_memdup2 (history->layer_experts, (gsize) history->n_layers * sizeof (int));
  copy->layer_block = g_memdup2 (history->layer_block, (gsize) history->n_layers * sizeof (int));
  resize_rows (copy, history->n_points);
  if (history->n_points > 0)
    memcpy (copy->points, history->points, (gsize) history->n_points * sizeof (MsHistoryPoint));
  if (used > 0)
    {
      memcpy (copy->load, history->load, used * sizeof (float));
      memcpy (copy->dropped, history->dropped, used * sizeof (float));
    }
  copy->n_evaluations = copy->evaluations_size = history->n_evaluations;
  copy->evaluations = g_memdup2 (history->evaluations, (gsize) history->n_evaluations * sizeof (MsEvaluation));
  return copy;
}

const float *
ms_history_load (const MsHistory *history, int point, int layer)
{
  return history->load + (gsize) point * row_size (history) + (gsize) layer * (gsize) history->E;
}
