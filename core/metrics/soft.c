/* SPDX-License-Identifier: MIT */

#include "core/metrics/soft.h"

#include <glib.h>
#include <math.h>

#define EPSILON 1e-9
#define MOST_PRODUCTS 1e10 /* multiplications: some ten seconds */

/* @n vectors of @length numbers: number i of vector v is x[v step + i stride]. */
typedef struct {
  const float *x;
  gsize n, length, step, stride;
} Vectors;

typedef struct {
  double min, max, sum, pairs;
} Cosines;

static double *
normalised (const Vectors *v)
{
  double *y = g_new (double, MAX (v->n * v->length, 1));

  for (gsize a = 0; a < v->n; a++)
    {
      double sum = EPSILON;

      for (gsize i = 0; i < v->length; i++)
        {
          y[a * v->length + i] = v->x[a * v->step + i * v->stride];
          sum += y[a * v->length + i] * y[a * v->length + i];
        }
      for (gsize i = 0; i < v->length; i++)
        y[a * v->length + i] /= sqrt (sum);
    }
  return y;
}

static void
add_pairs (Cosines *c, const Vectors *v)
{
  g_autofree double *y = normalised (v);

  for (gsize a = 0; a < v->n; a++)
    for (gsize b = 0; b < a; b++)
      {
        double dot = 0;

        for (gsize i = 0; i < v->length; i++)
          dot += y[a * v->length + i] * y[b * v->length + i];
        c->min = fmin (c->min, dot);
        c->max = fmax (c->max, dot);
        c->sum += dot;
        c->pairs++;
      }
}

/* The pairs within each of @groups, @apart numbers apart. */
static MsSimilarity
similarity (Vectors v, int groups, gsize apart)
{
  Cosines c = { INFINITY, -INFINITY, 0, 0 };

  if ((double)v.n * (double)v.n * (double)v.length * groups / 2 <= MOST_PRODUCTS)
    for (int g = 0; g < groups; g++, v.x += apart)
      add_pairs (&c, &v);
  if (c.pairs > 0)
    return (MsSimilarity){ c.min, c.max, c.sum / c.pairs };
  return (MsSimilarity){ NAN, NAN, NAN };
}

/* Adds each vector's smallest and largest number to the sums. */
static void
add_extremes (const Vectors *v, double *min, double *max)
{
  for (gsize a = 0; a < v->n; a++)
    {
      double low = INFINITY, high = -INFINITY;

      for (gsize i = 0; i < v->length; i++)
        {
          low = fmin (low, v->x[a * v->step + i * v->stride]);
          high = fmax (high, v->x[a * v->step + i * v->stride]);
        }
      *min += low;
      *max += high;
    }
}

MsSoftMetrics
ms_soft_metrics (const float *dispatch, const float *combine, int T, int slots, int groups, const float *mu, int H)
{
  MsSoftMetrics m = { 0 };
  gsize S = (gsize)slots, rows = (gsize)(T / groups);

  for (int g = 0; g < groups; g++)
    {
      const Vectors items = { combine + (gsize)g * rows * S, rows, S, S, 1 };
      const Vectors columns = { dispatch + (gsize)g * rows * S, S, rows, 1, S };

      add_extremes (&items, &m.combine_min, &m.combine_max);
      add_extremes (&columns, &m.dispatch_min, &m.dispatch_max);
    }
  m.combine_min /= T;
  m.combine_max /= T;
  m.dispatch_min /= (double)slots * groups;
  m.dispatch_max /= (double)slots * groups;
  m.items = similarity ((Vectors){ combine, rows, S, S, 1 }, groups, rows * S);
  m.slots = similarity ((Vectors){ dispatch, S, rows, 1, S }, groups, rows * S);
  m.mu = similarity ((Vectors){ mu, mu != NULL ? S : 0, (gsize)H, 1, S }, 1, 0);
  return m;
}
