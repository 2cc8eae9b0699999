/* SPDX-License-Identifier: MIT */

/* Changing what is run: values, interventions, edits; and undoing it. */
#include "core/train/runner-private.h"
#include "core/train/timeline-private.h"

#include <string.h>

/* Where the run is; owned references. */
static MsPosition
position_now (const MsRunner *self)
{
  return (MsPosition){ ms_experiment_ref ((MsExperiment *) ms_session_experiment (self->session)),
                       ms_interventions_ref ((MsInterventions *) ms_session_interventions (self->session)),
                       ms_timeline_now (self->timeline) };
}

void
ms_runner_tell_undo (MsRunner *self)
{
  const MsDeed *undo = ms_undo_peek (self->undo), *redo = ms_undo_peek_redo (self->undo);

  ms_mailbox_tell_undo (&self->mailbox, undo != NULL ? undo->words : NULL, redo != NULL ? redo->words : NULL);
}

/* @words: of an edit; NULL: what differs. */
static void
add_deed (MsRunner *self, const MsPosition *before, bool jumps, const char *words)
{
  g_auto (MsPosition) after = position_now (self);
  MsForce from = { before->experiment, before->interventions }, to = { after.experiment, after.interventions };
  g_autofree char *differs = words == NULL ? ms_force_words (&from, &to) : NULL;
  MsDeed deed = { (char *) (words != NULL ? words : differs), *before, after, jumps };

  if (deed.words != NULL)
    ms_undo_add (self->undo, &deed);
  ms_runner_tell_undo (self);
}

/* What is in force has changed: it is told, and before the first step also shown. */
static void
tell_force (MsRunner *self)
{
  ms_runner_note (self);
  ms_mailbox_tell_experiment (&self->mailbox, ms_session_experiment (self->session));
  ms_mailbox_tell_interventions (&self->mailbox, ms_session_interventions (self->session));
  if (ms_session_get_step (self->session) == 0 && self->steps_left == 0)
    ms_runner_look (self);
  ms_runner_tell_branches (self);
}

/* Puts @force in force; what is refused leaves everything as it was. */
static bool
apply (MsRunner *self, const MsForce *force, GError **error)
{
  g_auto (MsPosition) before = position_now (self);
  MsForce old = { before.experiment, before.interventions };

  if (ms_force_apply (force, self->session, error))
    return true;
  if (!ms_force_apply (&old, self->session, NULL))
    g_critical ("what was in force is refused");
  return false;
}

static void
rebuild (MsRunner *self, const MsExperiment *experiment, GError **error)
{
  g_auto (MsPosition) before = position_now (self);
  MsSession *session;

  ms_mailbox_tell_state (&self->mailbox, MS_RUNNER_BUILDING);
  session = ms_session_new (experiment, self->name, self->n_threads, error);
  if (session == NULL)
    return;
  ms_timeline_leave (self->timeline, self->session);
  ms_runner_take_session (self, session, false);
  /* What stands goes on standing, if the other model has what it speaks of. */
  if (ms_interventions_count (before.interventions) > 0
      && ms_session_intervene (self->session, before.interventions, NULL))
    tell_force (self);
  add_deed (self, &before, true, NULL);
}

void
ms_runner_do_change (MsRunner *self, const MsExperiment *experiment)
{
  g_autoptr (GError) error = NULL;
  g_auto (MsPosition) before = position_now (self);

  if (ms_experiment_equal (before.experiment, experiment))
    return;
  if (ms_experiment_validate (experiment, &error) && ms_experiment_needs_rebuild (before.experiment, experiment))
    rebuild (self, experiment, &error);
  else if (error == NULL && ms_session_change (self->session, experiment, &error))
    {
      tell_force (self);
      add_deed (self, &before, false, NULL);
    }
  if (error == NULL)
    return;
  ms_mailbox_tell_experiment (&self->mailbox, ms_session_experiment (self->session));
  ms_runner_tell_error (self, error);
}

static bool
edit (MsRunner *self, const MsIntervention *what, GError **error)
{
  g_auto (MsPosition) before = position_now (self);
  g_autofree char *words = ms_intervention_words (what);

  ms_timeline_leave (self->timeline, self->session);
  if (!ms_session_edit (self->session, what, error))
    return false;
  ms_timeline_note_edit (self->timeline, self->session, what);
  ms_runner_tell_branch (self);
  if (self->steps_left == 0)
    ms_runner_look (self);
  add_deed (self, &before, true, words);
  return true;
}

static bool
stand (MsRunner *self, const MsIntervention *what, bool on, GError **error)
{
  g_auto (MsPosition) before = position_now (self);
  g_autoptr (MsInterventions) set = on ? ms_interventions_with (before.interventions, what)
                                       : ms_interventions_without (before.interventions, what);

  if (ms_interventions_equal (set, before.interventions))
    return true;
  if (!ms_session_intervene (self->session, set, error))
    return false;
  tell_force (self);
  add_deed (self, &before, false, NULL);
  return true;
}

void
ms_runner_do_intervene (MsRunner *self, const MsIntervention *what, bool on)
{
  g_autoptr (GError) error = NULL;

  if (!ms_intervention_is_edit (what))
    stand (self, what, on, &error);
  else if (on)
    edit (self, what, &error);
  else
    g_set_error (&error, MS_ERROR, MS_ERROR_USAGE, "an edit of weights is not in force, but done: it can be undone");
  if (error != NULL)
    ms_runner_tell_error (self, error);
}

/* @now with the values that differ between @from and @to as they are in @to. Transfer full; NULL and @error. */
static MsExperiment *
turn_values (const MsExperiment *now, const MsExperiment *from, const MsExperiment *to, GError **error)
{
  MsExperiment *values = ms_experiment_ref ((MsExperiment *) (ms_experiment_equal (now, from) ? to : now));

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *value = ms_experiment_text (to, key->id);
      MsExperiment *next;

      if (strcmp (ms_experiment_text (from, key->id), value) == 0)
        continue;
      next = ms_experiment_with (values, key->key, value, error);
      ms_experiment_unref (values);
      if (next == NULL)
        return NULL;
      values = next;
    }
  return values;
}

static bool
has (const MsInterventions *set, const MsIntervention *intervention)
{
  for (int i = 0; i < ms_interventions_count (set); i++)
    if (ms_intervention_equal (ms_interventions_at (set, i), intervention))
      return true;
  return false;
}

/* Likewise of interventions. */
static MsInterventions *
turn_interventions (const MsInterventions *now, const MsInterventions *from, const MsInterventions *to)
{
  MsInterventions *set = ms_interventions_ref ((MsInterventions *) (ms_interventions_equal (now, from) ? to : now));

  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < ms_interventions_count (pass == 0 ? from : to); i++)
      {
        const MsIntervention *one = ms_interventions_at (pass == 0 ? from : to, i);
        MsInterventions *next;

        if (has (pass == 0 ? to : from, one))
          continue;
        next = pass == 0 ? ms_interventions_without (set, one) : ms_interventions_with (set, one);
        ms_interventions_unref (set);
        set = next;
      }
  return set;
}

/* Takes the run from @from to @to, the two ends of a deed. */
static bool
turn (MsRunner *self, const MsPosition *from, const MsPosition *to, bool jumps, GError **error)
{
  MsForce now = ms_force_of (self->session);
  g_autoptr (MsExperiment) values = NULL;
  g_autoptr (MsInterventions) set = NULL;

  if (jumps)
    return ms_runner_go_to (self, to->moment, error);
  values = turn_values (now.experiment, from->experiment, to->experiment, error);
  if (values == NULL)
    return false;
  set = turn_interventions (now.interventions, from->interventions, to->interventions);
  if (!apply (self, &(MsForce){ values, set }, error))
    return false;
  tell_force (self);
  return true;
}

/* The next deed was refused. One that is done in its place was done to another model: it is forgotten, as all that is
 * below it would wait for it. Going to a moment may only have been overtaken. */
static void
refuse_turn (MsRunner *self, const MsDeed *deed, bool undone, GError **error)
{
  if (!deed->jumps)
    {
      g_prefix_error (error, "“%s” cannot be %s in the model that is here, and is forgotten: ", deed->words,
                      undone ? "redone" : "undone");
      ms_undo_forget (self->undo, undone);
    }
  ms_runner_tell_error (self, *error);
}

void
ms_runner_do_undo (MsRunner *self)
{
  const MsDeed *deed = ms_undo_peek (self->undo);
  MsMoment left = ms_timeline_now (self->timeline);
  g_autoptr (GError) error = NULL;

  if (deed == NULL)
    return;
  if (turn (self, &deed->after, &deed->before, deed->jumps, &error))
    ms_undo_undone (self->undo, left);
  else
    refuse_turn (self, deed, false, &error);
  ms_runner_tell_undo (self);
}

void
ms_runner_do_redo (MsRunner *self)
{
  const MsDeed *deed = ms_undo_peek_redo (self->undo);
  MsMoment left = ms_timeline_now (self->timeline);
  g_autoptr (GError) error = NULL;

  if (deed == NULL)
    return;
  if (turn (self, &deed->before, &deed->after, deed->jumps, &error))
    ms_undo_redone (self->undo, left);
  else
    refuse_turn (self, deed, true, &error);
  ms_runner_tell_undo (self);
}

/* What is in force stays so: where that is not what the branch began with, what follows is another branch. */
void
ms_runner_do_reset (MsRunner *self)
{
  g_auto (MsPosition) before = position_now (self);
  const MsTimelineBranch *root
    = ms_timeline_root (ms_timeline_branch (self->timeline, ms_timeline_now (self->timeline).branch));
  g_autoptr (GError) error = NULL;

  if (!ms_runner_go_to (self, (MsMoment){ root->id, root->from }, &error)
      || !apply (self, &(MsForce){ before.experiment, before.interventions }, &error))
    ms_runner_tell_error (self, error);
  else
    tell_force (self);
}
