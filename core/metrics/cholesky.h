/* SPDX-License-Identifier: MIT */

/* Symmetric positive definite systems in double: small ones, so that no LAPACK is needed. Row-major; of the matrix only
 * the lower triangle is read or written. */
#pragma once

#include <stdbool.h>

/* @a (n, n) becomes L with a = L L^T. False, with @a undefined, when what is left of a diagonal entry is not more than
 * @tolerance of it: the matrix is singular to that precision, or not positive definite. */
bool ms_cholesky (double *a, int n, double tolerance);

void ms_cholesky_forward (const double *L, int n, double *x); /* x (n) becomes L^-1 x */
void ms_cholesky_solve (const double *L, int n, double *x);   /* x (n) becomes (L L^T)^-1 x */
