/* SPDX-License-Identifier: MIT */

/* Collecting a run: a compact load series, and whole batches by reference, both kept within bounds. */

#include "core/formats/trace-private.h"

#include <math.h>
#include <string.h>

#define MEMORY_BUDGET ((guint64) 512 << 20) /* bytes of the arrays that stored batches become */
#define SERIES_BUDGET ((gsize) 4 << 20)     /* experts counted, over all steps */

static void
step_free (gpointer data)
{
  TraceStep *self = data;
  g_free (self->experts);
  g_free (self->load);
  g_free (self->dropped);
  g_free (self->use);
  g_free (self->capacity);
  g_free (self);
}

MsTraceWriter *
ms_trace_writer_new (const char *source, const char *experiment)
{
  MsTraceWriter *self = g_new0 (MsTraceWriter, 1);
  self->source = g_utf8_make_valid (source != NULL ? source : "", -1);
  self->experiment = g_strdup (experiment);
  self->steps = g_ptr_array_new_with_free_func (step_free);
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
  self->evaluations = g_array_new (FALSE, FALSE, sizeof (MsEvaluation));
  self->step_stride = self->batch_stride = 1;
  return self;
}

void
ms_trace_writer_free (MsTraceWriter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->batches);
  g_array_unref (self->evaluations);
  ms_record_unref (self->last);
  g_free (self->source);
  g_free (self->experiment);
  g_free (self->logits);
  g_free (self);
}

int
trace_batch_rows (const MsRecord *record)
{
  int rows = record->N * record->tokens;
  for (int l = 0; l < record->n_routing; l++)
    rows = MAX (rows, record->routing[l]->T);
  return rows;
}

/* A layer's use stands where its loads do, among those of @total experts. */
static void
take_use (TraceStep *self, const MsRouting *routing, gsize at, gsize total)
{
  if (routing->use == NULL)
    return;
  if (self->use == NULL)
    {
      self->use = g_new (double, total);
      for (gsize i = 0; i < total; i++)
        self->use[i] = NAN;
    }
  memcpy (self->use + at, routing->use, (gsize) routing->E * sizeof (double));
}

static TraceStep *
step_new (const MsRecord *record)
{
  TraceStep *self = g_new0 (TraceStep, 1);
  gsize total = 0, at = 0;
  self->step = record->step;
  self->examples_seen = record->examples_seen;
  self->tokens_seen = record->tokens_seen;
#define TAKE(name) self->scalars[TRACE_SCALAR_##name] = record->name;
  TRACE_SCALARS (TAKE)
#undef TAKE
  for (int l = 0; l < record->n_routing; l++)
    total += (gsize) record->routing[l]->E;
  self->n_layers = record->n_routing;
  self->experts = g_new (int, self->n_layers);
  self->capacity = g_new (float, self->n_layers);
  self->load = g_new (int, total);
  self->dropped = g_new (int, total);
  for (int l = 0; l < self->n_layers; l++)
    {
      const MsRouting *routing = record->routing[l];
      gsize bytes = (gsize) routing->E * sizeof (int);
      self->experts[l] = routing->E;
      self->capacity[l] = routing->capacity > 0 ? (float) routing->capacity : NAN;
      memcpy (self->load + at, routing->load, bytes);
      memcpy (self->dropped + at, routing->dropped, bytes);
      take_use (self, routing, at, total);
      at += (gsize) routing->E;
    }
  return self;
}

static void
grow_by_step (TraceSizes *sizes, const TraceStep *step)
{
  sizes->S++;
  sizes->use |= step->use != NULL;
  sizes->L = MAX (sizes->L, (gsize) step->n_layers);
  for (int l = 0; l < step->n_layers; l++)
    sizes->E = MAX (sizes->E, (gsize) step->experts[l]);
}

static void
grow_by_batch (TraceSizes *sizes, const MsRecord *record)
{
  sizes->B++;
  sizes->T += (gsize) trace_batch_rows (record);
  sizes->X += (gsize) record->N;
  sizes->N = MAX (sizes->N, (gsize) record->N);
  sizes->M = MAX (sizes->M, record->predictions != NULL ? (gsize) record->predictions->M : 0);
  for (int l = 0; l < record->n_routing; l++)
    {
      sizes->K = MAX (sizes->K, (gsize) record->routing[l]->K);
      sizes->slots = MAX (sizes->slots, (gsize) record->routing[l]->slots);
    }
}

static void
measure (MsTraceWriter *self)
{
  self->sizes = (TraceSizes){ 0 };
  for (guint i = 0; i < self->steps->len; i++)
    grow_by_step (&self->sizes, self->steps->pdata[i]);
  for (guint i = 0; i < self->batches->len; i++)
    grow_by_batch (&self->sizes, self->batches->pdata[i]);
}

/* What the stored batches will take as arrays, in which every batch is as wide as the widest. */
static bool
batches_fit (const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  const MsRecord *first = self->batches->pdata[0];
  guint64 example = (guint64) first->height * (guint64) first->width * (guint64) first->channels;
  guint64 classes = (guint64) first->C;
  guint64 rows = s->T * s->L * (s->K * 7 + s->E * 8 + s->slots * 12);
  guint64 bytes = rows + s->X * example * 4 + s->B * s->M * s->N * classes * 4;
  return self->batches->len == 1 || (s->T <= MS_TRACE_TOKEN_BUDGET && bytes <= MEMORY_BUDGET);
}

/* Keeps those at even places: what was taken at multiples of the stride becomes multiples of twice the stride. */
static void
drop_every_second (GPtrArray *array, GDestroyNotify free_item)
{
  gsize n;
  g_autofree gpointer *items = g_ptr_array_steal (array, &n);
  for (gsize i = 0; i < n; i++)
    if (i % 2 == 0)
      g_ptr_array_add (array, items[i]);
    else
      free_item (items[i]);
}

static bool
same_shape (const MsRecord *a, const MsRecord *b)
{
  return a->height == b->height && a->width == b->width && a->channels == b->channels && a->tokens == b->tokens
         && a->class_token == b->class_token && a->patch == b->patch && a->plane == b->plane && a->C == b->C;
}

/* Takes back what was recorded from @step on: the run was rewound. */
static void
rewind_to (MsTraceWriter *self, gint64 step)
{
  while (self->steps->len > 0 && ((TraceStep *) self->steps->pdata[self->steps->len - 1])->step >= step)
    g_ptr_array_set_size (self->steps, (int) self->steps->len - 1);
  while (self->batches->len > 0 && ((MsRecord *) self->batches->pdata[self->batches->len - 1])->step >= step)
    g_ptr_array_set_size (self->batches, (int) self->batches->len - 1);
  while (self->evaluations->len > 0
         && g_array_index (self->evaluations, MsEvaluation, self->evaluations->len - 1).step >= step)
    g_array_set_size (self->evaluations, self->evaluations->len - 1);
  self->n_steps = self->steps->len * self->step_stride;
  self->n_batches = self->batches->len * self->batch_stride;
  measure (self);
}

static void
add_step (MsTraceWriter *self, const MsRecord *record)
{
  if (self->n_steps++ % self->step_stride != 0)
    return;
  TraceStep *step = step_new (record);
  g_ptr_array_add (self->steps, step);
  grow_by_step (&self->sizes, step);
  while (self->steps->len > 1 && self->sizes.S * MAX (self->sizes.L * self->sizes.E, 8) > SERIES_BUDGET)
    {
      drop_every_second (self->steps, step_free);
      self->step_stride *= 2;
      measure (self);
    }
}

static void
add_batch (MsTraceWriter *self, MsRecord *record)
{
  if (self->batches->len > 0 && !same_shape (self->batches->pdata[0], record))
    {
      g_ptr_array_set_size (self->batches, 0);
      self->n_batches = 0;
      self->batch_stride = 1;
      measure (self);
    }
  if (self->n_batches++ % self->batch_stride != 0)
    return;
  g_ptr_array_add (self->batches, ms_record_ref (record));
  grow_by_batch (&self->sizes, record);
  while (!batches_fit (self))
    {
      drop_every_second (self->batches, (GDestroyNotify) ms_record_unref);
      self->batch_stride *= 2;
      measure (self);
    }
}

void
ms_trace_writer_add (MsTraceWriter *self, MsRecord *record)
{
  g_return_if_fail (self != NULL && record != NULL);
  if (self->last != NULL && record->step <= self->last->step)
    rewind_to (self, record->step);
  g_clear_pointer (&self->last, ms_record_unref);
  self->last = ms_record_ref (record);
  add_step (self, record);
  if (record->inputs != NULL)
    add_batch (self, record);
  const MsEvaluation *newest = record->evaluation;
  guint n = self->evaluations->len;
  if (newest != NULL && (n == 0 || g_array_index (self->evaluations, MsEvaluation, n - 1).step < newest->step))
    g_array_append_vals (self->evaluations, newest, 1);
}

void
ms_trace_writer_set_logits (MsTraceWriter *self, int N, int M, int C, const float *logits)
{
  g_return_if_fail (self != NULL && N >= 0 && M >= 0 && C >= 0);
  gsize n = (gsize) N * (gsize) M * (gsize) C;
  g_free (self->logits);
  self->logits = g_memdup2 (logits, n * sizeof (float));
  self->logits_dim[0] = N;
  self->logits_dim[1] = M;
  self->logits_dim[2] = C;
}

bool
ms_trace_write (MsRecord *record, const char *path, GError **error)
{
  g_autoptr (MsTraceWriter) self = ms_trace_writer_new (record->source, NULL);
  ms_trace_writer_add (self, record);
  return ms_trace_writer_save (self, path, error);
}
