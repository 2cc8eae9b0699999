/* SPDX-License-Identifier: MIT */

#include "core/metrics/sample.h"
#include <math.h>
#include <stdlib.h>

/* What the @i-th pair adds; @b NULL: the value itself. */
static double
difference (const double *a, const double *b, int i)
{
  return b != NULL ? a[i] - b[i] : a[i];
}

MsSample
ms_sample_paired (const double *a, const double *b, int n)
{
  MsSample sample = { 0, NAN, NAN };
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++)
    if (!isnan (difference (a, b, i)))
      {
        sum += difference (a, b, i);
        sample.n++;
      }
  if (sample.n == 0)
    return sample;
  sample.mean = sum / sample.n;
  for (int i = 0; i < n; i++)
    if (!isnan (difference (a, b, i)))
      squares += pow (difference (a, b, i) - sample.mean, 2);
  if (sample.n > 1)
    sample.sem = sqrt (squares / (sample.n - 1) / sample.n);
  return sample;
}

MsSample
ms_sample (const double *values, int n)
{
  return ms_sample_paired (values, NULL, n);
}

MsSign
ms_sample_sign (const MsSample *sample)
{
  if (isnan (sample->sem) || !(fabs (sample->mean) > 2 * sample->sem))
    return MS_SIGN_UNDECIDED;
  return sample->mean < 0 ? MS_SIGN_NEGATIVE : MS_SIGN_POSITIVE;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

double
ms_median (double *values, size_t n)
{
  if (n == 0)
    return NAN;
  qsort (values, n, sizeof *values, compare);
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

double
ms_student_tails (double t, int dof)
{
  double angle = atan (fabs (t) / sqrt (dof)), cosine = cos (angle);
  double term = dof % 2 == 0 ? 1 : cosine, sum = dof == 1 ? 0 : term;
  for (int i = dof % 2 == 0 ? 2 : 3; i <= dof - 2; i += 2)
    {
      term *= cosine * cosine * (i - 1) / i;
      sum += term;
    }
  double inside = sin (angle) * sum;
  return 1 - (dof % 2 == 0 ? inside : 2 / M_PI * (angle + inside));
}
