/* SPDX-License-Identifier: MIT */

#include "core/metrics/robustness.h"

#include <math.h>

static double
sum_of (const double *x, int n)
{
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

double
ms_corruption_mean (const double *error, int K, int S)
{
  return K > 0 && S > 0 ? sum_of (error, K * S) / (K * S) : NAN;
}

double
ms_corruption_relative (const double *error, const double *reference, int K, int S)
{
  double sum = 0;
  for (int k = 0; k < K; k++)
    {
      double divisor = sum_of (reference + k * S, S);
      sum += divisor > 0 ? sum_of (error + k * S, S) / divisor : NAN;
    }
  return K > 0 && S > 0 ? sum / K : NAN;
}
