/* SPDX-License-Identifier: MIT */

/* Playing a recorded run: there is no model, and only one branch, 0. */
#include "core/train/runner-private.h"

static void
begin (MsRunner *self)
{
  MsRestart restart = { .replaced = true };

  self->failed = false;
  ms_runner_halt (self);
  self->newest_is_drawn = true;
  ms_replay_restart (self->replay);
  ms_mailbox_tell_restart (&self->mailbox, &restart);
  ms_runner_watch_nothing (self);
  ms_runner_watch_branch (self, 0, -1, 0);
}

/* Tells the record that comes next; NULL: that was the last. Borrowed. */
static MsRecord *
tell_next (MsRunner *self, char **why)
{
  MsRecord *record = ms_replay_next (self->replay);

  if (record == NULL)
    return NULL;
  ms_mailbox_tell_record (&self->mailbox, record, true);
  g_free (*why);
  *why = ms_runner_watch_record (self, record);
  return record;
}

/* Tells the records up to the next one that can be drawn, or that something is to pause at. */
void
ms_runner_replay_step (MsRunner *self)
{
  g_autofree char *why = NULL;
  const MsRecord *record;

  self->step_began = g_get_monotonic_time ();
  do
    record = tell_next (self, &why);
  while (record != NULL && record->inputs == NULL && why == NULL);
  if (self->steps_left > 0)
    self->steps_left--;
  if (ms_replay_is_over (self->replay) || why != NULL)
    self->steps_left = 0;
  if (self->steps_left != 0)
    return;
  self->playing = false;
  if (why != NULL)
    ms_mailbox_tell_stopped (&self->mailbox, why);
  ms_runner_tell_state (self);
}

static void
begin_and_show (MsRunner *self)
{
  begin (self);
  ms_runner_replay_step (self);
}

void
ms_runner_open_replay (MsRunner *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  MsReplay *replay;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  replay = ms_replay_open (path, &error);
  if (replay == NULL)
    {
      self->failed = self->session == NULL && self->replay == NULL;
      ms_runner_tell_error (self, error);
      return;
    }
  g_clear_pointer (&self->session, ms_session_free);
  g_clear_pointer (&self->replay, ms_replay_free);
  ms_timeline_clear (self->timeline);
  ms_undo_clear (self->undo);
  self->replay = replay;
  ms_mailbox_set_replaying (&self->mailbox, true);
  begin_and_show (self);
  ms_runner_tell_undo (self);
}

/* Where records lack their batch, the nearest before that has one is shown. */
static void
go (MsRunner *self, gint64 step)
{
  MsRecord *shown = ms_replay_find (self->replay, step);
  g_autofree char *why = NULL;

  if (ms_replay_step (self->replay) > step)
    begin (self);
  ms_runner_halt (self);
  while (ms_replay_next_step (self->replay) <= step)
    tell_next (self, &why);
  if (shown != NULL)
    ms_mailbox_tell_record (&self->mailbox, shown, false);
  ms_runner_tell_state (self);
}

static void
recall (MsRunner *self, gint64 step)
{
  MsRecord *record = ms_replay_find (self->replay, step);
  g_autoptr (GError) error = NULL;

  if (record != NULL)
    {
      ms_mailbox_tell_recalled (&self->mailbox, 0, record);
      return;
    }
  g_set_error (&error, MS_ERROR, MS_ERROR_VALUE, "this trace has no batch at or before step %" G_GINT64_FORMAT, step);
  ms_runner_tell_error (self, error);
}

void
ms_runner_handle_replay (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;

  switch (request->kind)
    {
    case MS_REQUEST_PLAY:
      if (ms_replay_is_over (self->replay))
        begin_and_show (self);
      ms_runner_start (self, -1);
      break;
    case MS_REQUEST_STEP: ms_runner_start (self, request->n); break;
    case MS_REQUEST_STEP_EPOCH: ms_runner_start (self, ms_replay_steps_to_epoch (self->replay)); break;
    case MS_REQUEST_PAUSE: ms_runner_stop (self); break;
    case MS_REQUEST_RESET: begin_and_show (self); break;
    case MS_REQUEST_GO: go (self, request->n); break;
    case MS_REQUEST_RECALL: recall (self, request->n); break;
    case MS_REQUEST_UNDO:
    case MS_REQUEST_REDO: break; /* there is nothing */
    default:
      g_set_error (&error, MS_ERROR, MS_ERROR_USAGE,
                   "a trace is a recorded run: it can be replayed, not changed or saved");
      ms_runner_tell_error (self, error);
    }
}
