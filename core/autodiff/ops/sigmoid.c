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

static MsNode *
sigmoid_sample (MsTape *tape, MsCheck *check)
{
  return ms_sigmoid (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

MS_ELEMENTWISE_OP (sigmoid, y)
