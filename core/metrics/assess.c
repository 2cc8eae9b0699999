/* SPDX-License-Identifier: MIT */

#include "core/metrics/assess.h"

#include "core/ensemble/combine.h"
#include "core/metrics/classify.h"
#include "core/metrics/diversity.h"
#include "core/metrics/ood.h"
#include "core/metrics/uncertainty.h"

#include <math.h>

static gsize
numbers_of (int rows, int columns)
{
  return MAX ((gsize)rows * (gsize)columns, 1);
}

/* Free with g_free. */
static float *
new_probs (const float *logits, int rows, int C)
{
  float *probs = g_new (float, numbers_of (rows, C));
  ms_softmax_rows (probs, logits, (gsize)rows, C);
  return probs;
}

static float *
new_mean (const float *probs, int M, int N, int C)
{
  float *mean = g_new (float, numbers_of (N, C));
  ms_classify_average (mean, probs, M, N, C);
  return mean;
}

/* Of the members' mean probabilities, from their logits (M, N, C): a probability that no float holds keeps its
 * logarithm. Labels outside [0, C) are skipped. */
static double
mean_nll (const float *logits, const int *labels, int M, int N, int C)
{
  g_autofree double *log_mean = g_new (double, numbers_of (N, C));
  double sum = 0;
  int n_labels = 0;
  ms_members_log_mean (log_mean, logits, M, N, C);
  for (int n = 0; n < N; n++)
    if (labels[n] >= 0 && labels[n] < C)
      {
        sum -= log_mean[(gsize)n * (gsize)C + (gsize)labels[n]];
        n_labels++;
      }
  return n_labels > 0 ? sum / n_labels : NAN;
}

/* @probs (N, C) are those of the members with @logits (M, N, C), averaged. */
static MsQuality
measure (const float *probs, const float *logits, const int *labels, int M, int N, int C, MsReliabilityBin *bins)
{
  MsClassifySums sums = { 0 };
  ms_classify_add (&sums, probs, labels, N, C);
  if (bins != NULL)
    ms_classify_bins (&sums, bins);
  MsQuality quality = ms_classify_result (&sums);
  quality.nll = mean_nll (logits, labels, M, N, C);
  return quality;
}

static double
mean_of (const double *x, int n)
{
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += x[i];
  return n > 0 ? sum / n : NAN;
}

static void
compare_members (MsAssessment *self, const float *probs)
{
  int M = self->M, cells = M * M;
  self->disagreement = g_new0 (double, cells);
  self->kl = g_new0 (double, cells);
  MsDiversity d = ms_diversity (probs, M, self->N, self->C, self->disagreement, self->kl);
  self->rate = d.rate;
  self->pair_kl = d.kl;
  self->cosine = d.cosine;
  self->bregman_kl = d.bregman_kl;
}

MsAssessment *
ms_assess (const float *logits, const int *labels, int M, int N, int C)
{
  MsAssessment *self = ms_assessment_new (M, N, C);
  gsize size = (gsize)N * (gsize)C;
  g_autofree float *probs = new_probs (logits, M * N, C), *mean = new_mean (probs, M, N, C);
  g_autofree double *part = g_new (double, numbers_of (3, N));
  self->ensemble = measure (mean, logits, labels, M, N, C, self->bins);
  if (M > 1)
    self->member_bins = g_new0 (MsReliabilityBin, (gsize)M * MS_RELIABILITY_BINS);
  for (int m = 0; m < M; m++)
    self->member[m] = measure (probs + (gsize)m * size, logits + (gsize)m * size, labels, 1, N, C,
                               M > 1 ? self->member_bins + m * MS_RELIABILITY_BINS : NULL);
  if (M > 1 && N > 0)
    compare_members (self, probs);
  ms_uncertainty (probs, M, N, C, part, part + N, part + 2 * (gsize)N);
  self->total = mean_of (part, N);
  self->aleatoric = mean_of (part + N, N);
  self->mutual_information = mean_of (part + 2 * (gsize)N, N);
  return self;
}

void
ms_assess_score (MsAssessment *self, MsOodScore score, const float *known, const float *foreign)
{
  g_return_if_fail (score >= 0 && score < MS_N_OOD_SCORES);
  MsOodResult *result = &self->ood[score];
  MsDetection d = ms_ood_detect (known, self->N, foreign, self->n_foreign, true);
  g_free (result->known);
  g_free (result->foreign);
  result->known = g_memdup2 (known, numbers_of (self->N, 1) * sizeof *known);
  result->foreign = g_memdup2 (foreign, numbers_of (self->n_foreign, 1) * sizeof *foreign);
  result->auroc = d.auroc;
  result->aupr = d.aupr;
  result->fpr95 = d.fpr95;
}

/* scores (3, n): those that logits give, in the order of MsOodScore */
static float *
new_scores (const float *logits, int M, int n, int C)
{
  float *scores = g_new0 (float, numbers_of (3, n));
  g_autofree float *probs = new_probs (logits, M * n, C), *mean = new_mean (probs, M, n, C);
  ms_ood_score_msp (scores + MS_OOD_SCORE_msp * (gsize)n, mean, n, C);
  ms_ood_score_entropy (scores + MS_OOD_SCORE_entropy * (gsize)n, mean, n, C);
  ms_ood_score_max_logit (scores + MS_OOD_SCORE_max_logit * (gsize)n, logits, M, n, C);
  return scores;
}

void
ms_assess_foreign (MsAssessment *self, const char *foreign, const float *logits, const float *foreign_logits,
                   int n_foreign)
{
  g_autofree float *known = new_scores (logits, self->M, self->N, self->C);
  g_autofree float *strange = new_scores (foreign_logits, self->M, n_foreign, self->C);
  g_free (self->foreign);
  self->foreign = g_strdup (foreign);
  self->n_foreign = n_foreign;
  for (int i = MS_OOD_SCORE_msp; i <= MS_OOD_SCORE_max_logit; i++)
    ms_assess_score (self, i, known + i * (gsize)self->N, strange + i * (gsize)n_foreign);
}
