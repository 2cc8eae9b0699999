/* SPDX-License-Identifier: MIT */

/* y_t = sum_k w_tk x_row(t,k) over kept choices: a token that kept nothing gets 0 and only its residual survives.
 * With the residual it is added to, y_t = r_t + ...;  dx_r = w_tk dy_t,  dw_tk = <dy_t, x_row(t,k)>,  dr = dy
 *                                                                        x: (n, H), w: (T, K), y, r: (T, H) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"
#include "core/autodiff/ops/plan-sample.h"
#include "core/autodiff/ops/rows.h"

#include <string.h>

typedef struct {
  const MsPlan *plan;
} Attr;

typedef struct {
  const MsPlan *plan;
  const MsReal *x, *w, *r, *dy; /* r NULL: none */
  MsReal *y, *dx, *dw;
  gsize H;
  bool add;
} Combine;

static void
combine_shape (MsNode *y)
{
  const Attr *a = y->attr;

  g_assert (y->in[1]->n == (gsize)a->plan->T * a->plan->K && ms_node_rows (y->in[0]) == (gsize)a->plan->n);
  ms_shape_matrix (y, (gsize)a->plan->T, ms_node_cols (y->in[0]));
}

MS_CLONES
static void
forward_tokens (gpointer data, gsize begin, gsize end)
{
  const Combine *c = data;
  gsize K = (gsize)c->plan->K;

  for (gsize t = begin; t < end; t++)
    {
      MsReal *y = c->y + t * c->H;
      bool add = c->r != NULL;

      if (add)
        memcpy (y, c->r + t * c->H, c->H * sizeof (MsReal));
      for (gsize k = 0; k < K; k++)
        if (c->plan->row[t * K + k] >= 0)
          {
            ms_row_scale (y, c->x + (gsize)c->plan->row[t * K + k] * c->H, c->w[t * K + k], c->H, add);
            add = true;
          }
      if (!add)
        memset (y, 0, c->H * sizeof (MsReal));
    }
}

MS_CLONES
static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Combine *c = data;

  for (gsize r = begin; r < end; r++)
    {
      const MsReal *dy = c->dy + (gsize)c->plan->token[r] * c->H;
      gsize slot = (gsize)c->plan->slot[r];

      if (c->dx != NULL)
        ms_row_scale (c->dx + r * c->H, dy, c->w[slot], c->H, c->add);
      if (c->dw != NULL)
        c->dw[slot] += ms_row_dot (dy, c->x + r * c->H, c->H);
    }
}

static void
combine_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Combine c = { .plan = a->plan, .x = y->in[0]->value, .w = y->in[1]->value, .y = y->value, .H = ms_node_cols (y),
                .r = y->in[2] != NULL ? y->in[2]->value : NULL };

  ms_pool_for (ms_tape_pool (tape), (gsize)a->plan->T, ms_rows_grain (c.H), forward_tokens, &c);
}

static void
combine_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  Combine c = { .plan = a->plan, .x = y->in[0]->value, .w = y->in[1]->value, .dy = y->grad, .H = ms_node_cols (y) };

  c.dx = ms_grad (tape, y->in[0], &c.add);
  c.dw = ms_grad_cleared (tape, y->in[1]);
  ms_pool_for (ms_tape_pool (tape), (gsize)a->plan->n, ms_rows_grain (c.H), backward_rows, &c);
  ms_add_gradient (tape, y->in[2], y);
}

static MsCost
combine_cost (const MsNode *y, bool backward)
{
  const Attr *a = y->attr;

  return (MsCost){ (backward ? 3 : 2) * (gsize)a->plan->n * ms_node_cols (y),
                   (y->n + (backward ? 2 : 1) * y->in[0]->n) * sizeof (MsReal) };
}

static MsNode *
combine_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 5, 3 });
  MsNode *w = ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 2 });

  if (check->rng.seed % 2 == 0)
    return ms_combine_add (tape, x, w, &ms_plan_sample, ms_check_variable (tape, check, 1, 2, (gsize[]){ 4, 3 }));
  return ms_combine (tape, x, w, &ms_plan_sample);
}

const MsOp ms_op_combine = {
  .name = "combine",
  .shape = combine_shape,
  .forward = combine_forward,
  .backward = combine_backward,
  .cost = combine_cost,
  .sample = combine_sample,
};

MsNode *
ms_combine (MsTape *tape, MsNode *x, MsNode *weight, const MsPlan *plan)
{
  return ms_combine_add (tape, x, weight, plan, NULL);
}

MsNode *
ms_combine_add (MsTape *tape, MsNode *x, MsNode *weight, const MsPlan *plan, MsNode *residual)
{
  Attr attr = { plan };

  return ms_tape_apply (tape, &ms_op_combine, &attr, sizeof attr, (MsNode *[]){ x, weight, residual }, 3);
}
