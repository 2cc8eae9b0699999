/* SPDX-License-Identifier: MIT */

/* A recorded run, read from a trace file, one record after another. */
#pragma once

#include "core/base/error.h"
#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct MsReplay MsReplay;

MsReplay *ms_replay_open (const char *path, GError **error);
void ms_replay_free (MsReplay *replay); /* NULL is fine */

MsRecord *ms_replay_next (MsReplay *replay); /* borrowed; NULL: that was the last */
bool ms_replay_is_over (const MsReplay *replay);
void ms_replay_restart (MsReplay *replay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsReplay, ms_replay_free)

G_END_DECLS
