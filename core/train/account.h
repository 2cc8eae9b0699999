/* SPDX-License-Identifier: MIT */

/* From the tape of a pass to the Record of it: copies what the pass left in the arena. */
#pragma once

#include "core/record/record.h"
#include "core/train/model.h"

G_BEGIN_DECLS

/* Loads, drops and balancing losses of every routed layer; with @tokens also choices, gates, probabilities and
 * logits. */
void ms_account_routing (MsRecord *record, const MsModel *model, bool tokens);

/* Loss terms as they stand in the total, from the nodes of @out (labels given). */
void ms_account_losses (MsRecord *record, const MsModel *model, const MsModelOutput *out);

/* Shape of the batch; with @x (N, height, width, channels) not NULL also inputs and labels. */
void ms_account_batch (MsRecord *record, const MsModel *model, const MsReal *x, const int *labels, int N);

/* Class probabilities (1, N, C) from the logits. */
void ms_account_predictions (MsRecord *record, const MsNode *logits);

/* The share of @labels (N) that are not the class with the largest logit. */
void ms_account_error (MsRecord *record, const MsNode *logits, const int *labels);

/* probs (N, C) = softmax of logits, as floats. */
void ms_account_probs (float *probs, const MsNode *logits);

G_END_DECLS
