/* SPDX-License-Identifier: MIT */

/* Learning-rate schedules: a linear warm-up, then one of five courses. */
#pragma once

#include "core/train/choices.h"
#include <glib.h>

typedef struct {
  MsScheduleChoice kind;
  double peak;
  double end;      /* share of the peak at which cosine, linear and polynomial end */
  gint64 warmup;   /* steps; the peak is first used at the step after them */
  gint64 total;    /* steps of the whole run */
  double power;    /* of polynomial */
  gint64 timescale; /* of rsqrt, steps; 0: the warm-up's */
  gint64 cooldown;  /* of rsqrt: last steps, over which the rate falls to 0 */
} MsSchedule;

/* The rate of the batch number @step, counted from 0. Warm-up: peak (step + 1) / (warmup + 1). Then with k steps since:
 * constant peak; cosine and linear from peak to end * peak at the last step and constant beyond it; polynomial
 * (peak - end peak) (1 - k / (total - warmup))^power + end peak, which like V-MoE's comes to its end one step after the
 * last; rsqrt peak / sqrt (1 + k / timescale), and from total - cooldown on in a line to 0 at total, as in V-MoE's
 * big_vision_rsqrt. */
double ms_schedule_rate (const MsSchedule *schedule, gint64 step);
