/* SPDX-License-Identifier: MIT */

/* A Runner steps a Session on a thread of its own at the speed asked for. Requests are queued, return at once, and act
 * in their order between two steps; what happened comes back through poll. The window never waits for the model: no
 * function here blocks longer than a short lock, except free, which waits for the step under way, and for what is to be
 * saved. */
#pragma once

#include "core/metrics/condition.h"
#include "core/record/history.h"
#include "core/train/session-file.h"
#include "core/train/timeline.h"

G_BEGIN_DECLS

typedef struct MsRunner MsRunner;

typedef enum {
  MS_RUNNER_EMPTY,    /* nothing loaded */
  MS_RUNNER_BUILDING, /* data being read, model being built */
  MS_RUNNER_PAUSED,
  MS_RUNNER_PLAYING,
  MS_RUNNER_FAILED,   /* the last open or step failed; error says why */
} MsRunnerState;

/* A run as it stands, to be gone on with elsewhere. Immutable and shared. */
typedef struct {
  gint ref_count; /* atomic */
  MsExperiment *experiment; /* owned reference, as the state */
  GBytes *state;
} MsCopy;

MsCopy *ms_copy_ref (MsCopy *copy);
void ms_copy_unref (MsCopy *copy); /* NULL is fine */

/* What poll hands over: everything since the last poll, or of several branches since then what concerns the one that
 * was run first; then there is more to poll, and wake is called again. Free with ms_runner_news_clear.
 *
 * What was told of a branch stays true: nothing of it is to be forgotten when the run goes back. Records are of
 * @branch, each newer than all that were told of it before. Going back to the midst of a branch is told as restarted
 * there; the first step that is made from there comes with restarted and a branch of its own, whose parent has the
 * steps up to restarted_at. */
typedef struct {
  MsRunnerState state;
  GPtrArray *records;    /* of MsRecord, oldest first; every step once, scalars at least; may be empty. Who stays away
                            for thousands of steps gets every other of the older ones. */
  MsRecord *latest;      /* the newest record with a batch to draw, or NULL if none is newer */
  gint64 told_at;        /* when it was told, by g_get_monotonic_time */
  MsRecord *surface;     /* likewise the newest with a surface: surfaces cost much and come less often */
  bool restarted;        /* before these records the run came to another place than one step further */
  gint64 restarted_at;   /* the step of @branch after which it stood then */
  bool replaced;         /* something else was opened, or a recorded run begun anew: forget all that came before */
  MsExperiment *experiment; /* what the session runs now, also after a refused change; NULL: unchanged, or with
                               replaced: there is none, because a trace is replayed */
  char *error;           /* one sentence, or NULL */
  char *saved;           /* the path of a checkpoint that is now written, or NULL */

  int branch;            /* that the run stands in; with restarted it may be another than before; -1: none yet */
  MsBranches *branches;  /* owned reference; NULL: unchanged */
  MsInterventions *interventions; /* owned reference: those in force; NULL: unchanged */
  char *undo, *redo;     /* owned: what would be undone and redone, in words; NULL with told_undo: nothing */
  bool told_undo;        /* undo and redo are new */
  MsAlerts *alerts;      /* owned: all of the current branch; NULL: unchanged */
  MsRecord *recalled;    /* owned reference: what ms_runner_recall asked for, with its batch; NULL: nothing */
  int recalled_branch;
  MsTrial *trial;        /* owned reference: what ms_runner_try asked for; NULL: nothing */
  char *stopped;         /* owned: the condition or alert that paused the run, in words; NULL: none did */
  char *command;         /* owned: what ms_runner_tell_command asked for; NULL: nothing */
  MsCopy *copy;          /* owned reference: what ms_runner_tell_copy asked for; NULL: nothing */
  MsKept *kept;          /* owned: with replaced, what the session file kept that was opened; NULL: nothing */
} MsRunnerNews;

/* @wake is called (from the runner's thread, at most once between two polls; from poll, if it leaves something) when
 * there is news to show; records without a batch wait for the next that has one. @n_threads >= 1. */
MsRunner *ms_runner_new (int n_threads, GSourceFunc wake, gpointer data);
void ms_runner_free (MsRunner *runner);

void ms_runner_open (MsRunner *runner, const MsExperiment *experiment, const char *name);
void ms_runner_open_checkpoint (MsRunner *runner, const char *path);
/* A recorded run: play, pause, step and reset go through its records; what would need a model is refused. */
void ms_runner_open_trace (MsRunner *runner, const char *path);
/* Goes on, bit for bit, where the run stood that @copy was taken of. */
void ms_runner_open_copy (MsRunner *runner, const MsCopy *copy, const char *name);
void ms_runner_tell_copy (MsRunner *runner); /* news.copy */
void ms_runner_play (MsRunner *runner);
/* If the newest step was not published with its batch, one more is done that is: what is drawn is where the run
 * stands. */
void ms_runner_pause (MsRunner *runner);
void ms_runner_step (MsRunner *runner, int n_steps);   /* n batches, then pause */
/* While paused: tells the batch that the next step will train on, seen without training, as news.latest; it is no part
 * of the history. A recorded run has none. */
void ms_runner_look_ahead (MsRunner *runner);
/* Paused where the present model began: the same initial weights, or those of the checkpoint; values and interventions
 * stay as they are now. What was run stays, too. */
void ms_runner_reset (MsRunner *runner);
/* Paused after @step of @branch, whose record is told as news.latest; what is done from there on is a new branch. A
 * recorded run has one branch, 0. */
void ms_runner_go (MsRunner *runner, int branch, gint64 step);
/* Tells that step's record, with its batch, as news.recalled; the run stays where it is. While playing it may have to
 * wait for this. Requests that follow one another become one: the newest. */
void ms_runner_recall (MsRunner *runner, int branch, gint64 step);
void ms_runner_step_epoch (MsRunner *runner); /* to the end of the epoch, then pause */
/* Live values act at the next step; values that need a rebuild build the model anew at step 0, in a branch without a
 * parent, and, if it was playing, play on. A change that is refused leaves the session as it was. */
void ms_runner_change (MsRunner *runner, const MsExperiment *experiment);
/* A standing intervention is put in force or withdrawn, an edit is done; refused ones arrive as news.error. */
void ms_runner_intervene (MsRunner *runner, const MsIntervention *intervention, bool on);
void ms_runner_try (MsRunner *runner, const MsIntervention *intervention); /* news.trial; nothing is changed */
void ms_runner_undo (MsRunner *runner);
void ms_runner_redo (MsRunner *runner);

/* Where the run pauses by itself. */
typedef struct {
  int n;
  MsCondition *conditions; /* (n) */
  bool enabled;            /* false: the conditions are kept, but not looked at */
  bool pause_on_alert;
  MsAlertLimits limits;
} MsWatch;

void ms_runner_set_watch (MsRunner *runner, const MsWatch *watch); /* copied */

/* What drawn records are to have beside the batch: MsDetail, of MS_DETAIL_ROUTE and those after it. While it is paused
 * the record that it stands at comes once more if it has less, as news.latest. */
void ms_runner_set_detail (MsRunner *runner, MsDetail detail);
/* Bytes for the timeline's saved states. */
void ms_runner_set_budget (MsRunner *runner, gsize bytes);
/* Asks for the command line that gets to where the run is: news.command. Where it did not begin from a checkpoint,
 * @source is what it begins from, whose values are @base. */
void ms_runner_tell_command (MsRunner *runner, const char *source, const MsExperiment *base);
/* A session file: all of the timeline, and @kept, which is taken over. Like a checkpoint it can be opened as one. */
void ms_runner_save_session (MsRunner *runner, const char *path, MsKept *kept);
void ms_runner_save (MsRunner *runner, const char *path); /* checkpoint; failure arrives as news */

/* Steps per second while playing; 0: as fast as it goes. */
void ms_runner_set_speed (MsRunner *runner, double steps_per_second);

/* How often a record with its batch is wanted while playing fast; the window adapts it to what painting costs. */
void ms_runner_set_refresh (MsRunner *runner, double records_per_second);

void ms_runner_poll (MsRunner *runner, MsRunnerNews *news);
void ms_runner_news_clear (MsRunnerNews *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRunner, ms_runner_free)

G_END_DECLS
