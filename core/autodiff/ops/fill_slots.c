/* SPDX-License-Identifier: MIT */

/* What a slot of Soft MoE reads: z_sg = sum_t d_ts x_t over the tokens t of group g, slots slot-major (slots.h).
 * dx_t = sum_s d_ts dz_sg,  dd_ts = <x_t, dz_sg>            d: (T, S), x: (T, H), T in G equal groups, z: (S G, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/slots.h"

typedef struct {
  gsize groups;
} Attr;

static void
fill_slots_shape (MsNode *y)
{
  const Attr *a = y->attr;

  g_assert (ms_node_rows (y->in[0]) == ms_node_rows (y->in[1]) && ms_node_rows (y->in[0]) % a->groups == 0);
  ms_shape_matrix (y, ms_node_cols (y->in[0]) * a->groups, ms_node_cols (y->in[1]));
}

static MsSlots
slots (const MsNode *y)
{
  const Attr *a = y->attr;

  return (MsSlots){ a->groups, ms_node_rows (y->in[0]) / a->groups, ms_node_cols (y->in[0]), ms_node_cols (y) };
}

static void
fill_slots_forward (MsTape *tape, MsNode *y)
{
  const MsSlots s = slots (y);

  ms_slots_from_tokens (ms_tape_pool (tape), &s, y->in[0]->value, y->in[1]->value, y->value, false);
}

static void
fill_slots_backward (MsTape *tape, MsNode *y)
{
  const MsSlots s = slots (y);
  bool add;
  MsReal *dd = ms_grad (tape, y->in[0], &add);

  if (dd != NULL)
    ms_slots_dots (ms_tape_pool (tape), &s, y->in[1]->value, y->grad, dd, add);
  MsReal *dx = ms_grad (tape, y->in[1], &add);
  if (dx != NULL)
    ms_slots_to_tokens (ms_tape_pool (tape), &s, y->in[0]->value, y->grad, dx, add);
}

static MsNode *
fill_slots_sample (MsTape *tape, MsCheck *check)
{
  MsNode *d = ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 4 });
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 5 });

  return ms_fill_slots (tape, d, x, (int)check->rng.seed);
}

const MsOp ms_op_fill_slots = {
  .name = "fill_slots",
  .shape = fill_slots_shape,
  .forward = fill_slots_forward,
  .backward = fill_slots_backward,
  .cost = ms_slots_cost,
  .sample = fill_slots_sample,
};

MsNode *
ms_fill_slots (MsTape *tape, MsNode *dispatch, MsNode *x, int groups)
{
  Attr attr = { (gsize)groups };

  return ms_tape_apply (tape, &ms_op_fill_slots, &attr, sizeof attr, (MsNode *[]){ dispatch, x }, 2);
}
