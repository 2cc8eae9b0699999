/* SPDX-License-Identifier: MIT */

#include "core/metrics/uncertainty.h"

#include "core/metrics/probability.h"

static const float *
row_of (const float *probs, int m, int n, int N, int C)
{
  return probs + ((gsize)m * (gsize)N + (gsize)n) * (gsize)C;
}

/* Mean over members of p_mc. Floats in double: the mean of up to 2^29 equal ones is exactly theirs. */
static double
mean_probability (const float *probs, int M, int n, int N, int C, int c)
{
  double sum = 0;
  for (int m = 0; m < M; m++)
    sum += row_of (probs, m, n, N, C)[c];
  return sum / M;
}

void
ms_uncertainty (const float *probs, int M, int N, int C, double *total, double *aleatoric, double *mutual_information)
{
  for (int n = 0; n < N; n++)
    {
      double entropy = 0, information = 0;
      for (int c = 0; c < C; c++)
        {
          double log_mean = ms_log_probability (mean_probability (probs, M, n, N, C, c));
          for (int m = 0; m < M; m++)
            {
              double p = row_of (probs, m, n, N, C)[c], log_p = ms_log_probability (p);
              entropy -= p * log_p / M;
              information += p * (log_p - log_mean) / M;
            }
        }
      information = information < 0 ? 0 : information; /* never negative but for rounding */
      if (total != NULL)
        total[n] = entropy + information;
      if (aleatoric != NULL)
        aleatoric[n] = entropy;
      if (mutual_information != NULL)
        mutual_information[n] = information;
    }
}

void
ms_vote_entropy (double *entropy, const float *probs, int M, int N, int C)
{
  g_autofree int *votes = g_new (int, C);
  for (int n = 0; n < N; n++)
    {
      for (int c = 0; c < C; c++)
        votes[c] = 0;
      for (int m = 0; m < M; m++)
        votes[ms_argmax (row_of (probs, m, n, N, C), C)]++;
      entropy[n] = 0;
      for (int c = 0; c < C; c++)
        entropy[n] -= votes[c] > 0 ? (double)votes[c] / M * log ((double)votes[c] / M) : 0;
    }
}
