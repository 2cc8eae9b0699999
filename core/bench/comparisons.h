/* SPDX-License-Identifier: MIT */

/* The benchmark's comparisons: training steps of two models taken alternately in one run, beside the ratio of their
 * FLOPs, so that what is saved on paper can be held against what is saved in time. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *name;  /* "e3 / deep" */
  const char *title; /* what is compared */
} MsComparison;

typedef struct {
  double ms, other_ms; /* medians over the rounds */
  double ratio;        /* median over the rounds of ms / other_ms, each pair taken one after the other */
  double flop_ratio;   /* of what the kernels counted in those steps, forward and backward */
  int rounds;
} MsComparisonResult;

int ms_comparisons_count (void);
const MsComparison *ms_comparison_at (int i);

/* Takes about @seconds. False and @error if there is not enough memory. */
bool ms_comparison_run (int i, int n_threads, double seconds, MsComparisonResult *result, GError **error);

G_END_DECLS
