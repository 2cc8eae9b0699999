/* SPDX-License-Identifier: MIT */

/* What Soft MoE's weights look like: how sharp they are, and how alike. As in V-MoE's soft router (get_metrics). */
#pragma once

#include <stddef.h>

/* Of the cosines <a, b> / (|a| |b|), with 1e-9 added to the sums of squares, of all pairs of different vectors; NaN:
 * there is no pair, or there are too many to go through. */
typedef struct {
  double min, max, mean;
} MsSimilarity;

typedef struct {
  double combine_min, combine_max;   /* means over the items of their smallest and largest combine weight */
  double dispatch_min, dispatch_max; /* means over the slots of their smallest and largest dispatch weight */
  MsSimilarity items, slots;         /* of items' combine weights, and of slots' dispatch weights, in the same group */
  MsSimilarity mu;                   /* of what the slots are keyed by */
} MsSoftMetrics;

/* @dispatch and @combine (T, slots) in @groups of consecutive, equally many rows; @mu (H, slots) or NULL: not known. */
MsSoftMetrics ms_soft_metrics (const float *dispatch, const float *combine, int T, int slots, int groups,
                               const float *mu, int H);
