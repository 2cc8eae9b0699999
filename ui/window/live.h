/* SPDX-License-Identifier: MIT */

/* The window's end of the runner: takes its news at a frame of a widget, keeps the history and the newest records, and
 * asks for new pictures as often as painting them leaves the model nearly undisturbed.
 *
 * Signals: "news": something of the below is new. "failed" (const char *), "saved" (const char *path), "restarted":
 * the run is at another place than one step further: reset, rebuilt, opened. Comes before the "news" of it. */
#pragma once

#include "core/train/runner.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_LIVE (ms_live_get_type ())
G_DECLARE_FINAL_TYPE (MsLive, ms_live, MS, LIVE, GObject)

/* News is taken at frames of @widget, which must outlive it or call ms_live_stop. */
MsLive *ms_live_new (GtkWidget *widget, int n_threads);

/* Ends the runner's thread; waits for the step under way. */
void ms_live_stop (MsLive *live);

MsRunner *ms_live_runner (MsLive *live);
MsRunnerState ms_live_state (MsLive *live);
const MsExperiment *ms_live_experiment (MsLive *live); /* NULL: none yet, or a trace */
const MsRecord *ms_live_record (MsLive *live);         /* the newest with a batch; NULL: none yet */
const MsRecord *ms_live_surface (MsLive *live);        /* the newest with a surface; NULL: none */
const MsHistory *ms_live_history (MsLive *live);
gint64 ms_live_told_at (MsLive *live);                 /* when the runner told the newest record */
bool ms_live_is_new (MsLive *live);                    /* inside "news": the record is another than at the last */

/* One showing of a record took @cost microseconds of processor time: adapts how often one is asked for. */
void ms_live_note_cost (MsLive *live, gint64 cost);
double ms_live_refresh (MsLive *live); /* records a second that are asked for now */

G_END_DECLS
