/* SPDX-License-Identifier: MIT */

/* Quality of class probabilities. Accumulates over batches: start with {0}-initialised sums. */
#pragma once

#include <glib.h>

#define MS_ECE_BINS 15

typedef struct {
  gint64 n;
  double errors, nll, brier;
  double bin_confidence[MS_ECE_BINS], bin_correct[MS_ECE_BINS];
  gint64 bin_n[MS_ECE_BINS]; /* equal-width bins of max p: the reliability diagram's data */
} MsClassifySums;

typedef struct {
  double error, nll, ece, brier; /* NaN without examples */
} MsClassifyMetrics;

/* @probs (N, C) rows that sum to 1, @labels (N). A label outside [0, C) is skipped. Ties: the lowest class wins. */
void ms_classify_add (MsClassifySums *sums, const float *probs, const int *labels, int N, int C);
MsClassifyMetrics ms_classify_result (const MsClassifySums *sums);

/* mean (N, C) = mean over members of probs (M, N, C). */
void ms_classify_average (float *mean, const float *probs, int M, int N, int C);

/* Diversity of members, means over unordered pairs i < j and examples; NaN for M < 2. */
typedef struct {
  double rate;               /* argmax differs */
  double kl;                 /* sum_c p_i ln (p_i / p_j), i < j */
  double mutual_information; /* H (mean p) - mean H (p_m), nats */
} MsDisagreement;

MsDisagreement ms_disagreement (const float *probs, int M, int N, int C);
