/* SPDX-License-Identifier: MIT */

/* The gradient check: a random projection L = sum_ij r_ij y_ij against central differences. A plain sum would be blind
 * to softmax, whose gradient it sends to zero. Run in the double build. */
#pragma once

#include "core/autodiff/tape.h"
#include "core/base/rng.h"

G_BEGIN_DECLS

struct MsCheck {
  MsRng rng;
  MsNode *variable[MS_OP_MAX_IN];
  int n_variables;
};

/* A leaf that the check differentiates: (dim) normal numbers times @scale. */
MsNode *ms_check_variable (MsTape *tape, MsCheck *check, double scale, int n_dim, const gsize *dim);

typedef struct {
  double worst;   /* largest |a - n| / max (1e-3, |a| + |n|) */
  int variable;   /* where */
  gsize element;
  double analytic, numeric;
  bool finite;    /* false: that element's gradient is NaN or infinite */
} MsCheckResult;

/* The gradient of @op on its sample drawn with @seed, against differences. */
MsCheckResult ms_check_op (const MsOp *op, guint64 seed);

/* Central differences of a projection of @y in every element of @x, @stride apart, against d projection / d x. */
MsCheckResult ms_check_node (MsTape *tape, MsNode *y, MsNode *const *x, int n_x, gsize stride, guint64 seed);

G_END_DECLS
