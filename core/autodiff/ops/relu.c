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

static MsNode *
relu_sample (MsTape *tape, MsCheck *check)
{
  return ms_relu (tape, ms_check_variable (tape, check, 2, 2, (gsize[]){ 5, 7 }));
}

MS_ELEMENTWISE_OP (relu, x)
