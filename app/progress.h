/* SPDX-License-Identifier: MIT */

/* How far a long job is, on standard error: a bar on a terminal, otherwise a plain line at every tenth of the way. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct MsProgress MsProgress;

/* @label: "digits-vmoe". @quiet: nothing unless standard error is a terminal. */
MsProgress *ms_progress_new (const char *label, gint64 done, gint64 total, bool quiet);
void ms_progress_free (MsProgress *progress);
/* @text: what to show beside the bar, such as "loss 0.31". */
void ms_progress_update (MsProgress *progress, gint64 done, const char *text);
void ms_progress_end (MsProgress *progress); /* removes the bar */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsProgress, ms_progress_free)
