/* SPDX-License-Identifier: MIT */

/* y = 1 / (1 + exp (-x));  dy/dx = y (1 - y)                                                           any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

MS_VEC_INLINE MsVec
value (MsVec x)
{
  return 1 / (1 + ms_vec_exp (-x));
}

/* Of the value, not of the argument. */
MS_VEC_INLINE MsVec
slope (MsVec y)
{
  return y * (1 - y);
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

  ms_elementwise_slopes (e, e->y, begin, end, slope);
}

static void
sigmoid_forward (MsTape *tape, MsNode *y)
{
  ms_elementwise_forward (tape, y, forward_part);
}

static void
sigmoid_backward (MsTape *tape, MsNode *y)
{
  ms_elementwise_backward (tape, y, backward_part);
}

static MsNode *
sigmoid_sample (MsTape *tape, MsCheck *check)
{
  return ms_sigmoid (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

const MsOp ms_op_sigmoid = {
  .name = "sigmoid",
  .shape = ms_shape_same,
  .forward = sigmoid_forward,
  .backward = sigmoid_backward,
  .cost = ms_cost_elementwise,
  .sample = sigmoid_sample,
};

MsNode *
ms_sigmoid (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_sigmoid, NULL, 0, &x, 1);
}
