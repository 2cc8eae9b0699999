/* SPDX-License-Identifier: MIT */

/* y_nt = x_nt + pos_t; with a class token, y_n0 = cls + pos_0 and y_nt = x_n(t-1) + pos_t.
 * dx is dy (without token 0), dpos_t = sum_n dy_nt, dcls = sum_n dy_n0     x: (N tokens, H), y: (N T, H), pos: (T,
 * H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

#include <string.h>

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

static void
position_forward (MsTape *tape, MsNode *y)
{
  gsize T = positions (y), H = ms_node_cols (y), first = prepended (y), N = y->dim[0] / T;
  const MsReal *pos = y->in[1]->value;

  for (gsize n = 0; n < N; n++)
    for (gsize t = 0; t < T; t++)
      {
        const MsReal *x = t < first ? y->in[2]->value : y->in[0]->value + (n * (T - first) + t - first) * H;
        MsReal *y_nt = y->value + (n * T + t) * H;

        for (gsize h = 0; h < H; h++)
          y_nt[h] = x[h] + pos[t * H + h];
      }
  ms_tape_count (tape, 0, 2 * y->n * sizeof (MsReal));
}

static void
position_backward (MsTape *tape, MsNode *y)
{
  gsize T = positions (y), H = ms_node_cols (y), first = prepended (y), N = y->dim[0] / T;
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);
  MsReal *dpos = ms_grad_cleared (tape, y->in[1]);
  MsReal *dcls = ms_grad_cleared (tape, y->in[2]);

  for (gsize n = 0; n < N; n++)
    for (gsize t = 0; t < T; t++)
      {
        const MsReal *dy = y->grad + (n * T + t) * H;
        MsReal *to = t < first ? dcls : dx == NULL ? NULL : dx + (n * (T - first) + t - first) * H;

        for (gsize h = 0; dpos != NULL && h < H; h++)
          dpos[t * H + h] += dy[h];
        for (gsize h = 0; to != NULL && h < H; h++)
          to[h] += dy[h];
      }
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
  .sample = position_sample,
};

MsNode *
ms_position (MsTape *tape, MsNode *x, MsNode *pos, MsNode *cls)
{
  return ms_tape_apply (tape, &ms_op_position, NULL, 0, (MsNode *[]){ x, pos, cls }, 3);
}
