/* SPDX-License-Identifier: MIT */

#include "core/metrics/diversity.h"

#include "core/metrics/probability.h"

#include <stdbool.h>
#include <string.h>

/* One example of all members. */
typedef struct {
  int M, C;
  const float **p; /* (M) rows of C, owned array */
  double *log_p;   /* (M, C) owned */
  int *best;       /* (M) owned */
} Example;

static void
look_at (Example *x, const float *probs, int n, int N)
{
  for (int m = 0; m < x->M; m++)
    {
      x->p[m] = probs + ((gsize)m * (gsize)N + (gsize)n) * (gsize)x->C;
      x->best[m] = ms_argmax (x->p[m], x->C);
      for (int c = 0; c < x->C; c++)
        x->log_p[m * x->C + c] = ms_log_probability (x->p[m][c]);
    }
}

static double
divergence (const Example *x, int i, int j)
{
  double sum = 0;
  for (int c = 0; c < x->C; c++)
    sum += x->p[i][c] * (x->log_p[i * x->C + c] - x->log_p[j * x->C + c]);
  return sum;
}

static double
cosine (const Example *x, int i, int j)
{
  double product = 0, square_i = 0, square_j = 0;
  for (int c = 0; c < x->C; c++)
    {
      product += (double)x->p[i][c] * x->p[j][c];
      square_i += (double)x->p[i][c] * x->p[i][c];
      square_j += (double)x->p[j][c] * x->p[j][c];
    }
  return product / sqrt (square_i * square_j);
}

/* ln sum_c exp (l_c), l = the mean of rows [first, last) of log_p; relative to the first of them, so that equal rows
 * have exactly their own value. */
static double
log_total (const Example *x, int first, int last)
{
  double total = 0;
  for (int c = 0; c < x->C; c++)
    {
      double reference = x->log_p[first * x->C + c], difference = 0;
      for (int m = first + 1; m < last; m++)
        difference += x->log_p[m * x->C + c] - reference;
      total += exp (reference + difference / (last - first));
    }
  return log (total);
}

/* mean_m KL (q || p_m) with q = exp (l) / sum exp (l), l = mean_m ln p_m: the l in ln q cancels the mean of ln p_m, and
 * what is left is minus the logarithm of q's denominator. The p_m's own totals, 1 up to rounding, are divided out. */
static double
bregman (const Example *x)
{
  double own = log_total (x, 0, 1), difference = 0;
  for (int m = 1; m < x->M; m++)
    difference += log_total (x, m, m + 1) - own;
  return own + difference / x->M - log_total (x, 0, x->M);
}

static void
add_pairs (MsDiversity *sum, const Example *x, double *disagreement, double *kl)
{
  for (int i = 0; i < x->M; i++)
    for (int j = i + 1; j < x->M; j++)
      {
        double forward = divergence (x, i, j);
        bool differs = x->best[i] != x->best[j];
        sum->rate += differs;
        sum->kl += forward;
        sum->cosine += cosine (x, i, j);
        disagreement[i * x->M + j] += differs;
        kl[i * x->M + j] += forward;
        kl[j * x->M + i] += divergence (x, j, i);
      }
}

/* Sums become means, and the lower triangle of what is symmetric is filled in. */
static void
finish_matrices (double *disagreement, double *kl, int M, int N)
{
  for (int i = 0; i < M; i++)
    for (int j = 0; j < M; j++)
      {
        kl[i * M + j] /= N;
        disagreement[i * M + j] = j < i ? disagreement[j * M + i] : disagreement[i * M + j] / N;
      }
}

MsDiversity
ms_diversity (const float *probs, int M, int N, int C, double *disagreement, double *kl)
{
  if (M < 2 || N < 1)
    return (MsDiversity){ NAN, NAN, NAN, NAN };
  gsize cells = (gsize)M * (gsize)M;
  g_autofree double *rates = g_new0 (double, cells), *divergences = g_new0 (double, cells);
  g_autofree const float **p = g_new (const float *, M);
  g_autofree double *log_p = g_new (double, (gsize)M * (gsize)C);
  g_autofree int *best = g_new (int, M);
  Example x = { M, C, p, log_p, best };
  MsDiversity sum = { 0 };
  for (int n = 0; n < N; n++)
    {
      look_at (&x, probs, n, N);
      add_pairs (&sum, &x, rates, divergences);
      sum.bregman_kl += bregman (&x);
    }
  finish_matrices (rates, divergences, M, N);
  if (disagreement != NULL)
    memcpy (disagreement, rates, cells * sizeof *rates);
  if (kl != NULL)
    memcpy (kl, divergences, cells * sizeof *divergences);
  double pairs = 0.5 * M * (M - 1) * N;
  return (MsDiversity){ sum.rate / pairs, sum.kl / pairs, sum.cosine / pairs, sum.bregman_kl / N };
}
