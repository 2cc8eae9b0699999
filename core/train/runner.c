/* SPDX-License-Identifier: MIT */

/* The thread that owns the session: takes a request, or does the step that is due; and what may be asked of it. */
#include "core/train/runner-private.h"

#include "core/base/background.h"
#include "core/base/pool.h"

#define TIMELINE_BYTES ((gsize) 128 << 20)

void
ms_runner_tell_state (MsRunner *self)
{
  MsRunnerState state = self->playing ? MS_RUNNER_PLAYING : MS_RUNNER_PAUSED;

  if (self->session == NULL && self->replay == NULL)
    state = MS_RUNNER_EMPTY;

  ms_mailbox_tell_state (&self->mailbox, self->failed ? MS_RUNNER_FAILED : state);
}

void
ms_runner_tell_error (MsRunner *self, const GError *error)
{
  ms_runner_tell_state (self);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ms_mailbox_tell_error (&self->mailbox, error);
}

void
ms_runner_halt (MsRunner *self)
{
  self->playing = false;
  self->steps_left = 0;
}

static void *
work (void *data)
{
  MsRunner *self = data;

  ms_background_thread ();
  ms_flush_denormals ();
  for (;;)
    {
      g_autoptr (MsRequest) request = NULL;
      MsWork kind = ms_mailbox_wait (&self->mailbox, self->steps_left != 0, self->step_began, &request);

      if (kind == MS_WORK_QUIT)
        return NULL;
      if (kind == MS_WORK_REQUEST)
        ms_runner_handle (self, request);
      else if (self->replay != NULL)
        ms_runner_replay_step (self);
      else
        ms_runner_do_step (self);
    }
}

/* Whether what the timeline is computing is still wanted. */
static bool
is_overtaken (gpointer data)
{
  MsRunner *self = data;

  return ms_mailbox_has (&self->mailbox, self->overtaken_by);
}

MsRunner *
ms_runner_new (int n_threads, GSourceFunc wake, gpointer data)
{
  MsRunner *self = g_new0 (MsRunner, 1);

  self->n_threads = n_threads;
  self->timeline = ms_timeline_new (TIMELINE_BYTES);
  ms_timeline_set_cancel (self->timeline, is_overtaken, self);
  self->undo = ms_undo_new (MS_RUNNER_MOST_DEEDS);
  ms_runner_watch_init (self);
  ms_mailbox_init (&self->mailbox, wake, data);
  if (pthread_create (&self->thread, NULL, work, self) != 0)
    g_error ("the system gives no more threads");
  return self;
}

void
ms_runner_free (MsRunner *self)
{
  if (self == NULL)
    return;
  ms_mailbox_quit (&self->mailbox);
  pthread_join (self->thread, NULL);
  g_clear_pointer (&self->session, ms_session_free);
  ms_replay_free (self->replay);
  ms_timeline_free (self->timeline);
  ms_undo_free (self->undo);
  ms_runner_watch_clear (self);
  ms_mailbox_clear (&self->mailbox);
  g_free (self->name);
  g_free (self);
}

/* Requests */

static MsRequest *
request_new (MsRequestKind kind, const MsExperiment *experiment, const char *text)
{
  MsRequest *request = g_new0 (MsRequest, 1);

  request->kind = kind;
  request->experiment = experiment != NULL ? ms_experiment_ref ((MsExperiment *) experiment) : NULL;
  request->text = g_strdup (text);
  return request;
}

static void
push (MsRunner *self, MsRequestKind kind)
{
  ms_mailbox_push (&self->mailbox, request_new (kind, NULL, NULL));
}

static void
push_number (MsRunner *self, MsRequestKind kind, int branch, gint64 n)
{
  MsRequest *request = request_new (kind, NULL, NULL);

  request->branch = branch;
  request->n = n;
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_open (MsRunner *self, const MsExperiment *experiment, const char *name)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_OPEN, experiment, name));
}

void
ms_runner_open_checkpoint (MsRunner *self, const char *path)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_OPEN_CHECKPOINT, NULL, path));
}

void
ms_runner_open_trace (MsRunner *self, const char *path)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_OPEN_TRACE, NULL, path));
}

void
ms_runner_open_copy (MsRunner *self, const MsCopy *copy, const char *name)
{
  MsRequest *request = request_new (MS_REQUEST_OPEN_COPY, NULL, name);

  request->copy = ms_copy_ref ((MsCopy *) copy);
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_tell_copy (MsRunner *self)
{
  push (self, MS_REQUEST_TELL_COPY);
}

void
ms_runner_play (MsRunner *self)
{
  push (self, MS_REQUEST_PLAY);
}

void
ms_runner_pause (MsRunner *self)
{
  push (self, MS_REQUEST_PAUSE);
}

void
ms_runner_step (MsRunner *self, int n_steps)
{
  g_return_if_fail (n_steps > 0);
  push_number (self, MS_REQUEST_STEP, 0, n_steps);
}

void
ms_runner_step_epoch (MsRunner *self)
{
  push (self, MS_REQUEST_STEP_EPOCH);
}

void
ms_runner_look_ahead (MsRunner *self)
{
  push (self, MS_REQUEST_LOOK);
}

void
ms_runner_reset (MsRunner *self)
{
  push (self, MS_REQUEST_RESET);
}

void
ms_runner_go (MsRunner *self, int branch, gint64 step)
{
  push_number (self, MS_REQUEST_GO, branch, step);
}

void
ms_runner_recall (MsRunner *self, int branch, gint64 step)
{
  push_number (self, MS_REQUEST_RECALL, branch, step);
}

void
ms_runner_change (MsRunner *self, const MsExperiment *experiment)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_CHANGE, experiment, NULL));
}

void
ms_runner_intervene (MsRunner *self, const MsIntervention *intervention, bool on)
{
  MsRequest *request = request_new (MS_REQUEST_INTERVENE, NULL, NULL);

  request->intervention = *intervention;
  request->on = on;
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_try (MsRunner *self, const MsIntervention *intervention)
{
  MsRequest *request = request_new (MS_REQUEST_TRY, NULL, NULL);

  request->intervention = *intervention;
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_undo (MsRunner *self)
{
  push (self, MS_REQUEST_UNDO);
}

void
ms_runner_redo (MsRunner *self)
{
  push (self, MS_REQUEST_REDO);
}

void
ms_runner_set_watch (MsRunner *self, const MsWatch *watch)
{
  MsRequest *request = request_new (MS_REQUEST_SET_WATCH, NULL, NULL);

  request->watch = *watch;
  request->watch.conditions = g_memdup2 (watch->conditions, (gsize) watch->n * sizeof *watch->conditions);
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_set_detail (MsRunner *self, MsDetail detail)
{
  push_number (self, MS_REQUEST_SET_DETAIL, 0, detail);
}

void
ms_runner_set_budget (MsRunner *self, gsize bytes)
{
  push_number (self, MS_REQUEST_SET_BUDGET, 0, (gint64) MIN (bytes, (gsize) G_MAXINT64));
}

void
ms_runner_tell_command (MsRunner *self, const char *source, const MsExperiment *base)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_TELL_COMMAND, base, source));
}

void
ms_runner_save_session (MsRunner *self, const char *path, MsKept *kept)
{
  MsRequest *request = request_new (MS_REQUEST_SAVE_SESSION, NULL, path);

  request->kept = kept;
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_save (MsRunner *self, const char *path)
{
  ms_mailbox_push (&self->mailbox, request_new (MS_REQUEST_SAVE, NULL, path));
}

void
ms_runner_set_speed (MsRunner *self, double steps_per_second)
{
  ms_mailbox_set_speed (&self->mailbox, steps_per_second);
}

void
ms_runner_set_refresh (MsRunner *self, double records_per_second)
{
  ms_mailbox_set_refresh (&self->mailbox, records_per_second);
}

void
ms_runner_poll (MsRunner *self, MsRunnerNews *news)
{
  ms_mailbox_poll (&self->mailbox, news);
}
