/* SPDX-License-Identifier: MIT */

/* Means of repeated measurements, and how sure they are. Absent values (NaN) are left out. */
#pragma once

#include <stddef.h>

typedef struct {
  int n;
  double mean; /* NaN: n = 0 */
  double sem;  /* standard error: sample deviation (n - 1) / sqrt (n); NaN for n < 2 */
} MsSample;

MsSample ms_sample (const double *values, int n);

/* Of the differences a_i - b_i, where both are there: what two methods that share their seeds are compared by. */
MsSample ms_sample_paired (const double *a, const double *b, int n);

typedef enum {
  MS_SIGN_UNDECIDED, /* the mean lies within two standard errors of 0, or there is no standard error */
  MS_SIGN_NEGATIVE,
  MS_SIGN_POSITIVE,
} MsSign;

MsSign ms_sample_sign (const MsSample *sample);

/* The middle one of @values (n), or the mean of the two in the middle; sorts them. NaN: n = 0. None may be NaN. */
double ms_median (double *values, size_t n);

/* P (|T| > t) of Student's distribution with @dof >= 1 degrees of freedom: how often t would be passed by chance alone.
 * Abramowitz and Stegun 26.7.3 and 26.7.4. */
double ms_student_tails (double t, int dof);
