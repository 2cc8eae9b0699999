/* SPDX-License-Identifier: MIT */

/* What passes between the runner's thread and the rest of the program: requests one way, news the other, under one
 * lock that is never held while the model works. Private to the runner. */
#pragma once

#include "core/train/runner.h"
#include <pthread.h>

G_BEGIN_DECLS

typedef enum {
  MS_REQUEST_OPEN,
  MS_REQUEST_OPEN_CHECKPOINT,
  MS_REQUEST_OPEN_TRACE,
  MS_REQUEST_PLAY,
  MS_REQUEST_PAUSE,
  MS_REQUEST_STEP,
  MS_REQUEST_RESET,
  MS_REQUEST_REWIND,
  MS_REQUEST_CHANGE,
  MS_REQUEST_SAVE,
} MsRequestKind;

typedef struct {
  MsRequestKind kind;
  MsExperiment *experiment; /* owned; OPEN, CHANGE */
  char *text;               /* owned; a name or a path */
  gint64 n;                 /* STEP: how many; REWIND: to which step */
} MsRequest;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  GQueue requests; /* of MsRequest */
  bool quit, woken;
  double speed, refresh; /* steps and records per second */
  bool replaying;        /* no model takes its time: no faster than what is shown */
  MsRunnerNews news;
  GSourceFunc wake;
  gpointer wake_data;
} MsMailbox;

typedef enum {
  MS_WORK_QUIT,
  MS_WORK_REQUEST,
  MS_WORK_STEP,
} MsWork;

void ms_request_free (MsRequest *request);

void ms_mailbox_init (MsMailbox *mailbox, GSourceFunc wake, gpointer data);
void ms_mailbox_clear (MsMailbox *mailbox);

/* Takes @request. Changes, and steps, that follow one another become one; opening drops what was asked of the session
 * before it. */
void ms_mailbox_push (MsMailbox *mailbox, MsRequest *request);
void ms_mailbox_quit (MsMailbox *mailbox);
void ms_mailbox_set_speed (MsMailbox *mailbox, double steps_per_second);
void ms_mailbox_set_refresh (MsMailbox *mailbox, double records_per_second);
void ms_mailbox_set_replaying (MsMailbox *mailbox, bool replaying);
void ms_mailbox_get_rates (MsMailbox *mailbox, double *speed, double *refresh);

/* Waits until there is something to do. With @stepping, a step is due one interval after @step_began (in us). */
MsWork ms_mailbox_wait (MsMailbox *mailbox, bool stepping, gint64 step_began, MsRequest **request);

void ms_mailbox_tell_state (MsMailbox *mailbox, MsRunnerState state);
void ms_mailbox_tell_error (MsMailbox *mailbox, const GError *error);
void ms_mailbox_tell_experiment (MsMailbox *mailbox, const MsExperiment *experiment);
void ms_mailbox_tell_saved (MsMailbox *mailbox, const char *path);

/* @experiment: what runs from now on; NULL: a trace. */
void ms_mailbox_tell_restart (MsMailbox *mailbox, gint64 step, bool replaced, const MsExperiment *experiment);

/* @of_a_step: false for a look, which is drawn but is no part of the history. */
void ms_mailbox_tell_record (MsMailbox *mailbox, MsRecord *record, bool of_a_step);
void ms_mailbox_poll (MsMailbox *mailbox, MsRunnerNews *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRequest, ms_request_free)

G_END_DECLS
