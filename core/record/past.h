/* SPDX-License-Identifier: MIT */

/* The past that can be looked at: the history of every branch, and of recent and some older steps the Records with
 * their batches. Bounded in bytes: when it is full, the recorded batch whose loss leaves the smallest gap in proportion
 * to its age goes first, so that batches lie the wider apart the older they are. Histories have half of the bytes at
 * most, one of them an eighth (but MS_HISTORY_FEWEST points): those of branches that were left longest ago go, never
 * the current one's. Not thread-safe. */
#pragma once

#include "core/record/history.h"

G_BEGIN_DECLS

typedef struct MsPast MsPast;

MsPast *ms_past_new (gsize max_bytes); /* on branch 0, which has no parent */
void ms_past_free (MsPast *past);
void ms_past_clear (MsPast *past);
void ms_past_set_budget (MsPast *past, gsize max_bytes); /* at least the newest batch and a short history are kept */
gsize ms_past_bytes (const MsPast *past);

/* Records that follow are those of @branch, which has the past of @parent up to step @from, or with parent -1 none.
 * A branch that is known already goes on after @from, and what it had after it is forgotten. */
void ms_past_enter (MsPast *past, int branch, int parent, gint64 from);

/* What a file kept of @branch, as enter would have it; it is not the current branch by that. @history is copied. */
void ms_past_restore (MsPast *past, int branch, int parent, gint64 from, const MsHistory *history);

/* A record of the current branch, newer than all before it; those with a batch are referenced and kept for a while. Of
 * the newest step once more, as after a change without a step: its batch is replaced. */
void ms_past_add (MsPast *past, MsRecord *record);

/* A batch of @branch, or of what came before it, that was computed again; one of the same step is replaced. Histories
 * know of it already. */
void ms_past_put (MsPast *past, int branch, MsRecord *record);

const MsHistory *ms_past_history (const MsPast *past, int branch); /* NULL: none is kept. Changes with the next add */
const MsHistory *ms_past_current (const MsPast *past);             /* of the current branch, never NULL */

/* The newest recorded batch of @branch, or of what came before it, at or before @step; NULL: none is kept. */
const MsRecord *ms_past_record (const MsPast *past, int branch, gint64 step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsPast, ms_past_free)

G_END_DECLS
