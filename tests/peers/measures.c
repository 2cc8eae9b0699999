/* SPDX-License-Identifier: MIT */

/* Prints what core/metrics says of fixed numbers, a name and values a line, for measures.py to work out by itself. The
 * numbers come from a linear congruential generator that both sides write in one line. */
#include "core/metrics/choices.h"
#include "core/metrics/classify.h"
#include "core/metrics/diversity.h"
#include "core/metrics/load.h"
#include "core/metrics/mahalanobis.h"
#include "core/metrics/ood.h"
#include "core/metrics/probe.h"
#include "core/metrics/robustness.h"
#include "core/metrics/uncertainty.h"

#include <math.h>
#include <stdio.h>

enum { M = 3, N = 120, FOREIGN = 90, C = 5, R = 12 };

static guint32 state = 1;

static double
next (void)
{
  state = state * 1664525u + 1013904223u;
  return state / 4294967296.0;
}

static float *
draw (int n, double scale, double offset)
{
  float *x = g_new (float, n);
  for (int i = 0; i < n; i++)
    x[i] = (float)(scale * (next () - 0.5) + offset);
  return x;
}

static int *
draw_labels (int n)
{
  int *y = g_new (int, n);
  for (int i = 0; i < n; i++)
    y[i] = (int)(C * next ());
  return y;
}

static float *
softmax (const float *logits, int rows)
{
  float *p = g_new (float, rows * C);
  for (int r = 0; r < rows; r++)
    {
      double sum = 0;
      for (int c = 0; c < C; c++)
        sum += exp (logits[r * C + c]);
      for (int c = 0; c < C; c++)
        p[r * C + c] = (float)(exp (logits[r * C + c]) / sum);
    }
  return p;
}

static void
print (const char *name, const double *x, int n)
{
  printf ("%s", name);
  for (int i = 0; i < n; i++)
    printf (" %.17g", x[i]);
  printf ("\n");
}

static void
print_floats (const char *name, const float *x, int n)
{
  g_autofree double *wide = g_new (double, n);
  for (int i = 0; i < n; i++)
    wide[i] = x[i];
  print (name, wide, n);
}

static void
print_detection (const char *name, const float *known, const float *foreign)
{
  for (int positive = 0; positive < 2; positive++)
    {
      g_autofree char *title = g_strdup_printf ("%s/%s-positive", name, positive ? "foreign" : "known");
      MsDetection d = ms_ood_detect (known, N, foreign, FOREIGN, positive);
      print (title, (const double[]){ d.auroc, d.aupr, d.fpr95 }, 3);
    }
}

static void
print_quality (const float *logits, const int *labels)
{
  g_autofree float *probs = softmax (logits, M * N), *mean = g_new (float, N * C);
  MsClassifySums sums = { 0 };
  MsReliabilityBin bins[MS_RELIABILITY_BINS];
  double n[MS_RELIABILITY_BINS], matrix[2][M * M], part[3][N], votes[N];
  ms_classify_average (mean, probs, M, N, C);
  ms_classify_add (&sums, mean, labels, N, C);
  MsQuality q = ms_classify_result (&sums);
  print ("quality", (const double[]){ q.error, q.nll, q.ece, q.brier }, 4);
  ms_classify_bins (&sums, bins);
  for (int b = 0; b < MS_RELIABILITY_BINS; b++)
    n[b] = (double)bins[b].n;
  print ("bins", n, MS_RELIABILITY_BINS);
  MsDiversity d = ms_diversity (probs, M, N, C, matrix[0], matrix[1]);
  print ("diversity", (const double[]){ d.rate, d.kl, d.cosine, d.bregman_kl }, 4);
  print ("disagreement", matrix[0], M * M);
  print ("kl", matrix[1], M * M);
  ms_uncertainty (probs, M, N, C, part[0], part[1], part[2]);
  print ("total", part[0], N);
  print ("aleatoric", part[1], N);
  print ("mutual-information", part[2], N);
  ms_vote_entropy (votes, probs, M, N, C);
  print ("votes", votes, N);
}

static void
print_scores (const float *logits, const float *foreign_logits)
{
  g_autofree float *probs = softmax (logits, M * N), *mean = g_new (float, N * C), *tied = draw (N + FOREIGN, 1, 0.5);
  float known[N], foreign[FOREIGN];
  ms_classify_average (mean, probs, M, N, C);
  ms_ood_score_msp (known, mean, N, C);
  print_floats ("msp", known, N);
  ms_ood_score_entropy (known, mean, N, C);
  print_floats ("entropy", known, N);
  ms_ood_score_max_logit (known, logits, M, N, C);
  ms_ood_score_max_logit (foreign, foreign_logits, M, FOREIGN, C);
  print_floats ("max-logit", known, N);
  print_detection ("max-logit", known, foreign);
  for (int i = 0; i < N + FOREIGN; i++) /* eight values: many ties within and between */
    tied[i] = floorf (8 * tied[i] + (i < N ? 0 : 1));
  print_detection ("ties", tied, tied + N);
}

static void
print_mahalanobis (const int *labels)
{
  g_autofree float *train = draw (M * N * R, 2, 3), *test = draw (M * FOREIGN * R, 3, 3);
  float distance[FOREIGN], relative[FOREIGN];
  for (int singular = 0; singular < 2; singular++)
    {
      g_autoptr (MsMahalanobis) gaussians = ms_mahalanobis_new (M, C, R);
      for (int i = 0; singular && i < M * (N + FOREIGN); i++) /* the last feature repeats the first */
        {
          float *row = i < M * N ? train + i * R : test + (i - M * N) * R;
          row[R - 1] = row[0];
        }
      ms_mahalanobis_add (gaussians, train, labels, N);
      if (!ms_mahalanobis_fit (gaussians))
        return;
      ms_mahalanobis_score (gaussians, test, FOREIGN, distance, relative);
      print_floats (singular ? "singular" : "mahalanobis", distance, FOREIGN);
      print_floats (singular ? "singular-relative" : "relative", relative, FOREIGN);
    }
}

static void
print_probe (const int *labels)
{
  g_autofree float *x = draw (N * R, 4, 1), *test = draw (FOREIGN * R, 4, 1);
  g_autofree int *y = draw_labels (FOREIGN);
  double w[(R + 1) * C];
  for (int few = 0; few < 2; few++) /* 8 examples of 12 features: the dual form */
    for (int i = 0; i < MS_PROBE_LAMBDAS; i += 9)
      {
        g_autoptr (MsProbe) probe = ms_probe_new (x, labels, few ? 8 : N, R, C);
        g_autofree char *name = g_strdup_printf ("probe/%d/%d", few ? 8 : N, i);
        ms_probe_solve (probe, ms_probe_lambda (i), w);
        print (name, w, (R + 1) * C);
      }
  double best[2];
  g_autoptr (MsProbe) probe = ms_probe_new (x, labels, N, R, C);
  best[0] = ms_probe_best_accuracy (probe, test, y, FOREIGN, &best[1]);
  print ("probe/best", best, 2);
}

static void
print_load (void)
{
  gint16 expert[N * 2];
  double count[7] = { 0 }, rate[49], excess[49];
  for (int t = 0; t < N; t++)
    {
      expert[2 * t] = (gint16)(7 * next () * next ());
      expert[2 * t + 1] = (gint16)((expert[2 * t] + 1 + (int)(6 * next ())) % 7);
      for (int k = 0; k < 2; k++)
        count[expert[2 * t + k]]++;
    }
  MsLoadMetrics m = ms_load_metrics (count, 7);
  print ("count", count, 7);
  for (int i = 0; i < MS_N_LOAD_METRICS; i++)
    {
      g_autofree char *name = g_strdup_printf ("load/%s", ms_load_metric_title (i));
      g_strdelimit (name, " ", '-');
      double value = ms_load_metric_value (&m, i);
      print (name, &value, 1);
    }
  ms_coactivation (rate, excess, expert, N, 7, 2);
  print ("coactivation", rate, 49);
  print ("coactivation-excess", excess, 49);
}

int
main (void)
{
  g_autofree float *logits = draw (M * N * C, 6, 0), *foreign = draw (M * FOREIGN * C, 4, 0);
  g_autofree int *labels = draw_labels (N);
  print_quality (logits, labels);
  print_scores (logits, foreign);
  print_mahalanobis (labels);
  print_probe (labels);
  print_load ();
  const double error[6] = { 0.1, 0.2, 0.3, 0.2, 0.4, 0.9 }, reference[6] = { 0.2, 0.2, 0.4, 0.5, 0.5, 0.5 };
  const double mce[2] = { ms_corruption_mean (error, 2, 3), ms_corruption_relative (error, reference, 2, 3) };
  print ("mce", mce, 2);
  return 0;
}
