/* SPDX-License-Identifier: MIT */

/* What a Runner is made of, for the files that together implement it. runner.c: the thread and what may be asked;
 * runner-requests.c does what was asked; runner-changes.c changes, undoes and redoes; runner-step.c steps and draws;
 * runner-watch.c raises alerts and stops; runner-replay.c plays recorded runs. All but the mailbox belongs to the
 * thread. */
#pragma once

#include "core/train/mailbox.h"
#include "core/train/replay.h"
#include "core/train/runner.h"
#include "core/train/undo.h"

G_BEGIN_DECLS

#define MS_RUNNER_MOST_DEEDS 1000 /* that can be undone */

struct MsRunner {
  MsMailbox mailbox;
  pthread_t thread;
  int n_threads;

  MsSession *session;
  MsReplay *replay; /* instead of a session */
  MsTimeline *timeline;
  MsUndo *undo;
  char *name;
  guint overtaken_by; /* bits of the requests for which what is being done is given up */

  bool playing, failed;
  gint64 steps_left; /* -1: until paused; 0: none */
  gint64 step_began; /* monotonic, us, as all times here */
  gint64 next_batch, next_surface;
  gint64 plain_us;      /* what the last step without a surface took */
  bool newest_is_drawn; /* the newest step was published with its batch */
  bool looks;           /* what was shown last is the batch that comes next, */
  MsDetail shown;       /* and has this detail */
  MsDetail detail;      /* what drawn records have beside the batch */

  MsWatch watch;             /* conditions owned */
  int branch;                /* what @alerts and @before are of; -1: none yet */
  gint64 watched;            /* up to this step of it */
  MsAlerts *alerts;          /* owned */
  GArray *left;              /* of MsKeptAlerts: branches that were left */
  MsRecord *before;          /* owned: the step before; NULL: none was seen */
  int n_alerts, n_over;      /* of what was told */
};

/* runner.c: what the state is, beside or without an error. */
void ms_runner_tell_state (MsRunner *runner);
void ms_runner_tell_error (MsRunner *runner, const GError *error);
/* Nothing more is done until something is asked for. */
void ms_runner_halt (MsRunner *runner);

/* runner-requests.c */
void ms_runner_handle (MsRunner *runner, const MsRequest *request);
/* Runs @session, which was just made, from now on. @opened: it is another run; else a branch without a parent. */
void ms_runner_take_session (MsRunner *runner, MsSession *session, bool opened);
/* The same with the timeline in which it already stands and what can be undone; all and @kept (which may be NULL) are
 * taken over. */
void ms_runner_take_whole (MsRunner *runner, MsSession *session, MsTimeline *timeline, MsUndo *undo, MsKept *kept);
/* Nothing came of opening something: the run that was there stays. */
void ms_runner_fail_open (MsRunner *runner, const GError *error);
/* Paused at @moment. False and @error: it stays where it is. */
bool ms_runner_go_to (MsRunner *runner, MsMoment moment, GError **error);
void ms_runner_start (MsRunner *runner, gint64 n_steps);
void ms_runner_stop (MsRunner *runner);

/* runner-files.c: files, and copies of the session. */
void ms_runner_open_file (MsRunner *runner, const char *path);
void ms_runner_open_the_copy (MsRunner *runner, const MsCopy *copy, const char *name);
void ms_runner_tell_the_copy (MsRunner *runner);
void ms_runner_save_file (MsRunner *runner, const char *path);
void ms_runner_save_whole (MsRunner *runner, const char *path, MsKept *kept);

/* runner-changes.c */
void ms_runner_do_change (MsRunner *runner, const MsExperiment *experiment);
void ms_runner_do_intervene (MsRunner *runner, const MsIntervention *intervention, bool on);
void ms_runner_do_undo (MsRunner *runner);
void ms_runner_do_redo (MsRunner *runner);
void ms_runner_do_reset (MsRunner *runner);
void ms_runner_tell_undo (MsRunner *runner);

/* runner-step.c */
void ms_runner_do_step (MsRunner *runner);
/* Shows the batch that comes next, without training. */
void ms_runner_look (MsRunner *runner);
/* Shows the batch of the step that led here; NULL: as look does. */
void ms_runner_show (MsRunner *runner, MsRecord *record);
/* What is shown, if that lacks what is to be drawn by now. */
void ms_runner_show_again (MsRunner *runner);
/* Everything that is to be drawn of a batch. */
MsDetail ms_runner_drawn_detail (const MsRunner *runner);
/* Has the timeline note what was just done, and tells the branch if that began one. */
void ms_runner_note (MsRunner *runner);
void ms_runner_tell_branch (MsRunner *runner); /* which has just begun */
void ms_runner_tell_branches (MsRunner *runner);

/* runner-watch.c */
void ms_runner_watch_init (MsRunner *runner);
void ms_runner_watch_clear (MsRunner *runner);
void ms_runner_set_watch_now (MsRunner *runner, const MsWatch *watch);
/* Another run. */
void ms_runner_watch_nothing (MsRunner *runner);
/* Has @kept keep the alerts of all branches, for a file; and takes those that a file kept of @branch, where the run
 * goes on, and of the others, with the limits that were in force there. To be followed by ms_runner_watch_branch (). */
void ms_runner_watch_keep (MsRunner *runner, MsKept *kept);
void ms_runner_watch_kept (MsRunner *runner, const MsKept *kept, int branch);
/* What follows comes after @step of @branch, which has @parent's steps up to where it begins (-1: none). */
void ms_runner_watch_branch (MsRunner *runner, int branch, int parent, gint64 step);
/* Looks at the record of a step. Transfer full: why the run is to pause; NULL: it is not. */
char *ms_runner_watch_record (MsRunner *runner, MsRecord *record);
void ms_runner_watch_failure (MsRunner *runner, gint64 step);
/* @record is that of the step before the next one. */
void ms_runner_watch_before (MsRunner *runner, MsRecord *record);
bool ms_runner_watch_conditions (const MsRunner *runner); /* whether there are any in force */
/* Whether a condition is told by records with a batch only. */
bool ms_runner_watch_needs_batch (const MsRunner *runner);

/* runner-replay.c */
void ms_runner_open_replay (MsRunner *runner, const char *path);
void ms_runner_replay_step (MsRunner *runner);
void ms_runner_handle_replay (MsRunner *runner, const MsRequest *request);

G_END_DECLS
