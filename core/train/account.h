/* SPDX-License-Identifier: MIT */

/* From the tape of a pass to the Record of it: copies what the pass left in the arena. */
#pragma once

#include "core/record/record.h"
#include "core/train/model.h"

G_BEGIN_DECLS

/* Loads, drops and balancing losses of every routed layer; with @tokens also choices, gates, probabilities and
 * logits. */
void ms_account_routing (MsRecord *record, const MsModel *model, bool tokens);

/* (T, E) from what the router says (T, E / parts) of the experts of each token's part; for the others, which it cannot
 * choose, @outside. Free with g_free. */
float *ms_account_all_experts (const MsMoe *moe, const MsReal *x, float outside);

/* Loss terms as they stand in the total, from the nodes of @out (labels given); of a deep ensemble, means over the
 * members. */
void ms_account_losses (MsRecord *record, const MsModel *model, const MsModelOutput *out);

/* Shape of the batch; with @x (N, height, width, channels) not NULL also inputs and labels. */
void ms_account_batch (MsRecord *record, const MsModel *model, const MsReal *x, const int *labels, int N);

/* The members' logits of a pass, (M, N, C). Free with g_free. */
float *ms_account_logits (const MsModelOutput *out);

/* The members' class probabilities from their @logits (M, N, C). */
void ms_account_predictions (MsRecord *record, const float *logits, int M, int N, int C);

/* The share of @labels (N) that are not the class which the members' mean probability, from @logits (M, N, C), holds
 * for the likeliest. */
void ms_account_error (MsRecord *record, const float *logits, const int *labels, int M, int N, int C);

G_END_DECLS
