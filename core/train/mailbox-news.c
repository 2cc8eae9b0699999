/* SPDX-License-Identifier: MIT */

/* News: what is told is gathered until somebody comes to read it. */
#include "core/train/mailbox.h"

#define MAX_PENDING 8192 /* records kept for a reader who does not come */

void
ms_mailbox_news_init (MsRunnerNews *news, MsRunnerState state, int branch)
{
  *news = (MsRunnerNews){ .state = state, .branch = branch };
  news->records = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
}

void
ms_runner_news_clear (MsRunnerNews *news)
{
  g_clear_pointer (&news->records, g_ptr_array_unref);
  g_clear_pointer (&news->latest, ms_record_unref);
  g_clear_pointer (&news->surface, ms_record_unref);
  g_clear_pointer (&news->experiment, ms_experiment_unref);
  g_clear_pointer (&news->error, g_free);
  g_clear_pointer (&news->saved, g_free);
  g_clear_pointer (&news->branches, ms_branches_unref);
  g_clear_pointer (&news->interventions, ms_interventions_unref);
  g_clear_pointer (&news->undo, g_free);
  g_clear_pointer (&news->redo, g_free);
  g_clear_pointer (&news->alerts, ms_alerts_free);
  g_clear_pointer (&news->recalled, ms_record_unref);
  g_clear_pointer (&news->trial, ms_trial_unref);
  g_clear_pointer (&news->stopped, g_free);
  g_clear_pointer (&news->command, g_free);
  g_clear_pointer (&news->copy, ms_copy_unref);
  g_clear_pointer (&news->kept, ms_kept_free);
}

static void
lock (MsMailbox *self)
{
  pthread_mutex_lock (&self->lock);
}

static void
unlock_and_wake (MsMailbox *self)
{
  bool first = !self->woken;

  self->woken = true;
  pthread_mutex_unlock (&self->lock);
  if (first && self->wake != NULL)
    self->wake (self->wake_data);
}

static void
replace_text (char **place, const char *text)
{
  g_free (*place);
  *place = g_strdup (text);
}

static void
replace_record (MsRecord **place, MsRecord *record)
{
  ms_record_unref (*place);
  *place = ms_record_ref (record);
}

static void
replace_experiment (MsRunnerNews *news, const MsExperiment *experiment)
{
  g_clear_pointer (&news->experiment, ms_experiment_unref);
  if (experiment != NULL)
    news->experiment = ms_experiment_ref ((MsExperiment *) experiment);
}

static void
replace_interventions (MsRunnerNews *news, const MsInterventions *interventions)
{
  g_clear_pointer (&news->interventions, ms_interventions_unref);
  if (interventions != NULL)
    news->interventions = ms_interventions_ref ((MsInterventions *) interventions);
}

static void
replace_branches (MsRunnerNews *news, MsBranches *branches)
{
  ms_branches_unref (news->branches);
  news->branches = ms_branches_ref (branches);
}

void
ms_mailbox_tell_state (MsMailbox *self, MsRunnerState state)
{
  lock (self);
  self->news.state = state;
  unlock_and_wake (self);
}

void
ms_mailbox_tell_error (MsMailbox *self, const GError *error)
{
  lock (self);
  replace_text (&self->news.error, error->message);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_experiment (MsMailbox *self, const MsExperiment *experiment)
{
  lock (self);
  replace_experiment (&self->news, experiment);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_saved (MsMailbox *self, const char *path)
{
  lock (self);
  replace_text (&self->news.saved, path);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_branches (MsMailbox *self, MsBranches *branches)
{
  lock (self);
  replace_branches (&self->news, branches);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_interventions (MsMailbox *self, const MsInterventions *interventions)
{
  lock (self);
  replace_interventions (&self->news, interventions);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_undo (MsMailbox *self, const char *undo, const char *redo)
{
  lock (self);
  replace_text (&self->news.undo, undo);
  replace_text (&self->news.redo, redo);
  self->news.told_undo = true;
  unlock_and_wake (self);
}

void
ms_mailbox_tell_alerts (MsMailbox *self, const MsAlerts *alerts)
{
  MsAlerts *copy = ms_alerts_copy (alerts);

  lock (self);
  ms_alerts_free (self->news.alerts);
  self->news.alerts = copy;
  unlock_and_wake (self);
}

void
ms_mailbox_tell_recalled (MsMailbox *self, int branch, MsRecord *record)
{
  lock (self);
  replace_record (&self->news.recalled, record);
  self->news.recalled_branch = branch;
  unlock_and_wake (self);
}

void
ms_mailbox_tell_trial (MsMailbox *self, MsTrial *trial)
{
  lock (self);
  ms_trial_unref (self->news.trial);
  self->news.trial = ms_trial_ref (trial);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_stopped (MsMailbox *self, const char *words)
{
  lock (self);
  replace_text (&self->news.stopped, words);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_command (MsMailbox *self, const char *command)
{
  lock (self);
  replace_text (&self->news.command, command);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_copy (MsMailbox *self, MsCopy *copy)
{
  lock (self);
  ms_copy_unref (self->news.copy);
  self->news.copy = ms_copy_ref (copy);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_kept (MsMailbox *self, MsKept *kept)
{
  lock (self);
  ms_kept_free (self->news.kept);
  self->news.kept = kept;
  unlock_and_wake (self);
}

/* Steps that were told of another branch stay with it: what follows is news of its own, read after them. */
static void
begin_news (MsMailbox *self)
{
  if (self->news.records->len == 0)
    return;
  g_queue_push_tail (&self->older, g_memdup2 (&self->news, sizeof self->news));
  ms_mailbox_news_init (&self->news, self->news.state, self->news.branch);
}

/* Of a run that is no more only what concerns files and failures is still news. */
static void
forget_all (MsMailbox *self)
{
  for (MsRunnerNews *news; (news = g_queue_pop_head (&self->older)) != NULL; g_free (news))
    {
      if (self->news.saved == NULL)
        self->news.saved = g_steal_pointer (&news->saved);
      if (self->news.error == NULL)
        self->news.error = g_steal_pointer (&news->error);
      ms_runner_news_clear (news);
    }
  g_ptr_array_set_size (self->news.records, 0);
  g_clear_pointer (&self->news.recalled, ms_record_unref);
  g_clear_pointer (&self->news.trial, ms_trial_unref);
  g_clear_pointer (&self->news.alerts, ms_alerts_free);
  g_clear_pointer (&self->news.stopped, g_free);
  g_clear_pointer (&self->news.copy, ms_copy_unref);
  g_clear_pointer (&self->news.kept, ms_kept_free);
}

void
ms_mailbox_tell_restart (MsMailbox *self, const MsRestart *restart)
{
  lock (self);
  if (restart->replaced)
    forget_all (self);
  else
    begin_news (self);
  g_clear_pointer (&self->news.latest, ms_record_unref);
  g_clear_pointer (&self->news.surface, ms_record_unref);
  self->news.restarted = true;
  self->news.restarted_at = restart->step;
  self->news.branch = restart->branch;
  self->news.replaced |= restart->replaced;
  replace_experiment (&self->news, restart->experiment);
  replace_interventions (&self->news, restart->interventions);
  if (restart->branches != NULL)
    replace_branches (&self->news, restart->branches);
  unlock_and_wake (self);
}

/* A reader who does not come for long gets every other of the older steps. */
static void
thin (GPtrArray *records)
{
  guint n_kept = 0;

  for (guint i = 0; i < records->len; i++)
    {
      MsRecord *record = records->pdata[i];

      if (i % 2 == 1)
        records->pdata[n_kept++] = record;
      else
        ms_record_unref (record);
    }
  for (guint i = n_kept; i < records->len; i++)
    records->pdata[i] = NULL;
  g_ptr_array_set_size (records, (int) n_kept);
}

void
ms_mailbox_tell_record (MsMailbox *self, MsRecord *record, bool of_a_step)
{
  lock (self);
  if (record->inputs != NULL)
    {
      replace_record (&self->news.latest, record);
      self->news.told_at = g_get_monotonic_time ();
    }
  if (record->surface != NULL)
    replace_record (&self->news.surface, record);
  if (of_a_step)
    g_ptr_array_add (self->news.records, ms_record_ref (record));
  if (self->news.records->len >= MAX_PENDING)
    thin (self->news.records);
  if (record->inputs != NULL)
    unlock_and_wake (self);
  else
    pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_poll (MsMailbox *self, MsRunnerNews *news)
{
  MsRunnerNews *oldest;

  lock (self);
  oldest = g_queue_pop_head (&self->older);
  self->woken = false;
  if (oldest != NULL)
    {
      *news = *oldest;
      g_free (oldest);
      unlock_and_wake (self);
      return;
    }
  *news = self->news;
  ms_mailbox_news_init (&self->news, news->state, news->branch);
  pthread_mutex_unlock (&self->lock);
}
