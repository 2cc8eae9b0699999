/* SPDX-License-Identifier: MIT */

/* Load loss, mean over groups of S rows:
 *   tau_s = K-th largest noisy logit,  z_se = (tau_s - l_se) / sigma,  p_se = 1 - Phi (z_se),  P_e = mean_s p_se,
 *   L = (std_e (P) / mean_e (P))^2
 *   with a_e = dL/dP_e:  dl_se += a_e phi (z_se) / (sigma S),  and the threshold moves with the logit it is taken from:
 *   dnoisy_s,j(s) -= sum_e a_e phi (z_se) / (sigma S).
 * Exclusive (Shazeer et al., 2017): expert e's threshold is the K-th largest among the others, so for the K chosen ones
 * it is the (K+1)-th largest of all; with K = E every p is 1.                    l, noisy: (groups * S, E) */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/balance.h"
#include "core/autodiff/ops/elementwise.h"
#include "core/autodiff/ops/rows.h"

#include <math.h>

typedef struct {
  double sigma;
  int K, groups;
  bool exclusive;
} Attr;

typedef struct {
  const Attr *attr;
  const MsReal *logits, *noisy;
  MsReal *p, *z; /* (T, E); backward turns z into its density */
  int *best; /* (T, K + 1) the largest noisy logits; with K = E there is no last one: -1 */
  const double *slope; /* (groups, E) dL/dP, times the gradient that arrives, / (sigma S groups) */
  MsReal *dlogits, *dnoisy;
  gsize E, S;
} Load;

/* z of no threshold at all: the expert is among the K for certain, and 1 - Phi is 1. */
#define CERTAIN ((MsReal)-40)

#ifdef MS_DOUBLE

MS_VEC_INLINE MsVec
vec_erfc (MsVec x)
{
  for (int i = 0; i < MS_LANES; i++)
    x[i] = erfc (x[i]);
  return x;
}

#else

/* Within 1.2e-7 of the value everywhere: a Chebyshev fit (Press et al., Numerical Recipes, 6.2). */
MS_VEC_INLINE MsVec
vec_erfc (MsVec x)
{
  MsVec z = ms_vec_max (x, -x), t = 1 / (1 + 0.5f * z);
  MsVec p = -z * z - 1.26551223f
            + t * (1.00002368f + t * (0.37409196f + t * (0.09678418f + t * (-0.18628806f + t * (0.27886807f
            + t * (-1.13520398f + t * (1.48851587f + t * (-0.82215223f + t * 0.17087277f))))))));
  MsVec y = t * ms_vec_exp (p);

  return ms_vec_select (x >= 0, y, 2 - y);
}

#endif

MS_CLONES
static void
normal_tail (MsReal *p, const MsReal *z, gsize n)
{
  for (gsize i = 0; i < n; i += MS_LANES)
    ms_lanes_store (p + i, (MsReal)0.5 * vec_erfc (ms_lanes_load (z + i, n - i) * (MsReal)(1 / G_SQRT2)), n - i);
}

MS_CLONES
static void
normal_density (MsReal *z, gsize n)
{
  const MsReal c = (MsReal)0.39894228040143267794; /* 1 / sqrt (2 pi) */

  for (gsize i = 0; i < n; i += MS_LANES)
    {
      MsVec x = ms_lanes_load (z + i, n - i);

      ms_lanes_store (z + i, c * ms_vec_exp ((MsReal)-0.5 * x * x), n - i);
    }
}

MS_CLONES
static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Load *l = data;
  gsize K = (gsize)l->attr->K, E = l->E;
  MsReal per_sigma = (MsReal)(1 / l->attr->sigma);

  for (gsize t = begin; t < end; t++)
    {
      const MsReal *x = l->noisy + t * E, *clean = l->logits + t * E;
      int *best = l->best + t * (K + 1);
      MsReal *z = l->z + t * E, kth;

      if (ms_row_largest (best, K + 1, x, E) == K)
        best[K] = -1;
      kth = x[best[K - 1]];
      for (gsize e = 0; e < E; e++)
        z[e] = (kth - clean[e]) * per_sigma;
      for (gsize k = 0; l->attr->exclusive && k < K; k++)
        z[best[k]] = best[K] < 0 ? CERTAIN : (x[best[K]] - clean[best[k]]) * per_sigma;
    }
  normal_tail (l->p + begin * E, l->z + begin * E, (end - begin) * E);
}

/* What flows to the logits also flows, with the other sign, to the thresholds: those of the chosen, if they are
 * exclusive, and that of all others. @z holds the density and is overwritten. */
MS_VEC_INLINE void
backward_row (const Load *l, gsize t)
{
  gsize K = (gsize)l->attr->K, E = l->E;
  const double *slope = l->slope + t / l->S * E;
  const int *best = l->best + t * (K + 1);
  MsReal *flow = l->z + t * E, chosen = 0, others = 0;

  for (gsize e = 0; e < E; e++)
    flow[e] *= (MsReal)slope[e];
  for (gsize k = 0; l->attr->exclusive && k < K; k++)
    {
      if (best[K] < 0)
        flow[best[k]] = 0;
      chosen += flow[best[k]];
    }
  for (gsize e = 0; e < E; e++)
    others += flow[e];
  if (l->dlogits != NULL)
    for (gsize e = 0; e < E; e++)
      l->dlogits[t * E + e] += flow[e];
  if (l->dnoisy == NULL)
    return;
  l->dnoisy[t * E + (gsize)best[K - 1]] -= others - chosen;
  if (l->attr->exclusive && best[K] >= 0)
    l->dnoisy[t * E + (gsize)best[K]] -= chosen;
}

MS_CLONES
static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Load *l = data;

  normal_density (l->z + begin * l->E, (end - begin) * l->E);
  for (gsize t = begin; t < end; t++)
    backward_row (l, t);
}

typedef struct {
  MsReal *p, *z, *mean; /* (T, E) twice, (groups, E) sums of p: the scale cancels in the loss */
  int *best;
} Saved;

static Load
describe (MsNode *y)
{
  const Attr *a = y->attr;
  Saved *saved = y->saved;

  return (Load){ .attr = a, .logits = y->in[0]->value, .noisy = y->in[1]->value, .p = saved->p, .z = saved->z,
                 .best = saved->best, .E = ms_node_cols (y->in[0]),
                 .S = ms_node_rows (y->in[0]) / (gsize)a->groups };
}

static void
load_forward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  gsize T = ms_node_rows (y->in[0]), E = ms_node_cols (y->in[0]), G = (gsize)a->groups;
  Saved *saved = y->saved;
  double loss = 0;

  if (saved == NULL)
    {
      y->saved = saved = ms_tape_alloc (tape, sizeof *saved);
      saved->p = ms_tape_alloc (tape, T * E * sizeof (MsReal));
      saved->z = ms_tape_alloc (tape, T * E * sizeof (MsReal));
      saved->mean = ms_tape_alloc (tape, G * E * sizeof (MsReal));
      saved->best = ms_tape_alloc (tape, T * ((gsize)a->K + 1) * sizeof (int));
    }
  Load l = describe (y);
  ms_pool_for (ms_tape_pool (tape), T, MAX (1, ms_rows_grain (E) / 8), forward_rows, &l);
  for (gsize i = 0; i < G; i++)
    {
      ms_column_sums (tape, saved->mean + i * E, saved->p + i * l.S * E, l.S, E, false);
      loss += ms_cv_squared (saved->mean + i * E, E, NULL);
    }
  y->value[0] = (MsReal)(loss / (double)G);
}

static void
load_backward (MsTape *tape, MsNode *y)
{
  const Attr *a = y->attr;
  const Saved *saved = y->saved;
  gsize E = ms_node_cols (y->in[0]), G = (gsize)a->groups;
  double *slope = ms_tape_alloc (tape, G * E * sizeof (double));
  Load l = describe (y);

  for (gsize i = 0; i < G; i++)
    {
      ms_cv_squared (saved->mean + i * E, E, slope + i * E);
      for (gsize e = 0; e < E; e++)
        slope[i * E + e] *= y->grad[0] / (a->sigma * (double)G);
    }
  l.slope = slope;
  l.dlogits = ms_grad_cleared (tape, y->in[0]);
  l.dnoisy = ms_grad_cleared (tape, y->in[1]);
  ms_pool_for (ms_tape_pool (tape), G * l.S, MAX (1, ms_rows_grain (E) / 8), backward_rows, &l);
}

static MsCost
load_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved ((backward ? 4 : 3) * y->in[0]->n);
}

static MsNode *
load_sample (MsTape *tape, MsCheck *check)
{
  MsNode *x = ms_check_variable (tape, check, 1, 2, (gsize[]){ 2 * 3, 4 });

  return ms_load (tape, x, ms_noise (tape, x, 0.5, 3, 1), 0.5, 2, 2, check->rng.seed % 2 == 0);
}

const MsOp ms_op_load = {
  .name = "load",
  .shape = ms_shape_scalar,
  .forward = load_forward,
  .backward = load_backward,
  .cost = load_cost,
  .sample = load_sample,
};

MsNode *
ms_load (MsTape *tape, MsNode *logits, MsNode *noisy, double sigma, int K, int groups, bool exclusive)
{
  Attr attr = { sigma, K, groups, exclusive };

  return ms_tape_apply (tape, &ms_op_load, &attr, sizeof attr, (MsNode *[]){ logits, noisy }, 2);
}
