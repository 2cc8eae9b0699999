/* SPDX-License-Identifier: MIT */

/* y_nt = x_nt + pos_t; with a class token, y_n0 = cls + pos_0 and y_nt = x_n(t-1) + pos_t.
 * dx is dy (without token 0), dpos_t = sum_n dy_nt, dcls = sum_n dy_n0     x: (N tokens, H), y: (N T, H), pos: (T,
 * H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

static gsize
prepended (const MsNode *y)
{
  return y->in[2] != NULL ? 1 : 0;
}

static gsize
positions (const MsNode *y)
{
  return y->in[1]->n / ms_node_cols (y->in[0]);
}

static void
position_shape (MsNode *y)
{
  gsize T = positions (y), tokens = T - prepended (y);

  g_assert (ms_node_rows (y->in[0]) % tokens == 0);
  ms_shape_matrix (y, ms_node_rows (y->in[0]) / tokens * T, ms_node_cols (y->in[0]));
}

typedef struct {
  const MsReal *x, *pos, *cls, *dy;
  MsReal *y, *dx;
  gsize T, H, first;
  bool add;
} Position;

MS_CLONES
static void
forward_examples (gpointer data, gsize begin, gsize end)
{
  const Position *p = data;

  for (gsize n = begin; n < end; n++)
    for (gsize t = 0; t < p->T; t++)
      {
        const MsReal *x = t < p->first ? p->cls : p->x + (n * (p->T - p->first) + t - p->first) * p->H;
        MsReal *y = p->y + (n * p->T + t) * p->H;

        for (gsize h = 0; h < p->H; h++)
          y[h] = x[h] + p->pos[t * p->H + h];
      }
}

MS_CLONES
static void
backward_examples (gpointer data, gsize begin, gsize end)
{
  const Position *p = data;

  for (gsize n = begin; n < end; n++)
    for (gsize t = p->first; t < p->T; t++)
      ms_row_scale (p->dx + (n * (p->T - p->first) + t - p->first) * p->H, p->dy + (n * p->T + t) * p->H, 1, p->H,
                    p->add);
}

/* to (n) += the first n gradients of every example: @n is H for the class token, T H for the positions. */
MS_CLONES
static void
sum_examples (MsReal *to, const MsNode *y, gsize n)
{
  gsize stride = positions (y) * ms_node_cols (y), N = y->n / stride;

  for (gsize i = 0; i < N; i++)
    ms_row_scale (to, y->grad + i * stride, 1, n, true);
}

static Position
describe (const MsNode *y)
{
  return (Position){ .x = y->in[0]->value,
                     .pos = y->in[1]->value,
                     .cls = y->in[2] != NULL ? y->in[2]->value : NULL,
                     .y = y->value,
                     .dy = y->grad,
                     .T = positions (y),
                     .H = ms_node_cols (y),
                     .first = prepended (y) };
}

static void
position_forward (MsTape *tape, MsNode *y)
{
  Position p = describe (y);

  ms_pool_for (ms_tape_pool (tape), y->dim[0] / p.T, ms_rows_grain (p.T * p.H), forward_examples, &p);
}

static void
position_backward (MsTape *tape, MsNode *y)
{
  Position p = describe (y);
  MsReal *dpos = ms_grad_cleared (tape, y->in[1]), *dcls = ms_grad_cleared (tape, y->in[2]);

  p.dx = ms_grad (tape, y->in[0], &p.add);
  if (p.dx != NULL)
    ms_pool_for (ms_tape_pool (tape), y->dim[0] / p.T, ms_rows_grain (p.T * p.H), backward_examples, &p);
  if (dpos != NULL)
    sum_examples (dpos, y, p.T * p.H);
  if (dcls != NULL)
    sum_examples (dcls, y, p.H);
}

static MsNode *
position_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 5 });
  MsNode *pos = ms_check_variable (tape, check, 1, 3, (gsize[]){ 1, 4, 5 });
  MsNode *cls = ms_check_variable (tape, check, 1, 3, (gsize[]){ 1, 1, 5 });

  return ms_position (tape, x, pos, cls);
}

const MsOp ms_op_position = {
  .name = "position",
  .shape = position_shape,
  .forward = position_forward,
  .backward = position_backward,
  .cost = ms_cost_elementwise,
  .sample = position_sample,
};

MsNode *
ms_position (MsTape *tape, MsNode *x, MsNode *pos, MsNode *cls)
{
  return ms_tape_apply (tape, &ms_op_position, NULL, 0, (MsNode *[]){ x, pos, cls }, 3);
}
