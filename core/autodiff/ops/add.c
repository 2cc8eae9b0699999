/* SPDX-License-Identifier: MIT */

/* y = a + b, the residual connection;  da = db = dy                                                       any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"
#include "core/autodiff/ops/elementwise.h"

#include <string.h>

typedef struct {
  const MsReal *a, *b;
  MsReal *y;
} Add;

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const Add *s = data;

  for (gsize i = begin; i < end; i++)
    s->y[i] = s->a[i] + s->b[i];
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const MsElementwise *e = data;

  if (!e->add)
    memcpy (e->dx + begin, e->dy + begin, (end - begin) * sizeof (MsReal));
  else
    for (gsize i = begin; i < end; i++)
      e->dx[i] += e->dy[i];
}

static void
add_forward (MsTape *tape, MsNode *y)
{
  Add s = { y->in[0]->value, y->in[1]->value, y->value };

  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, forward_part, &s);
}

MS_CLONES
void
ms_add_numbers (MsReal *y, const MsReal *x, gsize n)
{
  for (gsize i = 0; i < n; i++)
    y[i] += x[i];
}

static void
add_to_gradient (MsTape *tape, MsNode *node, const MsNode *y)
{
  MsElementwise e = { .dy = y->grad };

  e.dx = ms_grad (tape, node, &e.add);
  if (e.dx != NULL)
    ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, backward_part, &e);
}

void
ms_add_gradient (MsTape *tape, MsNode *node, MsNode *y)
{
  if (!ms_grad_hand_over (node, y))
    add_to_gradient (tape, node, y);
}

static void
add_backward (MsTape *tape, MsNode *y)
{
  add_to_gradient (tape, y->in[1], y);
  ms_add_gradient (tape, y->in[0], y);
}

static MsCost
add_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved ((backward ? 2 : 3) * y->n);
}

static MsNode *
add_sample (MsTape *tape, MsCheck *check)
{
  MsNode *a = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 });
  MsNode *b = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 });

  return ms_add (tape, a, b);
}

const MsOp ms_op_add = {
  .name = "add",
  .shape = ms_shape_same,
  .forward = add_forward,
  .backward = add_backward,
  .cost = add_cost,
  .sample = add_sample,
};

MsNode *
ms_add (MsTape *tape, MsNode *a, MsNode *b)
{
  return ms_tape_apply (tape, &ms_op_add, NULL, 0, (MsNode *[]){ a, b }, 2);
}
