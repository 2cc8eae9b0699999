/* SPDX-License-Identifier: MIT */

/* y = softmax (x) over e;  dx_te = y_te (dy_te - sum_k dy_tk y_tk)                                     x, y: (T, E) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/softmax.h"

typedef struct {
  const MsReal *x, *y, *dy;
  MsReal *out; /* y forward, dx backward */
  gsize E;
  bool add;
} Softmax;

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Softmax *s = data;

  if (s->E < (gsize)MS_LANES)
    ms_softmax_short_rows (s->out + begin * s->E, s->x + begin * s->E, end - begin, s->E);
  else
    for (gsize t = begin; t < end; t++)
      ms_softmax_row (s->out + t * s->E, s->x + t * s->E, s->E);
}

MS_CLONES
static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Softmax *s = data;

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *y = s->y + t * s->E, *dy = s->dy + t * s->E;
      MsReal *dx = s->out + t * s->E, dot = 0;

      if (s->E < (gsize)MS_LANES)
        for (gsize e = 0; e < s->E; e++)
          dot += y[e] * dy[e];
      else
        dot = ms_row_dot (y, dy, s->E);
      if (s->add)
        for (gsize e = 0; e < s->E; e++)
          dx[e] += y[e] * (dy[e] - dot);
      else
        for (gsize e = 0; e < s->E; e++)
          dx[e] = y[e] * (dy[e] - dot);
    }
}

static void
softmax_forward (MsTape *tape, MsNode *y)
{
  Softmax s = { .x = y->in[0]->value, .out = y->value, .E = ms_node_cols (y) };

  ms_pool_for (ms_tape_pool (tape), ms_node_rows (y), ms_rows_grain (s.E), forward_rows, &s);
}

static void
softmax_backward (MsTape *tape, MsNode *y)
{
  Softmax s = { .y = y->value, .dy = y->grad, .E = ms_node_cols (y) };

  s.out = ms_grad (tape, y->in[0], &s.add);
  if (s.out != NULL)
    ms_pool_for (ms_tape_pool (tape), ms_node_rows (y), ms_rows_grain (s.E), backward_rows, &s);
}

static MsNode *
softmax_sample (MsTape *tape, MsCheck *check)
{
  return ms_softmax (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 5 }));
}

const MsOp ms_op_softmax = {
  .name = "softmax",
  .shape = ms_shape_same,
  .forward = softmax_forward,
  .backward = softmax_backward,
  .cost = ms_cost_elementwise,
  .sample = softmax_sample,
};

MsNode *
ms_softmax (MsTape *tape, MsNode *x)
{
  return ms_tape_apply (tape, &ms_op_softmax, NULL, 0, &x, 1);
}
