/* SPDX-License-Identifier: MIT */

#include "core/autodiff/check.h"

#include "core/autodiff/ops.h"

#include <math.h>
#include <string.h>

MsNode *
ms_check_variable (MsTape *tape, MsCheck *check, double scale, int n_dim, const gsize *dim)
{
  gsize n = 1;
  MsReal *value;
  MsNode *node;

  for (int i = 0; i < n_dim; i++)
    n *= dim[i];
  value = ms_tape_alloc (tape, n * sizeof (MsReal));
  for (gsize i = 0; i < n; i++)
    value[i] = (MsReal)(scale * ms_rng_normal (&check->rng));
  node = ms_tape_variable (tape, value, n_dim, dim);
  g_assert (check->n_variables < MS_OP_MAX_IN);
  check->variable[check->n_variables++] = node;
  return node;
}

static double
numeric_gradient (MsTape *tape, const MsNode *loss, MsReal *x, double step)
{
  const MsReal held = *x;
  double above, below;

  *x = (MsReal)(held + step);
  ms_tape_refresh (tape);
  above = loss->value[0];
  *x = (MsReal)(held - step);
  ms_tape_refresh (tape);
  below = loss->value[0];
  *x = held;
  ms_tape_refresh (tape);
  return (above - below) / (2 * step);
}

/* NaN compares false with everything, so it is asked for by name: a maximum would lose it. */
static void
note (MsCheckResult *result, int variable, gsize element, double analytic, double numeric)
{
  double error = fabs (analytic - numeric) / fmax (1e-3, fabs (analytic) + fabs (numeric));
  bool finite = isfinite (analytic) && isfinite (numeric);

  if (!result->finite || (finite && error <= result->worst))
    return;
  *result = (MsCheckResult){ error, variable, element, analytic, numeric, finite };
}

MsCheckResult
ms_check_node (MsTape *tape, MsNode *y, MsNode *const *x, int n_x, gsize stride, guint64 seed)
{
  MsCheckResult result = { -1, -1, 0, 0, 0, true };
  MsReal *weight = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  const double step = sizeof (MsReal) == 8 ? 1e-5 : 1e-2;
  MsNode *loss;

  ms_rng_fill_normal (seed, ms_rng_stream (MS_RNG_TEST, 1, 0), 0, y->n, weight);
  loss = ms_project (tape, y, weight);
  ms_tape_backward (tape, loss);
  for (int v = 0; v < n_x; v++)
    for (gsize i = 0; i < x[v]->n; i += stride)
      {
        gsize slice = i / (x[v]->n / x[v]->n_slices);
        double analytic = x[v]->grad != NULL && x[v]->touched[slice] ? x[v]->grad[i] : 0;

        note (&result, v, i, analytic, numeric_gradient (tape, loss, &x[v]->value[i], step));
      }
  return result;
}

MsCheckResult
ms_check_op (const MsOp *op, guint64 seed)
{
  g_autoptr (MsTape) tape = ms_tape_new (NULL);
  MsCheck check = { .rng = ms_rng_new (seed, MS_RNG_TEST, 0, 0) };
  MsNode *y = op->sample (tape, &check);

  g_assert (check.n_variables > 0);
  return ms_check_node (tape, y, check.variable, check.n_variables, 1, seed);
}
