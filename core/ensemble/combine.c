/* SPDX-License-Identifier: MIT */

#include "core/ensemble/combine.h"

#include <math.h>
#include <string.h>

/* ln (e^a + e^b); -inf is e's 0. */
static double
log_add (double a, double b)
{
  double high = MAX (a, b), low = MIN (a, b);

  return isinf (high) ? high : high + log1p (exp (low - high));
}

static double
log_sigmoid (double x)
{
  return -log_add (0, -x);
}

static double
log_sum (const float *x, int n)
{
  double largest = x[0], sum = 0;

  for (int i = 1; i < n; i++)
    largest = MAX (largest, x[i]);
  for (int i = 0; i < n; i++)
    sum += exp (x[i] - largest);
  return largest + log (sum);
}

/* 0 times anything is 0: a class that is not the label may have no probability at all. */
static double
times (double target, double log_probability)
{
  return target == 0 ? 0 : target * log_probability;
}

void
ms_members_log_mean (double *log_mean, const float *logits, int M, int N, int C)
{
  gsize rows = (gsize)N, cols = (gsize)C;

  for (gsize m = 0; m < (gsize)M; m++)
    for (gsize n = 0; n < rows; n++)
      {
        const float *x = logits + (m * rows + n) * cols;
        double *y = log_mean + n * cols, whole = log_sum (x, C) + log (M);

        for (gsize c = 0; c < cols; c++)
          y[c] = m == 0 ? x[c] - whole : log_add (y[c], x[c] - whole);
      }
}

void
ms_members_log_mean_sigmoid (double *yes, double *no, const float *logits, int M, int N, int C)
{
  gsize size = (gsize)N * (gsize)C;

  for (gsize m = 0; m < (gsize)M; m++)
    for (gsize i = 0; i < size; i++)
      {
        double x = logits[m * size + i], a = log_sigmoid (x) - log (M), b = log_sigmoid (-x) - log (M);

        yes[i] = m == 0 ? a : log_add (yes[i], a);
        no[i] = m == 0 ? b : log_add (no[i], b);
      }
}

void
ms_members_nll (double *loss, const double *log_mean, const float *target, int N, int C)
{
  for (int n = 0; n < N; n++, log_mean += C, target += C)
    {
      loss[n] = 0;
      for (int c = 0; c < C; c++)
        loss[n] -= times (target[c], log_mean[c]);
    }
}

void
ms_members_nll_sigmoid (double *loss, const double *yes, const double *no, const float *target, int N, int C)
{
  for (int n = 0; n < N; n++, yes += C, no += C, target += C)
    {
      loss[n] = 0;
      for (int c = 0; c < C; c++)
        loss[n] -= times (target[c], yes[c]) + times (1 - target[c], no[c]);
    }
}

void
ms_members_classes (int *classes, const double *log_mean, int N, int C)
{
  for (int n = 0; n < N; n++, log_mean += C)
    {
      classes[n] = 0;
      for (int c = 1; c < C; c++)
        if (log_mean[c] > log_mean[classes[n]])
          classes[n] = c;
    }
}

static double
mean (const double *x, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

double
ms_members_mean_loss (const float *logits, const float *target, int M, int N, int C)
{
  gsize size = (gsize)N * (gsize)C;
  g_autofree double *log_p = g_new (double, size), *loss = g_new (double, (gsize)M * (gsize)N);

  for (int m = 0; m < M; m++)
    {
      ms_members_log_mean (log_p, logits + (gsize)m * size, 1, N, C);
      ms_members_nll (loss + (gsize)m * (gsize)N, log_p, target, N, C);
    }
  return mean (loss, (gsize)M * (gsize)N);
}

double
ms_members_mean_loss_sigmoid (const float *logits, const float *target, int M, int N, int C)
{
  gsize size = (gsize)N * (gsize)C;
  g_autofree double *yes = g_new (double, size), *no = g_new (double, size);
  g_autofree double *loss = g_new (double, (gsize)M * (gsize)N);

  for (int m = 0; m < M; m++)
    {
      ms_members_log_mean_sigmoid (yes, no, logits + (gsize)m * size, 1, N, C);
      ms_members_nll_sigmoid (loss + (gsize)m * (gsize)N, yes, no, target, N, C);
    }
  return mean (loss, (gsize)M * (gsize)N);
}

void
ms_members_from_reference (float *to, const float *from, int M, int N, int C)
{
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      memcpy (to + ((gsize)m * N + n) * C, from + ((gsize)n * M + m) * C, (gsize)C * sizeof *to);
}

void
ms_members_to_reference (float *to, const float *from, int M, int N, int C)
{
  ms_members_from_reference (to, from, N, M, C);
}
