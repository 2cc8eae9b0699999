/* SPDX-License-Identifier: MIT */

/* run --at: values, interventions and edits that act from a step on. */
#pragma once

#include "core/train/session.h"

G_BEGIN_DECLS

typedef struct MsChanges MsChanges;

/* @texts: of char *, "STEP:KEY=VALUE", "STEP:+INTERVENTION" or "STEP:-INTERVENTION"; several at one step act together.
 * All are judged for @session and a run up to step @total before anything is run. NULL and a MS_ERROR_USAGE error: one
 * is not possible. @resumed: the session stands where a run with the same changes stopped, its edits done. */
MsChanges *ms_changes_new (const GPtrArray *texts, const MsSession *session, bool resumed, gint64 total,
                           GError **error);
void ms_changes_free (MsChanges *changes);

/* Does what is due at the step at which @session is. Where that is past some steps already, because the run goes on
 * from a checkpoint, their values and interventions are in force, and their edits are in the weights; of a resumed run
 * also those of the very step at which it stopped. */
bool ms_changes_apply (MsChanges *changes, MsSession *session, GError **error);

bool ms_changes_is_due (const MsChanges *changes, gint64 step); /* whether one of those left acts at @step */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsChanges, ms_changes_free)

G_END_DECLS
