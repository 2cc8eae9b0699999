/* SPDX-License-Identifier: MIT */

/* Importance loss of clean gates, mean over groups:  I_e = sum_s g_se,  L = (std (I) / mean (I))^2;
 * dg_se = dL/dI_e                                                                         g: (groups * S, E) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/balance.h"
#include "core/autodiff/ops/rows.h"

typedef struct {
  int groups;
} Attr;

static void
importance_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsNode *g = y->in[0];
  gsize E = ms_node_cols (g), G = (gsize)a->groups, S = ms_node_rows (g) / G;
  double loss = 0;

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, G * E * sizeof (MsReal));
  for (gsize i = 0; i < G; i++)
    {
      MsReal *sum = (MsReal *)y->saved + i * E;

      ms_column_sums (tape, sum, g->value + i * S * E, S, E, false);
      loss += ms_cv_squared (sum, E, NULL);
    }
  y->value[0] = (MsReal)(loss / (double)G);
}

static void
importance_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsNode *g = y->in[0];
  gsize E = ms_node_cols (g), G = (gsize)a->groups, S = ms_node_rows (g) / G;
  MsReal *dg = ms_grad_cleared (tape, g);
  double *slope = ms_tape_alloc (tape, E * sizeof (double));
  MsReal *flow = ms_tape_alloc (tape, E * sizeof (MsReal));

  for (gsize i = 0; dg != NULL && i < G; i++)
    {
      ms_cv_squared ((MsReal *)y->saved + i * E, E, slope);
      for (gsize e = 0; e < E; e++)
        flow[e] = (MsReal)(y->grad[0] * slope[e] / (double)G);
      for (gsize s = i * S; s < (i + 1) * S; s++)
        ms_row_scale (dg + s * E, flow, 1, E, true);
    }
}

static MsCost
importance_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : y->in[0]->n);
}

static MsNode *
importance_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 });

  return ms_importance (tape, ms_softmax (tape, x), 2);
}

const MsOp ms_op_importance = {
  .name = "importance",
  .shape = ms_shape_scalar,
  .forward = importance_forward,
  .backward = importance_backward,
  .cost = importance_cost,
  .sample = importance_sample,
};

MsNode *
ms_importance (MsTape *tape, MsNode *gates, int groups)
{
  Attr attr = { groups };

  return ms_tape_apply (tape, &ms_op_importance, &attr, sizeof attr, &gates, 1);
}
