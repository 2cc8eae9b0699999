/* SPDX-License-Identifier: MIT */

/* GShard loss, mean over groups:  m_e = mean_s g_se,  f_e = share of rows whose largest gate is e,  L = E sum_e f_e m_e
 * (= E^2 mean_e f_e m_e);  dg_se = E f_e / S: only through m                              g: (groups * S, E) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

#include <string.h>

typedef struct {
  int groups;
} Attr;

/* Ties go to the lower expert. */
static gsize
largest (const MsReal *g, gsize E)
{
  gsize best = 0;

  for (gsize e = 1; e < E; e++)
    if (g[e] > g[best])
      best = e;
  return best;
}

static void
gshard_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsNode *g = y->in[0];
  gsize E = ms_node_cols (g), G = (gsize)a->groups, S = ms_node_rows (g) / G;
  double loss = 0, *f;

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, G * E * sizeof (double));
  memset (y->saved, 0, G * E * sizeof (double));
  for (gsize i = 0; i < G; i++)
    {
      f = (double *)y->saved + i * E;
      for (gsize s = i * S; s < (i + 1) * S; s++)
        f[largest (g->value + s * E, E)] += 1.0 / (double)S;
      for (gsize s = i * S; s < (i + 1) * S; s++)
        for (gsize e = 0; e < E; e++)
          loss += (double)E * f[e] * g->value[s * E + e] / (double)S;
    }
  y->value[0] = (MsReal)(loss / (double)G);
}

static void
gshard_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  MsNode *g = y->in[0];
  gsize E = ms_node_cols (g), G = (gsize)a->groups, S = ms_node_rows (g) / G;
  MsReal *dg = ms_grad_cleared (tape, g);

  for (gsize s = 0; dg != NULL && s < G * S; s++)
    for (gsize e = 0; e < E; e++)
      dg[s * E + e] += (MsReal)(y->grad[0] * (double)E * ((double *)y->saved)[s / S * E + e] / (double)(S * G));
}

static MsCost
gshard_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : y->in[0]->n);
}

static MsNode *
gshard_sample (MsTape *tape, MsCheck *check)
{
  return ms_gshard (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 }), 2);
}

const MsOp ms_op_gshard = {
  .name = "gshard",
  .shape = ms_shape_scalar,
  .forward = gshard_forward,
  .backward = gshard_backward,
  .cost = gshard_cost,
  .sample = gshard_sample,
};

MsNode *
ms_gshard (MsTape *tape, MsNode *gates, int groups)
{
  Attr attr = { groups };

  return ms_tape_apply (tape, &ms_op_gshard, &attr, sizeof attr, &gates, 1);
}
