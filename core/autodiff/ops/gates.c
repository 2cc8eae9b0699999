/* SPDX-License-Identifier: MIT */

/* Combine weights of the chosen experts: w_tk = p_t,c(t,k), or with renormalisation w_tk = p_t,c(t,k) / s_t,
 * s_t = sum_k p_t,c(t,k). Without: dp_t,c(t,k) = dw_tk; with: dp_t,c(t,k) = (dw_tk - sum_j dw_tj w_tj) / s_t.
 * The choice itself has no gradient. Where p is a softmax, dp is zero but for K numbers a row, so it is not written
 * down: what flows on, dl_te = p_te (dp_te - sum_k dp_t,c(t,k) p_t,c(t,k)), goes straight to the logits.
 *                                                                                     p, l: (T, E), c and w: (T, K) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

#include <string.h>

typedef struct {
  const int *choice; /* (T, K) borrowed; -1: none */
  int K;
  bool renormalise;
} Attr;

static void
gates_shape (MsNode *y)
{
  const Attr *a = y->attr;

  ms_shape_matrix (y, ms_node_rows (y->in[0]), (gsize)a->K);
}

/* s_t, or 1 where there is nothing to divide by. */
static MsReal
divisor (const MsNode *y, gsize t)
{
  const Attr *a = y->attr;
  gsize K = (gsize)a->K, E = ms_node_cols (y->in[0]);
  MsReal sum = 0;

  if (!a->renormalise)
    return 1;
  for (gsize k = 0; k < K; k++)
    if (a->choice[t * K + k] >= 0)
      sum += y->in[0]->value[t * E + (gsize)a->choice[t * K + k]];
  return sum > 0 ? sum : 1;
}

static void
gates_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize T = y->dim[0], K = y->dim[1], E = ms_node_cols (y->in[0]);

  for (gsize t = 0; t < T; t++)
    {
      MsReal s = divisor (y, t);

      for (gsize k = 0; k < K; k++)
        {
          int e = a->choice[t * K + k];

          y->value[t * K + k] = e < 0 ? 0 : y->in[0]->value[t * E + (gsize)e] / s;
        }
    }
}

typedef struct {
  const MsNode *y;
  MsReal *dx; /* (T, E) of the logits, or of p itself */
  bool through_softmax, add;
} Backward;

/* dp_t at the k-th choice; @dot is 0 without renormalisation. */
static inline MsReal
chosen_gradient (const MsNode *y, gsize slot, MsReal dot, MsReal s)
{
  const Attr *a = y->attr;

  return a->choice[slot] >= 0 ? (y->grad[slot] - dot) / s : 0;
}

MS_CLONES
static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Backward *b = data;
  const MsNode *y = b->y;
  const Attr *a = y->attr;
  gsize K = y->dim[1], E = ms_node_cols (y->in[0]);

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *p = y->in[0]->value + t * E;
      const int *choice = a->choice + t * K;
      MsReal *dx = b->dx + t * E, s = divisor (y, t), dot = 0, flow = 0;

      for (gsize k = 0; a->renormalise && k < K; k++)
        dot += y->grad[t * K + k] * y->value[t * K + k];
      for (gsize k = 0; b->through_softmax && k < K; k++)
        flow += choice[k] >= 0 ? chosen_gradient (y, t * K + k, dot, s) * p[choice[k]] : 0;
      if (b->through_softmax)
        ms_row_scale (dx, p, -flow, E, b->add);
      else if (!b->add)
        memset (dx, 0, E * sizeof *dx);
      for (gsize k = 0; k < K; k++)
        if (choice[k] >= 0)
          dx[choice[k]] += chosen_gradient (y, t * K + k, dot, s) * (b->through_softmax ? p[choice[k]] : 1);
    }
}

static void
gates_backward (MsTape *tape, MsNode *y)
{
  Backward b = { .y = y, .through_softmax = y->in[0]->op == &ms_op_softmax };
  gsize E = ms_node_cols (y->in[0]);

  b.dx = ms_grad (tape, b.through_softmax ? y->in[0]->in[0] : y->in[0], &b.add);
  if (b.dx != NULL)
    ms_pool_for (ms_tape_pool (tape), y->dim[0], ms_rows_grain (E), backward_rows, &b);
}

static MsCost
gates_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 2 * y->in[0]->n + 2 * y->n : 2 * y->n);
}

static MsNode *
gates_sample (MsTape *tape, MsCheck *check)
{
  static const int choice[] = { 1, 4, 0, 2, 3, -1 };
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 5 });

  return ms_gates (tape, check->rng.seed == 3 ? x : ms_softmax (tape, x), choice, 2, check->rng.seed % 2 == 0);
}

const MsOp ms_op_gates = {
  .name = "gates",
  .shape = gates_shape,
  .forward = gates_forward,
  .backward = gates_backward,
  .cost = gates_cost,
  .sample = gates_sample,
};

MsNode *
ms_gates (MsTape *tape, MsNode *probs, const int *choice, int K, bool renormalise)
{
  Attr attr = { choice, K, renormalise };

  return ms_tape_apply (tape, &ms_op_gates, &attr, sizeof attr, &probs, 1);
}
