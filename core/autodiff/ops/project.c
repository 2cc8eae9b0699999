/* SPDX-License-Identifier: MIT */

/* L = sum_i r_i x_i with fixed r: the loss of the gradient checks;  dx_i = r_i dL                         any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

typedef struct {
  const MsReal *weight; /* (n) borrowed */
} Attr;

static void
project_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  double sum = 0;

  for (gsize i = 0; i < y->in[0]->n; i++)
    sum += (double)a->weight[i] * y->in[0]->value[i];
  y->value[0] = (MsReal)sum;
}

static void
project_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  for (gsize i = 0; dx != NULL && i < y->in[0]->n; i++)
    dx[i] += a->weight[i] * y->grad[0];
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
  .sample = project_sample,
};

MsNode *
ms_project (MsTape *tape, MsNode *x, const MsReal *weight)
{
  Attr attr = { weight };

  return ms_tape_apply (tape, &ms_op_project, &attr, sizeof attr, &x, 1);
}
