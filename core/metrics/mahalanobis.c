/* SPDX-License-Identifier: MIT */

#include "core/metrics/mahalanobis.h"

#include "core/metrics/cholesky.h"

#include <math.h>
#include <string.h>

#define SINGULAR 1e-9  /* features are floats: what is left of a variance below this is rounding */
#define FIRST_RIDGE 1e-6
#define LAST_RIDGE 1e-1

/* Of one member. Sums are relative to the first example, so that nothing is lost where means are large. */
typedef struct {
  double *origin;  /* (R) */
  double *squares; /* (R, R) sum x x^T; lower triangle */
  double *sums;    /* (C, R) of each class */
  double *within, *background; /* (R, R) Cholesky factors */
  double *means;   /* (C + 1, R) L^-1 mu of each class, and of all for the background */
} Member;

struct MsMahalanobis {
  int M, C, R;
  gint64 n;
  gint64 *count;  /* (C) */
  Member *member; /* (M) */
};

MsMahalanobis *
ms_mahalanobis_new (int M, int C, int R)
{
  g_return_val_if_fail (M > 0 && C > 0 && R > 0, NULL);
  MsMahalanobis *self = g_new0 (MsMahalanobis, 1);
  gsize cells = (gsize)R * (gsize)R;
  self->M = M;
  self->C = C;
  self->R = R;
  self->count = g_new0 (gint64, C);
  self->member = g_new0 (Member, M);
  for (int m = 0; m < M; m++)
    self->member[m] = (Member){
      .origin = g_new0 (double, R),
      .squares = g_new0 (double, cells),
      .sums = g_new0 (double, (gsize)C * (gsize)R),
      .within = g_new0 (double, cells),
      .background = g_new0 (double, cells),
      .means = g_new0 (double, (gsize)(C + 1) * (gsize)R),
    };
  return self;
}

void
ms_mahalanobis_free (MsMahalanobis *self)
{
  if (self == NULL)
    return;
  for (int m = 0; m < self->M; m++)
    {
      g_free (self->member[m].origin);
      g_free (self->member[m].squares);
      g_free (self->member[m].sums);
      g_free (self->member[m].within);
      g_free (self->member[m].background);
      g_free (self->member[m].means);
    }
  g_free (self->member);
  g_free (self->count);
  g_free (self);
}

static void
centre (double *x, const float *row, const double *origin, int R)
{
  for (int r = 0; r < R; r++)
    x[r] = row[r] - origin[r];
}

static void
add_example (Member *m, const double *x, int label, int R)
{
  double *sum = m->sums + (gsize)label * (gsize)R;
  for (int r = 0; r < R; r++)
    {
      double *row = m->squares + (gsize)r * (gsize)R;
      sum[r] += x[r];
      for (int s = 0; s <= r; s++)
        row[s] += x[r] * x[s];
    }
}

void
ms_mahalanobis_add (MsMahalanobis *self, const float *features, const int *labels, int n)
{
  int R = self->R;
  g_autofree double *x = g_new (double, R);
  for (int m = 0; m < self->M; m++)
    for (int i = 0; i < n; i++)
      {
        const float *row = features + ((gsize)m * (gsize)n + (gsize)i) * (gsize)R;
        if (self->n == 0 && i == 0)
          for (int r = 0; r < R; r++)
            self->member[m].origin[r] = row[r];
        centre (x, row, self->member[m].origin, R);
        add_example (&self->member[m], x, labels[i], R);
      }
  for (int i = 0; i < n; i++)
    self->count[labels[i]]++;
  self->n += n;
}

/* The lower triangle of (squares - sum_k sums_k sums_k^T / count_k) / n. */
static void
covariance (double *to, const double *squares, const double *sums, const gint64 *count, int K, gint64 n, int R)
{
  memcpy (to, squares, (gsize)R * (gsize)R * sizeof *to);
  for (int k = 0; k < K; k++)
    for (int r = 0; count[k] > 0 && r < R; r++)
      for (int s = 0; s <= r; s++)
        to[r * R + s] -= sums[k * R + r] * sums[k * R + s] / (double)count[k];
  for (gsize i = 0; i < (gsize)R * (gsize)R; i++)
    to[i] /= (double)n;
}

/* @a becomes its factor, with as much of a ridge as it takes. */
static bool
factor (double *a, int R)
{
  gsize size = (gsize)R * (gsize)R * sizeof *a;
  g_autofree double *kept = g_memdup2 (a, size);
  double variance = 0;
  for (int r = 0; r < R; r++)
    variance += a[r * R + r] / R;
  if (!(variance > 0) || !isfinite (variance))
    return false;
  if (ms_cholesky (a, R, SINGULAR))
    return true;
  for (double ridge = FIRST_RIDGE; ridge <= LAST_RIDGE * 1.5; ridge *= 10)
    {
      memcpy (a, kept, size);
      for (int r = 0; r < R; r++)
        a[r * R + r] += ridge * variance;
      if (ms_cholesky (a, R, SINGULAR))
        return true;
    }
  return false;
}

static bool
fit_member (const MsMahalanobis *self, Member *m)
{
  int R = self->R, C = self->C;
  double *total = m->means + (gsize)C * (gsize)R;
  for (int c = 0; c < C; c++)
    for (int r = 0; r < R; r++)
      {
        m->means[c * R + r] = self->count[c] > 0 ? m->sums[c * R + r] / (double)self->count[c] : NAN;
        total[r] += m->sums[c * R + r];
      }
  covariance (m->within, m->squares, m->sums, self->count, C, self->n, R);
  covariance (m->background, m->squares, total, &self->n, 1, self->n, R);
  for (int r = 0; r < R; r++)
    total[r] /= (double)self->n;
  if (!factor (m->within, R) || !factor (m->background, R))
    return false;
  for (int c = 0; c <= C; c++)
    ms_cholesky_forward (c < C ? m->within : m->background, R, m->means + (gsize)c * (gsize)R);
  return true;
}

bool
ms_mahalanobis_fit (MsMahalanobis *self)
{
  if (self->n == 0)
    return false;
  for (int m = 0; m < self->M; m++)
    if (!fit_member (self, &self->member[m]))
      return false;
  return true;
}

static double
distance_to (const double *x, const double *mean, int R)
{
  double sum = 0;
  for (int r = 0; r < R; r++)
    sum += (x[r] - mean[r]) * (x[r] - mean[r]);
  return sum;
}

/* Adds one member's distances to @sums (C); returns the smallest less the background's. A class without training
 * examples (its mean is NaN) is not among the classes. */
static double
score_member (const MsMahalanobis *self, const Member *m, const float *row, double *x, double *sums)
{
  int R = self->R, C = self->C;
  double least = INFINITY;
  centre (x, row, m->origin, R);
  ms_cholesky_forward (m->within, R, x);
  for (int c = 0; c < C; c++)
    {
      double d = self->count[c] > 0 ? distance_to (x, m->means + (gsize)c * (gsize)R, R) : INFINITY;
      sums[c] += d;
      least = d < least || isnan (d) ? d : least;
    }
  centre (x, row, m->origin, R);
  ms_cholesky_forward (m->background, R, x);
  return least - distance_to (x, m->means + (gsize)C * (gsize)R, R);
}

void
ms_mahalanobis_score (const MsMahalanobis *self, const float *features, int n, float *distance, float *relative)
{
  g_autofree double *x = g_new (double, self->R), *sums = g_new (double, self->C);
  for (int i = 0; i < n; i++)
    {
      double excess = 0, least = INFINITY;
      memset (sums, 0, (gsize)self->C * sizeof *sums);
      for (int m = 0; m < self->M; m++)
        {
          const float *row = features + ((gsize)m * (gsize)n + (gsize)i) * (gsize)self->R;
          excess += score_member (self, &self->member[m], row, x, sums);
        }
      for (int c = 0; c < self->C; c++)
        least = sums[c] < least || isnan (sums[c]) ? sums[c] : least;
      distance[i] = (float)(least / self->M);
      relative[i] = (float)(excess / self->M);
    }
}
