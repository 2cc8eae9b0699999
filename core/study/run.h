/* SPDX-License-Identifier: MIT */

/* One run of a study: trains an experiment from its first to its last step on the calling thread, measures, and says
 * what came out. Several may go on at once, each on a thread of its own. */
#pragma once

#include "core/tasks/dataset.h"
#include "core/study/store.h"

G_BEGIN_DECLS

/* What other threads may look at and set while runs go on. */
typedef struct {
  gint stop;  /* atomic: not 0 ends runs before their next step */
  gint steps; /* atomic: batches done by all runs */
} MsStudySignals;

/* NULL without @error: stopped. NULL with: the experiment cannot be run at all. A run whose loss stops being finite is
 * a result, with the reason in its failure. @dataset is what @experiment names, shared by many runs; @machine goes into
 * the result. */
MsRun *ms_study_run (const MsExperiment *experiment, MsDataset *dataset, const char *name, const char *machine,
                     MsStudySignals *signals, GError **error);

/* SHA-256 of inputs, labels, the split and the foreign examples, and of the checkpoint that model.start names, if any.
 * NULL and @error: that one cannot be read. Transfer full. */
char *ms_run_data_digest (const MsExperiment *experiment, const MsDataset *dataset, GError **error);

G_END_DECLS
