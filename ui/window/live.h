/* SPDX-License-Identifier: MIT */

/* The window's end of the runner: takes its news at a frame of a widget, keeps the past and the newest records, and
 * asks for new pictures as often as painting them leaves the model nearly undisturbed.
 *
 * Signals: "news": something of the below is new. "restarted": the run is at another place than one step further:
 * reset, rebuilt, opened, gone back; and "stopped" (const char *): a condition or an alert paused the run, in words;
 * both come before the "news" of it. "failed" (const char *), "saved" (const char * path). What was asked for has come:
 * "command" (const char *), "copy" (const MsCopy *), "kept" (const MsKept *): of a session file that was opened. */
#pragma once

#include "core/record/past.h"
#include "core/train/runner.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_LIVE (ms_live_get_type ())
G_DECLARE_FINAL_TYPE (MsLive, ms_live, MS, LIVE, GObject)

/* News is taken at frames of @widget, which must outlive it or call ms_live_stop. */
MsLive *ms_live_new (GtkWidget *widget, int n_threads);

/* Ends the runner's thread; waits for the step under way. */
void ms_live_stop (MsLive *live);
/* Likewise, but does not wait. */
void ms_live_leave (MsLive *live);

MsRunner *ms_live_runner (MsLive *live);
MsRunnerState ms_live_state (MsLive *live);
const MsExperiment *ms_live_experiment (MsLive *live); /* NULL: none yet, or a trace */
const MsRecord *ms_live_record (MsLive *live);         /* the newest with a batch; NULL: none yet */
const MsRecord *ms_live_surface (MsLive *live);        /* the newest with a surface; NULL: none */
const MsHistory *ms_live_history (MsLive *live);       /* of the current branch */
const MsPast *ms_live_past (MsLive *live);
int ms_live_branch (MsLive *live);                     /* the current branch */
const MsBranches *ms_live_branches (MsLive *live);     /* NULL: none yet */
const MsAlerts *ms_live_alerts (MsLive *live);         /* NULL: none yet */
const MsInterventions *ms_live_interventions (MsLive *live); /* NULL: none yet, or a trace */
const MsTrial *ms_live_trial (MsLive *live);           /* the newest that was asked for; NULL: none since a restart */
const char *ms_live_undo (MsLive *live);               /* what would be undone; NULL: nothing */
const char *ms_live_redo (MsLive *live);
/* The record of @step of the current branch, or of the nearest step before it whose batch is kept. NULL: there is none.
 * An exact one that is not kept is asked of the runner when nothing else has been asked for a while; "news" comes with
 * it. */
const MsRecord *ms_live_record_at (MsLive *live, gint64 step);
/* What records are to have, see ms_runner_set_detail; one of the past that has less is asked for again. */
void ms_live_set_detail (MsLive *live, guint detail);
void ms_live_set_budget (MsLive *live, gsize bytes);   /* for the past that can be looked at and gone back to */
const GPtrArray *ms_live_records (MsLive *live);       /* all since the last "news", inside it and "restarted"; NULL */
gint64 ms_live_told_at (MsLive *live);                 /* when the runner told the newest record */
bool ms_live_is_new (MsLive *live);                    /* inside "news", "kept": another record than at the last */

/* One showing of a record took @cost microseconds of processor time: adapts how often one is asked for. */
void ms_live_note_cost (MsLive *live, gint64 cost);
double ms_live_refresh (MsLive *live); /* records a second that are asked for now */

G_END_DECLS
