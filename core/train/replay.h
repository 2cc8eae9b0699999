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

gint64 ms_replay_step (const MsReplay *replay);      /* of the record that was given last; -1: none was */
gint64 ms_replay_next_step (const MsReplay *replay); /* of the one that comes next; G_MAXINT64: that was the last */
/* How many records with a batch come up to the first one after the end of the epoch; at least 1. */
gint64 ms_replay_steps_to_epoch (const MsReplay *replay);
/* The newest record with its batch at or before @step, borrowed; NULL: there is none. */
MsRecord *ms_replay_find (const MsReplay *replay, gint64 step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsReplay, ms_replay_free)

G_END_DECLS
