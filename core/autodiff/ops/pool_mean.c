/* SPDX-License-Identifier: MIT */

/* y_n = mean_t x_nt;  dx_nt = dy_n / tokens                                       x: (N tokens, H), y: (N, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

typedef struct {
  int tokens;
} Attr;

static void
pool_mean_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, ms_node_rows (y->in[0]) / (gsize)a->tokens, ms_node_cols (y->in[0]));
}

typedef struct {
  const MsReal *from;
  MsReal *to;
  gsize T, H;
  bool add;
} Pool;

MS_CLONES
static void
forward_examples (gpointer data, gsize begin, gsize end)
{
  const Pool *p = data;

  for (gsize n = begin; n < end; n++)
    for (gsize t = 0; t < p->T; t++)
      ms_row_scale (p->to + n * p->H, p->from + (n * p->T + t) * p->H, 1 / (MsReal)p->T, p->H, t > 0);
}

MS_CLONES
static void
backward_examples (gpointer data, gsize begin, gsize end)
{
  const Pool *p = data;

  for (gsize n = begin; n < end; n++)
    for (gsize t = 0; t < p->T; t++)
      ms_row_scale (p->to + (n * p->T + t) * p->H, p->from + n * p->H, 1 / (MsReal)p->T, p->H, p->add);
}

static void
pool_mean_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Pool p = { y->in[0]->value, y->value, (gsize)a->tokens, y->dim[1], false };

  ms_pool_for (ms_tape_pool (tape), y->dim[0], ms_rows_grain (p.T * p.H), forward_examples, &p);
}

static void
pool_mean_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Pool p = { .from = y->grad, .T = (gsize)a->tokens, .H = y->dim[1] };

  p.to = ms_grad (tape, y->in[0], &p.add);
  if (p.to != NULL)
    ms_pool_for (ms_tape_pool (tape), y->dim[0], ms_rows_grain (p.T * p.H), backward_examples, &p);
}

static MsCost
pool_mean_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (y->in[0]->n + y->n);
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
  .cost = pool_mean_cost,
  .sample = pool_mean_sample,
};

MsNode *
ms_pool_mean (MsTape *tape, MsNode *x, int tokens)
{
  Attr attr = { tokens };

  return ms_tape_apply (tape, &ms_op_pool_mean, &attr, sizeof attr, &x, 1);
}
