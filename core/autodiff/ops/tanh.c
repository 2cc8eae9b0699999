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
  const MsElementwise *e = data;

  for (gsize i = begin; i < end; i += MS_LANES)
    ms_lanes_store (e->y + i, value (ms_lanes_load (e->x + i, end - i)), end - i);
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  for (gsize i = begin; i < end; i += MS_LANES)
    {
      MsVec dx = ms_lanes_load (e->dy + i, end - i) * slope (ms_lanes_load (e->y + i, end - i));

      if (e->add)
        dx += ms_lanes_load (e->dx + i, end - i);
      ms_lanes_store (e->dx + i, dx, end - i);
    }
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
  .sample = tanh_sample,
};

MsNode *
ms_tanh (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_tanh, NULL, 0, &x, 1);
}
