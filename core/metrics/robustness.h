/* SPDX-License-Identifier: MIT */

/* Errors under corruption (Hendrycks & Dietterich 2019). An error table is (K, S): kinds of corruption by severity. */
#pragma once

/* The plain mean over all entries. NaN: there are none. */
double ms_corruption_mean (const double *error, int K, int S);

/* mCE: the mean over kinds of (error summed over severities / the same of @reference), so that 1 is as robust as the
 * reference model. NaN where the reference makes no error on some kind. */
double ms_corruption_relative (const double *error, const double *reference, int K, int S);
