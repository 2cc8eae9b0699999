/* SPDX-License-Identifier: MIT */

/* The benchmark's workloads: a training step of this core beside the time of nothing but the library's GEMM calls of
 * the same shapes (forward, dX, dW), taken alternately in one run, so that the ratio holds on a machine whose speed
 * drifts. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *name;  /* "W1 K=1" */
  const char *title; /* what it is, in shapes */
} MsWorkload;

typedef struct {
  double step_ms, gemm_ms; /* medians over the rounds */
  double ratio;            /* median over the rounds of step / gemm, each pair taken one after the other */
  int rounds;
} MsWorkloadResult;

int ms_workloads_count (void);
const MsWorkload *ms_workload_at (int i);

/* Takes about @seconds. False and @error if there is not enough memory. */
bool ms_workload_run (int i, int n_threads, double seconds, MsWorkloadResult *result, GError **error);

G_END_DECLS
