/* SPDX-License-Identifier: MIT */

/* What an ensemble does not know, taken apart. With p_m a member's probabilities and p their mean, in nats:
 *   total     H (p)                     of the averaged prediction
 *   aleatoric mean_m H (p_m)            what each member by itself is unsure of
 *   mutual information                  H (p) - mean_m H (p_m) = mean_m KL (p_m || p): what they disagree about
 * so that total = aleatoric + mutual information. Equal members have a mutual information of exactly 0. */
#pragma once

#include <glib.h>

/* @probs (M, N, C); outputs (N), NULL: not wanted. M = 1: mutual information 0. */
void ms_uncertainty (const float *probs, int M, int N, int C, double *total, double *aleatoric,
                     double *mutual_information);

/* entropy (N): of the members' votes (each names its most likely class), nats; from 0 to ln M. */
void ms_vote_entropy (double *entropy, const float *probs, int M, int N, int C);
