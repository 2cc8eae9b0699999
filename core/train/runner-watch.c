/* SPDX-License-Identifier: MIT */

/* What the runner notices by itself: alerts, kept for each branch, and the conditions at which it pauses. */
#include "core/train/runner-private.h"

#define MOST_LEFT 64 /* branches whose alerts are kept after they were left */

static void
left_clear (gpointer data)
{
  ms_alerts_free (((MsKeptAlerts *) data)->alerts);
}

void
ms_runner_watch_init (MsRunner *self)
{
  self->watch.limits = ms_alert_limits_default ();
  self->left = g_array_new (FALSE, FALSE, sizeof (MsKeptAlerts));
  g_array_set_clear_func (self->left, left_clear);
  self->alerts = ms_alerts_new (&self->watch.limits);
  self->branch = -1;
}

void
ms_runner_watch_clear (MsRunner *self)
{
  g_free (self->watch.conditions);
  g_array_unref (self->left);
  ms_alerts_free (self->alerts);
  ms_record_unref (self->before);
}

void
ms_runner_watch_nothing (MsRunner *self)
{
  g_array_set_size (self->left, 0);
  self->branch = -1;
}

static MsKeptAlerts *
find_left (const MsRunner *self, int branch)
{
  for (guint i = 0; i < self->left->len; i++)
    if (g_array_index (self->left, MsKeptAlerts, i).branch == branch)
      return &g_array_index (self->left, MsKeptAlerts, i);
  return NULL;
}

/* Of the present branch, unless more of it was seen before. */
static void
put_away (MsRunner *self)
{
  MsKeptAlerts *left = find_left (self, self->branch);

  if (self->branch < 0 || (left != NULL && left->to > self->watched))
    return;
  if (left != NULL)
    g_array_remove_index (self->left, (guint) (left - (MsKeptAlerts *) (void *) self->left->data));

  MsKeptAlerts newest = { self->branch, self->watched, ms_alerts_copy (self->alerts) };
  g_array_append_val (self->left, newest);
  if (self->left->len > MOST_LEFT)
    g_array_remove_index (self->left, 0);
}

void
ms_runner_watch_keep (MsRunner *self, MsKept *kept)
{
  put_away (self);
  for (guint i = 0; i < self->left->len; i++)
    {
      const MsKeptAlerts *left = &g_array_index (self->left, MsKeptAlerts, i);

      ms_kept_add_alerts (kept, left->branch, left->to, left->alerts);
    }
}

void
ms_runner_watch_kept (MsRunner *self, const MsKept *kept, int branch)
{
  for (guint i = 0; kept->alerts != NULL && i < kept->alerts->len; i++)
    {
      const MsKeptAlerts *one = kept->alerts->pdata[i];
      MsKeptAlerts left = { one->branch, one->to, ms_alerts_copy (one->alerts) };

      if (one->branch == branch)
        self->watch.limits = *ms_alerts_limits (one->alerts);
      g_array_append_val (self->left, left);
    }
}

static void
count (const MsAlerts *alerts, int *n, int *n_over)
{
  *n = ms_alerts_count (alerts);
  *n_over = 0;
  for (int i = 0; i < *n; i++)
    *n_over += ms_alerts_at (alerts, i)->over >= 0;
}

static void
tell (MsRunner *self)
{
  count (self->alerts, &self->n_alerts, &self->n_over);
  ms_mailbox_tell_alerts (&self->mailbox, self->alerts);
}

static void
tell_if_changed (MsRunner *self)
{
  int n, n_over;

  count (self->alerts, &n, &n_over);
  if (n != self->n_alerts || n_over != self->n_over)
    tell (self);
}

void
ms_runner_watch_branch (MsRunner *self, int branch, int parent, gint64 step)
{
  const MsKeptAlerts *from;

  put_away (self);
  from = find_left (self, branch);
  if (from == NULL && parent >= 0)
    from = find_left (self, parent);
  ms_alerts_free (self->alerts);
  self->alerts = from != NULL ? ms_alerts_copy (from->alerts) : ms_alerts_new (&self->watch.limits);
  ms_alerts_set_limits (self->alerts, &self->watch.limits);
  ms_alerts_truncate (self->alerts, step);
  if (self->before != NULL && (self->before->step != step || parent < 0 || parent != self->branch))
    g_clear_pointer (&self->before, ms_record_unref);
  self->branch = branch;
  self->watched = step;
  tell (self);
}

void
ms_runner_watch_before (MsRunner *self, MsRecord *record)
{
  ms_record_unref (self->before);
  self->before = ms_record_ref (record);
}

bool
ms_runner_watch_conditions (const MsRunner *self)
{
  return self->watch.enabled && self->watch.n > 0;
}

bool
ms_runner_watch_needs_batch (const MsRunner *self)
{
  for (int i = 0; self->watch.enabled && i < self->watch.n; i++)
    if (ms_condition_needs_batch (&self->watch.conditions[i]))
      return true;
  return false;
}

void
ms_runner_set_watch_now (MsRunner *self, const MsWatch *watch)
{
  g_return_if_fail (watch->limits.window >= 1);
  g_free (self->watch.conditions);
  self->watch = *watch;
  self->watch.conditions = g_memdup2 (watch->conditions, (gsize) watch->n * sizeof *watch->conditions);
  ms_alerts_set_limits (self->alerts, &watch->limits);
  tell (self);
}

/* @brought (n): the alerts that came with @record. Transfer full. */
static char *
why_pause (const MsRunner *self, const MsRecord *record, const MsAlert *brought, int n)
{
  for (int i = 0; self->watch.enabled && i < self->watch.n; i++)
    {
      const MsCondition *condition = &self->watch.conditions[i];
      int which = 0;

      if (!ms_condition_comes_true (condition, record, self->before, brought, n))
        continue;
      if (condition->when != MS_WHEN_DEAD && condition->when != MS_WHEN_ALERT)
        return ms_condition_words (condition);
      while (condition->when == MS_WHEN_DEAD && which + 1 < n && brought[which].kind != MS_ALERT_DEAD)
        which++;
      return ms_alert_words (&brought[which], &self->watch.limits);
    }
  return self->watch.pause_on_alert && n > 0 ? ms_alert_words (&brought[0], &self->watch.limits) : NULL;
}

char *
ms_runner_watch_record (MsRunner *self, MsRecord *record)
{
  int n = ms_alerts_add (self->alerts, record);
  const MsAlert *brought = n > 0 ? ms_alerts_at (self->alerts, ms_alerts_count (self->alerts) - n) : NULL;
  char *why = why_pause (self, record, brought, n);

  ms_runner_watch_before (self, record);
  self->watched = record->step;
  tell_if_changed (self);
  return why;
}

void
ms_runner_watch_failure (MsRunner *self, gint64 step)
{
  ms_alerts_add_not_finite (self->alerts, step);
  tell_if_changed (self);
}
