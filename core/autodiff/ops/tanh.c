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

static MsNode *
tanh_sample (MsTape *tape, MsCheck *check)
{
  return ms_tanh (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

MS_ELEMENTWISE_OP (tanh, y)
