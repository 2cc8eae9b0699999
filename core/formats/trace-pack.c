/* SPDX-License-Identifier: MIT */

/* From the collected run to the arrays of the .npz. Each function fills the arrays of one kind of axis. */

#include "core/formats/trace-private.h"

#include <math.h>
#include <string.h>

/* Arrays of a batch's rows. Those in which nothing was captured stay NULL. */
typedef struct {
  gint16 *ids;                 /* (T, L, K) */
  guint8 *kept;                /* (T, L, K) */
  float *gate;                 /* (T, L, K) */
  float *logits, *probs;       /* (T, L, E) */
  float *dispatch, *combine, *soft_logits; /* (T, L, slots) */
  guint8 *mask, *phase;        /* (T) */
  gint32 *token, *example;     /* (T) */
  gint16 *label;               /* (T) */
  gint64 *step;                /* (T) */
} Rows;

static float *
new_nan (gsize n)
{
  float *values = g_new (float, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    values[i] = NAN;
  return values;
}

static double *
new_nan_doubles (gsize n)
{
  double *values = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    values[i] = NAN;
  return values;
}

static void
add (MsNpzWriter *npz, const char *name, MsDtype dtype, int n_dim, gsize a, gsize b, gsize c, gconstpointer data)
{
  const gsize dim[3] = { a, b, c };
  if (data != NULL)
    ms_npz_writer_add (npz, name, dtype, n_dim, dim, data);
}

static void
pack_counts (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  gsize cells = s->S * s->L * s->E;
  g_autofree gint64 *cnt = g_new (gint64, MAX (cells, 1)), *dropped = g_new (gint64, MAX (cells, 1));
  g_autofree float *cap = new_nan (s->S * s->L);
  g_autofree double *use = s->use ? new_nan_doubles (cells) : NULL;
  for (gsize i = 0; i < cells; i++)
    cnt[i] = dropped[i] = -1;
  for (gsize i = 0; i < s->S; i++)
    {
      const TraceStep *step = self->steps->pdata[i];
      gsize at = 0;
      for (gsize l = 0; l < (gsize) step->n_layers; l++)
        {
          cap[i * s->L + l] = step->capacity[l];
          for (gsize e = 0; e < (gsize) step->experts[l]; e++, at++)
            {
              cnt[(i * s->L + l) * s->E + e] = step->load[at];
              dropped[(i * s->L + l) * s->E + e] = step->dropped[at];
              if (step->use != NULL)
                use[(i * s->L + l) * s->E + e] = step->use[at];
            }
        }
    }
  add (npz, "cnt", MS_DTYPE_I64, 3, s->S, s->L, s->E, cnt);
  add (npz, "dropped", MS_DTYPE_I64, 3, s->S, s->L, s->E, dropped);
  add (npz, "cap", MS_DTYPE_F32, 2, s->S, s->L, 0, cap);
  add (npz, "soft_use", MS_DTYPE_F64, 3, s->S, s->L, s->E, use);
}

static void
pack_steps (MsNpzWriter *npz, const MsTraceWriter *self)
{
  static const char *const names[] = {
#define NAME(name) #name,
    TRACE_SCALARS (NAME)
#undef NAME
  };
  gsize S = self->sizes.S;
  g_autofree gint64 *numbers = g_new (gint64, MAX (3 * S, 1));
  g_autofree double *values = g_new (double, MAX (S, 1));
  for (gsize i = 0; i < S; i++)
    {
      const TraceStep *step = self->steps->pdata[i];
      numbers[i] = step->step;
      numbers[S + i] = step->examples_seen;
      numbers[2 * S + i] = step->tokens_seen;
    }
  add (npz, "load_step", MS_DTYPE_I64, 1, S, 0, 0, numbers);
  add (npz, "examples_seen", MS_DTYPE_I64, 1, S, 0, 0, numbers + S);
  add (npz, "tokens_seen", MS_DTYPE_I64, 1, S, 0, 0, numbers + 2 * S);
  for (int k = 0; k < TRACE_N_SCALARS; k++)
    {
      for (gsize i = 0; i < S; i++)
        values[i] = ((TraceStep *) self->steps->pdata[i])->scalars[k];
      add (npz, names[k], MS_DTYPE_F64, 1, S, 0, 0, values);
    }
}

static void
pack_evaluations (MsNpzWriter *npz, const MsTraceWriter *self)
{
  gsize V = self->evaluations->len;
  const MsEvaluation *all = (const MsEvaluation *) (gpointer) self->evaluations->data;
  g_autofree gint64 *numbers = g_new (gint64, MAX (2 * V, 1));
  g_autofree double *values = g_new (double, MAX (V, 1));
  for (gsize i = 0; i < V; i++)
    {
      numbers[i] = all[i].step;
      numbers[V + i] = all[i].examples;
    }
  add (npz, "eval_step", MS_DTYPE_I64, 1, V, 0, 0, numbers);
  add (npz, "eval_examples", MS_DTYPE_I64, 1, V, 0, 0, numbers + V);
#define PACK(name)                                                                                                     \
  for (gsize i = 0; i < V; i++)                                                                                        \
    values[i] = all[i].name;                                                                                           \
  add (npz, "eval_" #name, MS_DTYPE_F64, 1, V, 0, 0, values);
  TRACE_EVALUATION (PACK)
#undef PACK
}

static guint8
layer_captured (const MsRouting *r)
{
  return (r->gate != NULL ? TRACE_HAS_GATE : 0) | (r->probs != NULL ? TRACE_HAS_PROBS : 0)
         | (r->logits != NULL ? TRACE_HAS_LOGITS : 0) | (r->mask != NULL ? TRACE_HAS_MASK : 0)
         | (r->dispatch != NULL ? TRACE_HAS_DISPATCH : 0) | (r->combine != NULL ? TRACE_HAS_COMBINE : 0)
         | (r->bias != NULL ? TRACE_HAS_BIAS : 0);
}

static void
pack_layer_columns (MsNpzWriter *npz, const MsTraceWriter *self)
{
  gsize B = self->sizes.B, L = self->sizes.L, n = MAX (B * L, 1);
  g_autofree gint32 *column = g_new (gint32, n);
#define PACK(array, field)                                                                                             \
  memset (column, 0, n * sizeof (gint32));                                                                             \
  for (gsize b = 0; b < B; b++)                                                                                        \
    {                                                                                                                  \
      const MsRecord *record = self->batches->pdata[b];                                                                \
      for (gsize l = 0; l < (gsize) record->n_routing; l++)                                                            \
        column[b * L + l] = record->routing[l]->field;                                                                 \
    }                                                                                                                  \
  add (npz, #array, MS_DTYPE_I32, 2, B, L, 0, column);
  TRACE_LAYER_COLUMNS (PACK)
#define PACK_NEWER(array, field, absent) PACK (array, field)
  TRACE_NEWER_COLUMNS (PACK_NEWER)
#undef PACK_NEWER
#undef PACK
}

static void
pack_layers (MsNpzWriter *npz, const MsTraceWriter *self, const GPtrArray *routers)
{
  gsize B = self->sizes.B, L = self->sizes.L, E = self->sizes.E, n = MAX (B * L, 1);
  g_autofree gint32 *router = g_new0 (gint32, n);
  g_autofree guint8 *captured = g_new0 (guint8, n);
  g_autofree double *losses = new_nan_doubles (4 * n);
  g_autofree float *bias = NULL;
  for (gsize b = 0; b < B; b++)
    {
      const MsRecord *record = self->batches->pdata[b];
      for (gsize l = 0; l < (gsize) record->n_routing; l++)
        {
          const MsRouting *r = record->routing[l];
          const double terms[4] = { r->importance_loss, r->load_loss, r->gshard_loss, r->z_loss };
          gsize at = b * L + l;
          guint name = 0;
          g_ptr_array_find_with_equal_func ((GPtrArray *) routers, r->router != NULL ? r->router : "", g_str_equal,
                                            &name);
          router[at] = (gint32) name;
          captured[at] = layer_captured (r);
          memcpy (losses + 4 * at, terms, sizeof terms);
          if (r->bias != NULL && bias == NULL)
            bias = new_nan (n * E);
          if (r->bias != NULL)
            memcpy (bias + at * E, r->bias, (gsize) r->E * sizeof (float));
        }
    }
  add (npz, "layer_router", MS_DTYPE_I32, 2, B, L, 0, router);
  add (npz, "layer_captured", MS_DTYPE_U8, 2, B, L, 0, captured);
  add (npz, "layer_losses", MS_DTYPE_F64, 3, B, L, 4, losses);
  add (npz, "layer_bias", MS_DTYPE_F32, 3, B, L, E, bias);
}

/* Copies a layer's (T, width) into rows of (L, wide), making the whole array first if it is the first capture. */
static void
spread (float **out, const float *values, const TraceSizes *s, gsize wide, gsize first, gsize l, gsize T, gsize width)
{
  if (values == NULL)
    return;
  if (*out == NULL)
    *out = new_nan (s->T * s->L * wide);
  for (gsize t = 0; t < T; t++)
    memcpy (*out + ((first + t) * s->L + l) * wide, values + t * width, width * sizeof (float));
}

static void
fill_layer (Rows *rows, const TraceSizes *s, gsize first, gsize l, const MsRouting *r)
{
  bool captured = r->expert != NULL || r->dispatch != NULL || r->combine != NULL;
  gsize T = captured ? (gsize) r->T : 0, K = (gsize) r->K, E = (gsize) r->E, slots = (gsize) r->slots;
  for (gsize t = 0; t < T; t++)
    for (gsize k = 0; k < K; k++)
      {
        gsize to = ((first + t) * s->L + l) * s->K + k;
        rows->ids[to] = r->expert[t * K + k];
        rows->kept[to] = r->kept != NULL ? r->kept[t * K + k] : r->expert[t * K + k] >= 0;
      }
  spread (&rows->gate, r->gate, s, s->K, first, l, T, K);
  if (r->slots == 0)
    spread (&rows->logits, r->logits, s, s->E, first, l, T, E);
  else
    spread (&rows->soft_logits, r->logits, s, s->slots, first, l, T, slots);
  spread (&rows->probs, r->probs, s, s->E, first, l, T, E);
  spread (&rows->dispatch, r->dispatch, s, s->slots, first, l, T, slots);
  spread (&rows->combine, r->combine, s, s->slots, first, l, T, slots);
  for (gsize t = 0; r->mask != NULL && t < T; t++)
    rows->mask[first + t] = r->mask[t];
}

static void
fill_batch (Rows *rows, const TraceSizes *s, gsize first, const MsRecord *record)
{
  gsize T = (gsize) trace_batch_rows (record), tokens = (gsize) record->tokens, N = (gsize) record->N;
  bool plain = N * tokens > 0 && T % (N * tokens) == 0; /* once, or copy after copy */
  for (gsize t = 0; t < T; t++)
    {
      gsize row = first + t;
      rows->phase[row] = record->provenance == MS_PROVENANCE_LIVE ? TRACE_PHASE_TRAIN : TRACE_PHASE_UNKNOWN;
      rows->token[row] = plain ? (gint32) (t % tokens) : -1;
      rows->example[row] = plain ? (gint32) (t / tokens % N) : -1;
      rows->label[row] = plain && record->labels != NULL ? (gint16) record->labels[t / tokens % N] : -1;
      rows->step[row] = record->step;
    }
  for (int l = 0; l < record->n_routing; l++)
    fill_layer (rows, s, first, (gsize) l, record->routing[l]);
}

static void
rows_init (Rows *rows, const TraceSizes *s)
{
  gsize choices = s->T * s->L * s->K;
  *rows = (Rows){ .ids = g_new (gint16, MAX (choices, 1)), .kept = g_new0 (guint8, MAX (choices, 1)) };
  memset (rows->ids, 0xff, choices * sizeof (gint16));
  rows->mask = g_malloc (MAX (s->T, 1));
  memset (rows->mask, 1, s->T);
  rows->phase = g_malloc (MAX (s->T, 1));
  rows->token = g_new (gint32, MAX (s->T, 1));
  rows->example = g_new (gint32, MAX (s->T, 1));
  rows->label = g_new (gint16, MAX (s->T, 1));
  rows->step = g_new (gint64, MAX (s->T, 1));
}

static void
rows_clear (Rows *rows)
{
  g_free (rows->ids);
  g_free (rows->kept);
  g_free (rows->gate);
  g_free (rows->logits);
  g_free (rows->probs);
  g_free (rows->dispatch);
  g_free (rows->combine);
  g_free (rows->soft_logits);
  g_free (rows->mask);
  g_free (rows->phase);
  g_free (rows->token);
  g_free (rows->example);
  g_free (rows->label);
  g_free (rows->step);
}

static void
pack_rows (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  gsize first = 0;
  Rows rows;
  rows_init (&rows, s);
  for (gsize b = 0; b < s->B; b++)
    {
      fill_batch (&rows, s, first, self->batches->pdata[b]);
      first += (gsize) trace_batch_rows (self->batches->pdata[b]);
    }
  add (npz, "ids", MS_DTYPE_I16, 3, s->T, s->L, s->K, rows.ids);
  add (npz, "kept", MS_DTYPE_U8, 3, s->T, s->L, s->K, rows.kept);
  add (npz, "gate", MS_DTYPE_F32, 3, s->T, s->L, s->K, rows.gate);
  add (npz, "logits", MS_DTYPE_F32, 3, s->T, s->L, s->E, rows.logits);
  add (npz, "router_probs", MS_DTYPE_F32, 3, s->T, s->L, s->E, rows.probs);
  add (npz, "soft_dispatch", MS_DTYPE_F32, 3, s->T, s->L, s->slots, rows.dispatch);
  add (npz, "soft_combine", MS_DTYPE_F32, 3, s->T, s->L, s->slots, rows.combine);
  add (npz, "soft_logits", MS_DTYPE_F32, 3, s->T, s->L, s->slots, rows.soft_logits);
  add (npz, "mask", MS_DTYPE_U8, 1, s->T, 0, 0, rows.mask);
  add (npz, "phase", MS_DTYPE_U8, 1, s->T, 0, 0, rows.phase);
  add (npz, "token", MS_DTYPE_I32, 1, s->T, 0, 0, rows.token);
  add (npz, "example", MS_DTYPE_I32, 1, s->T, 0, 0, rows.example);
  add (npz, "label", MS_DTYPE_I16, 1, s->T, 0, 0, rows.label);
  add (npz, "step", MS_DTYPE_I64, 1, s->T, 0, 0, rows.step);
  rows_clear (&rows);
}

static void
pack_examples (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  const MsRecord *shape = self->batches->pdata[0];
  const gsize dim[4] = { s->X, (gsize) shape->height, (gsize) shape->width, (gsize) shape->channels };
  gsize size = dim[1] * dim[2] * dim[3], at = 0;
  g_autofree float *inputs = g_new (float, MAX (s->X * size, 1));
  g_autofree gint32 *labels = g_new (gint32, MAX (s->X, 1));
  g_autofree gint64 *steps = g_new (gint64, s->B);
  g_autofree gint32 *counts = g_new (gint32, 2 * s->B);
  for (gsize b = 0; b < s->B; b++)
    {
      const MsRecord *record = self->batches->pdata[b];
      gsize n = (gsize) record->N;
      steps[b] = record->step;
      counts[b] = trace_batch_rows (record);
      counts[s->B + b] = record->N;
      memcpy (inputs + at * size, record->inputs, n * size * sizeof (float));
      for (gsize i = 0; i < n; i++)
        labels[at + i] = record->labels != NULL ? record->labels[i] : -1;
      at += n;
    }
  ms_npz_writer_add (npz, "inputs", MS_DTYPE_F32, 4, dim, inputs);
  add (npz, "labels", MS_DTYPE_I32, 1, s->X, 0, 0, labels);
  add (npz, "batch_step", MS_DTYPE_I64, 1, s->B, 0, 0, steps);
  add (npz, "batch_tokens", MS_DTYPE_I32, 1, s->B, 0, 0, counts);
  add (npz, "batch_examples", MS_DTYPE_I32, 1, s->B, 0, 0, counts + s->B);
}

static void
pack_predictions (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const TraceSizes *s = &self->sizes;
  gsize C = (gsize) ((MsRecord *) self->batches->pdata[0])->C;
  const gsize dim[4] = { s->B, s->M, s->N, C };
  if (s->M == 0 || C == 0)
    return;
  g_autofree float *probs = new_nan (s->B * s->M * s->N * C);
  for (gsize b = 0; b < s->B; b++)
    {
      const MsPredictions *p = ((MsRecord *) self->batches->pdata[b])->predictions;
      bool fits = p != NULL && (gsize) p->C == C && (gsize) p->N <= s->N;
      for (gsize m = 0; fits && m < (gsize) p->M; m++)
        memcpy (probs + (b * s->M + m) * s->N * C, p->probs + m * (gsize) p->N * C, (gsize) p->N * C * sizeof (float));
    }
  ms_npz_writer_add (npz, "probs", MS_DTYPE_F32, 4, dim, probs);
}

static void
pack_rest (MsNpzWriter *npz, const MsTraceWriter *self)
{
  const MsRecord *last = self->last;
  const int *d = self->logits_dim;
  add (npz, "model_logits", MS_DTYPE_F32, 3, (gsize) d[0], (gsize) d[1], (gsize) d[2], self->logits);
  if (last == NULL || last->points == NULL)
    return;
  add (npz, "points", MS_DTYPE_F32, 2, (gsize) last->n_points, 2, 0, last->points);
  add (npz, "point_labels", MS_DTYPE_I32, 1, (gsize) last->n_points, 0, 0, last->point_labels);
}

bool
ms_trace_writer_save (MsTraceWriter *self, const char *path, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL, false);
  g_autoptr (MsNpzWriter) npz = ms_npz_writer_new ();
  g_autoptr (GPtrArray) routers = g_ptr_array_new (); /* names borrowed from the records */
  g_autofree char *meta = trace_meta_text (self, routers);
  add (npz, "meta", MS_DTYPE_U8, 1, strlen (meta), 0, 0, meta);
  pack_steps (npz, self);
  pack_counts (npz, self);
  pack_evaluations (npz, self);
  if (self->batches->len > 0)
    {
      pack_rows (npz, self);
      trace_pack_details (npz, self);
      pack_layer_columns (npz, self);
      pack_layers (npz, self, routers);
      pack_examples (npz, self);
      pack_predictions (npz, self);
    }
  pack_rest (npz, self);
  return ms_npz_writer_save (npz, path, error);
}
