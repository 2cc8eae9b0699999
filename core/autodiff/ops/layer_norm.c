/* SPDX-License-Identifier: MIT */

/* y_h = s_h n_h + b_h,  n_h = (x_h - mean) r,  r = 1 / sqrt (var + eps),  population variance, eps = 1e-6
 * with g_h = dy_h s_h:  dx_h = r (g_h - mean (g) - n_h mean (g n)),  ds_h = sum_t dy_h n_h,  db_h = sum_t dy_h
 *                                                                                          x, y: (T, H); s, b: (H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"
#include "core/autodiff/ops/rows.h"

#include <math.h>
#include <string.h>

#define EPSILON 1e-6

typedef struct {
  const MsReal *x, *s, *b, *dy;
  MsReal *y, *dx;
  MsReal *stat;    /* (T, 2) mean and r of each row */
  MsReal *partial; /* (chunks, 2, H) of ds and db */
  gsize T, H, chunk;
  bool add;
} Norm;

/* Numbers of a row of H from @h on that a vector holds; a constant where rows are whole vectors, for the compiler. */
MS_VEC_INLINE gsize
lanes (gsize H, gsize h, bool whole)
{
  return whole ? (gsize)MS_LANES : MIN ((gsize)MS_LANES, H - h);
}

/* x - mean, 0 behind the end of the row. */
MS_VEC_INLINE MsVec
centred (const MsReal *x, MsReal mean, gsize n)
{
  if (n < (gsize)MS_LANES)
    {
      MsVec v = ms_vec_set (mean);

      memcpy (&v, x, n * sizeof *x);
      return v - mean;
    }
  return ms_vec_load (x) - mean;
}

MS_VEC_INLINE void
forward_row (const Norm *l, gsize t, gsize H, MsReal per_H, bool whole)
{
  const MsReal *x = l->x + t * H;
  MsReal *y = l->y + t * H, mean, r;
  MsVec sum = { 0 }, squares = { 0 };

  for (gsize h = 0; h < H; h += MS_LANES)
    sum += ms_lanes_load (x + h, lanes (H, h, whole));
  mean = ms_vec_sum (sum) * per_H;
  for (gsize h = 0; h < H; h += MS_LANES)
    {
      MsVec c = centred (x + h, mean, lanes (H, h, whole));

      squares += c * c;
    }
  r = 1 / (MsReal)sqrt (ms_vec_sum (squares) * per_H + (MsReal)EPSILON);
  for (gsize h = 0; h < H; h += MS_LANES)
    {
      gsize n = lanes (H, h, whole);

      ms_lanes_store (y + h, ms_lanes_load (l->s + h, n) * (centred (x + h, mean, n) * r) + ms_lanes_load (l->b + h, n),
                      n);
    }
  l->stat[2 * t] = mean;
  l->stat[2 * t + 1] = r;
}

/* Adds the row's part of ds and db on the way. */
MS_VEC_INLINE void
backward_row (const Norm *l, gsize t, MsReal *ds, MsReal *db, gsize H, MsReal per_H, bool whole)
{
  const MsReal *x = l->x + t * H, *dy = l->dy + t * H;
  MsReal *dx = l->dx + t * H, mean = l->stat[2 * t], r = l->stat[2 * t + 1], mean_g, mean_gn;
  MsVec sum_g = { 0 }, sum_gn = { 0 };

  for (gsize h = 0; h < H; h += MS_LANES)
    {
      gsize n_h = lanes (H, h, whole);
      MsVec n = centred (x + h, mean, n_h) * r, d = ms_lanes_load (dy + h, n_h), g = d * ms_lanes_load (l->s + h, n_h);

      sum_g += g;
      sum_gn += g * n;
      ms_lanes_store (ds + h, ms_lanes_load (ds + h, n_h) + d * n, n_h);
      ms_lanes_store (db + h, ms_lanes_load (db + h, n_h) + d, n_h);
    }
  if (l->dx == NULL)
    return;
  mean_g = ms_vec_sum (sum_g) * per_H;
  mean_gn = ms_vec_sum (sum_gn) * per_H;
  for (gsize h = 0; h < H; h += MS_LANES)
    {
      gsize n_h = lanes (H, h, whole);
      MsVec n = centred (x + h, mean, n_h) * r, g = ms_lanes_load (dy + h, n_h) * ms_lanes_load (l->s + h, n_h);
      MsVec d = r * (g - mean_g - n * mean_gn);

      ms_lanes_store (dx + h, l->add ? d + ms_lanes_load (dx + h, n_h) : d, n_h);
    }
}

/* The width of small models, whose rows then stay in registers. */
#define USUAL_H 64

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Norm *l = data;
  gsize H = l->H;
  MsReal per_H = 1 / (MsReal)H;

  if (H == USUAL_H)
    for (gsize t = begin; t < end; t++)
      forward_row (l, t, USUAL_H, per_H, true);
  else
    for (gsize t = begin; t < end; t++)
      forward_row (l, t, H, per_H, false);
}

MS_CLONES
static void
backward_rows (const Norm *l, gsize begin, gsize end, MsReal *ds, MsReal *db)
{
  gsize H = l->H;
  MsReal per_H = 1 / (MsReal)H;

  if (H == USUAL_H)
    for (gsize t = begin; t < end; t++)
      backward_row (l, t, ds, db, USUAL_H, per_H, true);
  else
    for (gsize t = begin; t < end; t++)
      backward_row (l, t, ds, db, H, per_H, false);
}

static void
backward_chunk (gpointer data, gsize begin, gsize end)
{
  const Norm *l = data;
  MsReal *ds = l->partial + begin / l->chunk * 2 * l->H;

  memset (ds, 0, 2 * l->H * sizeof (MsReal));
  backward_rows (l, begin, end, ds, ds + l->H);
}

static void
layer_norm_forward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y);
  Norm l = { .x = y->in[0]->value, .s = y->in[1]->value, .b = y->in[2]->value, .y = y->value, .T = T, .H = H };

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, 2 * T * sizeof (MsReal));
  l.stat = y->saved;
  ms_pool_for (ms_tape_pool (tape), T, ms_rows_grain (H), forward_rows, &l);
}

static void
add_partials (MsTape *tape, MsNode *param, const MsReal *partial, gsize chunks, gsize H)
{
  MsReal *grad = ms_grad_cleared (tape, param);

  for (gsize c = 0; grad != NULL && c < chunks; c++)
    for (gsize h = 0; h < H; h++)
      grad[h] += partial[c * 2 * H + h];
}

static void
layer_norm_backward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y), chunk = ms_rows_grain (H), chunks = (T + chunk - 1) / chunk;
  Norm l = { .x = y->in[0]->value, .s = y->in[1]->value, .dy = y->grad, .stat = y->saved, .T = T, .H = H };

  l.chunk = chunk;
  l.partial = ms_tape_alloc (tape, chunks * 2 * H * sizeof (MsReal));
  l.dx = ms_grad (tape, y->in[0], &l.add);
  ms_pool_for (ms_tape_pool (tape), T, chunk, backward_chunk, &l);
  add_partials (tape, y->in[1], l.partial, chunks, H);
  add_partials (tape, y->in[2], l.partial + H, chunks, H);
}

static MsNode *
layer_norm_sample (MsTape *tape, MsCheck *check)
{
  gsize H = check->rng.seed % 2 == 0 ? USUAL_H : 22;
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, H });
  MsNode *s = ms_check_variable (tape, check, 1, 1, &H);
  MsNode *b = ms_check_variable (tape, check, 1, 1, &H);

  return ms_layer_norm (tape, x, s, b);
}

const MsOp ms_op_layer_norm = {
  .name = "layer_norm",
  .shape = ms_shape_same,
  .forward = layer_norm_forward,
  .backward = layer_norm_backward,
  .cost = ms_cost_elementwise,
  .sample = layer_norm_sample,
};

MsNode *
ms_layer_norm (MsTape *tape, MsNode *x, MsNode *scale, MsNode *bias)
{
  return ms_tape_apply (tape, &ms_op_layer_norm, NULL, 0, (MsNode *[]){ x, scale, bias }, 3);
}
