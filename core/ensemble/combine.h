/* SPDX-License-Identifier: MIT */

/* How the members' predictions become one, and what of them is trained (V-MoE's evaluate/ensemble.py). Members are
 * trained on the mean of their losses; the ensemble predicts the mean of their probabilities. By Jensen's inequality
 * its loss is never above the mean of theirs. Arrays are (M, N, C), one member after another; the reference's own
 * order, in which the M rows of an example stand together, is (N, M, C). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* log_mean (N, C) = ln (1/M sum_m softmax (logits_m)), as logsumexp_m (log_softmax) - ln M: what is too small for a
 * probability keeps its logarithm. */
void ms_members_log_mean (double *log_mean, const float *logits, int M, int N, int C);

/* Classes that exclude nothing: @yes (N, C) = ln of the mean of sigmoid (logits), @no = ln of the mean of
 * sigmoid (-logits). */
void ms_members_log_mean_sigmoid (double *yes, double *no, const float *logits, int M, int N, int C);

/* loss (N): - sum_c target log_mean, where a target of 0 counts as 0 whatever it stands before. @target (N, C). */
void ms_members_nll (double *loss, const double *log_mean, const float *target, int N, int C);
/* loss (N): - sum_c target yes + (1 - target) no, with the same convention. */
void ms_members_nll_sigmoid (double *loss, const double *yes, const double *no, const float *target, int N, int C);

/* class (N): the largest of each row of log_mean (N, C), the lowest class where several are. */
void ms_members_classes (int *classes, const double *log_mean, int N, int C);

/* What is trained: the mean over members and examples of each member's own loss against @target (N, C). */
double ms_members_mean_loss (const float *logits, const float *target, int M, int N, int C);
double ms_members_mean_loss_sigmoid (const float *logits, const float *target, int M, int N, int C);

/* to (M, N, C) from the reference's (N, M, C), and back. Not in place. */
void ms_members_from_reference (float *to, const float *from, int M, int N, int C);
void ms_members_to_reference (float *to, const float *from, int M, int N, int C);

G_END_DECLS
