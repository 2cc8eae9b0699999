/* SPDX-License-Identifier: MIT */

/* Doing what was asked for, between two steps. */
#include "core/train/runner-private.h"
#include "core/train/timeline-private.h"

#define MEASURED_FIRST 4096 /* examples of a test split that the first picture can wait for */

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

/* Conditions compare a step with the one before it. */
static void
see_step_before (MsRunner *self, MsMoment now)
{
  MsDetail detail = ms_runner_watch_needs_batch (self) ? MS_DETAIL_BATCH : MS_DETAIL_SCALARS;
  g_autoptr (MsRecord) record = NULL;

  if (!ms_runner_watch_conditions (self)
      || now.step == ms_timeline_root (ms_timeline_branch (self->timeline, now.branch))->from)
    return;
  record = ms_timeline_recall (self->timeline, self->session, now, detail, NULL);
  if (record != NULL)
    ms_runner_watch_before (self, record);
}

/* The session has come to another place than one step further. @opened: of another run. */
static void
begin_here (MsRunner *self, bool opened)
{
  MsMoment now = ms_timeline_now (self->timeline);
  const MsTimelineBranch *branch = ms_timeline_branch (self->timeline, now.branch);
  g_autoptr (MsBranches) branches = ms_timeline_branches (self->timeline);
  MsRestart restart = { now.branch, now.step, opened, ms_session_experiment (self->session),
                        ms_session_interventions (self->session), branches };

  self->failed = false;
  self->next_batch = self->next_surface = 0;
  ms_mailbox_tell_restart (&self->mailbox, &restart);
  ms_runner_watch_branch (self, now.branch, branch->parent != NULL ? branch->parent->id : -1, now.step);
  see_step_before (self, now);
}

static void
take (MsRunner *self, MsSession *session)
{
  g_clear_pointer (&self->session, ms_session_free);
  g_clear_pointer (&self->replay, ms_replay_free);
  ms_mailbox_set_replaying (&self->mailbox, false);
  self->session = session;
}

static void
show_taken (MsRunner *self)
{
  measure_first (self);
  ms_runner_look (self);
  ms_runner_tell_branches (self);
  ms_runner_tell_undo (self);
  ms_runner_tell_state (self);
}

void
ms_runner_take_session (MsRunner *self, MsSession *session, bool opened)
{
  take (self, session);
  if (opened)
    {
      ms_timeline_clear (self->timeline);
      ms_undo_clear (self->undo);
      ms_runner_watch_nothing (self);
    }
  ms_timeline_begin (self->timeline, session);
  begin_here (self, opened);
  show_taken (self);
}

void
ms_runner_take_whole (MsRunner *self, MsSession *session, MsTimeline *timeline, MsUndo *undo, MsKept *kept)
{
  take (self, session);
  ms_timeline_free (self->timeline);
  self->timeline = timeline;
  ms_undo_free (self->undo);
  self->undo = undo;
  ms_runner_watch_nothing (self);
  if (kept != NULL)
    ms_runner_watch_kept (self, kept, ms_timeline_now (timeline).branch);
  begin_here (self, true);
  if (kept != NULL)
    ms_mailbox_tell_kept (&self->mailbox, kept);
  show_taken (self);
}

void
ms_runner_fail_open (MsRunner *self, const GError *error)
{
  self->failed = self->session == NULL && self->replay == NULL;
  ms_runner_tell_error (self, error);
}

/* Whether the model that is there has been at @moment. */
static bool
is_of_this_model (const MsRunner *self, MsMoment moment)
{
  const MsTimelineBranch *here = ms_timeline_branch (self->timeline, ms_timeline_now (self->timeline).branch);

  return ms_timeline_has (self->timeline, moment)
         && ms_timeline_root (ms_timeline_branch (self->timeline, moment.branch)) == ms_timeline_root (here);
}

/* The record of the step before @moment. NULL: none led there, or something else is to be shown by now. */
static MsRecord *
recall_for_going (MsRunner *self, MsMoment moment)
{
  guint overtaken_by = self->overtaken_by;
  MsRecord *record;

  if (moment.step == ms_timeline_root (ms_timeline_branch (self->timeline, moment.branch))->from)
    return NULL;
  self->overtaken_by |= MS_REQUEST_MOVES;
  record = ms_timeline_recall (self->timeline, self->session, moment, ms_runner_drawn_detail (self), NULL);
  self->overtaken_by = overtaken_by;
  return record;
}

/* What is shown there is the step that led there. Of the model that is there it is computed first, and leaves one step
 * to go. */
bool
ms_runner_go_to (MsRunner *self, MsMoment moment, GError **error)
{
  bool first = is_of_this_model (self, moment);
  g_autoptr (MsRecord) record = NULL;
  MsSession *session;

  ms_runner_halt (self);
  record = first ? recall_for_going (self, moment) : NULL;
  session = ms_timeline_go (self->timeline, self->session, moment, error);
  if (session == NULL)
    return false;
  self->session = session;
  begin_here (self, false);
  if (!first)
    record = recall_for_going (self, moment);
  ms_runner_show (self, record);
  ms_runner_tell_state (self);
  return true;
}

static void
open_session (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSession) session = NULL;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  ms_runner_halt (self);
  session = ms_session_new (request->experiment, request->text, self->n_threads, &error);
  if (session == NULL)
    {
      ms_runner_fail_open (self, error);
      return;
    }
  g_free (self->name);
  self->name = g_strdup (request->text);
  ms_runner_take_session (self, g_steal_pointer (&session), true);
}

void
ms_runner_stop (MsRunner *self)
{
  self->steps_left = self->steps_left == 0 || self->newest_is_drawn ? 0 : 1;
  self->playing = self->steps_left != 0;
  ms_runner_tell_state (self);
}

void
ms_runner_start (MsRunner *self, gint64 n_steps)
{
  bool add = n_steps > 0 && self->steps_left > 0;

  self->failed = false;
  self->playing = self->playing || n_steps != 1;
  self->steps_left = add ? self->steps_left + n_steps : n_steps;
  self->step_began = 0;
  self->next_batch = 0;
  ms_runner_tell_state (self);
}

/* Up to where as many examples were seen as a whole number of training splits has, or the first step after that. */
static void
start_epoch (MsRunner *self)
{
  gint64 n = ms_session_dataset (self->session)->n_train, step = ms_session_get_step (self->session);
  gint64 batch = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_OPTIMISER_BATCH);
  gint64 epochs = step * batch / n + 1;

  self->steps_left = 0; /* not beside steps that were asked for before */
  ms_runner_start (self, (epochs * n + batch - 1) / batch - step);
}

static void
go (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;

  self->overtaken_by = MS_REQUEST_OPENS | MS_REQUEST_BIT (MS_REQUEST_GO) | MS_REQUEST_BIT (MS_REQUEST_RESET);
  if (!ms_runner_go_to (self, (MsMoment){ request->branch, request->n }, &error))
    ms_runner_tell_error (self, error);
}

static void
recall (MsRunner *self, const MsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record = NULL;

  self->overtaken_by = MS_REQUEST_OPENS | MS_REQUEST_BIT (MS_REQUEST_RECALL);
  record = ms_timeline_recall (self->timeline, self->session, (MsMoment){ request->branch, request->n },
                               ms_runner_drawn_detail (self), &error);
  if (record != NULL)
    ms_mailbox_tell_recalled (&self->mailbox, request->branch, record);
  else
    ms_runner_tell_error (self, error);
}

static void
try (MsRunner *self, const MsIntervention *intervention)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTrial) trial = ms_session_try (self->session, intervention, &error);

  if (trial != NULL)
    ms_mailbox_tell_trial (&self->mailbox, trial);
  else
    ms_runner_tell_error (self, error);
}

static void
tell_command (MsRunner *self, const char *source, const MsExperiment *base)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *command
    = ms_timeline_command (self->timeline, ms_timeline_now (self->timeline), source, base, &error);

  if (command != NULL)
    ms_mailbox_tell_command (&self->mailbox, command);
  else
    ms_runner_tell_error (self, error);
}

/* Who asks for more while nothing moves need not wait for the next step. */
static void
set_detail (MsRunner *self, MsDetail detail)
{
  self->detail = detail;
  if (self->session != NULL)
    ms_runner_show_again (self);
}

/* What concerns the runner and no session. */
static bool
handle_setting (MsRunner *self, const MsRequest *request)
{
  if (request->kind == MS_REQUEST_SET_WATCH)
    ms_runner_set_watch_now (self, &request->watch);
  else if (request->kind == MS_REQUEST_SET_DETAIL)
    set_detail (self, (MsDetail) request->n & ~(guint) (MS_DETAIL_BATCH | MS_DETAIL_SURFACE));
  else if (request->kind == MS_REQUEST_SET_BUDGET)
    ms_timeline_set_budget (self->timeline, (gsize) request->n);
  else
    return false;
  return true;
}

/* While it runs, what comes next is shown anyway. */
static void
look_ahead (MsRunner *self)
{
  if (self->steps_left == 0)
    ms_runner_look (self);
}

static void
handle_session (MsRunner *self, const MsRequest *request)
{
  self->overtaken_by = MS_REQUEST_OPENS;
  switch (request->kind)
    {
    case MS_REQUEST_PLAY: ms_runner_start (self, -1); break;
    case MS_REQUEST_PAUSE: ms_runner_stop (self); break;
    case MS_REQUEST_STEP: ms_runner_start (self, request->n); break;
    case MS_REQUEST_STEP_EPOCH: start_epoch (self); break;
    case MS_REQUEST_LOOK: look_ahead (self); break;
    case MS_REQUEST_RESET: ms_runner_do_reset (self); break;
    case MS_REQUEST_GO: go (self, request); break;
    case MS_REQUEST_RECALL: recall (self, request); break;
    case MS_REQUEST_CHANGE: ms_runner_do_change (self, request->experiment); break;
    case MS_REQUEST_INTERVENE: ms_runner_do_intervene (self, &request->intervention, request->on); break;
    case MS_REQUEST_TRY: try (self, &request->intervention); break;
    case MS_REQUEST_UNDO: ms_runner_do_undo (self); break;
    case MS_REQUEST_REDO: ms_runner_do_redo (self); break;
    case MS_REQUEST_TELL_COMMAND: tell_command (self, request->text, request->experiment); break;
    case MS_REQUEST_TELL_COPY: ms_runner_tell_the_copy (self); break;
    case MS_REQUEST_SAVE: ms_runner_save_file (self, request->text); break;
    case MS_REQUEST_SAVE_SESSION: ms_runner_save_whole (self, request->text, request->kept); break;
    default: break;
    }
}

void
ms_runner_handle (MsRunner *self, const MsRequest *request)
{
  if (handle_setting (self, request))
    return;
  if (request->kind == MS_REQUEST_OPEN_TRACE)
    ms_runner_open_replay (self, request->text);
  else if (request->kind == MS_REQUEST_OPEN)
    open_session (self, request);
  else if (request->kind == MS_REQUEST_OPEN_CHECKPOINT)
    ms_runner_open_file (self, request->text);
  else if (request->kind == MS_REQUEST_OPEN_COPY)
    ms_runner_open_the_copy (self, request->copy, request->text);
  else if (self->replay != NULL)
    ms_runner_handle_replay (self, request);
  else if (self->session != NULL) /* else nothing to play, change or save: the failed open has been told */
    handle_session (self, request);
}
