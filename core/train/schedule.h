/* SPDX-License-Identifier: MIT */

/* Learning-rate schedules: a linear warm-up, then one of four courses. */
#pragma once

#include "core/train/choices.h"
#include <glib.h>

typedef struct {
  MsScheduleChoice kind;
  double peak;
  double end;      /* share of the peak that cosine and linear reach at the last step */
  gint64 warmup;   /* steps; the peak is first used at the step after them */
  gint64 total;    /* steps of the whole run */
} MsSchedule;

/* The rate of the batch number @step, counted from 0. Warm-up: peak (step + 1) / (warmup + 1). Then with k steps since:
 * constant peak; cosine and linear from peak to end * peak at the last step and constant beyond it; rsqrt
 * peak / sqrt (1 + k / max (warmup, 1)). */
double ms_schedule_rate (const MsSchedule *schedule, gint64 step);
