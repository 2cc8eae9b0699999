/* SPDX-License-Identifier: MIT */

/* What can be undone and redone as JSON, for session files. Values are written as what differs from those of the
 * session that is saved. */
#pragma once

#include "core/train/undo.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *ms_undo_to_node (const MsUndo *undo, const MsExperiment *base); /* transfer full */

/* In the place of all that could be undone or redone. @base is as above; the deeds are those of @timeline. On failure
 * there are none. */
bool ms_undo_from_node (MsUndo *undo, JsonNode *node, const MsExperiment *base, const MsTimeline *timeline,
                        GError **error);

G_END_DECLS
