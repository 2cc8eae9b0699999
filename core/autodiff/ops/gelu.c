/* SPDX-License-Identifier: MIT */

/* The tanh form of GELU: y = x/2 (1 + tanh u),  u = c (x + a x^3),  c = sqrt (2 / pi),  a = 0.044715
 * dy/dx = (1 + tanh u) / 2 + x/2 (1 - tanh^2 u) c (1 + 3 a x^2)                                       any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"
#include "core/autodiff/ops/gelu.h"

#define C ((MsReal)0.79788456080286535588)
#define A ((MsReal)0.044715)

/* s = (1 + tanh u) / 2, with which y = x s and dy/dx = s + 2 y (1 - s) du/dx. */
MS_VEC_INLINE MsVec
share (MsVec x)
{
  return (MsReal)0.5 * (1 + ms_vec_tanh (C * (x + A * x * x * x)));
}

MS_VEC_INLINE MsVec
slope_of (MsVec x, MsVec s)
{
  return s + 2 * x * s * (1 - s) * (C * (1 + 3 * A * x * x));
}

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  for (gsize i = begin; i < end; i += MS_LANES)
    {
      MsVec x = ms_lanes_load (e->x + i, end - i);

      ms_lanes_store (e->y + i, x * share (x), end - i);
    }
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  for (gsize i = begin; i < end; i += MS_LANES)
    {
      MsVec x = ms_lanes_load (e->x + i, end - i), dx = ms_lanes_load (e->dy + i, end - i) * slope_of (x, share (x));

      if (e->add)
        dx += ms_lanes_load (e->dx + i, end - i);
      ms_lanes_store (e->dx + i, dx, end - i);
    }
}

MS_CLONES
void
ms_gelu_apply (MsReal *y, MsReal *slope, gsize n)
{
  for (gsize i = 0; i < n; i += MS_LANES)
    {
      MsVec x = ms_lanes_load (y + i, n - i), s = share (x);

      ms_lanes_store (y + i, x * s, n - i);
      if (slope != NULL)
        ms_lanes_store (slope + i, slope_of (x, s), n - i);
    }
}

MS_CLONES
static void
unapply_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  for (gsize i = begin; i < end; i++)
    e->dx[i] *= e->x[i];
}

void
ms_gelu_unapply (MsTape *tape, MsNode *y)
{
  MsElementwise e = { .x = y->saved, .dx = y->grad };

  if (y->saved == NULL)
    return;
  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, unapply_part, &e);
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
  .cost = ms_cost_elementwise,
  .sample = gelu_sample,
};

MsNode *
ms_gelu (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_gelu, NULL, 0, &x, 1);
}
