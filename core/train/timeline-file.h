/* SPDX-License-Identifier: MIT */

/* The timeline's log as JSON, for session files: every branch with its values, interventions and edits. States are not
 * part of it, as they can be computed again, but for those where a branch began with weights of its own. */
#pragma once

#include "core/train/timeline.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *ms_timeline_to_node (const MsTimeline *timeline); /* transfer full */

int ms_timeline_n_branches (const MsTimeline *timeline);
/* The state that @branch began with, borrowed; NULL: fresh weights, or another branch's. */
GBytes *ms_timeline_opened (const MsTimeline *timeline, int branch);

/* Gives the state that @branch began with, transfer full; NULL and an error: it is not there. */
typedef GBytes *(*MsOpenedOf) (int branch, gpointer data, GError **error);

/* In the place of all that the timeline held. On failure it is empty. */
bool ms_timeline_from_node (MsTimeline *timeline, JsonNode *node, MsOpenedOf opened, gpointer data, GError **error);

/* @session was restored to the state that it had where the timeline stands. False and @error: it is of another model or
 * at another step. */
bool ms_timeline_adopt (MsTimeline *timeline, MsSession *session, GError **error);

G_END_DECLS
