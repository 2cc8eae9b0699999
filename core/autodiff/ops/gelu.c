/* SPDX-License-Identifier: MIT */

/* The tanh form of GELU: y = x/2 (1 + tanh u),  u = c (x + a x^3),  c = sqrt (2 / pi),  a = 0.044715
 * dy/dx = (1 + tanh u) / 2 + x/2 (1 - tanh^2 u) c (1 + 3 a x^2)                                       any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

#define C ((MsReal)0.79788456080286535588)
#define A ((MsReal)0.044715)

MS_VEC_INLINE MsVec
value (MsVec x)
{
  return (MsReal)0.5 * x * (1 + ms_vec_tanh (C * (x + A * x * x * x)));
}

MS_VEC_INLINE MsVec
slope (MsVec x)
{
  MsVec t = ms_vec_tanh (C * (x + A * x * x * x));

  return (MsReal)0.5 * (1 + t) + (MsReal)0.5 * x * (1 - t * t) * C * (1 + 3 * A * x * x);
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
gelu_forward (MsTape *tape, MsNode *y)
{
  ms_elementwise_forward (tape, y, forward_part);
}

static void
gelu_backward (MsTape *tape, MsNode *y)
{
  ms_elementwise_backward (tape, y, backward_part);
}

static MsNode *
gelu_sample (MsTape *tape, MsCheck *check)
{
  return ms_gelu (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

const MsOp ms_op_gelu = {
  .name = "gelu",
  .shape = ms_shape_same,
  .forward = gelu_forward,
  .backward = gelu_backward,
  .sample = gelu_sample,
};

MsNode *
ms_gelu (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_gelu, NULL, 0, &x, 1);
}
