/* SPDX-License-Identifier: MIT */

/* L = sum_i c_i x_i over scalars;  dx_i = c_i dL. A term that is absent is left out, not multiplied by zero. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

#include <string.h>

typedef struct {
  double weight[MS_OP_MAX_IN];
} Attr;

static void
weighted_sum_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  double sum = 0;

  for (int i = 0; i < y->n_in; i++)
    if (y->in[i] != NULL)
      sum += a->weight[i] * y->in[i]->value[0];
  y->value[0] = (MsReal)sum;
}

static void
weighted_sum_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;

  for (int i = 0; i < y->n_in; i++)
    {
      MsReal *dx = ms_grad_cleared (tape, y->in[i]);

      if (dx != NULL)
        dx[0] += (MsReal)a->weight[i] * y->grad[0];
    }
}

static MsNode *
weighted_sum_sample (MsTape *tape, MsCheck *check)
{
  MsNode *a = ms_check_variable (tape, check, 1, 1, (gsize[]){ 1 });
  MsNode *b = ms_check_variable (tape, check, 1, 1, (gsize[]){ 1 });

  return ms_weighted_sum (tape, (MsNode *[]){ a, NULL, b }, (double[]){ 1, 2, -0.3 }, 3);
}

const MsOp ms_op_weighted_sum = {
  .name = "weighted_sum",
  .shape = ms_shape_scalar,
  .forward = weighted_sum_forward,
  .backward = weighted_sum_backward,
  .cost = ms_cost_nothing,
  .sample = weighted_sum_sample,
};

MsNode *
ms_weighted_sum (MsTape *tape, MsNode *const *in, const double *weight, int n)
{
  Attr attr = { { 0 } };

  memcpy (attr.weight, weight, (gsize)n * sizeof *weight);
  return ms_tape_apply (tape, &ms_op_weighted_sum, &attr, sizeof attr, in, n);
}
