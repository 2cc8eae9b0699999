/* SPDX-License-Identifier: MIT */

/* The Timeline: everything that was run since the program started, as a tree of branches. A branch is where it begins
 * (a step of another one, or a model built anew) and the log of the changes made on it: values, standing
 * interventions, edits. That is enough to compute any step again, bit for bit; a bounded set of saved states only
 * makes it quick. Going back and on from there begins a new branch: what was run stays. */
#pragma once

#include "core/record/branches.h"
#include "core/train/session.h"

G_BEGIN_DECLS

typedef struct MsTimeline MsTimeline;

/* A place in the tree: after @step batches of @branch. */
typedef struct {
  int branch;
  gint64 step;
} MsMoment;

MsTimeline *ms_timeline_new (gsize max_bytes); /* budget for the saved states; where each branch began anew is kept */
void ms_timeline_free (MsTimeline *timeline);
void ms_timeline_clear (MsTimeline *timeline);
void ms_timeline_set_budget (MsTimeline *timeline, gsize max_bytes);
gsize ms_timeline_bytes (const MsTimeline *timeline);

/* A session that was just opened or built anew begins a branch without a parent. */
void ms_timeline_begin (MsTimeline *timeline, MsSession *session);

/* Call after each step, and whenever values or standing interventions changed. Saves a state when one is due: states
 * become sparser with age. Where the current branch went on from here before, this begins a new one. */
void ms_timeline_note (MsTimeline *timeline, MsSession *session);

/* The same after ms_session_edit did @edit, which is no function of the values: it begins a branch of its own, so that
 * the moment before it can be named. */
void ms_timeline_note_edit (MsTimeline *timeline, MsSession *session, const MsIntervention *edit);

/* What the session has learnt of itself, for ms_timeline_branches: FLOPs, the newest evaluation. That the test split
 * was measured now is part of the log: it is measured again on the way back. */
void ms_timeline_note_record (MsTimeline *timeline, const MsSession *session, const MsRecord *record);

MsMoment ms_timeline_now (const MsTimeline *timeline);
bool ms_timeline_has (const MsTimeline *timeline, MsMoment moment);

/* Takes @session to @moment: restores the nearest state before it and steps forward, through all changes. Where the
 * moment needs another model, that is built, and the session that is returned is another one than @session, which is
 * then freed. NULL and @error: it cannot be reached, and @session is as it was. */
MsSession *ms_timeline_go (MsTimeline *timeline, MsSession *session, MsMoment moment, GError **error);

/* The record that the step before @moment gave when it was done, with @detail; where a branch began anew the look at
 * its first batch. @session is as it was, bit for bit. Transfer full; NULL and @error: it cannot be reached. */
MsRecord *ms_timeline_recall (MsTimeline *timeline, MsSession *session, MsMoment moment, MsDetail detail,
                              GError **error);

/* Asked between the steps of go and recall; true: they give up, with G_IO_ERROR_CANCELLED. */
void ms_timeline_set_cancel (MsTimeline *timeline, bool (*cancelled) (gpointer data), gpointer data);

/* The tree for pictures and menus. Transfer full. */
MsBranches *ms_timeline_branches (const MsTimeline *timeline);

/* How another run gets to @moment: "moescope run SOURCE --set routing.k=2 --seed 1 --at 50:routing.noise=0.5
 * --at 70:+mask:1:3 --steps 90". @source: what begins with fresh weights, and @base its values; where the run began
 * from a checkpoint, that is the source. Transfer full; NULL and @error: it began from a state that no file has, or the
 * file is another one by now. */
char *ms_timeline_command (const MsTimeline *timeline, MsMoment moment, const char *source, const MsExperiment *base,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTimeline, ms_timeline_free)

G_END_DECLS
