/* SPDX-License-Identifier: MIT */

#include "core/train/optimiser.h"

#include "core/autodiff/ops/rows.h"
#include "core/base/arena.h"

#include <math.h>

#define CHUNK 8192 /* numbers */

/* A run of numbers within one slice of one tensor. */
typedef struct {
  MsParam *param;
  int index;             /* of the tensor */
  gsize slice, begin, n; /* begin counts from the start of the tensor */
} Chunk;

struct MsOptimiser {
  MsParams *params; /* borrowed */
  MsOptimiserChoice kind;
  MsReal *first, *second; /* (flat) */
  gint64 updates;
  GArray *chunks;  /* of Chunk, fixed: so is the order of every sum */
  double *squares; /* (chunks) */
  double *decay;   /* (tensors) by the rules; NULL: there are none */
  double *norm;    /* (sets) of the gradients, when last measured */
  MsReal *scale;   /* (sets) of the gradients, from clipping */
};

/* What one update's chunks share. */
typedef struct {
  MsOptimiser *o;
  const MsOptimiserConfig *config;
  MsReal rate;
  MsReal correct1, correct2; /* 1 / (1 - beta^t) */
} Update;

static void
list_chunks (MsOptimiser *o)
{
  for (int i = 0; i < ms_params_count (o->params); i++)
    {
      MsParam *param = ms_params_at (o->params, i);
      gsize size = ms_param_slice (param);

      for (gsize s = 0; !param->settled && s < param->n_slices; s++)
        for (gsize at = 0; at < size; at += CHUNK)
          {
            Chunk chunk = { param, i, s, s * size + at, MIN (CHUNK, size - at) };

            g_array_append_val (o->chunks, chunk);
          }
    }
}

MsOptimiser *
ms_optimiser_new (MsParams *params, MsOptimiserChoice kind, GError **error)
{
  g_autoptr (MsOptimiser) o = g_new0 (MsOptimiser, 1);
  gsize bytes = ms_params_flat (params) * sizeof (MsReal);

  o->params = params;
  o->kind = kind;
  o->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  list_chunks (o);
  o->squares = g_new0 (double, MAX (o->chunks->len, 1));
  o->norm = g_new0 (double, ms_params_sets (params));
  o->scale = g_new0 (MsReal, ms_params_sets (params));
  o->first = ms_aligned_new0 (bytes);
  o->second = kind == MS_CHOICE_OPTIMISER_SGD ? NULL : ms_aligned_new0 (bytes);
  if (o->first == NULL || (kind != MS_CHOICE_OPTIMISER_SGD && o->second == NULL))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "not enough memory for the optimiser of %" G_GSIZE_FORMAT " parameters; make the model smaller",
                   ms_params_size (params));
      return NULL;
    }
  return g_steal_pointer (&o);
}

void
ms_optimiser_free (MsOptimiser *o)
{
  if (o == NULL)
    return;
  g_array_unref (o->chunks);
  ms_aligned_free (o->first);
  ms_aligned_free (o->second);
  g_free (o->squares);
  g_free (o->decay);
  g_free (o->norm);
  g_free (o->scale);
  g_free (o);
}

void
ms_optimiser_reset (MsOptimiser *o)
{
  gsize bytes = ms_params_flat (o->params) * sizeof (MsReal);

  memset (o->first, 0, bytes);
  if (o->second != NULL)
    memset (o->second, 0, bytes);
  o->updates = 0;
}

void
ms_optimiser_set_decay (MsOptimiser *o, const MsDecayRules *rules)
{
  g_clear_pointer (&o->decay, g_free);
  if (ms_decay_rules_count (rules) == 0)
    return;
  o->decay = g_new (double, ms_params_count (o->params));
  for (int i = 0; i < ms_params_count (o->params); i++)
    o->decay[i] = ms_decay_rules_find (rules, ms_params_at (o->params, i)->own_name);
}

static MsReal
decay_of (const MsOptimiser *o, const MsOptimiserConfig *config, const Chunk *c)
{
  if (o->decay != NULL)
    return (MsReal)o->decay[c->index];
  return c->param->decay ? (MsReal)config->weight_decay : 0;
}

MS_CLONES
static void
sum_squares (gpointer data, gsize begin, gsize end)
{
  MsOptimiser *o = data;

  for (gsize i = begin; i < end; i++)
    {
      const Chunk *c = &g_array_index (o->chunks, Chunk, i);
      const MsReal *g = c->param->grad + c->begin;

      o->squares[i] = c->param->touched[c->slice] && !c->param->frozen ? ms_row_dot (g, g, c->n) : 0;
    }
}

double
ms_optimiser_gradient_norm (MsOptimiser *o, MsPool *pool)
{
  int sets = ms_params_sets (o->params);
  double sum = 0;

  ms_pool_for (pool, o->chunks->len, 8, sum_squares, o);
  memset (o->norm, 0, (gsize)sets * sizeof *o->norm);
  for (guint i = 0; i < o->chunks->len; i++)
    o->norm[g_array_index (o->chunks, Chunk, i).param->set] += o->squares[i];
  for (int set = 0; set < sets; set++)
    sum += o->norm[set] = sqrt (o->norm[set]);
  return sum / sets;
}

/* g NULL: the slice was not touched, its gradient is zero. */
MS_VEC_INLINE void
adam_loop (MsReal *p, MsReal *m, MsReal *v, const MsReal *g, gsize n, const Update *u, MsReal rate, MsReal scale,
           MsReal coupled, MsReal decoupled)
{
  const MsReal b1 = (MsReal)u->config->beta1, b2 = (MsReal)u->config->beta2, eps = (MsReal)u->config->epsilon;

  for (gsize i = 0; i < n; i++)
    {
      MsReal gi = (g != NULL ? scale * g[i] : 0) + coupled * p[i];

      m[i] = b1 * m[i] + (1 - b1) * gi;
      v[i] = b2 * v[i] + (1 - b2) * gi * gi;
      p[i] -= rate * (u->correct1 * m[i] / ((MsReal)sqrt (u->correct2 * v[i]) + eps) + decoupled * p[i]);
    }
}

MS_VEC_INLINE void
sgd_loop (MsReal *p, MsReal *m, const MsReal *g, gsize n, const Update *u, MsReal rate, MsReal scale,
          MsReal coupled)
{
  const MsReal momentum = (MsReal)u->config->momentum;

  for (gsize i = 0; i < n; i++)
    {
      m[i] = momentum * m[i] + (g != NULL ? scale * g[i] : 0) + coupled * p[i];
      p[i] -= rate * m[i];
    }
}

MS_CLONES
static void
update_chunks (gpointer data, gsize begin, gsize end)
{
  const Update *u = data;
  MsOptimiser *o = u->o;

  for (gsize i = begin; i < end; i++)
    {
      const Chunk *c = &g_array_index (o->chunks, Chunk, i);
      gsize at = c->param->offset + c->begin;
      MsReal *p = c->param->value + c->begin, *m = o->first + at;
      const MsReal *g = c->param->touched[c->slice] ? c->param->grad + c->begin : NULL;
      MsReal decay = decay_of (o, u->config, c), scale = o->scale[c->param->set];
      MsReal rate = c->param->fast ? u->rate * (MsReal)u->config->fast_rate : u->rate;

      if (c->param->frozen)
        continue;
      if (o->kind == MS_CHOICE_OPTIMISER_SGD)
        sgd_loop (p, m, g, c->n, u, rate, scale, decay);
      else if (o->kind == MS_CHOICE_OPTIMISER_ADAM)
        adam_loop (p, m, o->second + at, g, c->n, u, rate, scale, decay, 0);
      else
        adam_loop (p, m, o->second + at, g, c->n, u, rate, scale, 0, decay);
    }
}

void
ms_optimiser_step (MsOptimiser *o, MsPool *pool, const MsOptimiserConfig *config, double rate)
{
  Update u = { .o = o, .config = config, .rate = (MsReal)rate };

  o->updates++;
  for (int set = 0; set < ms_params_sets (o->params); set++)
    o->scale[set] = config->clip > 0 && o->norm[set] > config->clip ? (MsReal)(config->clip / o->norm[set]) : 1;
  u.correct1 = (MsReal)(1 / (1 - pow (config->beta1, (double)o->updates)));
  u.correct2 = (MsReal)(1 / (1 - pow (config->beta2, (double)o->updates)));
  ms_pool_for (pool, o->chunks->len, 4, update_chunks, &u);
  ms_params_clear_gradients (o->params);
}

MsReal *
ms_optimiser_first (MsOptimiser *o)
{
  return o->first;
}

MsReal *
ms_optimiser_second (MsOptimiser *o)
{
  return o->second;
}

gint64 *
ms_optimiser_updates (MsOptimiser *o)
{
  return &o->updates;
}
