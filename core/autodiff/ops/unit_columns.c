/* SPDX-License-Identifier: MIT */

/* y_hc = s r_c x_hc,  r_c = (sum_h x_hc^2 + 1e-6)^(-1/2): columns of length 1, or of the length s that is learnt.
 * with p_c = r_c sum_h x_hc dy_hc:  dx_hc = s r_c (dy_hc - p_c r_c x_hc),  ds = sum_c p_c
 *                                        x: (H, ...), all axes but the first seen as C columns; y: (H, C); s: () */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"
#include "core/autodiff/ops/unit.h"

#include <math.h>
#include <string.h>

#define COLUMNS 64 /* a chunk: whole vectors side by side */

typedef struct {
  const MsReal *x, *dy;
  MsReal *y, *dx, *r, *p; /* (C) r and p */
  MsReal s;
  gsize H, C;
  bool add;
} Unit;

/* The first axis is the rows, whatever stands behind it. */
static void
unit_columns_shape (MsNode *y)
{
  ms_shape_matrix (y, y->in[0]->dim[0], y->in[0]->n / y->in[0]->dim[0]);
}

/* sum (n) = sum_h a_hc b_hc over the columns from @begin on. */
MS_VEC_INLINE void
column_dots (MsReal *sum, const MsReal *a, const MsReal *b, const Unit *u, gsize begin, gsize n)
{
  memset (sum, 0, n * sizeof *sum);
  for (gsize h = 0; h < u->H; h++)
    for (gsize c = 0; c < n; c++)
      sum[c] += a[h * u->C + begin + c] * b[h * u->C + begin + c];
}

MS_CLONES
static void
forward_columns (gpointer data, gsize begin, gsize end)
{
  const Unit *u = data;

  for (gsize n; begin < end; begin += n)
    {
      MsReal sum[COLUMNS];

      n = MIN (COLUMNS, end - begin);
      column_dots (sum, u->x, u->x, u, begin, n);
      for (gsize c = 0; c < n; c++)
        {
          u->r[begin + c] = 1 / (MsReal)sqrt (sum[c] + (MsReal)MS_UNIT_EPSILON);
          sum[c] = u->s * u->r[begin + c];
        }
      for (gsize h = 0; h < u->H; h++)
        for (gsize c = 0; c < n; c++)
          u->y[h * u->C + begin + c] = sum[c] * u->x[h * u->C + begin + c];
    }
}

MS_CLONES
static void
backward_columns (gpointer data, gsize begin, gsize end)
{
  const Unit *u = data;

  for (gsize n; begin < end; begin += n)
    {
      MsReal sum[COLUMNS];
      const MsReal *r = u->r + begin;

      n = MIN (COLUMNS, end - begin);
      column_dots (sum, u->x, u->dy, u, begin, n);
      for (gsize c = 0; c < n; c++)
        {
          u->p[begin + c] = r[c] * sum[c];
          sum[c] = u->p[begin + c] * r[c];
        }
      for (gsize h = 0; u->dx != NULL && h < u->H; h++)
        {
          const MsReal *x = u->x + h * u->C + begin, *dy = u->dy + h * u->C + begin;
          MsReal *dx = u->dx + h * u->C + begin;

          for (gsize c = 0; c < n; c++)
            dx[c] = (u->add ? dx[c] : 0) + u->s * r[c] * (dy[c] - sum[c] * x[c]);
        }
    }
}

static void
unit_columns_forward (MsTape *tape, MsNode *y)
{
  Unit u = { .x = y->in[0]->value, .y = y->value, .s = ms_unit_scale (y->in[1]), .H = y->dim[0], .C = y->dim[1] };

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, u.C * sizeof (MsReal));
  u.r = y->saved;
  ms_pool_for (ms_tape_pool (tape), u.C, COLUMNS, forward_columns, &u);
}

static void
unit_columns_backward (MsTape *tape, MsNode *y)
{
  Unit u = { .x = y->in[0]->value, .dy = y->grad, .r = y->saved, .s = ms_unit_scale (y->in[1]), .H = y->dim[0],
             .C = y->dim[1] };

  u.p = ms_tape_alloc (tape, u.C * sizeof (MsReal));
  u.dx = ms_grad (tape, y->in[0], &u.add);
  ms_pool_for (ms_tape_pool (tape), u.C, COLUMNS, backward_columns, &u);
  ms_unit_scale_gradient (tape, y->in[1], u.p, u.C);
}

static MsNode *
unit_columns_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 3, (gsize[]){ 4, 3, 2 });

  return ms_unit_columns (tape, x, check->rng.seed == 1 ? NULL : ms_check_variable (tape, check, 1, 0, NULL));
}

const MsOp ms_op_unit_columns = {
  .name = "unit_columns",
  .shape = unit_columns_shape,
  .forward = unit_columns_forward,
  .backward = unit_columns_backward,
  .cost = ms_cost_elementwise,
  .sample = unit_columns_sample,
};

MsNode *
ms_unit_columns (MsTape *tape, MsNode *x, MsNode *scale)
{
  return ms_tape_apply (tape, &ms_op_unit_columns, NULL, 0, (MsNode *[]){ x, scale }, 2);
}
