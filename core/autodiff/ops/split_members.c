/* SPDX-License-Identifier: MIT */

/* y_(m R + r),c = x_r,(m C + c): the members' outputs beside each other become rows below each other; dx likewise
 *                                                                                      x: (R, M C), y: (M R, C) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"

#include <string.h>

typedef struct {
  int M;
} Attr;

static void
split_members_shape (MsNode *y)
{
  const Attr *a = y->attr;
  gsize M = (gsize)a->M;

  g_assert (ms_node_cols (y->in[0]) % M == 0);
  ms_shape_matrix (y, M * ms_node_rows (y->in[0]), ms_node_cols (y->in[0]) / M);
}

static void
split_members_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize M = (gsize)a->M, R = ms_node_rows (y->in[0]), C = ms_node_cols (y);

  for (gsize m = 0; m < M; m++)
    for (gsize r = 0; r < R; r++)
      memcpy (y->value + (m * R + r) * C, y->in[0]->value + (r * M + m) * C, C * sizeof (MsReal));
}

static void
split_members_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize M = (gsize)a->M, R = ms_node_rows (y->in[0]), C = ms_node_cols (y);
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  for (gsize m = 0; dx != NULL && m < M; m++)
    for (gsize r = 0; r < R; r++)
      ms_add_numbers (dx + (r * M + m) * C, y->grad + (m * R + r) * C, C);
}

static MsCost
split_members_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (2 * y->n);
}

static MsNode *
split_members_sample (MsTape *tape, MsCheck *check)
{
  return ms_split_members (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 3 * 2 }), 3);
}

const MsOp ms_op_split_members = {
  .name = "split_members",
  .shape = split_members_shape,
  .forward = split_members_forward,
  .backward = split_members_backward,
  .cost = split_members_cost,
  .sample = split_members_sample,
};

MsNode *
ms_split_members (MsTape *tape, MsNode *x, int M)
{
  Attr attr = { M };

  return ms_tape_apply (tape, &ms_op_split_members, &attr, sizeof attr, &x, 1);
}
