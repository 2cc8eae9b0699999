/* SPDX-License-Identifier: MIT */

/* What a token of Soft MoE gets back: y_t = sum_s c_ts f_sg over the slots of its group g, slots slot-major (slots.h);
 * with the residual it is added to, y_t = r_t + ...;  df_sg = sum_t c_ts dy_t,  dc_ts = <dy_t, f_sg>,  dr = dy
 *                                                        c: (T, S), T in G equal groups, f: (S G, H), y, r: (T, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"
#include "core/autodiff/ops/slots.h"

#include <string.h>

typedef struct {
  gsize groups;
} Attr;

static void
mix_slots_shape (MsNode *y)
{
  const Attr *a = y->attr;

  g_assert (ms_node_rows (y->in[0]) % a->groups == 0
            && ms_node_rows (y->in[1]) == a->groups * ms_node_cols (y->in[0]));
  ms_shape_matrix (y, ms_node_rows (y->in[0]), ms_node_cols (y->in[1]));
}

static MsSlots
slots (const MsNode *y)
{
  const Attr *a = y->attr;

  return (MsSlots){ a->groups, ms_node_rows (y->in[0]) / a->groups, ms_node_cols (y->in[0]), ms_node_cols (y) };
}

static void
mix_slots_forward (MsTape *tape, MsNode *y)
{
  const MsSlots s = slots (y);

  if (y->in[2] != NULL)
    memcpy (y->value, y->in[2]->value, y->n * sizeof (MsReal));
  ms_slots_to_tokens (ms_tape_pool (tape), &s, y->in[0]->value, y->in[1]->value, y->value, y->in[2] != NULL);
}

static void
mix_slots_backward (MsTape *tape, MsNode *y)
{
  const MsSlots s = slots (y);
  bool add;
  MsReal *dc = ms_grad (tape, y->in[0], &add);

  if (dc != NULL)
    ms_slots_dots (ms_tape_pool (tape), &s, y->grad, y->in[1]->value, dc, add);
  MsReal *df = ms_grad (tape, y->in[1], &add);
  if (df != NULL)
    ms_slots_from_tokens (ms_tape_pool (tape), &s, y->in[0]->value, y->grad, df, add);
  ms_add_gradient (tape, y->in[2], y);
}

static MsNode *
mix_slots_sample (MsTape *tape, MsCheck *check)
{
  const int groups = (int)check->rng.seed;
  MsNode *c = ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 4 });
  MsNode *f = ms_check_variable (tape, check, 1, 2, (gsize[]){ 4 * (gsize)groups, 5 });
  MsNode *r = groups == 2 ? NULL : ms_check_variable (tape, check, 1, 2, (gsize[]){ 6, 5 });

  return ms_mix_slots (tape, c, f, groups, r);
}

const MsOp ms_op_mix_slots = {
  .name = "mix_slots",
  .shape = mix_slots_shape,
  .forward = mix_slots_forward,
  .backward = mix_slots_backward,
  .cost = ms_slots_cost,
  .sample = mix_slots_sample,
};

MsNode *
ms_mix_slots (MsTape *tape, MsNode *mix, MsNode *slots, int groups, MsNode *residual)
{
  Attr attr = { (gsize)groups };

  return ms_tape_apply (tape, &ms_op_mix_slots, &attr, sizeof attr, (MsNode *[]){ mix, slots, residual }, 3);
}
