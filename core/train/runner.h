/* SPDX-License-Identifier: MIT */

/* A Runner steps a Session on a thread of its own at the speed asked for. Requests are queued and return at once; what
 * happened comes back through poll. The window never waits for the model: no function here blocks longer than a short
 * lock, except free, which waits for the step under way. */
#pragma once

#include "core/record/history.h"
#include "core/train/session.h"

G_BEGIN_DECLS

typedef struct MsRunner MsRunner;

typedef enum {
  MS_RUNNER_EMPTY,    /* nothing loaded */
  MS_RUNNER_BUILDING, /* data being read, model being built */
  MS_RUNNER_PAUSED,
  MS_RUNNER_PLAYING,
  MS_RUNNER_FAILED,   /* the last open or step failed; error says why */
} MsRunnerState;

/* What poll hands over: everything since the last poll. Free with ms_runner_news_clear. */
typedef struct {
  MsRunnerState state;
  GPtrArray *records;    /* of MsRecord, oldest first; every step once, scalars at least; may be empty */
  MsRecord *latest;      /* the newest record with a batch to draw, or NULL if none is newer */
  bool restarted;        /* a reset, rewind or rebuild came before these records: forget older history */
  gint64 restarted_at;   /* the step it went back to */
  MsExperiment *experiment; /* what the session runs now, or NULL if unchanged */
  char *error;           /* one sentence, or NULL */
} MsRunnerNews;

/* @wake is called (from the runner's thread, at most once between two polls) when there is news. */
MsRunner *ms_runner_new (int n_threads, GSourceFunc wake, gpointer data);
void ms_runner_free (MsRunner *runner);

void ms_runner_open (MsRunner *runner, const MsExperiment *experiment, const char *name);
void ms_runner_open_checkpoint (MsRunner *runner, const char *path);
void ms_runner_play (MsRunner *runner);
void ms_runner_pause (MsRunner *runner);
void ms_runner_step (MsRunner *runner, int n_steps);   /* n batches, then pause */
void ms_runner_reset (MsRunner *runner);               /* the same initial weights */
void ms_runner_rewind (MsRunner *runner, gint64 step); /* to the state after @step, by the timeline's saved states */
/* Live values act at the next step; values that need a rebuild build the model anew at step 0. */
void ms_runner_change (MsRunner *runner, const MsExperiment *experiment);
void ms_runner_save (MsRunner *runner, const char *path); /* checkpoint; failure arrives as news */

/* Steps per second while playing; 0: as fast as it goes. */
void ms_runner_set_speed (MsRunner *runner, double steps_per_second);

/* How often a record with its batch is wanted while playing fast; the window adapts it to what painting costs. */
void ms_runner_set_refresh (MsRunner *runner, double records_per_second);

void ms_runner_poll (MsRunner *runner, MsRunnerNews *news);
void ms_runner_news_clear (MsRunnerNews *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRunner, ms_runner_free)

G_END_DECLS
