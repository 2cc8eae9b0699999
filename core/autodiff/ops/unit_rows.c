/* SPDX-License-Identifier: MIT */

/* y_t = s r_t x_t,  r_t = (sum_h x_th^2 + 1e-6)^(-1/2): rows of length 1, or of the length s that is learnt. The
 * epsilon stands inside the root, added to the sum: a row of zeros stays one.
 * with p_t = r_t <x_t, dy_t>:  dx_t = s r_t (dy_t - p_t r_t x_t),  ds = sum_t p_t               x, y: (T, H); s: () */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"
#include "core/autodiff/ops/unit.h"

#include <math.h>

typedef struct {
  const MsReal *x, *dy;
  MsReal *y, *dx, *r, *p; /* (T) r and p */
  MsReal s;
  gsize H;
  bool add;
} Unit;

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Unit *u = data;

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *x = u->x + t * u->H;
      MsReal r = 1 / (MsReal)sqrt (ms_row_dot (x, x, u->H) + (MsReal)MS_UNIT_EPSILON);

      u->r[t] = r;
      ms_row_scale (u->y + t * u->H, x, u->s * r, u->H, false);
    }
}

MS_CLONES
static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Unit *u = data;

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *x = u->x + t * u->H, *dy = u->dy + t * u->H;
      MsReal p = u->r[t] * ms_row_dot (x, dy, u->H), a = u->s * u->r[t], b = -a * p * u->r[t];

      u->p[t] = p;
      if (u->dx == NULL)
        continue;
      ms_row_scale (u->dx + t * u->H, dy, a, u->H, u->add);
      ms_row_scale (u->dx + t * u->H, x, b, u->H, true);
    }
}

static void
unit_rows_forward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y);
  Unit u = { .x = y->in[0]->value, .y = y->value, .s = ms_unit_scale (y->in[1]), .H = H };

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, T * sizeof (MsReal));
  u.r = y->saved;
  ms_pool_for (ms_tape_pool (tape), T, ms_rows_grain (H), forward_rows, &u);
}

static void
unit_rows_backward (MsTape *tape, MsNode *y)
{
  gsize T = ms_node_rows (y), H = ms_node_cols (y);
  Unit u = { .x = y->in[0]->value, .dy = y->grad, .r = y->saved, .s = ms_unit_scale (y->in[1]), .H = H };

  u.p = ms_tape_alloc (tape, T * sizeof (MsReal));
  u.dx = ms_grad (tape, y->in[0], &u.add);
  ms_pool_for (ms_tape_pool (tape), T, ms_rows_grain (H), backward_rows, &u);
  ms_unit_scale_gradient (tape, y->in[1], u.p, T);
}

static MsNode *
unit_rows_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 5 });

  return ms_unit_rows (tape, x, check->rng.seed == 1 ? NULL : ms_check_variable (tape, check, 1, 0, NULL));
}

const MsOp ms_op_unit_rows = {
  .name = "unit_rows",
  .shape = ms_shape_same,
  .forward = unit_rows_forward,
  .backward = unit_rows_backward,
  .cost = ms_cost_elementwise,
  .sample = unit_rows_sample,
};

MsNode *
ms_unit_rows (MsTape *tape, MsNode *x, MsNode *scale)
{
  return ms_tape_apply (tape, &ms_op_unit_rows, NULL, 0, (MsNode *[]){ x, scale }, 2);
}

MsReal
ms_unit_scale (const MsNode *scale)
{
  return scale != NULL ? scale->value[0] : 1;
}

void
ms_unit_scale_gradient (MsTape *tape, MsNode *scale, const MsReal *p, gsize n)
{
  bool add;
  MsReal *ds = ms_grad (tape, scale, &add);
  double sum = 0;

  if (ds == NULL)
    return;
  for (gsize i = 0; i < n; i++)
    sum += p[i];
  *ds = (MsReal)(add ? *ds + sum : sum);
}
