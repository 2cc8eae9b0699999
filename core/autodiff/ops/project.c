/* SPDX-License-Identifier: MIT */

/* L = sum_i r_i x_i with fixed r: the loss of the gradient checks;  dx_i = r_i dL                         any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

typedef struct {
  const MsReal *weight; /* (n) borrowed */
} Attr;

MS_CLONES
static MsReal
dot (const MsReal *x, const MsReal *y, gsize n)
{
  return ms_row_dot (x, y, n);
}

MS_CLONES
static void
scale (MsReal *y, const MsReal *x, MsReal c, gsize n, bool add)
{
  ms_row_scale (y, x, c, n, add);
}

static void
project_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;

  y->value[0] = dot (a->weight, y->in[0]->value, y->in[0]->n);
}

static void
project_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  bool add;
  MsReal *dx = ms_grad (tape, y->in[0], &add);

  if (dx != NULL)
    scale (dx, a->weight, y->grad[0], y->in[0]->n, add);
}

static MsNode *
project_sample (MsTape *tape, MsCheck *check)
{
  static const MsReal weight[] = { 1, -2, 0.5, 3 };

  return ms_project (tape, ms_check_variable (tape, check, 1, 1, (gsize[]){ 4 }), weight);
}

const MsOp ms_op_project = {
  .name = "project",
  .shape = ms_shape_scalar,
  .forward = project_forward,
  .backward = project_backward,
  .cost = ms_cost_nothing,
  .sample = project_sample,
};

MsNode *
ms_project (MsTape *tape, MsNode *x, const MsReal *weight)
{
  Attr attr = { weight };

  return ms_tape_apply (tape, &ms_op_project, &attr, sizeof attr, &x, 1);
}
