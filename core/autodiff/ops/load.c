/* SPDX-License-Identifier: MIT */

/* Load loss, mean over groups of S rows (specs/vmoe.md 1.5):
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
  int *holder; /* (T, 2) who holds the K-th and the (K+1)-th place; -1: nobody */
  int *best;   /* (T, K + 1) scratch */
  const double *slope; /* (groups, E) dL/dP, times the gradient that arrives, / (sigma S groups) */
  MsReal *dlogits, *dnoisy;
  gsize E, S;
} Load;

/* Experts at places K and K + 1 (counted from 1) of a row; ties go to the lower expert. best (K + 1) is scratch. */
static void
find_holders (const MsReal *x, gsize E, gsize K, int *best, int holder[2])
{
  gsize held = 0;

  for (gsize e = 0; e < E; e++)
    {
      gsize at;

      if (held > K && !(x[e] > x[best[K]]))
        continue;
      for (at = held > K ? K : held++; at > 0 && x[e] > x[best[at - 1]]; at--)
        best[at] = best[at - 1];
      best[at] = (int)e;
    }
  holder[0] = best[K - 1];
  holder[1] = held > K ? best[K] : -1;
}

/* Whose logit is the threshold of expert e; -1: there is none. */
static int
threshold_of (const Load *l, gsize t, gsize e)
{
  const int *holder = l->holder + 2 * t;
  const MsReal *x = l->noisy + t * l->E;
  MsReal kth = x[holder[0]];

  if (!l->attr->exclusive || x[e] < kth || (x[e] == kth && (int)e > holder[0]))
    return holder[0];
  return holder[1];
}

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

static void
forward_rows (gpointer data, gsize begin, gsize end)
{
  const Load *l = data;
  gsize K = (gsize)l->attr->K, E = l->E;
  MsReal per_sigma = (MsReal)(1 / l->attr->sigma);

  for (gsize t = begin; t < end; t++)
    {
      find_holders (l->noisy + t * E, E, K, l->best + t * (K + 1), l->holder + 2 * t);
      for (gsize e = 0; e < E; e++)
        {
          int j = threshold_of (l, t, e);

          l->z[t * E + e] = j < 0 ? CERTAIN : (l->noisy[t * E + (gsize)j] - l->logits[t * E + e]) * per_sigma;
        }
    }
  normal_tail (l->p + begin * E, l->z + begin * E, (end - begin) * E);
}

static void
backward_rows (gpointer data, gsize begin, gsize end)
{
  const Load *l = data;
  gsize E = l->E;

  normal_density (l->z + begin * E, (end - begin) * E);
  for (gsize t = begin; t < end; t++)
    for (gsize e = 0; e < E; e++)
      {
        int j = threshold_of (l, t, e);
        MsReal flow = (MsReal)l->slope[t / l->S * E + e] * l->z[t * E + e];

        if (j < 0)
          continue;
        if (l->dlogits != NULL)
          l->dlogits[t * E + e] += flow;
        if (l->dnoisy != NULL)
          l->dnoisy[t * E + (gsize)j] -= flow;
      }
}

typedef struct {
  MsReal *p, *z, *mean; /* (T, E) twice, (groups, E) sums of p: the scale cancels in the loss */
  int *holder, *best;
} Saved;

static Load
describe (MsNode *y)
{
  const Attr *a = y->attr;
  Saved *saved = y->saved;

  return (Load){ .attr = a, .logits = y->in[0]->value, .noisy = y->in[1]->value, .p = saved->p, .z = saved->z,
                 .holder = saved->holder, .best = saved->best, .E = ms_node_cols (y->in[0]),
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
      saved->holder = ms_tape_alloc (tape, 2 * T * sizeof (int));
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
  ms_tape_count (tape, 0, 3 * T * E * sizeof (MsReal));
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
  ms_tape_count (tape, 0, 4 * G * l.S * E * sizeof (MsReal));
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
  .sample = load_sample,
};

MsNode *
ms_load (MsTape *tape, MsNode *logits, MsNode *noisy, double sigma, int K, int groups, bool exclusive)
{
  Attr attr = { sigma, K, groups, exclusive };

  return ms_tape_apply (tape, &ms_op_load, &attr, sizeof attr, (MsNode *[]){ logits, noisy }, 2);
}
