/* SPDX-License-Identifier: MIT */

/* run --until: when a run is to stop by itself. */
#pragma once

#include "core/metrics/condition.h"
#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef struct MsStopping MsStopping;

/* @texts: of char *, conditions of which any one stops the run. @experiment: what is run. NULL and a MS_ERROR_USAGE
 * error where a text cannot be read, or speaks of the test split, which the experiment does not measure. */
MsStopping *ms_stopping_new (const GPtrArray *texts, const MsExperiment *experiment, GError **error);
void ms_stopping_free (MsStopping *stopping);
bool ms_stopping_needs_batch (const MsStopping *stopping); /* whether it is told by records with a batch only */

/* The next step's record. False and @error: a condition speaks of what the model does not have. */
bool ms_stopping_add (MsStopping *stopping, MsRecord *record, GError **error);

/* What came true, with the step's record: "training error below 50 %"; NULL: nothing yet. */
const char *ms_stopping_words (const MsStopping *stopping);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsStopping, ms_stopping_free)

G_END_DECLS
