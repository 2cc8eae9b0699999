/* SPDX-License-Identifier: MIT */

/* y_n = mean_t x_nt;  dx_nt = dy_n / tokens                                       x: (N tokens, H), y: (N, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

typedef struct {
  int tokens;
} Attr;

static void
pool_mean_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, ms_node_rows (y->in[0]) / (gsize)a->tokens, ms_node_cols (y->in[0]));
}

static void
pool_mean_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize N = y->dim[0], H = y->dim[1], T = (gsize)a->tokens;

  for (gsize n = 0; n < N; n++)
    for (gsize h = 0; h < H; h++)
      {
        const MsReal *x = y->in[0]->value + n * T * H;
        double sum = 0;

        for (gsize t = 0; t < T; t++)
          sum += x[t * H + h];
        y->value[n * H + h] = (MsReal)(sum / (double)T);
      }
  ms_tape_count (tape, 0, (y->in[0]->n + y->n) * sizeof (MsReal));
}

static void
pool_mean_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize N = y->dim[0], H = y->dim[1], T = (gsize)a->tokens;
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  if (dx == NULL)
    return;
  for (gsize n = 0; n < N; n++)
    for (gsize h = 0; h < H; h++)
      for (gsize t = 0; t < T; t++)
        dx[(n * T + t) * H + h] += y->grad[n * H + h] / (MsReal)T;
}

static MsNode *
pool_mean_sample (MsTape *tape, MsCheck *check)
{
  return ms_pool_mean (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 }), 3);
}

const MsOp ms_op_pool_mean = {
  .name = "pool_mean",
  .shape = pool_mean_shape,
  .forward = pool_mean_forward,
  .backward = pool_mean_backward,
  .sample = pool_mean_sample,
};

MsNode *
ms_pool_mean (MsTape *tape, MsNode *x, int tokens)
{
  Attr attr = { tokens };

  return ms_tape_apply (tape, &ms_op_pool_mean, &attr, sizeof attr, &x, 1);
}
