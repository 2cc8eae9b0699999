/* SPDX-License-Identifier: MIT */

/* y_n = x_n0, the class token;  dx_n0 = dy_n, the rest 0                          x: (N tokens, H), y: (N, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

typedef struct {
  int tokens;
} Attr;

static void
pool_first_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, ms_node_rows (y->in[0]) / (gsize)a->tokens, ms_node_cols (y->in[0]));
}

static void
pool_first_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize N = y->dim[0], H = y->dim[1], T = (gsize)a->tokens;

  for (gsize n = 0; n < N; n++)
    for (gsize h = 0; h < H; h++)
      {
        const MsReal *x = y->in[0]->value + n * T * H;

        y->value[n * H + h] = x[h];
      }
}

static void
pool_first_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize N = y->dim[0], H = y->dim[1], T = (gsize)a->tokens;
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  if (dx == NULL)
    return;
  for (gsize n = 0; n < N; n++)
    for (gsize h = 0; h < H; h++)
      dx[n * T * H + h] += y->grad[n * H + h];
}

static MsCost
pool_first_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : y->in[0]->n + y->n);
}

static MsNode *
pool_first_sample (MsTape *tape, MsCheck *check)
{
  return ms_pool_first (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 }), 3);
}

const MsOp ms_op_pool_first = {
  .name = "pool_first",
  .shape = pool_first_shape,
  .forward = pool_first_forward,
  .backward = pool_first_backward,
  .cost = pool_first_cost,
  .sample = pool_first_sample,
};

MsNode *
ms_pool_first (MsTape *tape, MsNode *x, int tokens)
{
  Attr attr = { tokens };

  return ms_tape_apply (tape, &ms_op_pool_first, &attr, sizeof attr, &x, 1);
}
