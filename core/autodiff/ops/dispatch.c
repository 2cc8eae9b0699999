/* SPDX-License-Identifier: MIT */

/* y_r = x_token(r): the kept assignments gathered, each expert's rows together;  dx_t = sum of dy_r over t's rows
 *                                                                                          x: (T, H), y: (n, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/plan-sample.h"
#include "core/autodiff/ops/rows.h"

#include <string.h>

typedef struct {
  const MsPlan *plan;
} Attr;

typedef struct {
  const MsPlan *plan;
  const MsReal *from;
  MsReal *to;
  gsize H;
  bool add;
} Dispatch;

static void
dispatch_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, (gsize)a->plan->n, ms_node_cols (y->in[0]));
}

static void
gather (gpointer data, gsize begin, gsize end)
{
  const Dispatch *d = data;

  for (gsize r = begin; r < end; r++)
    memcpy (d->to + r * d->H, d->from + (gsize)d->plan->token[r] * d->H, d->H * sizeof (MsReal));
}

MS_CLONES
static void
gather_back (gpointer data, gsize begin, gsize end)
{
  const Dispatch *d = data;
  gsize K = (gsize)d->plan->K;

  for (gsize t = begin; t < end; t++)
    {
      MsReal *dx = d->to + t * d->H;
      bool add = d->add;

      for (gsize k = 0; k < K; k++)
        if (d->plan->row[t * K + k] >= 0)
          {
            ms_row_scale (dx, d->from + (gsize)d->plan->row[t * K + k] * d->H, 1, d->H, add);
            add = true;
          }
      if (!add)
        memset (dx, 0, d->H * sizeof (MsReal));
    }
}

static void
dispatch_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Dispatch d = { a->plan, y->in[0]->value, y->value, ms_node_cols (y), false };

  ms_pool_for (ms_tape_pool (tape), (gsize)a->plan->n, ms_rows_grain (d.H), gather, &d);
}

static void
dispatch_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Dispatch d = { a->plan, y->grad, NULL, ms_node_cols (y), false };

  d.to = ms_grad (tape, y->in[0], &d.add);
  if (d.to != NULL)
    ms_pool_for (ms_tape_pool (tape), (gsize)a->plan->T, ms_rows_grain (d.H), gather_back, &d);
}

static MsCost
dispatch_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (2 * y->n);
}

static MsNode *
dispatch_sample (MsTape *tape, MsCheck *check)
{
  return ms_dispatch (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 3 }), &ms_plan_sample);
}

const MsOp ms_op_dispatch = {
  .name = "dispatch",
  .shape = dispatch_shape,
  .forward = dispatch_forward,
  .backward = dispatch_backward,
  .cost = dispatch_cost,
  .sample = dispatch_sample,
};

MsNode *
ms_dispatch (MsTape *tape, MsNode *x, const MsPlan *plan)
{
  Attr attr = { plan };

  return ms_tape_apply (tape, &ms_op_dispatch, &attr, sizeof attr, &x, 1);
}
