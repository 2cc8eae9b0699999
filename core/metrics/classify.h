/* SPDX-License-Identifier: MIT */

/* Quality of class probabilities. Accumulates over batches: start with {0}-initialised sums. */
#pragma once

#include "core/record/assessment.h"

typedef struct {
  gint64 n;
  double errors, nll, brier;
  double bin_confidence[MS_RELIABILITY_BINS], bin_correct[MS_RELIABILITY_BINS];
  gint64 bin_n[MS_RELIABILITY_BINS]; /* equal-width bins of max p: the reliability diagram's data */
} MsClassifySums;

/* @probs (N, C) rows that sum to 1, @labels (N). A label outside [0, C) is skipped. Ties: the lowest class wins. */
void ms_classify_add (MsClassifySums *sums, const float *probs, const int *labels, int N, int C);
MsQuality ms_classify_result (const MsClassifySums *sums);

/* bins (MS_RELIABILITY_BINS): the reliability diagram; their n are the histogram of confidence. */
void ms_classify_bins (const MsClassifySums *sums, MsReliabilityBin *bins);

/* probs (rows, C) = softmax of each row of @logits. */
void ms_softmax_rows (float *probs, const float *logits, gsize rows, int C);

/* mean (N, C) = mean over members of probs (M, N, C). */
void ms_classify_average (float *mean, const float *probs, int M, int N, int C);
