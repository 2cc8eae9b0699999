/* SPDX-License-Identifier: MIT */

#include "core/metrics/choices.h"

#include <math.h>

double
ms_router_confidence (const float *gate, const guint8 *kept, int T, int K)
{
  double sum = 0;
  gint64 processed = 0;
  for (gsize i = 0; i < (gsize)T * (gsize)K; i++)
    if (kept[i])
      {
        sum += gate[i];
        processed++;
      }
  return processed > 0 ? sum / (double)processed : NAN;
}

/* together (E, E): tokens that chose both; on the diagonal, tokens that chose the one. */
static double *
count_together (const gint16 *expert, int T, int E, int K)
{
  double *together = g_new0 (double, (gsize)E * (gsize)E);
  for (int t = 0; t < T; t++)
    {
      const gint16 *row = expert + (gsize)t * (gsize)K;
      for (int i = 0; i < K; i++)
        for (int j = 0; j < K; j++)
          if (row[i] >= 0 && row[j] >= 0)
            together[row[i] * E + row[j]]++;
    }
  return together;
}

void
ms_coactivation (double *rate, double *excess, const gint16 *expert, int T, int E, int K)
{
  g_autofree double *together = count_together (expert, T, E, K);
  double N = 0;
  for (int e = 0; e < E; e++)
    N += together[e * E + e];
  for (int i = 0; i < E; i++)
    {
      double chosen = together[i * E + i], others = N - chosen, companions = 0;
      for (int j = 0; j < E; j++)
        companions += j != i ? together[i * E + j] : 0;
      for (int j = 0; j < E; j++)
        {
          double expected = others > 0 ? companions / chosen * together[j * E + j] / others : 0;
          rate[i * E + j] = chosen > 0 ? together[i * E + j] / chosen : NAN;
          excess[i * E + j] = chosen == 0 ? NAN : j == i ? 0 : rate[i * E + j] - expected;
        }
    }
}

double
ms_choice_overlap (const gint16 *a, const gint16 *b, int T, int K)
{
  double sum = 0;
  gint64 tokens = 0;
  for (gsize t = 0; t < (gsize)T; t++)
    {
      const gint16 *row_a = a + t * (gsize)K, *row_b = b + t * (gsize)K;
      int common = 0, chosen = 0;
      for (int i = 0; i < K; i++)
        {
          chosen += (row_a[i] >= 0) + (row_b[i] >= 0);
          for (int j = 0; j < K; j++)
            common += row_a[i] >= 0 && row_a[i] == row_b[j];
        }
      tokens += chosen > 0;
      sum += (double)common / K;
    }
  return tokens > 0 ? sum / (double)tokens : NAN;
}
