/* SPDX-License-Identifier: MIT */

/* Files that hold a session, and copies of it that go from one runner to another. */
#include "core/train/runner-private.h"
#include "core/train/session-private.h"
#include "core/train/timeline-private.h"

MsCopy *
ms_copy_ref (MsCopy *copy)
{
  g_atomic_int_inc (&copy->ref_count);
  return copy;
}

void
ms_copy_unref (MsCopy *copy)
{
  if (copy == NULL || !g_atomic_int_dec_and_test (&copy->ref_count))
    return;
  ms_experiment_unref (copy->experiment);
  g_bytes_unref (copy->state);
  g_free (copy);
}

static void
set_name (MsRunner *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
}

/* One like the runner's, with nothing in it. */
static MsTimeline *
new_timeline (const MsRunner *self)
{
  MsTimeline *timeline = ms_timeline_new (self->timeline->max_bytes);

  ms_timeline_set_cancel (timeline, self->timeline->cancelled, self->timeline->cancelled_data);
  return timeline;
}

void
ms_runner_open_file (MsRunner *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = new_timeline (self);
  g_autoptr (MsUndo) undo = ms_undo_new (MS_RUNNER_MOST_DEEDS);
  g_autofree char *name = g_path_get_basename (path);
  MsKept *kept = NULL;
  MsSession *session;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  ms_runner_halt (self);
  session = ms_session_file_load (path, self->n_threads, timeline, undo, &kept, &error);
  if (session == NULL)
    {
      ms_runner_fail_open (self, error);
      return;
    }
  set_name (self, name);
  if (kept == NULL)
    ms_session_evaluate (session, NULL); /* a trained model has something to show at once */
  ms_runner_take_whole (self, session, g_steal_pointer (&timeline), g_steal_pointer (&undo), kept);
}

void
ms_runner_save_file (MsRunner *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (ms_session_save (self->session, path, &error))
    ms_mailbox_tell_saved (&self->mailbox, path);
  else
    ms_runner_tell_error (self, error);
}

void
ms_runner_save_whole (MsRunner *self, const char *path, MsKept *kept)
{
  g_autoptr (GError) error = NULL;

  ms_runner_watch_keep (self, kept);
  if (ms_session_file_save (path, self->session, self->timeline, self->undo, kept, &error))
    ms_mailbox_tell_saved (&self->mailbox, path);
  else
    ms_runner_tell_error (self, error);
}

void
ms_runner_tell_the_copy (MsRunner *self)
{
  MsCopy *copy = g_new0 (MsCopy, 1);

  copy->ref_count = 1;
  copy->experiment = ms_experiment_ref ((MsExperiment *) ms_session_experiment (self->session));
  copy->state = ms_session_save_state (self->session);
  ms_mailbox_tell_copy (&self->mailbox, copy);
  ms_copy_unref (copy);
}

/* A session on the copied values, in the copied state, to which reset goes back. */
static MsSession *
session_of (const MsRunner *self, const MsCopy *copy, const char *name, GError **error)
{
  g_autoptr (MsDataset) dataset = ms_session_load_data (copy->experiment, error);
  g_autoptr (MsSession) session
    = dataset != NULL ? ms_session_new_blank (copy->experiment, name, dataset, self->n_threads, error) : NULL;

  if (session == NULL || !ms_session_restore_state (session, copy->state, error))
    return NULL;
  session->opened = g_bytes_ref (copy->state);
  return g_steal_pointer (&session);
}

void
ms_runner_open_the_copy (MsRunner *self, const MsCopy *copy, const char *name)
{
  g_autoptr (GError) error = NULL;
  MsSession *session;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  ms_runner_halt (self);
  session = session_of (self, copy, name, &error);
  if (session == NULL)
    {
      ms_runner_fail_open (self, error);
      return;
    }
  set_name (self, name);
  ms_runner_take_session (self, session, true);
}
