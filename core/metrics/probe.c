/* SPDX-License-Identifier: MIT */

#include "core/metrics/probe.h"

#include "core/metrics/cholesky.h"

#include <math.h>
#include <string.h>

#define CONSTANT 100.0
#define DEVIATION 1e-5
#define FIRST_EXPONENT (-10)
#define SINGULAR 1e-13

struct MsProbe {
  int N, D, C;      /* D: with the constant feature */
  double *mean, *factor; /* (D - 1) */
  double *x;        /* (N, D) standardised */
  double *target;   /* (N, C) */
  bool dual;
  int size;         /* of the system: N if dual, else D */
  double *gram;     /* (size, size) X^T X or X X^T; lower triangle */
};

double
ms_probe_lambda (int i)
{
  return ldexp (1, FIRST_EXPONENT + i);
}

static void
measure (MsProbe *self, const float *x)
{
  int F = self->D - 1;
  for (int n = 0; n < self->N; n++)
    for (int f = 0; f < F; f++)
      self->mean[f] += (double)x[(gsize)n * (gsize)F + (gsize)f] / self->N;
  for (int n = 0; n < self->N; n++)
    for (int f = 0; f < F; f++)
      {
        double d = x[(gsize)n * (gsize)F + (gsize)f] - self->mean[f];
        self->factor[f] += d * d / self->N;
      }
  for (int f = 0; f < F; f++)
    self->factor[f] = 1 / (sqrt (self->factor[f]) + DEVIATION);
}

/* row (D) of standardised features and the constant */
static void
standardise (const MsProbe *self, double *row, const float *x)
{
  for (int f = 0; f < self->D - 1; f++)
    row[f] = (x[f] - self->mean[f]) * self->factor[f];
  row[self->D - 1] = CONSTANT;
}

static void
fill_gram (MsProbe *self)
{
  gsize D = (gsize)self->D;
  if (self->dual)
    for (int i = 0; i < self->N; i++)
      for (int j = 0; j <= i; j++)
        for (gsize d = 0; d < D; d++)
          self->gram[i * self->N + j] += self->x[(gsize)i * D + d] * self->x[(gsize)j * D + d];
  else
    for (int n = 0; n < self->N; n++)
      for (gsize i = 0; i < D; i++)
        for (gsize j = 0; j <= i; j++)
          self->gram[i * D + j] += self->x[(gsize)n * D + i] * self->x[(gsize)n * D + j];
}

MsProbe *
ms_probe_new (const float *x, const int *y, int N, int F, int C)
{
  g_return_val_if_fail (N > 0 && F > 0 && C > 0, NULL);
  MsProbe *self = g_new0 (MsProbe, 1);
  self->N = N;
  self->D = F + 1;
  self->C = C;
  self->mean = g_new0 (double, F);
  self->factor = g_new0 (double, F);
  self->x = g_new (double, (gsize)N * (gsize)self->D);
  self->target = g_new (double, (gsize)N * (gsize)C);
  self->dual = self->D > N;
  self->size = self->dual ? N : self->D;
  self->gram = g_new0 (double, (gsize)self->size * (gsize)self->size);
  measure (self, x);
  for (int n = 0; n < N; n++)
    {
      standardise (self, self->x + (gsize)n * (gsize)self->D, x + (gsize)n * (gsize)F);
      for (int c = 0; c < C; c++)
        self->target[n * C + c] = c == y[n] ? 1 : -1;
    }
  fill_gram (self);
  return self;
}

void
ms_probe_free (MsProbe *self)
{
  if (self == NULL)
    return;
  g_free (self->mean);
  g_free (self->factor);
  g_free (self->x);
  g_free (self->target);
  g_free (self->gram);
  g_free (self);
}

/* out (D) += X^T v, v (N) with @stride */
static void
add_transposed (const MsProbe *self, const double *v, int stride, double *out)
{
  for (int n = 0; n < self->N; n++)
    for (int d = 0; d < self->D; d++)
      out[d] += self->x[(gsize)n * (gsize)self->D + (gsize)d] * v[n * stride];
}

bool
ms_probe_solve (const MsProbe *self, double lambda, double *weights)
{
  gsize size = (gsize)self->size;
  g_autofree double *L = g_memdup2 (self->gram, size * size * sizeof *L);
  g_autofree double *v = g_new (double, size), *w = g_new (double, self->D);
  for (gsize i = 0; i < size; i++)
    L[i * size + i] += lambda;
  if (!ms_cholesky (L, self->size, SINGULAR))
    return false;
  for (int c = 0; c < self->C; c++)
    {
      memset (w, 0, (gsize)self->D * sizeof *w);
      if (self->dual)
        {
          for (int n = 0; n < self->N; n++)
            v[n] = self->target[n * self->C + c];
          ms_cholesky_solve (L, self->size, v);
          add_transposed (self, v, 1, w);
        }
      else
        {
          add_transposed (self, self->target + c, self->C, w);
          ms_cholesky_solve (L, self->size, w);
        }
      for (int d = 0; d < self->D; d++)
        weights[d * self->C + c] = w[d];
    }
  return true;
}

void
ms_probe_predict (const MsProbe *self, const double *weights, const float *x, int n, int *predicted)
{
  g_autofree double *row = g_new (double, self->D), *output = g_new (double, self->C);
  for (int i = 0; i < n; i++)
    {
      standardise (self, row, x + (gsize)i * (gsize)(self->D - 1));
      memset (output, 0, (gsize)self->C * sizeof *output);
      for (int d = 0; d < self->D; d++)
        for (int c = 0; c < self->C; c++)
          output[c] += row[d] * weights[d * self->C + c];
      predicted[i] = 0;
      for (int c = 1; c < self->C; c++)
        if (output[c] > output[predicted[i]])
          predicted[i] = c;
    }
}

double
ms_probe_best_accuracy (const MsProbe *self, const float *x, const int *y, int n, double *lambda)
{
  g_autofree double *weights = g_new (double, (gsize)self->D * (gsize)self->C);
  g_autofree int *predicted = g_new (int, MAX (n, 1));
  double best = NAN;
  for (int i = 0; n > 0 && i < MS_PROBE_LAMBDAS; i++)
    {
      int right = 0;
      if (!ms_probe_solve (self, ms_probe_lambda (i), weights))
        continue;
      ms_probe_predict (self, weights, x, n, predicted);
      for (int j = 0; j < n; j++)
        right += predicted[j] == y[j];
      if (isnan (best) || (double)right / n >= best)
        {
          best = (double)right / n;
          *lambda = ms_probe_lambda (i);
        }
    }
  return best;
}
