/* SPDX-License-Identifier: MIT */

/* A session file: a checkpoint (safetensors) that holds everything else as well: the exact state, the timeline with all
 * its branches, their histories and alerts, what can be undone and redone, and what the window wants to find again. Who
 * reads checkpoints reads it, too. */
#pragma once

#include "core/metrics/alerts.h"
#include "core/record/history.h"
#include "core/train/undo.h"

G_BEGIN_DECLS

typedef struct {
  int branch;
  MsHistory *history; /* owned */
} MsKeptHistory;

/* The alerts of a branch up to its newest step that was seen. */
typedef struct {
  int branch;
  gint64 to;
  MsAlerts *alerts; /* owned */
} MsKeptAlerts;

/* What a session file keeps beside the session. */
typedef struct {
  char *window;         /* owned: JSON of the window; NULL: nothing */
  GPtrArray *histories; /* owned, of MsKeptHistory; NULL: none */
  GPtrArray *alerts;    /* owned, of MsKeptAlerts; NULL: none */
} MsKept;

MsKept *ms_kept_new (void);
void ms_kept_free (MsKept *kept); /* NULL is fine */
void ms_kept_add_history (MsKept *kept, int branch, const MsHistory *history); /* copied */
void ms_kept_add_alerts (MsKept *kept, int branch, gint64 to, const MsAlerts *alerts); /* copied */

/* Written to a temporary file, synced and renamed, as a checkpoint. */
bool ms_session_file_save (const char *path, MsSession *session, const MsTimeline *timeline, const MsUndo *undo,
                           const MsKept *kept, GError **error);

/* The session as it was. Its timeline and deeds replace what @timeline and @undo held, *@kept is what was kept,
 * transfer full; of a plain checkpoint there are none of these: *@kept is NULL, the timeline is begun, and nothing can
 * be undone. On failure the timeline and @undo are anything: give fresh ones. */
MsSession *ms_session_file_load (const char *path, int n_threads, MsTimeline *timeline, MsUndo *undo, MsKept **kept,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsKept, ms_kept_free)

G_END_DECLS
