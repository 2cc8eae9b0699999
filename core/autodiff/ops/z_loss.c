/* SPDX-License-Identifier: MIT */

/* Router z-loss (ST-MoE):  L = mean_t z_t^2,  z_t = ln sum_e exp x_te;  dx_te = 2 z_t softmax (x_t)_e / T  x: (T, E) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/softmax.h"

typedef struct {
  MsReal *p, *z; /* (T, E), (T) */
} Saved;

MS_CLONES
static double
mean_square (const Saved *s, const MsReal *x, gsize T, gsize E)
{
  double sum = 0;

  for (gsize t = 0; t < T; t++)
    {
      s->z[t] = ms_softmax_row (s->p + t * E, x + t * E, E);
      sum += (double)s->z[t] * s->z[t];
    }
  return sum / (double)T;
}

static void
z_loss_forward (MsTape *tape, MsNode *y)
{
  MsNode *x = y->in[0];
  Saved *s = y->saved;

  if (s == NULL)
    {
      y->saved = s = ms_tape_alloc (tape, sizeof *s);
      s->p = ms_tape_alloc (tape, x->n * sizeof (MsReal));
      s->z = ms_tape_alloc (tape, ms_node_rows (x) * sizeof (MsReal));
    }
  y->value[0] = (MsReal)mean_square (s, x->value, ms_node_rows (x), ms_node_cols (x));
}

static void
z_loss_backward (MsTape *tape, MsNode *y)
{
  const Saved *s = y->saved;
  gsize T = ms_node_rows (y->in[0]), E = ms_node_cols (y->in[0]);
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  for (gsize t = 0; dx != NULL && t < T; t++)
    for (gsize e = 0; e < E; e++)
      dx[t * E + e] += 2 * y->grad[0] * s->z[t] * s->p[t * E + e] / (MsReal)T;
}

static MsCost
z_loss_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : 2 * y->in[0]->n);
}

static MsNode *
z_loss_sample (MsTape *tape, MsCheck *check)
{
  return ms_z_loss (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 }));
}

const MsOp ms_op_z_loss = {
  .name = "z_loss",
  .shape = ms_shape_scalar,
  .forward = z_loss_forward,
  .backward = z_loss_backward,
  .cost = z_loss_cost,
  .sample = z_loss_sample,
};

MsNode *
ms_z_loss (MsTape *tape, MsNode *logits)
{
  return ms_tape_apply (tape, &ms_op_z_loss, NULL, 0, &logits, 1);
}
