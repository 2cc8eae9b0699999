/* SPDX-License-Identifier: MIT */

/* y = softmax (x) over the rows of a group, apart for each column: with sums over the rows of t's group,
 * y_tc = exp x_tc / sum_u exp x_uc;  dx_tc = y_tc (dy_tc - sum_u dy_uc y_uc)        x, y: (T, C), T in equal groups */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"
#include "core/autodiff/ops/rows.h"

#define CUT 64 /* rows whose sum is taken at once: many small numbers are not added to one large */

typedef struct {
  gsize groups;
} Attr;

/* One task is one vector of columns of one group. */
typedef struct {
  const MsReal *x, *y, *dy;
  MsReal *out; /* y forward, dx backward */
  gsize rows, C, across; /* of a group, of all, vectors in a row */
  bool add;
} Columns;

MS_VEC_INLINE void
forward_vector (const MsReal *x, MsReal *y, gsize rows, gsize C, gsize n)
{
  MsVec max = ms_lanes_load (x, n), sum = { 0 };

  for (gsize t = 1; t < rows; t++)
    max = ms_vec_max (ms_lanes_load (x + t * C, n), max);
  for (gsize first = 0; first < rows; first += CUT)
    {
      MsVec part = { 0 };

      for (gsize t = first; t < MIN (rows, first + CUT); t++)
        {
          MsVec e = ms_vec_exp (ms_lanes_load (x + t * C, n) - max);

          part += e;
          ms_lanes_store (y + t * C, e, n);
        }
      sum += part;
    }
  sum = 1 / sum;
  for (gsize t = 0; t < rows; t++)
    ms_lanes_store (y + t * C, ms_lanes_load (y + t * C, n) * sum, n);
}

MS_VEC_INLINE void
backward_vector (const MsReal *y, const MsReal *dy, MsReal *dx, gsize rows, gsize C, gsize n, bool add)
{
  MsVec dot = { 0 };

  for (gsize first = 0; first < rows; first += CUT)
    {
      MsVec part = { 0 };

      for (gsize t = first; t < MIN (rows, first + CUT); t++)
        part += ms_lanes_load (y + t * C, n) * ms_lanes_load (dy + t * C, n);
      dot += part;
    }
  for (gsize t = 0; t < rows; t++)
    {
      MsVec d = ms_lanes_load (y + t * C, n) * (ms_lanes_load (dy + t * C, n) - dot);

      if (add)
        d += ms_lanes_load (dx + t * C, n);
      ms_lanes_store (dx + t * C, d, n);
    }
}

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const Columns *s = data;

  for (gsize i = begin; i < end; i++)
    {
      gsize c = i % s->across * MS_LANES, at = i / s->across * s->rows * s->C + c;

      if (s->C - c >= (gsize)MS_LANES)
        forward_vector (s->x + at, s->out + at, s->rows, s->C, MS_LANES);
      else
        forward_vector (s->x + at, s->out + at, s->rows, s->C, s->C - c);
    }
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const Columns *s = data;

  for (gsize i = begin; i < end; i++)
    {
      gsize c = i % s->across * MS_LANES, at = i / s->across * s->rows * s->C + c;

      if (s->C - c >= (gsize)MS_LANES)
        backward_vector (s->y + at, s->dy + at, s->out + at, s->rows, s->C, MS_LANES, s->add);
      else
        backward_vector (s->y + at, s->dy + at, s->out + at, s->rows, s->C, s->C - c, s->add);
    }
}

static void
run (MsTape *tape, const MsNode *y, MsTask part, Columns *s)
{
  const Attr *a = y->attr;

  s->C = ms_node_cols (y);
  s->rows = ms_node_rows (y) / a->groups;
  s->across = (s->C + MS_LANES - 1) / MS_LANES;
  ms_pool_for (ms_tape_pool (tape), a->groups * s->across, ms_rows_grain (s->rows * MS_LANES), part, s);
}

static void
softmax_columns_forward (MsTape *tape, MsNode *y)
{
  Columns s = { .x = y->in[0]->value, .out = y->value };

  run (tape, y, forward_part, &s);
}

static void
softmax_columns_backward (MsTape *tape, MsNode *y)
{
  Columns s = { .y = y->value, .dy = y->grad };

  s.out = ms_grad (tape, y->in[0], &s.add);
  if (s.out != NULL)
    run (tape, y, backward_part, &s);
}

/* More columns than a vector of doubles has. */
static MsNode *
softmax_columns_sample (MsTape *tape, MsCheck *check)
{
  return ms_softmax_columns (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 11 }), 2);
}

const MsOp ms_op_softmax_columns = {
  .name = "softmax_columns",
  .shape = ms_shape_same,
  .forward = softmax_columns_forward,
  .backward = softmax_columns_backward,
  .cost = ms_cost_elementwise,
  .sample = softmax_columns_sample,
};

MsNode *
ms_softmax_columns (MsTape *tape, MsNode *x, int groups)
{
  Attr attr = { (gsize)groups };

  g_assert (groups > 0 && ms_node_rows (x) % (gsize)groups == 0);
  return ms_tape_apply (tape, &ms_op_softmax_columns, &attr, sizeof attr, &x, 1);
}
