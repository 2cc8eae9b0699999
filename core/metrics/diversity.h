/* SPDX-License-Identifier: MIT */

/* How members of an ensemble differ, as robustness_metrics defines it: means over examples and unordered pairs i < j.
 * Members with equal probabilities give exactly 0 (and a cosine of exactly 1). */
#pragma once

#include <glib.h>

typedef struct {
  double rate;       /* argmax differs */
  double kl;         /* sum_c p_i ln (p_i / p_j), i < j: one direction only */
  double cosine;     /* of the probabilities */
  double bregman_kl; /* mean_m KL (q || p_m), q = softmax (mean_m ln p_m): over members, not pairs */
} MsDiversity;

/* @probs (M, N, C) rows that sum to 1. NaN for M < 2 or N < 1. The matrices are (M, M), NULL: not wanted:
 *   disagreement (i, j) share of examples on which the two name different classes
 *   kl (i, j) mean KL (p_i || p_j), both directions */
MsDiversity ms_diversity (const float *probs, int M, int N, int C, double *disagreement, double *kl);
