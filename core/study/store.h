/* SPDX-License-Identifier: MIT */

/* A folder of finished runs: DIRECTORY/runs/HASH.json, one a run, written whole and never changed, so that any number
 * of processes may add to it and merging is reading it. HASH is SHA-256 of everything that decides the results: the
 * store's version, all keys of the experiment but the data's paths, the data themselves and the checkpoint that
 * training starts from. */
#pragma once

#include "core/train/experiment.h"
#include "core/study/metric.h"

G_BEGIN_DECLS

typedef struct {
  MsExperiment *experiment;
  char *data;    /* digest of data set and start: ms_run_data_digest */
  char *study, *variant; /* for whom it was made, for people who read the file */
  double value[MS_N_STUDY_METRICS]; /* stored units; NaN: absent */
  char *failure; /* why training stopped, and the values are absent; NULL: it did not */
  /* What is not the same when the run is repeated: */
  double step_ms, seconds; /* median of the steps; the whole run */
  int threads;
  char *version, *machine;
} MsRun;

MsRun *ms_run_new (void); /* values NaN, the rest 0 */
void ms_run_free (MsRun *run);

/* Transfer full. @data: digest. */
char *ms_run_hash (const MsExperiment *experiment, const char *data);

typedef struct MsRunStore MsRunStore;

/* Makes the folder if it is missing. */
MsRunStore *ms_run_store_open (const char *directory, GError **error);
void ms_run_store_free (MsRunStore *store);

/* The finished run of this hash, or NULL. A file that cannot be used is noted, left as it is, and counts as missing. */
MsRun *ms_run_store_find (MsRunStore *store, const char *hash);
/* Beside files that cannot be used, never over them; a run that is there already stays. */
bool ms_run_store_add (MsRunStore *store, const MsRun *run, GError **error);

/* One sentence a file that cannot be used or does not belong here; each file once. */
const GPtrArray *ms_run_store_notes (MsRunStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRun, ms_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRunStore, ms_run_store_free)

G_END_DECLS
