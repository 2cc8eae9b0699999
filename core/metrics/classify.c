/* SPDX-License-Identifier: MIT */

#include "core/metrics/classify.h"

#include <float.h>
#include <math.h>

/* What a float that was flushed to zero may have been counts as the smallest number it can hold, so that one example
 * cannot make a mean infinite. NaN stays. */
static double
log_probability (float p)
{
  return log (p < FLT_MIN ? FLT_MIN : p);
}

static int
argmax (const float *p, int C)
{
  int best = 0;
  for (int c = 1; c < C; c++)
    if (p[c] > p[best])
      best = c;
  return best;
}

static int
bin_of (double confidence)
{
  double scaled = confidence * MS_ECE_BINS;
  return scaled >= MS_ECE_BINS ? MS_ECE_BINS - 1 : scaled > 0 ? (int)scaled : 0;
}

void
ms_classify_add (MsClassifySums *sums, const float *probs, const int *labels, int N, int C)
{
  for (int n = 0; n < N; n++)
    {
      const float *p = probs + (gsize)n * (gsize)C;
      int y = labels[n];
      if (y < 0 || y >= C)
        continue;
      int best = argmax (p, C), bin = bin_of (p[best]);
      double brier = 0;
      for (int c = 0; c < C; c++)
        brier += ((double)p[c] - (c == y)) * ((double)p[c] - (c == y));
      sums->n++;
      sums->errors += best != y;
      sums->nll -= log_probability (p[y]);
      sums->brier += brier;
      sums->bin_confidence[bin] += p[best];
      sums->bin_correct[bin] += best == y;
      sums->bin_n[bin]++;
    }
}

MsClassifyMetrics
ms_classify_result (const MsClassifySums *sums)
{
  if (sums->n == 0)
    return (MsClassifyMetrics){ NAN, NAN, NAN, NAN };
  double n = (double)sums->n, gap = 0;
  for (int b = 0; b < MS_ECE_BINS; b++)
    gap += fabs (sums->bin_correct[b] - sums->bin_confidence[b]);
  return (MsClassifyMetrics){
    .error = sums->errors / n,
    .nll = sums->nll / n,
    .ece = gap / n,
    .brier = sums->brier / n,
  };
}

void
ms_classify_average (float *mean, const float *probs, int M, int N, int C)
{
  gsize size = (gsize)N * (gsize)C;
  for (gsize i = 0; i < size; i++)
    {
      double sum = 0;
      for (int m = 0; m < M; m++)
        sum += probs[(gsize)m * size + i];
      mean[i] = (float)(sum / M);
    }
}

/* One example, all pairs: adds how many disagree and the sum of their divergences. @p (M, C), @log_p (M, C) */
static void
add_pairs (MsDisagreement *sum, const float *const *p, const double *log_p, int M, int C)
{
  for (int i = 0; i < M; i++)
    {
      int best_i = argmax (p[i], C);
      for (int j = i + 1; j < M; j++)
        {
          sum->rate += best_i != argmax (p[j], C);
          for (int c = 0; c < C; c++)
            sum->kl += p[i][c] * (log_p[i * C + c] - log_p[j * C + c]);
        }
    }
}

/* H (mean p) - mean H (p_m) of one example; never negative but for rounding. */
static double
mutual_information (const float *const *p, const double *log_p, int M, int C)
{
  double sum = 0;
  for (int c = 0; c < C; c++)
    {
      double mean = 0;
      for (int m = 0; m < M; m++)
        {
          mean += p[m][c] / (double)M;
          sum += p[m][c] * log_p[m * C + c] / M;
        }
      sum -= mean == 0 ? 0 : mean * log (mean);
    }
  return sum < 0 ? 0 : sum;
}

MsDisagreement
ms_disagreement (const float *probs, int M, int N, int C)
{
  if (M < 2 || N < 1)
    return (MsDisagreement){ NAN, NAN, NAN };
  g_autofree const float **p = g_new (const float *, M);
  g_autofree double *log_p = g_new (double, (gsize)M *(gsize)C);
  MsDisagreement sum = { 0 };
  for (int n = 0; n < N; n++)
    {
      for (int m = 0; m < M; m++)
        {
          p[m] = probs + ((gsize)m * (gsize)N + (gsize)n) * (gsize)C;
          for (int c = 0; c < C; c++)
            log_p[m * C + c] = log_probability (p[m][c]);
        }
      add_pairs (&sum, p, log_p, M, C);
      sum.mutual_information += mutual_information (p, log_p, M, C);
    }
  double pairs = 0.5 * M * (M - 1) * N;
  return (MsDisagreement){ sum.rate / pairs, sum.kl / pairs, sum.mutual_information / N };
}
