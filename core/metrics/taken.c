/* SPDX-License-Identifier: MIT */

#include "core/metrics/taken.h"

#include <math.h>

static int
count_kept (const guint8 *kept, gsize t, int K)
{
  int n = 0;

  for (int k = 0; k < K; k++)
    n += kept[t * (gsize)K + (gsize)k] != 0;
  return n;
}

MsTakenMetrics
ms_taken_metrics (const guint8 *kept, const float *gate, int T, int K)
{
  MsTakenMetrics metrics = { T > 0 ? G_MAXINT : 0, 0, NAN, NAN };

  for (gsize t = 0; t < (gsize)T; t++)
    {
      int n = count_kept (kept, t, K);

      metrics.fewest = MIN (metrics.fewest, n);
      metrics.most = MAX (metrics.most, n);
    }
  for (gsize i = 0; gate != NULL && i < (gsize)T * (gsize)K; i++)
    if (kept[i])
      {
        metrics.least_gate = fmin (metrics.least_gate, gate[i]); /* the number of a number and a NaN */
        metrics.largest_gate = fmax (metrics.largest_gate, gate[i]);
      }
  return metrics;
}

int
ms_taken_levels (int level[MS_TAKEN_LEVELS], int E)
{
  int n = 0;

  for (gint64 t = 1; t <= E; t *= 2)
    level[n++] = (int)t;
  if (n > 0 && level[n - 1] < E)
    level[n++] = E;
  return n;
}

double
ms_taken_share (const guint8 *kept, int T, int K, int level)
{
  int reached = 0;

  for (gsize t = 0; t < (gsize)T; t++)
    reached += count_kept (kept, t, K) >= level;
  return T > 0 ? (double)reached / T : NAN;
}
