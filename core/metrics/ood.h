/* SPDX-License-Identifier: MIT */

/* Telling foreign examples (out of distribution) from known ones by a score that is larger for what seems foreign. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
  double auroc; /* P (a positive scores above a negative); a tie counts half */
  double aupr;  /* average precision: sum over thresholds of (recall gained) * precision */
  double fpr95; /* false positive rate at the first threshold, from above, with a true positive rate of 95 % or more */
} MsDetection;

/* Examples of equal score pass a threshold together. @foreign_is_positive: the usual labelling; else the known are the
 * positives, found by small scores. NaN if either side is empty or a score is NaN. */
MsDetection ms_ood_detect (const float *known, int n_known, const float *foreign, int n_foreign,
                           bool foreign_is_positive);

/* The ROC curve (foreign is positive) for drawing, from (0, 0) to (1, 1): at most @room points (room >= 2) of
 * @false_rate and @true_rate, spread evenly along the curve; returns how many. 0 where ms_ood_detect gives NaN. */
int ms_ood_roc (const float *known, int n_known, const float *foreign, int n_foreign, int room, double *false_rate,
                double *true_rate);

/* Scores (n) of the members' averaged probabilities @probs (n, C): 1 - the largest, and the entropy in nats. */
void ms_ood_score_msp (float *score, const float *probs, int n, int C);
void ms_ood_score_entropy (float *score, const float *probs, int n, int C);

/* 1 - the largest logit, @logits (M, n, C). Of several members their mean logits are taken: the logarithm of averaged
 * probabilities, the other way to read it, would only repeat what the largest probability says. */
void ms_ood_score_max_logit (float *score, const float *logits, int M, int n, int C);
