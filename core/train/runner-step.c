/* SPDX-License-Identifier: MIT */

/* Doing a step, and what of it is drawn. */
#include "core/train/runner-private.h"
#include "core/train/timeline-private.h"

#define SURFACE_SHARE 20 /* surfaces may cost 1/20 of the time */

static bool
is_plane (const MsRunner *self)
{
  return ms_session_dataset (self->session)->plane;
}

MsDetail
ms_runner_drawn_detail (const MsRunner *self)
{
  return MS_DETAIL_BATCH | self->detail | (is_plane (self) ? MS_DETAIL_SURFACE : 0);
}

/* A record that is no step further than the one before it. */
static void
show (MsRunner *self, MsRecord *record, bool looks)
{
  ms_mailbox_tell_record (&self->mailbox, record, false);
  self->newest_is_drawn = true;
  self->looks = looks;
  self->shown = record->detail;
}

void
ms_runner_look (MsRunner *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record = ms_session_look (self->session, ms_runner_drawn_detail (self), &error);

  if (record == NULL)
    {
      ms_runner_tell_error (self, error);
      return;
    }
  ms_timeline_note_record (self->timeline, self->session, record);
  show (self, record, true);
}

void
ms_runner_show (MsRunner *self, MsRecord *record)
{
  if (record != NULL)
    show (self, record, false);
  else
    ms_runner_look (self);
}

/* The step that led here is computed again, unless something else is asked for meanwhile. */
void
ms_runner_show_again (MsRunner *self)
{
  MsDetail detail = ms_runner_drawn_detail (self);
  g_autoptr (MsRecord) record = NULL;

  if (self->steps_left != 0 || self->failed || !self->newest_is_drawn || (detail & ~self->shown) == 0
      || ms_mailbox_has (&self->mailbox, MS_REQUEST_MOVES))
    return;
  if (self->looks)
    {
      ms_runner_look (self);
      return;
    }
  self->overtaken_by = MS_REQUEST_MOVES;
  record = ms_timeline_recall (self->timeline, self->session, ms_timeline_now (self->timeline), detail, NULL);
  if (record != NULL)
    show (self, record, false);
}

void
ms_runner_tell_branches (MsRunner *self)
{
  g_autoptr (MsBranches) branches = ms_timeline_branches (self->timeline);

  ms_mailbox_tell_branches (&self->mailbox, branches);
}

void
ms_runner_note (MsRunner *self)
{
  int before = ms_timeline_now (self->timeline).branch, branch;

  ms_timeline_note (self->timeline, self->session);
  branch = ms_timeline_now (self->timeline).branch;
  if (branch != before)
    ms_runner_tell_branch (self);
}

void
ms_runner_tell_branch (MsRunner *self)
{
  const MsTimelineBranch *branch = ms_timeline_branch (self->timeline, ms_timeline_now (self->timeline).branch);
  g_autoptr (MsBranches) branches = ms_timeline_branches (self->timeline);
  MsRestart restart = { .branch = branch->id,
                        .step = branch->from,
                        .experiment = ms_session_experiment (self->session),
                        .interventions = ms_session_interventions (self->session),
                        .branches = branches };

  ms_mailbox_tell_restart (&self->mailbox, &restart);
  ms_runner_watch_branch (self, branch->id, branch->parent != NULL ? branch->parent->id : -1, branch->from);
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
    return ms_runner_watch_needs_batch (self) ? MS_DETAIL_BATCH : MS_DETAIL_SCALARS;
  self->next_batch = self->step_began + (gint64) (G_USEC_PER_SEC / refresh);
  if (last || self->step_began >= self->next_surface)
    return ms_runner_drawn_detail (self);
  return ms_runner_drawn_detail (self) & ~(guint) MS_DETAIL_SURFACE;
}

static bool
is_drawn (const MsRunner *self, MsDetail detail)
{
  MsDetail wanted = MS_DETAIL_BATCH | self->detail;

  return (detail & wanted) == wanted;
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
evaluate_if_due (MsRunner *self, MsRecord *record)
{
  gint64 every = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_RUN_EVALUATE_EVERY);

  if (every > 0 && record->step % every == 0 && ms_session_evaluate (self->session, NULL))
    ms_session_stamp (self->session, record);
}

static void
fail_step (MsRunner *self, const GError *error)
{
  ms_runner_halt (self);
  self->failed = true;
  ms_runner_watch_failure (self, ms_session_get_step (self->session));
  ms_runner_tell_error (self, error);
}

/* A run that pauses by itself does so at this very step: if that was not drawn, it is made once more to be drawn. */
static void
draw_newest (MsRunner *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record = NULL;

  if (self->newest_is_drawn)
    return;
  self->overtaken_by = MS_REQUEST_OPENS;
  record = ms_timeline_recall (self->timeline, self->session, ms_timeline_now (self->timeline),
                               ms_runner_drawn_detail (self), &error);
  if (record == NULL)
    {
      ms_runner_tell_error (self, error);
      return;
    }
  show (self, record, false);
}

/* @why: what made the run pause by itself, or NULL. */
static void
end_step (MsRunner *self, const char *why)
{
  if (self->steps_left > 0)
    self->steps_left--;
  if (why != NULL)
    {
      ms_runner_halt (self);
      draw_newest (self);
    }
  if (self->newest_is_drawn)
    ms_runner_tell_branches (self);
  if (self->steps_left != 0)
    return;
  self->playing = false;
  if (why != NULL)
    ms_mailbox_tell_stopped (&self->mailbox, why);
  ms_runner_tell_state (self);
}

void
ms_runner_do_step (MsRunner *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record = NULL;
  g_autofree char *why = NULL;
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
  evaluate_if_due (self, record);
  ms_runner_note (self);
  ms_timeline_note_record (self->timeline, self->session, record);
  self->newest_is_drawn = is_drawn (self, detail);
  self->looks = false;
  self->shown = detail;
  ms_mailbox_tell_record (&self->mailbox, record, true);
  why = ms_runner_watch_record (self, record);
  end_step (self, why);
}
