/* SPDX-License-Identifier: MIT */

/* A linear probe of features, as V-MoE's few-shot evaluation: ridge regression to +1 for the example's class and -1 for
 * the others. Features are standardised by the training examples' mean and population standard deviation + 1e-5, and a
 * constant feature of 100 stands for a bias that is hardly regularised. With X (N, D + 1):
 *   W = (X^T X + lambda I)^-1 X^T Y, or, for more features than examples, X^T (X X^T + lambda I)^-1 Y. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* lambda = 2^-10, 2^-9, ..., 2^19 */
#define MS_PROBE_LAMBDAS 30
double ms_probe_lambda (int i);

typedef struct MsProbe MsProbe;

/* @x (N, D), @y (N) in [0, C); both are read only here. */
MsProbe *ms_probe_new (const float *x, const int *y, int N, int D, int C);
void ms_probe_free (MsProbe *probe);

/* weights (D + 1, C) for standardised features and, last, the constant one. False: singular (lambda 0). */
bool ms_probe_solve (const MsProbe *probe, double lambda, double *weights);

/* predicted (n): for each row of @x (n, D) the class of the largest output, of equal ones the lowest. */
void ms_probe_predict (const MsProbe *probe, const double *weights, const float *x, int n, int *predicted);

/* Share of @x (n, D) whose class @y (n) the probe names, for the lambda it is highest with; of equal ones the largest,
 * as the reference's ranks have it. The reference, too, chooses by the accuracy on the test examples. */
double ms_probe_best_accuracy (const MsProbe *probe, const float *x, const int *y, int n, double *lambda);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsProbe, ms_probe_free)

G_END_DECLS
