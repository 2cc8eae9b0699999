/* SPDX-License-Identifier: MIT */

/* From logits to an Assessment: every measure of this folder that needs no more than predictions, in one place. */
#pragma once

#include "core/record/assessment.h"

G_BEGIN_DECLS

/* @logits (M, N, C) of examples whose classes are @labels (N). Quality of the averaged probabilities and of each
 * member, calibration, and, for M > 1, diversity; uncertainty for every M. One reference. */
MsAssessment *ms_assess (const float *logits, const int *labels, int M, int N, int C);

/* Adds the scores that logits give (MSP, entropy, max-logit) of the known examples @logits (M, N, C) and of foreign
 * ones @foreign_logits (M, n_foreign, C), called @foreign. */
void ms_assess_foreign (MsAssessment *assessment, const char *foreign, const float *logits,
                        const float *foreign_logits, int n_foreign);

/* Adds one score, copied: @known (N), @foreign (n_foreign). */
void ms_assess_score (MsAssessment *assessment, MsOodScore score, const float *known, const float *foreign);

G_END_DECLS
