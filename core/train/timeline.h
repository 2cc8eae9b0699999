/* SPDX-License-Identifier: MIT */

/* The Timeline: a bounded set of saved states of a session and the log of its live changes, enough to go back to any
 * earlier step: restore the nearest state before it and step forward again, which gives the same bytes. */
#pragma once

#include "core/train/session.h"

G_BEGIN_DECLS

typedef struct MsTimeline MsTimeline;

MsTimeline *ms_timeline_new (gsize max_bytes); /* budget for the saved states, at least one state is kept */
void ms_timeline_free (MsTimeline *timeline);
void ms_timeline_clear (MsTimeline *timeline);

/* Call after opening and after each step, and whenever the experiment changed. Saves a state when one is due: states
 * become sparser with age. */
void ms_timeline_note (MsTimeline *timeline, MsSession *session);

/* Takes @session to the state it had after @step; the timeline forgets what came after. */
bool ms_timeline_rewind (MsTimeline *timeline, MsSession *session, gint64 step, GError **error);
gsize ms_timeline_bytes (const MsTimeline *timeline);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTimeline, ms_timeline_free)

G_END_DECLS
