/* SPDX-License-Identifier: MIT */

/* y = c x with a constant c;  dx = c dy                                                                any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

typedef struct {
  MsReal factor;
} Attr;

static void
scale_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;

  ms_row_scale (y->value, y->in[0]->value, a->factor, y->n, false);
}

static void
scale_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  bool add;
  MsReal *dx = ms_grad (tape, y->in[0], &add);

  if (dx != NULL)
    ms_row_scale (dx, y->grad, a->factor, y->n, add);
}

static MsNode *
scale_sample (MsTape *tape, MsCheck *check)
{
  return ms_scale (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 }), 2.5);
}

const MsOp ms_op_scale = {
  .name = "scale",
  .shape = ms_shape_same,
  .forward = scale_forward,
  .backward = scale_backward,
  .cost = ms_cost_elementwise,
  .sample = scale_sample,
};

MsNode *
ms_scale (MsTape *tape, MsNode *x, double factor)
{
  Attr attr = { (MsReal)factor };

  return factor != 1 ? ms_tape_apply (tape, &ms_op_scale, &attr, sizeof attr, &x, 1) : x;
}
