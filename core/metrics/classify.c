/* SPDX-License-Identifier: MIT */

#include "core/metrics/classify.h"

#include "core/metrics/probability.h"

#include <math.h>

static int
bin_of (double confidence)
{
  double scaled = confidence * MS_RELIABILITY_BINS;
  return scaled >= MS_RELIABILITY_BINS ? MS_RELIABILITY_BINS - 1 : scaled > 0 ? (int)scaled : 0;
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
      int best = ms_argmax (p, C), bin = bin_of (p[best]);
      double brier = 0;
      for (int c = 0; c < C; c++)
        brier += ((double)p[c] - (c == y)) * ((double)p[c] - (c == y));
      sums->n++;
      sums->errors += best != y;
      sums->nll -= ms_log_probability (p[y]);
      sums->brier += brier;
      sums->bin_confidence[bin] += p[best];
      sums->bin_correct[bin] += best == y;
      sums->bin_n[bin]++;
    }
}

MsQuality
ms_classify_result (const MsClassifySums *sums)
{
  if (sums->n == 0)
    return (MsQuality){ NAN, NAN, NAN, NAN };
  double n = (double)sums->n, gap = 0;
  for (int b = 0; b < MS_RELIABILITY_BINS; b++)
    gap += fabs (sums->bin_correct[b] - sums->bin_confidence[b]);
  return (MsQuality){
    .error = sums->errors / n,
    .nll = sums->nll / n,
    .ece = gap / n,
    .brier = sums->brier / n,
  };
}

void
ms_classify_bins (const MsClassifySums *sums, MsReliabilityBin *bins)
{
  for (int b = 0; b < MS_RELIABILITY_BINS; b++)
    {
      double n = sums->bin_n[b] > 0 ? (double)sums->bin_n[b] : NAN;
      bins[b] = (MsReliabilityBin){ sums->bin_n[b], sums->bin_confidence[b] / n, sums->bin_correct[b] / n };
    }
}

void
ms_softmax_rows (float *probs, const float *logits, gsize rows, int C)
{
  for (gsize r = 0; r < rows; r++, logits += C, probs += C)
    {
      double largest = logits[0], sum = 0;
      for (int c = 1; c < C; c++)
        largest = MAX (largest, logits[c]);
      for (int c = 0; c < C; c++)
        sum += exp (logits[c] - largest);
      for (int c = 0; c < C; c++)
        probs[c] = (float)(exp (logits[c] - largest) / sum);
    }
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
