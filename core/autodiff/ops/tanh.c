/* SPDX-License-Identifier: MIT */

/* y = tanh x;  dy/dx = 1 - y^2                                                                         any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

MS_VEC_INLINE MsVec
value (MsVec x)
{
  return ms_vec_tanh (x);
}

/* Of the value, not of the argument. */
MS_VEC_INLINE MsVec
slope (MsVec y)
{
  return 1 - y * y;
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
tanh_forward (MsTape *tape, MsNode *y)
{
  ms_elementwise_forward (tape, y, forward_part);
}

static void
tanh_backward (MsTape *tape, MsNode *y)
{
  ms_elementwise_backward (tape, y, backward_part);
}

static MsNode *
tanh_sample (MsTape *tape, MsCheck *check)
{
  return ms_tanh (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

const MsOp ms_op_tanh = {
  .name = "tanh",
  .shape = ms_shape_same,
  .forward = tanh_forward,
  .backward = tanh_backward,
  .cost = ms_cost_elementwise,
  .sample = tanh_sample,
};

MsNode *
ms_tanh (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_tanh, NULL, 0, &x, 1);
}
