/* SPDX-License-Identifier: MIT */

/* L = -1/N sum_n ln p_n,label(n),  p = softmax (x);  dx_nc = (p_nc - [c = label(n)]) / N                x: (N, C) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/softmax.h"

typedef struct {
  const int *labels; /* (N) borrowed */
} Attr;

MS_CLONES
static double
probabilities (MsReal *p, const MsReal *x, const int *labels, gsize N, gsize C)
{
  double loss = 0;

  for (gsize n = 0; n < N; n++)
    loss += ms_softmax_row (p + n * C, x + n * C, C) - x[n * C + (gsize)labels[n]];
  return loss / (double)N;
}

static void
cross_entropy_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsNode *x = y->in[0];

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, x->n * sizeof (MsReal));
  y->value[0] = (MsReal)probabilities (y->saved, x->value, a->labels, ms_node_rows (x), ms_node_cols (x));
}

static void
cross_entropy_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  const MsReal *p = y->saved;
  gsize N = ms_node_rows (y->in[0]), C = ms_node_cols (y->in[0]);
  MsReal *dx = ms_grad_cleared (tape, y->in[0]), scale = y->grad[0] / (MsReal)N;

  for (gsize n = 0; dx != NULL && n < N; n++)
    for (gsize c = 0; c < C; c++)
      dx[n * C + c] += scale * (p[n * C + c] - (MsReal)(c == (gsize)a->labels[n]));
}

static MsCost
cross_entropy_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : 2 * y->in[0]->n);
}

static MsNode *
cross_entropy_sample (MsTape *tape, MsCheck *check)
{
  static const int labels[] = { 2, 0, 3 };

  return ms_cross_entropy (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 }), labels);
}

const MsOp ms_op_cross_entropy = {
  .name = "cross_entropy",
  .shape = ms_shape_scalar,
  .forward = cross_entropy_forward,
  .backward = cross_entropy_backward,
  .cost = cross_entropy_cost,
  .sample = cross_entropy_sample,
};

MsNode *
ms_cross_entropy (MsTape *tape, MsNode *logits, const int *labels)
{
  Attr attr = { labels };

  return ms_tape_apply (tape, &ms_op_cross_entropy, &attr, sizeof attr, &logits, 1);
}
