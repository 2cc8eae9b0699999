/* SPDX-License-Identifier: MIT */

/* A Session: a model with its parameters, optimiser state, data cursor and random state. One step is exactly one batch.
 * Same experiment, seed and thread count give the same bytes; a restored session goes on bit for bit. Not thread-safe:
 * one thread at a time. */
#pragma once

#include "core/metrics/soft.h"
#include "core/record/detail.h"
#include "core/record/record.h"
#include "core/routing/intervention.h"
#include "core/tasks/dataset.h"
#include "core/train/experiment.h"

G_BEGIN_DECLS

typedef struct MsSession MsSession;

/* Loads the data and builds the model at step 0. @name is shown as the record's source. @n_threads >= 1. */
MsSession *ms_session_new (const MsExperiment *experiment, const char *name, int n_threads, GError **error);
void ms_session_free (MsSession *session);

/* The data that a session on @experiment would learn. Transfer full. */
MsDataset *ms_session_load_data (const MsExperiment *experiment, GError **error);

/* One batch: forward, backward, update. NULL and @error if the loss is no longer finite (the parameters are then those
 * before the step). Whether a step fits into memory is judged when the session is made. */
MsRecord *ms_session_step (MsSession *session, MsDetail detail, GError **error);

/* The batch that the next step will train on, seen without training: what the window shows before Play. */
MsRecord *ms_session_look (MsSession *session, MsDetail detail, GError **error);

typedef enum {
  MS_ASSESS_BRIEF, /* a pass over the test split and one over as many foreign examples */
  MS_ASSESS_FULL,  /* also one over the training split, for the Mahalanobis scores */
} MsAssessDetail;

/* What the whole test split and the foreign examples say, routers deterministic, dropout off. Kept for the following
 * records, with the evaluation, which is its summary. NULL if there is no test split, else a reference for the
 * caller. */
MsAssessment *ms_session_assess (MsSession *session, MsAssessDetail detail);

/* The brief one, if only its summary is wanted. False if there is no test split. */
bool ms_session_evaluate (MsSession *session, MsEvaluation *evaluation);

/* Puts the newest evaluation and assessment into a record that nobody else has seen yet. */
void ms_session_stamp (const MsSession *session, MsRecord *record);

/* How sharp and how alike the weights of routed layer @i are in @record, a record of this session with its batch, and
 * the layer's learnt scale. False: it is not a Soft MoE layer. */
bool ms_session_soft_metrics (const MsSession *session, const MsRecord *record, int i, MsSoftMetrics *metrics,
                              double *scale);

/* Goes on with other live values. An experiment that needs a rebuild is refused. */
bool ms_session_change (MsSession *session, const MsExperiment *experiment, GError **error);

/* Whether the session's model has what @intervention speaks of, and can do it: the error names what it has. */
bool ms_session_check_intervention (const MsSession *session, const MsIntervention *intervention, GError **error);

/* From the next step on these stand, and no others. False: one of them does not fit the model; nothing changed. */
bool ms_session_intervene (MsSession *session, const MsInterventions *set, GError **error);
const MsInterventions *ms_session_interventions (const MsSession *session); /* never NULL */

/* Changes weights now, and the optimiser's moments with them: SWAP or CLONE. */
bool ms_session_edit (MsSession *session, const MsIntervention *edit, GError **error);

/* What @what would do to the batch that comes next, standing interventions staying in force in all three arms but for
 * @what itself, which is left out of the baseline; beside it the control, drawn by the session's seed and step. Nothing
 * of the session changes. Transfer full; NULL and @error if it does not fit. */
MsTrial *ms_session_try (MsSession *session, const MsIntervention *what, GError **error);

/* Back to where it began: step 0 with the same initial weights, or the state of the checkpoint it was loaded from. */
void ms_session_reset (MsSession *session);

/* Parameters, moments, step, standing interventions and the newest evaluation as bytes, for rewinding; restoring them
 * continues bit for bit. A state of another model or seed is refused. */
GBytes *ms_session_save_state (MsSession *session);
bool ms_session_restore_state (MsSession *session, GBytes *state, GError **error);

/* A safetensors checkpoint: parameters, "optimiser/..." moments, and in the metadata experiment, step and seed. */
bool ms_session_save (MsSession *session, const char *path, GError **error);
MsSession *ms_session_load (const char *path, const char *data_path, int n_threads, GError **error);

const MsAssessment *ms_session_assessment (const MsSession *session); /* the newest; NULL: none since reset */
const MsExperiment *ms_session_experiment (const MsSession *session);
const MsDataset *ms_session_dataset (const MsSession *session);
gint64 ms_session_get_step (const MsSession *session);
gsize ms_session_n_parameters (const MsSession *session);
guint64 ms_session_flops_per_example (const MsSession *session); /* forward, from the kernels' counters; 0 before any */
/* The same for a prediction by all members, as the test split is measured: it differs where training forwards less than
 * predicting does (MC dropout) or drops more. 0 before the first evaluation. */
guint64 ms_session_prediction_flops (const MsSession *session);
int ms_session_n_threads (const MsSession *session);
/* What model.start came to: "digits-dense.safetensors: 44 tensors copied, 8 tiled, 2 fresh". NULL: fresh weights, or
 * those of a checkpoint. */
const char *ms_session_start_text (const MsSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsSession, ms_session_free)

G_END_DECLS
