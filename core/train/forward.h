/* SPDX-License-Identifier: MIT */

/* One deterministic pass of a checkpoint on examples given from outside: what `moescope forward` holds against other
 * frameworks. Needs no data set: the model's shape follows from the checkpoint's experiment and tensors. */
#pragma once

#include "core/formats/array.h"
#include "core/record/record.h"
#include "core/routing/intervention.h"
#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef struct {
  char *name;     /* owned: the tensor's name in the checkpoint */
  MsArray *array; /* owned: its gradient, F32, the tensor's shape */
} MsGradient;

typedef struct {
  int N, M, C;
  float *logits;        /* owned, (N, M, C) */
  MsRecord *record;     /* owned: inputs, labels, predictions, every routed layer with logits and probabilities; loss
                         * terms are NaN without labels. Provenance: checkpoint. */
  GPtrArray *gradients; /* owned, of MsGradient, in the checkpoint's order; NULL: not asked for */
} MsForwardResult;

/* The experiment that a checkpoint's metadata holds. */
MsExperiment *ms_checkpoint_experiment (const char *path, GError **error);

/* Routers are deterministic, dropout is off, capacity is that of evaluation. @experiment: the checkpoint's own or one
 * changed in what does not touch the shapes. @input: (N, height, width, channels), or without the last for one channel,
 * or (N, features); where examples are routed in groups, N fills them or is less than one. @labels: (N), or NULL;
 * gradients of the total loss need them; a deep ensemble's members each have those of their own loss, and the record
 * has the mean of these losses. @interventions stand during the pass; NULL: none do. Errors name the file and what does
 * not fit. */
MsForwardResult *ms_forward (const char *checkpoint, const MsExperiment *experiment, const MsArray *input,
                             const int *labels, const MsInterventions *interventions, bool gradients, int n_threads,
                             GError **error);
void ms_forward_result_free (MsForwardResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsForwardResult, ms_forward_result_free)

G_END_DECLS
