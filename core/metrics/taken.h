/* SPDX-License-Identifier: MIT */

/* By how many experts tokens are processed: what there is to watch where experts choose, or where capacity drops
 * (V-MoE's monitoring metrics). Letters: T tokens, K choices per token; @kept (T, K) is 1 where the choice was
 * processed, 0 where it was dropped or there is none. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_TAKEN_LEVELS 32

typedef struct {
  int fewest, most;                /* experts that process one token; 0, 0 without tokens */
  double least_gate, largest_gate; /* of what is processed; NaN: nothing is, or the gates were not captured */
} MsTakenMetrics;

/* @gate (T, K) combine weights, or NULL. */
MsTakenMetrics ms_taken_metrics (const guint8 *kept, const float *gate, int T, int K);

/* The numbers of experts that shares are given for: 1, 2, 4, ... up to E, and E itself. Returns how many there are,
 * at most MS_TAKEN_LEVELS. */
int ms_taken_levels (int level[MS_TAKEN_LEVELS], int E);

/* Share of tokens that at least @level experts process; NaN without tokens. */
double ms_taken_share (const guint8 *kept, int T, int K, int level);

G_END_DECLS
