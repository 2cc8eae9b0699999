/* SPDX-License-Identifier: MIT */

#include "core/metrics/load.h"

#include <glib.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define MIN_ASSIGNMENTS_PER_EXPERT 10

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* sum_i (2 i - E - 1) c_(i) / (E N), c ascending, i = 1 .. E */
static double
gini (const double *count, int E, double total)
{
  g_autofree double *sorted = g_memdup2 (count, (gsize)E * sizeof *count);
  double sum = 0;
  qsort (sorted, (size_t)E, sizeof *sorted, compare_doubles);
  for (int i = 1; i <= E; i++)
    sum += (2.0 * i - E - 1) * sorted[i - 1];
  return sum / (E * total);
}

static MsLoadMetrics
no_data (int E)
{
  return (MsLoadMetrics){ E, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, NAN, NAN, NAN, false };
}

MsLoadMetrics
ms_load_metrics (const double *count, int E)
{
  double N = 0, largest = 0, smallest = INFINITY, deviation = 0, squares = 0, entropy = 0;
  int dead = 0;
  for (int e = 0; e < E; e++)
    N += count[e];
  if (!(N > 0))
    return no_data (E);

  double mean = N / E;
  for (int e = 0; e < E; e++)
    {
      double c = count[e], d = c - mean;
      largest = fmax (largest, c);
      smallest = fmin (smallest, c);
      deviation += fabs (d);
      squares += d * d;
      entropy -= c > 0 ? c / N * log (c / N) : 0;
      dead += c == 0;
    }
  return (MsLoadMetrics){
    .E = E,
    .total = N,
    .max_violation = largest / mean - 1,
    .min_violation = smallest / mean - 1,
    .mean_violation = deviation / N,
    .cv = sqrt (squares / E) / mean,
    .cv_sample = E > 1 ? sqrt (squares / (E - 1)) / mean : NAN,
    .entropy = entropy,
    .entropy_normalised = E > 1 ? entropy / log (E) : 1,
    .effective = exp (entropy) / E,
    .kl_uniform = fmax (log (E) - entropy, 0), /* never negative but for rounding */
    .gini = gini (count, E, N),
    .balancedness = mean / largest,
    .dead = dead,
    .dead_fraction = (double)dead / E,
    .max_share = largest / N,
    .active_fraction = (double)(E - dead) / E,
    .dead_is_meaningful = ms_load_dead_is_meaningful (N, E),
  };
}

bool
ms_load_dead_is_meaningful (double total, int E)
{
  return total >= (double)MIN_ASSIGNMENTS_PER_EXPERT * E;
}

static const struct {
  const char *title, *formula;
  size_t offset; /* in MsLoadMetrics */
} metric[] = {
#define METRIC(name, title, formula) { title, formula, offsetof (MsLoadMetrics, name) },
  MS_LOAD_METRICS (METRIC)
#undef METRIC
};

const char *
ms_load_metric_title (MsLoadMetricId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_LOAD_METRICS, NULL);
  return metric[id].title;
}

const char *
ms_load_metric_formula (MsLoadMetricId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_LOAD_METRICS, NULL);
  return metric[id].formula;
}

double
ms_load_metric_value (const MsLoadMetrics *metrics, MsLoadMetricId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_N_LOAD_METRICS, NAN);
  return *(const double *)((const char *)metrics + metric[id].offset);
}

static double
total_of (const double *count, int E)
{
  double sum = 0;
  for (int e = 0; e < E; e++)
    sum += count[e];
  return sum > 0 ? sum : NAN;
}

void
ms_load_coverage (double *coverage, const double *count, int E)
{
  g_autofree double *sorted = g_memdup2 (count, (gsize)E * sizeof *count);
  double total = total_of (count, E), sum = 0;
  qsort (sorted, (size_t)E, sizeof *sorted, compare_doubles);
  for (int n = 0; n < E; n++)
    {
      sum += sorted[E - 1 - n];
      coverage[n] = sum / total;
    }
}

double
ms_load_switch (const double *count, const double *mean_prob, int E)
{
  double total = total_of (count, E), sum = 0;
  for (int e = 0; e < E; e++)
    sum += count[e] / total * mean_prob[e];
  return isnan (total) ? NAN : E * sum;
}

double
ms_load_divergence (const double *a, const double *b, int E)
{
  double total_a = total_of (a, E), total_b = total_of (b, E), sum = 0;
  if (isnan (total_a) || isnan (total_b))
    return NAN;
  for (int e = 0; e < E; e++)
    {
      double p = a[e] / total_a, q = b[e] / total_b, mean = (p + q) / 2;
      sum += p > 0 ? p / 2 * log (p / mean) : 0;
      sum += q > 0 ? q / 2 * log (q / mean) : 0;
    }
  return fmax (sum, 0); /* never negative but for rounding */
}

double
ms_row_entropy (const float *weights, int n)
{
  double sum = 0, terms = 0;
  for (int i = 0; i < n; i++)
    {
      sum += weights[i];
      terms += weights[i] == 0 ? 0 : weights[i] * logf (weights[i]);
    }
  /* -sum p / S ln (p / S) */
  double entropy = log (sum) - terms / sum;
  return sum > 0 && isfinite (entropy) ? MAX (0, entropy) : NAN;
}

double
ms_gate_entropy (const float *probs, const unsigned char *mask, int T, int E)
{
  double sum = 0;
  gint64 tokens = 0;
  for (int t = 0; t < T; t++)
    {
      if (mask && !mask[t])
        continue;
      const float *p_t = probs + (gsize)t * (gsize)E;
      for (int e = 0; e < E; e++)
        sum -= p_t[e] == 0 ? 0 : (double)p_t[e] * log (p_t[e]);
      tokens++;
    }
  return tokens ? sum / (double)tokens : NAN;
}
