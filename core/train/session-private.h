/* SPDX-License-Identifier: MIT */

/* What a Session is made of, for the files that together implement it: session.c steps, evaluate.c looks without
 * training, assess.c measures, session-state.c saves and restores. */
#pragma once

#include "core/train/batches.h"
#include "core/train/model.h"
#include "core/train/optimiser.h"
#include "core/train/session.h"

struct MsSession {
  MsExperiment *experiment; /* owned reference, like all below */
  char *name;
  guint64 seed;
  MsDataset *dataset;
  MsModel *model;
  MsOptimiser *optimiser;
  MsBatches *batches;
  MsPool *pool;
  MsTape *tape;
  int n_threads, batch;
  MsReal *x;   /* (batch, height, width, channels) */
  int *labels; /* (batch) */
  int *partners; /* (batch) labels of what the examples are mixed with */
  gint64 step;
  guint64 flops_per_example, prediction_flops;
  GBytes *opened; /* the state that reset goes back to, of a checkpoint or of model.start; NULL: fresh weights */
  char *start;    /* what model.start came to; NULL: there was none */
  char *file;     /* the checkpoint that it was loaded from; NULL: it was made otherwise */
  MsEvaluation *evaluation; /* the newest, or NULL */
  MsAssessment *assessment; /* of the same moment, or NULL */
  MsRecord *compared;       /* the newest with weights that are dear to compare, or NULL */
  int since_compared;       /* records that asked after it */
};

/* ms_session_new on data that are in memory already. */
MsSession *ms_session_new_on (const MsExperiment *experiment, const char *name, MsDataset *dataset, int n_threads,
                              GError **error);

/* The same with fresh weights whatever model.start says, for who reads all of them from elsewhere. */
MsSession *ms_session_new_blank (const MsExperiment *experiment, const char *name, MsDataset *dataset, int n_threads,
                                 GError **error);

/* The weights of model.start, if there is one, over fresh ones; reset goes back to them. */
bool ms_session_start (MsSession *session, GError **error);

/* Whether a training step of the whole batch fits into this machine's memory, judged by steps of one and two examples;
 * resets the tape. */
bool ms_session_fits_memory (MsSession *session, GError **error);

/* Logits (M, n, C) and, unless NULL, features (M, n, R) of all members for @n examples from outside the training
 * stream: routers deterministic, dropout off but for the draws of MC dropout; examples share their experts' places as
 * many at a time as in training. Resets the tape. Returns the FLOPs of it all. */
guint64 ms_session_predict (MsSession *session, const float *examples, int n, float *logits, float *features);

/* The batch that comes next into s->x and s->labels, mixed where the experiment says so. */
MsTargets ms_session_fill_batch (MsSession *session);

/* What the newest of the interventions that stand does to the batch that comes next, if @detail asks for it; resets the
 * tape. NULL: nothing stands, or nobody asks. */
MsTrial *ms_session_try_newest (MsSession *session, MsDetail detail);

/* A record with what all records of the session share. */
MsRecord *ms_session_new_record (const MsSession *session);

/* Adds the decision surface and a fixed sample of points, by a forward pass that resets the tape. Plane tasks only. */
void ms_session_add_surface (MsSession *session, MsRecord *record);

/* About what ms_session_save_state takes, in bytes. */
gsize ms_session_state_size (const MsSession *session);
