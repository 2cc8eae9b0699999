/* SPDX-License-Identifier: MIT */

/* The log: which branches there are, what was in force when. */
#include "core/train/timeline-private.h"

#include "core/train/session-private.h"
#include "core/train/undo.h"

#include <math.h>

/* What is in force */

void
ms_force_set (MsForce *force, const MsExperiment *experiment, const MsInterventions *interventions)
{
  MsExperiment *x = ms_experiment_ref ((MsExperiment *) experiment);
  MsInterventions *set = ms_interventions_ref ((MsInterventions *) interventions);

  ms_force_clear (force);
  *force = (MsForce){ x, set };
}

void
ms_force_clear (MsForce *force)
{
  g_clear_pointer (&force->experiment, ms_experiment_unref);
  g_clear_pointer (&force->interventions, ms_interventions_unref);
}

bool
ms_force_equal (const MsForce *a, const MsForce *b)
{
  return (a->experiment == b->experiment || ms_experiment_equal (a->experiment, b->experiment))
         && (a->interventions == b->interventions || ms_interventions_equal (a->interventions, b->interventions));
}

MsForce
ms_force_of (const MsSession *session)
{
  return (MsForce){ (MsExperiment *) ms_session_experiment (session),
                    (MsInterventions *) ms_session_interventions (session) };
}

bool
ms_force_apply (const MsForce *force, MsSession *session, GError **error)
{
  MsForce now = ms_force_of (session);
  g_autoptr (MsInterventions) none = ms_interventions_new ();
  bool same = ms_experiment_equal (now.experiment, force->experiment);

  if (same && ms_interventions_equal (now.interventions, force->interventions))
    return true;
  /* Values and interventions that fit together need not fit what the other was before. */
  if (!same && (!ms_session_intervene (session, none, error) || !ms_session_change (session, force->experiment, error)))
    return false;
  return ms_session_intervene (session, force->interventions, error);
}

/* Branches */

static void
log_entry_clear (gpointer data)
{
  MsLogEntry *entry = data;

  ms_force_clear (&entry->force);
  g_free (entry->words);
}

static void
saved_state_clear (gpointer data)
{
  g_bytes_unref (((MsSavedState *) data)->state);
}

static void
branch_free (gpointer data)
{
  MsTimelineBranch *branch = data;

  ms_force_clear (&branch->inherited);
  g_array_unref (branch->log);
  g_array_unref (branch->states);
  g_array_unref (branch->measured);
  g_clear_pointer (&branch->opened, g_bytes_unref);
  g_free (branch->start);
  g_free (branch->file);
  g_free (branch->file_tag);
  g_free (branch->name);
  g_free (branch);
}

MsTimelineBranch *
ms_timeline_add_branch (MsTimeline *self, MsTimelineBranch *parent, gint64 from, const MsForce *inherited)
{
  MsTimelineBranch *branch = g_new0 (MsTimelineBranch, 1);

  branch->id = (int) self->branches->len;
  branch->parent = parent;
  branch->from = branch->to = from;
  branch->serial = self->serial++;
  ms_force_set (&branch->inherited, inherited->experiment, inherited->interventions);
  branch->log = g_array_new (FALSE, FALSE, sizeof (MsLogEntry));
  branch->states = g_array_new (FALSE, FALSE, sizeof (MsSavedState));
  branch->measured = g_array_new (FALSE, FALSE, sizeof (MsMeasured));
  g_array_set_clear_func (branch->log, log_entry_clear);
  g_array_set_clear_func (branch->states, saved_state_clear);
  branch->flops_per_example = branch->flops_per_step = NAN;
  g_ptr_array_add (self->branches, branch);
  self->now = (MsMoment){ branch->id, from };
  return branch;
}

MsTimelineBranch *
ms_timeline_branch (const MsTimeline *self, int id)
{
  return id >= 0 && id < (int) self->branches->len ? self->branches->pdata[id] : NULL;
}

const MsTimelineBranch *
ms_timeline_root (const MsTimelineBranch *branch)
{
  while (branch->parent != NULL)
    branch = branch->parent;
  return branch;
}

MsTimelineBranch *
ms_timeline_owner (MsTimelineBranch *branch, gint64 step)
{
  while (branch != NULL && step < branch->from)
    branch = branch->parent;
  return branch != NULL && step <= branch->to ? branch : NULL;
}

const MsForce *
ms_timeline_force_at (const MsTimelineBranch *branch, gint64 step)
{
  for (guint i = branch->log->len; i > 0; i--)
    if (g_array_index (branch->log, MsLogEntry, i - 1).step <= step)
      return &g_array_index (branch->log, MsLogEntry, i - 1).force;
  return &branch->inherited;
}

/* Measurements */

static void
note_measured (MsTimelineBranch *branch, gint64 step)
{
  MsMeasured *last = branch->measured->len > 0
                       ? &g_array_index (branch->measured, MsMeasured, branch->measured->len - 1) : NULL;
  gint64 newest = last != NULL ? last->first + (last->n - 1) * last->stride : -1;

  if (step <= newest)
    return;
  if (last != NULL && (last->n == 1 || step - newest == last->stride))
    {
      last->stride = step - newest;
      last->n++;
      return;
    }

  MsMeasured measured = { step, 0, 1 };
  g_array_append_val (branch->measured, measured);
}

gint64
ms_timeline_measured (const MsTimelineBranch *branch, gint64 first, gint64 last)
{
  for (guint i = branch->measured->len; i > 0; i--)
    {
      const MsMeasured *m = &g_array_index (branch->measured, MsMeasured, i - 1);
      gint64 n = m->stride > 0 ? MIN ((last - m->first) / m->stride, m->n - 1) : 0;

      if (m->first <= last)
        return m->first + n * m->stride >= first ? m->first + n * m->stride : -1;
    }
  return -1;
}

/* The timeline */

MsTimeline *
ms_timeline_new (gsize max_bytes)
{
  MsTimeline *self = g_new0 (MsTimeline, 1);

  self->max_bytes = max_bytes;
  self->branches = g_ptr_array_new_with_free_func (branch_free);
  return self;
}

void
ms_timeline_free (MsTimeline *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->branches);
  g_free (self);
}

void
ms_timeline_clear (MsTimeline *self)
{
  g_ptr_array_set_size (self->branches, 0);
  self->bytes = 0;
}

void
ms_timeline_set_budget (MsTimeline *self, gsize max_bytes)
{
  self->max_bytes = max_bytes;
  ms_timeline_prune (self);
}

gsize
ms_timeline_bytes (const MsTimeline *self)
{
  return self->bytes;
}

void
ms_timeline_set_cancel (MsTimeline *self, bool (*cancelled) (gpointer data), gpointer data)
{
  self->cancelled = cancelled;
  self->cancelled_data = data;
}

char *
ms_file_tag (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info
    = g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL ? g_strdup (g_file_info_get_etag (info)) : NULL;
}

void
ms_timeline_begin (MsTimeline *self, MsSession *session)
{
  MsForce force = ms_force_of (session);
  MsTimelineBranch *branch = ms_timeline_add_branch (self, NULL, ms_session_get_step (session), &force);

  branch->name = g_strdup (session->name);
  branch->start = g_strdup (session->start);
  branch->file = g_strdup (session->file);
  branch->file_tag = session->file != NULL ? ms_file_tag (session->file) : NULL;
  if (session->opened == NULL && branch->from == 0)
    return;
  branch->opened = ms_session_save_state (session);
  self->bytes += g_bytes_get_size (branch->opened);
  ms_timeline_prune (self);
}

/* The branch that the session stands in, as one that can go on from here: another one, if it has gone on already. */
static MsTimelineBranch *
branch_to_go_on (MsTimeline *self)
{
  MsTimelineBranch *branch = ms_timeline_branch (self, self->now.branch);

  if (self->now.step == branch->to)
    return branch;
  return ms_timeline_add_branch (self, branch, self->now.step, ms_timeline_force_at (branch, self->now.step));
}

/* Everything that changes at one step is one entry, and none if it comes to what was before. */
static void
log_force (MsTimeline *self, const MsForce *force)
{
  MsTimelineBranch *branch = branch_to_go_on (self);
  guint n = branch->log->len;
  MsLogEntry entry = { .step = self->now.step, .serial = self->serial++ };
  const MsForce *before = &branch->inherited;

  if (n > 0 && g_array_index (branch->log, MsLogEntry, n - 1).step == entry.step)
    g_array_set_size (branch->log, --n);
  if (n > 0)
    before = &g_array_index (branch->log, MsLogEntry, n - 1).force;
  if (ms_force_equal (before, force))
    return;
  ms_force_set (&entry.force, force->experiment, force->interventions);
  entry.words = ms_force_words (before, force);
  g_array_append_val (branch->log, entry);
}

/* Whether @session can have come to where it is from where it was last seen. */
static bool
goes_on (const MsTimeline *self, const MsSession *session)
{
  const MsTimelineBranch *branch = ms_timeline_branch (self, self->now.branch);

  return branch != NULL && ms_session_get_step (session) >= self->now.step
         && !ms_experiment_needs_rebuild (branch->inherited.experiment, ms_session_experiment (session));
}

void
ms_timeline_note (MsTimeline *self, MsSession *session)
{
  gint64 step = ms_session_get_step (session);
  MsForce force = ms_force_of (session);

  if (!goes_on (self, session))
    {
      ms_timeline_begin (self, session);
      return;
    }
  if (step > self->now.step)
    {
      MsTimelineBranch *branch = branch_to_go_on (self);

      self->tick += step - self->now.step;
      self->now.step = branch->to = step;
      ms_timeline_save_if_due (self, branch, session);
    }
  if (!ms_force_equal (ms_timeline_force_at (ms_timeline_branch (self, self->now.branch), step), &force))
    log_force (self, &force);
}

void
ms_timeline_note_edit (MsTimeline *self, MsSession *session, const MsIntervention *edit)
{
  MsTimelineBranch *parent = ms_timeline_branch (self, self->now.branch), *branch;
  MsForce force = ms_force_of (session);

  g_return_if_fail (parent != NULL && ms_session_get_step (session) == self->now.step);
  branch = ms_timeline_add_branch (self, parent, self->now.step, &force);
  branch->edited = true;
  branch->edit = *edit;
  ms_timeline_save_state (self, branch, session);
}

void
ms_timeline_note_record (MsTimeline *self, const MsSession *session, const MsRecord *record)
{
  MsTimelineBranch *branch = ms_timeline_branch (self, self->now.branch);
  const MsEvaluation *evaluation = record->evaluation;
  guint64 flops = ms_session_prediction_flops (session);

  if (branch == NULL)
    return;
  if (flops > 0)
    branch->flops_per_example = (double) flops;
  if (!isnan (record->gradient_norm))
    branch->flops_per_step = (double) record->flops;
  /* What was measured before it began is not this branch's. */
  if (evaluation == NULL || evaluation->step < branch->from
      || (branch->parent != NULL && evaluation->step == branch->from)
      || (branch->evaluated && evaluation->step < branch->evaluation.step))
    return;
  branch->evaluation = *evaluation;
  branch->evaluated = true;
  if (evaluation->step == self->now.step)
    note_measured (branch, evaluation->step);
}

MsMoment
ms_timeline_now (const MsTimeline *self)
{
  return self->branches->len > 0 ? self->now : (MsMoment){ -1, 0 };
}

bool
ms_timeline_has (const MsTimeline *self, MsMoment moment)
{
  return ms_timeline_owner (ms_timeline_branch (self, moment.branch), moment.step) != NULL;
}
