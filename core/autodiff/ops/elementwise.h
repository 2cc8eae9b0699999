/* SPDX-License-Identifier: MIT */

/* What ops of one array to one array share: the cut into parallel parts and the loading of lanes. */
#pragma once

#include "core/autodiff/tape.h"
#include "core/base/simd.h"

typedef struct {
  const MsReal *x, *dy;
  MsReal *y, *dx;
  bool add;
} MsElementwise;

/* @left numbers remain: a whole vector, or its first lanes. */
MS_VEC_INLINE MsVec
ms_lanes_load (const MsReal *x, gsize left)
{
  return left >= (gsize)MS_LANES ? ms_vec_load (x) : ms_vec_load_part (x, (int)left);
}

MS_VEC_INLINE void
ms_lanes_store (MsReal *y, MsVec v, gsize left)
{
  if (left >= (gsize)MS_LANES)
    ms_vec_store (y, v);
  else
    ms_vec_store_part (y, v, (int)left);
}

#define MS_ELEMENTWISE_GRAIN 8192 /* numbers a chunk, a multiple of the lanes */

static inline void
ms_elementwise_forward (MsTape *tape, MsNode *y, MsTask part)
{
  MsElementwise e = { .x = y->in[0]->value, .y = y->value };

  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, part, &e);
}

static inline void
ms_elementwise_backward (MsTape *tape, MsNode *y, MsTask part)
{
  MsElementwise e = { .x = y->in[0]->value, .y = y->value, .dy = y->grad };

  e.dx = ms_grad (tape, y->in[0], &e.add);
  if (e.dx != NULL)
    ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, part, &e);
}

/* y = value (x) over a part; @value is a constant wherever this is inlined, so that it is inlined too. */
MS_VEC_INLINE void
ms_elementwise_values (const MsElementwise *e, gsize begin, gsize end, MsVec (*value) (MsVec))
{
  for (gsize i = begin; i < end; i += MS_LANES)
    ms_lanes_store (e->y + i, value (ms_lanes_load (e->x + i, end - i)), end - i);
}

/* dx = dy slope (at), or dx += dy slope (at), over a part; @at is x or y, whichever the slope is known from. */
MS_VEC_INLINE void
ms_elementwise_slopes (const MsElementwise *e, const MsReal *at, gsize begin, gsize end, MsVec (*slope) (MsVec))
{
  for (gsize i = begin; i < end; i += MS_LANES)
    {
      MsVec dx = ms_lanes_load (e->dy + i, end - i) * slope (ms_lanes_load (at + i, end - i));

      if (e->add)
        dx += ms_lanes_load (e->dx + i, end - i);
      ms_lanes_store (e->dx + i, dx, end - i);
    }
}

/* The op @name and its constructor, from the file's own value (x), slope and @name_sample; @at: what slope is told, the
 * op's x or its y. */
#define MS_ELEMENTWISE_OP(op_name, at)                                                                                 \
  MS_CLONES                                                                                                            \
  static void                                                                                                          \
  forward_part (gpointer data, gsize begin, gsize end)                                                                 \
  {                                                                                                                    \
    ms_elementwise_values (data, begin, end, value);                                                                   \
  }                                                                                                                    \
                                                                                                                       \
  MS_CLONES                                                                                                            \
  static void                                                                                                          \
  backward_part (gpointer data, gsize begin, gsize end)                                                                \
  {                                                                                                                    \
    const MsElementwise *e = data;                                                                                     \
                                                                                                                       \
    ms_elementwise_slopes (e, e->at, begin, end, slope);                                                               \
  }                                                                                                                    \
                                                                                                                       \
  static void                                                                                                          \
  op_name##_forward (MsTape *tape, MsNode *y)                                                                          \
  {                                                                                                                    \
    ms_elementwise_forward (tape, y, forward_part);                                                                    \
  }                                                                                                                    \
                                                                                                                       \
  static void                                                                                                          \
  op_name##_backward (MsTape *tape, MsNode *y)                                                                         \
  {                                                                                                                    \
    ms_elementwise_backward (tape, y, backward_part);                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  const MsOp ms_op_##op_name = {                                                                                       \
    .name = #op_name,                                                                                                  \
    .shape = ms_shape_same,                                                                                            \
    .forward = op_name##_forward,                                                                                      \
    .backward = op_name##_backward,                                                                                    \
    .cost = ms_cost_elementwise,                                                                                       \
    .sample = op_name##_sample,                                                                                        \
  };                                                                                                                   \
                                                                                                                       \
  MsNode *ms_##op_name (MsTape *tape, MsNode *x)                                                                       \
  {                                                                                                                    \
    return ms_tape_apply (tape, &ms_op_##op_name, NULL, 0, &x, 1);                                                     \
  }
