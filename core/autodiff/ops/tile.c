/* SPDX-License-Identifier: MIT */

/* M copies, one after another:  y_(m,t) = x_t;  dx_t = sum_m dy_(m,t)                      x: (T, H), y: (M T, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"

#include <string.h>

typedef struct {
  int copies;
} Attr;

static void
tile_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, (gsize)a->copies * ms_node_rows (y->in[0]), ms_node_cols (y->in[0]));
}

static void
tile_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  const MsNode *x = y->in[0];

  for (int m = 0; m < a->copies; m++)
    memcpy (y->value + (gsize)m * x->n, x->value, x->n * sizeof (MsReal));
}

static void
tile_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize n = y->in[0]->n;
  bool add;
  MsReal *dx = ms_grad (tape, y->in[0], &add);

  if (dx == NULL)
    return;
  if (!add)
    memcpy (dx, y->grad, n * sizeof (MsReal));
  for (int m = add ? 0 : 1; m < a->copies; m++)
    ms_add_numbers (dx, y->grad + (gsize)m * n, n);
}

static MsCost
tile_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (y->in[0]->n + y->n);
}

static MsNode *
tile_sample (MsTape *tape, MsCheck *check)
{
  return ms_tile (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 2, 3 }), 3);
}

const MsOp ms_op_tile = {
  .name = "tile",
  .shape = tile_shape,
  .forward = tile_forward,
  .backward = tile_backward,
  .cost = tile_cost,
  .sample = tile_sample,
};

MsNode *
ms_tile (MsTape *tape, MsNode *x, int copies)
{
  Attr attr = { copies };

  return copies > 1 ? ms_tape_apply (tape, &ms_op_tile, &attr, sizeof attr, &x, 1) : x;
}
