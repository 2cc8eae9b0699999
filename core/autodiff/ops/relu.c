/* SPDX-License-Identifier: MIT */

/* y = max (x, 0);  dy/dx = 1 where x > 0, else 0                                                        any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

MS_VEC_INLINE MsVec
value (MsVec x)
{
  return ms_vec_max (x, (MsVec){ 0 });
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
      MsVec dx = ms_lanes_load (e->dy + i, end - i) * slope (ms_lanes_load (e->x + i, end - i));

      if (e->add)
        dx += ms_lanes_load (e->dx + i, end - i);
      ms_lanes_store (e->dx + i, dx, end - i);
    }
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
  .sample = relu_sample,
};

MsNode *
ms_relu (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_relu, NULL, 0, &x, 1);
}
