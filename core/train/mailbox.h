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
  MS_REQUEST_OPEN_COPY,
  MS_REQUEST_PLAY,
  MS_REQUEST_PAUSE,
  MS_REQUEST_STEP,
  MS_REQUEST_STEP_EPOCH,
  MS_REQUEST_LOOK,
  MS_REQUEST_RESET,
  MS_REQUEST_GO,
  MS_REQUEST_RECALL,
  MS_REQUEST_CHANGE,
  MS_REQUEST_INTERVENE,
  MS_REQUEST_TRY,
  MS_REQUEST_UNDO,
  MS_REQUEST_REDO,
  MS_REQUEST_SET_WATCH,
  MS_REQUEST_SET_DETAIL,
  MS_REQUEST_SET_BUDGET,
  MS_REQUEST_TELL_COMMAND,
  MS_REQUEST_TELL_COPY,
  MS_REQUEST_SAVE,
  MS_REQUEST_SAVE_SESSION,
} MsRequestKind;

#define MS_REQUEST_BIT(kind) (1u << (kind))
#define MS_REQUEST_OPENS                                                                                               \
  (MS_REQUEST_BIT (MS_REQUEST_OPEN) | MS_REQUEST_BIT (MS_REQUEST_OPEN_CHECKPOINT)                                      \
   | MS_REQUEST_BIT (MS_REQUEST_OPEN_TRACE) | MS_REQUEST_BIT (MS_REQUEST_OPEN_COPY))

/* What takes the run, or what is shown of it, somewhere else. */
#define MS_REQUEST_MOVES                                                                                               \
  (MS_REQUEST_OPENS | MS_REQUEST_BIT (MS_REQUEST_PLAY) | MS_REQUEST_BIT (MS_REQUEST_STEP)                              \
   | MS_REQUEST_BIT (MS_REQUEST_STEP_EPOCH) | MS_REQUEST_BIT (MS_REQUEST_LOOK) | MS_REQUEST_BIT (MS_REQUEST_RESET)     \
   | MS_REQUEST_BIT (MS_REQUEST_GO) | MS_REQUEST_BIT (MS_REQUEST_CHANGE) | MS_REQUEST_BIT (MS_REQUEST_INTERVENE)       \
   | MS_REQUEST_BIT (MS_REQUEST_UNDO) | MS_REQUEST_BIT (MS_REQUEST_REDO))

typedef struct {
  MsRequestKind kind;
  MsExperiment *experiment; /* owned; OPEN, CHANGE, TELL_COMMAND */
  char *text;               /* owned; a name or a path */
  gint64 n;                 /* STEP: how many; GO, RECALL: which step; SET_DETAIL, SET_BUDGET: the value */
  int branch;               /* GO, RECALL */
  MsIntervention intervention; /* INTERVENE, TRY */
  bool on;                  /* INTERVENE */
  MsWatch watch;            /* SET_WATCH; conditions owned */
  MsCopy *copy;             /* OPEN_COPY; owned reference */
  MsKept *kept;             /* SAVE_SESSION; owned */
} MsRequest;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  GQueue requests; /* of MsRequest */
  bool quit, woken;
  double speed, refresh; /* steps and records per second */
  bool replaying;        /* no model takes its time: no faster than what is shown */
  GQueue older;          /* of MsRunnerNews: what was told before @news, of branches that were left since */
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

/* Takes @request. Of some kinds those that follow one another become one: steps are added up, of changes, places to go
 * to, recalls, trials and settings the newest counts. Opening drops what was asked of the session before it. */
void ms_mailbox_push (MsMailbox *mailbox, MsRequest *request);
/* Whether a request waits of the kinds whose MS_REQUEST_BIT is in @kinds, or quitting. */
bool ms_mailbox_has (MsMailbox *mailbox, guint kinds);
void ms_mailbox_quit (MsMailbox *mailbox); /* once what is to be saved is */
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
void ms_mailbox_tell_branches (MsMailbox *mailbox, MsBranches *branches);
void ms_mailbox_tell_interventions (MsMailbox *mailbox, const MsInterventions *interventions);
void ms_mailbox_tell_undo (MsMailbox *mailbox, const char *undo, const char *redo);
void ms_mailbox_tell_alerts (MsMailbox *mailbox, const MsAlerts *alerts); /* copied */
void ms_mailbox_tell_recalled (MsMailbox *mailbox, int branch, MsRecord *record);
void ms_mailbox_tell_trial (MsMailbox *mailbox, MsTrial *trial);
void ms_mailbox_tell_stopped (MsMailbox *mailbox, const char *words);
void ms_mailbox_tell_command (MsMailbox *mailbox, const char *command);
void ms_mailbox_tell_copy (MsMailbox *mailbox, MsCopy *copy);
void ms_mailbox_tell_kept (MsMailbox *mailbox, MsKept *kept); /* taken over */

/* The run stands after @step of @branch. Everything is borrowed. */
typedef struct {
  int branch;
  gint64 step;
  bool replaced;                  /* something else was opened: what was told before is of no run any more */
  const MsExperiment *experiment; /* what runs from now on; NULL: a trace */
  const MsInterventions *interventions; /* NULL: a trace */
  MsBranches *branches;           /* NULL: unchanged */
} MsRestart;

void ms_mailbox_tell_restart (MsMailbox *mailbox, const MsRestart *restart);

/* @of_a_step: false for a look, which is drawn but is no part of the history. */
void ms_mailbox_tell_record (MsMailbox *mailbox, MsRecord *record, bool of_a_step);
/* The oldest news; if newer ones are left, it wakes again. */
void ms_mailbox_poll (MsMailbox *mailbox, MsRunnerNews *news);

void ms_mailbox_news_init (MsRunnerNews *news, MsRunnerState state, int branch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRequest, ms_request_free)

G_END_DECLS
