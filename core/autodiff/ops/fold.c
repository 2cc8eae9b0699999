/* SPDX-License-Identifier: MIT */

/* The sum of M copies that stand one after another:  y_t = sum_m x_(m,t);  dx_(m,t) = dy_t   x: (M T, H), y: (T, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"

#include <string.h>

typedef struct {
  int copies;
} Attr;

static void
fold_shape (MsNode *y)
{
  const Attr *a = y->attr;
  gsize rows = ms_node_rows (y->in[0]);

  g_assert (rows % (gsize)a->copies == 0);
  ms_shape_matrix (y, rows / (gsize)a->copies, ms_node_cols (y->in[0]));
}

static void
fold_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  const MsReal *x = y->in[0]->value;

  memcpy (y->value, x, y->n * sizeof (MsReal));
  for (int m = 1; m < a->copies; m++)
    ms_add_numbers (y->value, x + (gsize)m * y->n, y->n);
}

static void
fold_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  bool add;
  MsReal *dx = ms_grad (tape, y->in[0], &add);

  if (dx == NULL)
    return;
  for (int m = 0; m < a->copies; m++)
    if (add)
      ms_add_numbers (dx + (gsize)m * y->n, y->grad, y->n);
    else
      memcpy (dx + (gsize)m * y->n, y->grad, y->n * sizeof (MsReal));
}

static MsCost
fold_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (y->in[0]->n + y->n);
}

static MsNode *
fold_sample (MsTape *tape, MsCheck *check)
{
  return ms_fold (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3 * 2, 3 }), 3);
}

const MsOp ms_op_fold = {
  .name = "fold",
  .shape = fold_shape,
  .forward = fold_forward,
  .backward = fold_backward,
  .cost = fold_cost,
  .sample = fold_sample,
};

MsNode *
ms_fold (MsTape *tape, MsNode *x, int copies)
{
  Attr attr = { copies };

  return copies > 1 ? ms_tape_apply (tape, &ms_op_fold, &attr, sizeof attr, &x, 1) : x;
}
