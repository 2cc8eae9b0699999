/* SPDX-License-Identifier: MIT */

/* The thread that owns the session: takes a request, or does the step that is due, and tells what came of it. */
#include "core/train/runner.h"

#include "core/base/pool.h"
#include "core/train/mailbox.h"
#include "core/train/replay.h"
#include "core/train/timeline.h"

#define TIMELINE_BYTES ((gsize) 128 << 20)
#define MEASURED_FIRST 4096 /* examples of a test split that the first picture can wait for */
#define SURFACE_SHARE 20 /* surfaces may cost 1/20 of the time */

struct MsRunner {
  MsMailbox mailbox;
  pthread_t thread;
  int n_threads;

  MsSession *session; /* this and what follows belongs to the thread */
  MsReplay *replay;   /* instead of a session */
  MsTimeline *timeline;
  char *name;
  bool playing, failed;
  gint64 steps_left; /* -1: until paused; 0: none */
  gint64 step_began; /* monotonic, us, as all times here */
  gint64 next_batch, next_surface;
  gint64 plain_us;      /* what the last step without a surface took */
  bool newest_is_drawn; /* the newest step was published with its batch */
};

static void
tell_state (MsRunner *self)
{
  MsRunnerState state = self->playing ? MS_RUNNER_PLAYING : MS_RUNNER_PAUSED;

  if (self->session == NULL && self->replay == NULL)
    state = MS_RUNNER_EMPTY;

  ms_mailbox_tell_state (&self->mailbox, self->failed ? MS_RUNNER_FAILED : state);
}

static void
tell_error (MsRunner *self, const GError *error)
{
  tell_state (self);
  ms_mailbox_tell_error (&self->mailbox, error);
}

static bool
is_plane (MsRunner *self)
{
  return ms_session_dataset (self->session)->plane;
}

/* Shows the batch that comes next, before any training. */
static void
look (MsRunner *self)
{
  g_autoptr (GError) error = NULL;
  MsDetail detail = MS_DETAIL_BATCH | (is_plane (self) ? MS_DETAIL_SURFACE : 0);
  g_autoptr (MsRecord) record = ms_session_look (self->session, detail, &error);

  if (record == NULL)
    {
      tell_error (self, error);
      return;
    }
  ms_mailbox_tell_record (&self->mailbox, record, false);
  self->newest_is_drawn = true;
}

static bool
evaluation_is_due (MsRunner *self)
{
  gint64 every = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_RUN_EVALUATE_EVERY);

  return every > 0 && ms_session_get_step (self->session) % every == 0;
}

/* Before anything is drawn, so that every view has something to show; where that takes long, the first picture does not
 * wait for it. */
static void
measure_first (MsRunner *self)
{
  if (ms_session_assessment (self->session) == NULL
      && ms_experiment_int (ms_session_experiment (self->session), MS_KEY_RUN_EVALUATE_EVERY) > 0
      && ms_session_dataset (self->session)->n_test <= MEASURED_FIRST)
    ms_session_evaluate (self->session, NULL);
}

/* After the session has come to another place than one step further. */
static void
begin_here (MsRunner *self, bool replaced)
{
  self->failed = false;
  self->next_batch = self->next_surface = 0;
  ms_timeline_note (self->timeline, self->session);
  ms_mailbox_tell_restart (&self->mailbox, ms_session_get_step (self->session), replaced,
                           ms_session_experiment (self->session));
  measure_first (self);
  look (self);
  tell_state (self);
}

static void
take_session (MsRunner *self, MsSession *session)
{
  g_clear_pointer (&self->session, ms_session_free);
  g_clear_pointer (&self->replay, ms_replay_free);
  ms_mailbox_set_replaying (&self->mailbox, false);
  self->session = session;
  ms_timeline_clear (self->timeline);
  begin_here (self, true);
}

static void
open_session (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSession) session = NULL;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  self->playing = false;
  self->steps_left = 0;
  if (request->kind == MS_REQUEST_OPEN)
    session = ms_session_new (request->experiment, request->text, self->n_threads, &error);
  else
    session = ms_session_load (request->text, NULL, self->n_threads, &error);
  if (session != NULL && request->kind == MS_REQUEST_OPEN_CHECKPOINT)
    ms_session_evaluate (session, NULL); /* a trained model has something to show at once */
  if (session == NULL)
    {
      self->failed = self->session == NULL && self->replay == NULL;
      tell_error (self, error);
      return;
    }
  g_free (self->name);
  self->name = request->kind == MS_REQUEST_OPEN ? g_strdup (request->text) : g_path_get_basename (request->text);
  take_session (self, g_steal_pointer (&session));
}

/* Tells the records up to the next one that can be drawn. */
static void
replay_step (MsRunner *self)
{
  MsRecord *record;

  self->step_began = g_get_monotonic_time ();
  do
    {
      record = ms_replay_next (self->replay);
      if (record != NULL)
        ms_mailbox_tell_record (&self->mailbox, record, true);
    }
  while (record != NULL && record->inputs == NULL);
  if (self->steps_left > 0)
    self->steps_left--;
  if (ms_replay_is_over (self->replay))
    self->steps_left = 0;
  if (self->steps_left == 0)
    {
      self->playing = false;
      tell_state (self);
    }
}

static void
begin_replay (MsRunner *self)
{
  self->failed = self->playing = false;
  self->steps_left = 0;
  self->newest_is_drawn = true;
  ms_replay_restart (self->replay);
  ms_mailbox_tell_restart (&self->mailbox, 0, true, NULL);
  replay_step (self);
}

static void
open_trace (MsRunner *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  MsReplay *replay;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  replay = ms_replay_open (path, &error);
  if (replay == NULL)
    {
      self->failed = self->session == NULL && self->replay == NULL;
      tell_error (self, error);
      return;
    }
  g_clear_pointer (&self->session, ms_session_free);
  g_clear_pointer (&self->replay, ms_replay_free);
  ms_timeline_clear (self->timeline);
  self->replay = replay;
  ms_mailbox_set_replaying (&self->mailbox, true);
  begin_replay (self);
}

static void
rebuild (MsRunner *self, const MsExperiment *experiment)
{
  g_autoptr (GError) error = NULL;
  MsSession *session;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  session = ms_session_new (experiment, self->name, self->n_threads, &error);
  if (session != NULL)
    {
      take_session (self, session);
      return;
    }
  ms_mailbox_tell_experiment (&self->mailbox, ms_session_experiment (self->session));
  tell_error (self, error);
}

static void
change (MsRunner *self, const MsExperiment *experiment)
{
  g_autoptr (GError) error = NULL;
  const MsExperiment *now = ms_session_experiment (self->session);

  if (ms_experiment_equal (now, experiment))
    return;
  if (ms_experiment_validate (experiment, &error) && ms_experiment_needs_rebuild (now, experiment))
    {
      rebuild (self, experiment);
      return;
    }
  if (error == NULL && ms_session_change (self->session, experiment, &error))
    {
      ms_timeline_note (self->timeline, self->session);
      if (ms_session_get_step (self->session) == 0 && self->steps_left == 0)
        look (self);
    }
  ms_mailbox_tell_experiment (&self->mailbox, ms_session_experiment (self->session));
  if (error != NULL)
    tell_error (self, error);
}

static void
reset (MsRunner *self)
{
  self->playing = false;
  self->steps_left = 0;
  ms_session_reset (self->session);
  ms_timeline_clear (self->timeline);
  begin_here (self, true);
}

static void
rewind_to (MsRunner *self, gint64 step)
{
  g_autoptr (GError) error = NULL;
  MsMoment moment = { ms_timeline_now (self->timeline).branch, step };
  MsSession *session;

  self->playing = false;
  self->steps_left = 0;
  session = ms_timeline_go (self->timeline, self->session, moment, &error);
  if (session == NULL)
    {
      tell_error (self, error);
      return;
    }
  self->session = session;
  begin_here (self, false);
}

static void
stop (MsRunner *self)
{
  self->steps_left = self->steps_left == 0 || self->newest_is_drawn ? 0 : 1;
  self->playing = self->steps_left != 0;
  tell_state (self);
}

static void
start (MsRunner *self, gint64 n_steps)
{
  bool add = n_steps > 0 && self->steps_left > 0;

  self->failed = false;
  self->playing = self->playing || n_steps != 1;
  self->steps_left = add ? self->steps_left + n_steps : n_steps;
  self->step_began = 0;
  self->next_batch = 0;
  tell_state (self);
}

static void
save (MsRunner *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (ms_session_save (self->session, path, &error))
    ms_mailbox_tell_saved (&self->mailbox, path);
  else
    tell_error (self, error);
}

static void
handle_replay (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (request->kind == MS_REQUEST_PLAY && ms_replay_is_over (self->replay))
    begin_replay (self);
  if (request->kind == MS_REQUEST_PLAY)
    start (self, -1);
  else if (request->kind == MS_REQUEST_STEP)
    start (self, request->n);
  else if (request->kind == MS_REQUEST_PAUSE)
    stop (self);
  else if (request->kind == MS_REQUEST_RESET)
    begin_replay (self);
  else
    {
      g_set_error (&error, MS_ERROR, MS_ERROR_USAGE,
                   "a trace is a recorded run: it can be replayed, not changed or saved");
      tell_error (self, error);
    }
}

static void
handle (MsRunner *self, const MsRequest *request)
{
  if (request->kind == MS_REQUEST_OPEN_TRACE)
    {
      open_trace (self, request->text);
      return;
    }
  if (request->kind == MS_REQUEST_OPEN || request->kind == MS_REQUEST_OPEN_CHECKPOINT)
    {
      open_session (self, request);
      return;
    }
  if (self->replay != NULL)
    {
      handle_replay (self, request);
      return;
    }
  if (self->session == NULL) /* nothing to play, change or save: the failed open has been told */
    return;
  switch (request->kind)
    {
    case MS_REQUEST_PLAY: start (self, -1); break;
    case MS_REQUEST_PAUSE: stop (self); break;
    case MS_REQUEST_STEP: start (self, request->n); break;
    case MS_REQUEST_RESET: reset (self); break;
    case MS_REQUEST_REWIND: rewind_to (self, request->n); break;
    case MS_REQUEST_CHANGE: change (self, request->experiment); break;
    case MS_REQUEST_SAVE: save (self, request->text); break;
    case MS_REQUEST_OPEN:
    case MS_REQUEST_OPEN_CHECKPOINT:
    case MS_REQUEST_OPEN_TRACE: break;
    }
}

/* The batch is published as often as was asked for, always at slow speed, and always for the last step before a pause;
 * surfaces as often as their share of the time allows. */
static MsDetail
choose_detail (MsRunner *self)
{
  double speed, refresh;
  bool last = self->steps_left == 1, slow;

  ms_mailbox_get_rates (&self->mailbox, &speed, &refresh);
  slow = speed > 0 && speed <= refresh;
  if (!last && !slow && self->step_began < self->next_batch)
    return MS_DETAIL_SCALARS;
  self->next_batch = self->step_began + (gint64) (G_USEC_PER_SEC / refresh);
  if (is_plane (self) && (last || self->step_began >= self->next_surface))
    return MS_DETAIL_BATCH | MS_DETAIL_SURFACE;
  return MS_DETAIL_BATCH;
}

static void
note_cost (MsRunner *self, MsDetail detail)
{
  gint64 now = g_get_monotonic_time (), took = now - self->step_began;

  if (detail & MS_DETAIL_SURFACE)
    self->next_surface = now + SURFACE_SHARE * MAX (took - self->plain_us, 0);
  else
    self->plain_us = took;
}

/* The test metrics of this very step go with its record, which nobody else has seen yet. */
static void
evaluate (MsRunner *self, MsRecord *record)
{
  if (ms_session_evaluate (self->session, NULL))
    ms_session_stamp (self->session, record);
}

static void
fail_step (MsRunner *self, const GError *error)
{
  self->playing = false;
  self->failed = true;
  self->steps_left = 0;
  tell_error (self, error);
}

static void
do_step (MsRunner *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record = NULL;
  MsDetail detail;

  self->step_began = g_get_monotonic_time ();
  detail = choose_detail (self);
  record = ms_session_step (self->session, detail, &error);
  if (record == NULL)
    {
      fail_step (self, error);
      return;
    }
  note_cost (self, detail);
  if (evaluation_is_due (self))
    evaluate (self, record);
  ms_timeline_note (self->timeline, self->session);
  self->newest_is_drawn = detail != MS_DETAIL_SCALARS;
  if (self->steps_left > 0)
    self->steps_left--;
  ms_mailbox_tell_record (&self->mailbox, record, true);
  if (self->steps_left == 0)
    {
      self->playing = false;
      tell_state (self);
    }
}

static void *
work (void *data)
{
  MsRunner *self = data;

  ms_flush_denormals ();
  for (;;)
    {
      g_autoptr (MsRequest) request = NULL;
      MsWork kind = ms_mailbox_wait (&self->mailbox, self->steps_left != 0, self->step_began, &request);

      if (kind == MS_WORK_QUIT)
        return NULL;
      if (kind == MS_WORK_REQUEST)
        handle (self, request);
      else if (self->replay != NULL)
        replay_step (self);
      else
        do_step (self);
    }
}

MsRunner *
ms_runner_new (int n_threads, GSourceFunc wake, gpointer data)
{
  MsRunner *self = g_new0 (MsRunner, 1);

  self->n_threads = n_threads;
  self->timeline = ms_timeline_new (TIMELINE_BYTES);
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
  ms_mailbox_clear (&self->mailbox);
  g_free (self->name);
  g_free (self);
}

static void
push (MsRunner *self, MsRequestKind kind, const MsExperiment *experiment, const char *text, gint64 n)
{
  MsRequest *request = g_new0 (MsRequest, 1);

  request->kind = kind;
  request->experiment = experiment != NULL ? ms_experiment_ref ((MsExperiment *) experiment) : NULL;
  request->text = g_strdup (text);
  request->n = n;
  ms_mailbox_push (&self->mailbox, request);
}

void
ms_runner_open (MsRunner *self, const MsExperiment *experiment, const char *name)
{
  push (self, MS_REQUEST_OPEN, experiment, name, 0);
}

void
ms_runner_open_checkpoint (MsRunner *self, const char *path)
{
  push (self, MS_REQUEST_OPEN_CHECKPOINT, NULL, path, 0);
}

void
ms_runner_open_trace (MsRunner *self, const char *path)
{
  push (self, MS_REQUEST_OPEN_TRACE, NULL, path, 0);
}

void
ms_runner_play (MsRunner *self)
{
  push (self, MS_REQUEST_PLAY, NULL, NULL, 0);
}

void
ms_runner_pause (MsRunner *self)
{
  push (self, MS_REQUEST_PAUSE, NULL, NULL, 0);
}

void
ms_runner_step (MsRunner *self, int n_steps)
{
  g_return_if_fail (n_steps > 0);
  push (self, MS_REQUEST_STEP, NULL, NULL, n_steps);
}

void
ms_runner_reset (MsRunner *self)
{
  push (self, MS_REQUEST_RESET, NULL, NULL, 0);
}

void
ms_runner_rewind (MsRunner *self, gint64 step)
{
  push (self, MS_REQUEST_REWIND, NULL, NULL, step);
}

void
ms_runner_change (MsRunner *self, const MsExperiment *experiment)
{
  push (self, MS_REQUEST_CHANGE, experiment, NULL, 0);
}

void
ms_runner_save (MsRunner *self, const char *path)
{
  push (self, MS_REQUEST_SAVE, NULL, path, 0);
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
