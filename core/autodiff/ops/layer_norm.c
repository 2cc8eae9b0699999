/* SPDX-License-Identifier: MIT */

/* y_h = s_h n_h + b_h,  n_h = (x_h - mean) r,  r = 1 / sqrt (var + eps),  population variance, eps = 1e-6
 * with g_h = dy_h s_h:  dx_h = r (g_h - mean (g) - n_h mean (g n)),  ds_h = sum_t dy_h n_h,  db_h = sum_t dy_h
 *                                                                                          x, y: (T, H); s, b: (H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
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

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Norm *l = data;

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *x = l->x + t * l->H;
      MsReal *y = l->y + t * l->H;
      MsReal mean = ms_row_sum (x, l->H) / l->H, var, r;

      for (gsize h = 0; h < l->H; h++)
        y[h] = x[h] - mean;
      var = ms_row_dot (y, y, l->H) / l->H;
      r = 1 / (MsReal)sqrt (var + (MsReal)EPSILON);
      for (gsize h = 0; h < l->H; h++)
        y[h] = l->s[h] * (y[h] * r) + l->b[h];
      l->stat[2 * t] = mean;
      l->stat[2 * t + 1] = r;
    }
}

MS_CLONES
static void
backward_row (const Norm *l, gsize t, MsReal *g, MsReal *n)
{
  const MsReal *x = l->x + t * l->H, *dy = l->dy + t * l->H;
  MsReal mean = l->stat[2 * t], r = l->stat[2 * t + 1], mean_g, mean_gn;
  MsReal *dx = l->dx + t * l->H;

  for (gsize h = 0; h < l->H; h++)
    {
      n[h] = (x[h] - mean) * r;
      g[h] = dy[h] * l->s[h];
    }
  mean_g = ms_row_sum (g, l->H) / l->H;
  mean_gn = ms_row_dot (g, n, l->H) / l->H;
  if (l->add)
    for (gsize h = 0; h < l->H; h++)
      dx[h] += r * (g[h] - mean_g - n[h] * mean_gn);
  else
    for (gsize h = 0; h < l->H; h++)
      dx[h] = r * (g[h] - mean_g - n[h] * mean_gn);
}

MS_CLONES
static void
backward_chunks (gpointer data, gsize begin, gsize end)
{
  const Norm *l = data;
  gsize H = l->H;

  for (gsize c = begin; c < end; c++)
    {
      MsReal *ds = l->partial + c * 4 * H, *db = ds + H, *g = db + H, *n = g + H;

      memset (ds, 0, 2 * H * sizeof (MsReal));
      for (gsize t = c * l->chunk; t < MIN (l->T, (c + 1) * l->chunk); t++)
        {
          const MsReal *dy = l->dy + t * H;

          if (l->dx != NULL)
            backward_row (l, t, g, n);
          for (gsize h = 0; h < H; h++)
            {
              ds[h] += dy[h] * (l->x[t * H + h] - l->stat[2 * t]) * l->stat[2 * t + 1];
              db[h] += dy[h];
            }
        }
    }
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
  ms_tape_count (tape, 0, 2 * y->n * sizeof (MsReal));
}

static void
add_partials (MsTape *tape, MsNode *param, const MsReal *partial, gsize chunks, gsize H)
{
  MsReal *grad = ms_grad_cleared (tape, param);

  for (gsize c = 0; grad != NULL && c < chunks; c++)
    for (gsize h = 0; h < H; h++)
      grad[h] += partial[c * 4 * H + h];
}

static void
layer_norm_backward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y), chunk = ms_rows_grain (H), chunks = (T + chunk - 1) / chunk;
  Norm l = { .x = y->in[0]->value, .s = y->in[1]->value, .dy = y->grad, .stat = y->saved, .T = T, .H = H };

  l.chunk = chunk;
  l.partial = ms_tape_alloc (tape, chunks * 4 * H * sizeof (MsReal)); /* ds, db and two rows of scratch */
  l.dx = ms_grad (tape, y->in[0], &l.add);
  ms_pool_for (ms_tape_pool (tape), chunks, 1, backward_chunks, &l);
  add_partials (tape, y->in[1], l.partial, chunks, H);
  add_partials (tape, y->in[2], l.partial + H, chunks, H);
  ms_tape_count (tape, 0, 3 * y->n * sizeof (MsReal));
}

static MsNode *
layer_norm_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 6 });
  MsNode *s = ms_check_variable (tape, check, 1, 1, (gsize[]){ 6 });
  MsNode *b = ms_check_variable (tape, check, 1, 1, (gsize[]){ 6 });

  return ms_layer_norm (tape, x, s, b);
}

const MsOp ms_op_layer_norm = {
  .name = "layer_norm",
  .shape = ms_shape_same,
  .forward = layer_norm_forward,
  .backward = layer_norm_backward,
  .sample = layer_norm_sample,
};

MsNode *
ms_layer_norm (MsTape *tape, MsNode *x, MsNode *scale, MsNode *bias)
{
  return ms_tape_apply (tape, &ms_op_layer_norm, NULL, 0, (MsNode *[]){ x, scale, bias }, 3);
}
