/* SPDX-License-Identifier: MIT */

/* The alerts of the timeline's branches as JSON, for session files. */
#pragma once

#include "core/train/session-file.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Transfer full. @alerts: of MsKeptAlerts; those of @branch, where the run is, with the loads they are judged by. Of so
 * many that they would not fit into a file's header the first branches are left out. */
JsonNode *ms_session_alerts_to_node (const GPtrArray *alerts, int branch);

/* @kept's alerts are those in @node, which is of @timeline. On failure they stay as they were. */
bool ms_session_alerts_from_node (MsKept *kept, JsonNode *node, const MsTimeline *timeline, GError **error);

G_END_DECLS
