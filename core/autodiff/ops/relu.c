/* SPDX-License-Identifier: MIT */

/* y = max (x, 0);  dy/dx = 1 where x > 0, else 0                                                        any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

/* The larger of 0 and x in this order: a NaN stays one. */
MS_VEC_INLINE MsVec
value (MsVec x)
{
  return ms_vec_max ((MsVec){ 0 }, x);
}

MS_VEC_INLINE MsVec
slope (MsVec x)
{
  return ms_vec_select (x > 0, ms_vec_set (1), (MsVec){ 0 });
}

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  ms_elementwise_values (data, begin, end, value);
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  ms_elementwise_slopes (e, e->x, begin, end, slope);
}

static void
relu_forward (MsTape *tape, MsNode *y)
{
  ms_elementwise_forward (tape, y, forward_part);
}

static void
relu_backward (MsTape *tape, MsNode *y)
{
  ms_elementwise_backward (tape, y, backward_part);
}

static MsNode *
relu_sample (MsTape *tape, MsCheck *check)
{
  return ms_relu (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

const MsOp ms_op_relu = {
  .name = "relu",
  .shape = ms_shape_same,
  .forward = relu_forward,
  .backward = relu_backward,
  .cost = ms_cost_elementwise,
  .sample = relu_sample,
};

MsNode *
ms_relu (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_relu, NULL, 0, &x, 1);
}
