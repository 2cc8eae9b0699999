/* SPDX-License-Identifier: MIT */

/* The lock is pthread's and not GLib's, because ThreadSanitizer sees through it. */
#include "core/train/mailbox.h"

#include <time.h>

#define MAX_PENDING 8192 /* records kept for a reader who does not come */

/* Times are those of g_get_monotonic_time. */

static void
condition_init (pthread_cond_t *condition)
{
#ifdef __APPLE__
  pthread_cond_init (condition, NULL);
#else
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (condition, &attributes);
  pthread_condattr_destroy (&attributes);
#endif
}

static void
wait_until (pthread_cond_t *condition, pthread_mutex_t *lock, gint64 time)
{
#ifdef __APPLE__
  gint64 left = MAX (time - g_get_monotonic_time (), 0);
  struct timespec span = { left / G_USEC_PER_SEC, 1000 * (left % G_USEC_PER_SEC) };

  pthread_cond_timedwait_relative_np (condition, lock, &span);
#else
  struct timespec end = { time / G_USEC_PER_SEC, 1000 * (time % G_USEC_PER_SEC) };

  pthread_cond_timedwait (condition, lock, &end);
#endif
}

void
ms_request_free (MsRequest *request)
{
  if (request == NULL)
    return;
  g_clear_pointer (&request->experiment, ms_experiment_unref);
  g_free (request->text);
  g_free (request);
}

static void
news_init (MsRunnerNews *news, MsRunnerState state)
{
  *news = (MsRunnerNews){ .state = state };
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
}

void
ms_mailbox_init (MsMailbox *self, GSourceFunc wake, gpointer data)
{
  *self = (MsMailbox){ .refresh = 20, .wake = wake, .wake_data = data };
  pthread_mutex_init (&self->lock, NULL);
  condition_init (&self->changed);
  g_queue_init (&self->requests);
  news_init (&self->news, MS_RUNNER_EMPTY);
}

void
ms_mailbox_clear (MsMailbox *self)
{
  g_queue_clear_full (&self->requests, (GDestroyNotify) ms_request_free);
  ms_runner_news_clear (&self->news);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
}

/* Requests */

static bool
is_open (const MsRequest *request)
{
  return request->kind == MS_REQUEST_OPEN || request->kind == MS_REQUEST_OPEN_CHECKPOINT
         || request->kind == MS_REQUEST_OPEN_TRACE;
}

static void
drop_all_but_saves (GQueue *requests)
{
  for (GList *link = requests->head, *next; link != NULL; link = next)
    {
      MsRequest *request = link->data;

      next = link->next;
      if (request->kind == MS_REQUEST_SAVE)
        continue;
      ms_request_free (request);
      g_queue_delete_link (requests, link);
    }
}

void
ms_mailbox_push (MsMailbox *self, MsRequest *request)
{
  pthread_mutex_lock (&self->lock);
  MsRequest *last = g_queue_peek_tail (&self->requests);

  if (is_open (request))
    drop_all_but_saves (&self->requests);
  else if (last != NULL && last->kind == MS_REQUEST_CHANGE && request->kind == MS_REQUEST_CHANGE)
    ms_request_free (g_queue_pop_tail (&self->requests));
  else if (last != NULL && last->kind == MS_REQUEST_STEP && request->kind == MS_REQUEST_STEP)
    {
      request->n += last->n;
      ms_request_free (g_queue_pop_tail (&self->requests));
    }
  g_queue_push_tail (&self->requests, request);
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_quit (MsMailbox *self)
{
  pthread_mutex_lock (&self->lock);
  self->quit = true;
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_set_speed (MsMailbox *self, double steps_per_second)
{
  pthread_mutex_lock (&self->lock);
  self->speed = MAX (steps_per_second, 0);
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_set_refresh (MsMailbox *self, double records_per_second)
{
  pthread_mutex_lock (&self->lock);
  self->refresh = CLAMP (records_per_second, 0.1, 1000);
  pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_set_replaying (MsMailbox *self, bool replaying)
{
  pthread_mutex_lock (&self->lock);
  self->replaying = replaying;
  pthread_mutex_unlock (&self->lock);
}

void
ms_mailbox_get_rates (MsMailbox *self, double *speed, double *refresh)
{
  pthread_mutex_lock (&self->lock);
  *speed = self->speed;
  *refresh = self->refresh;
  pthread_mutex_unlock (&self->lock);
}

/* Under the lock: whether a step is due, or else when it will be. */
static bool
step_is_due (const MsMailbox *self, bool stepping, gint64 step_began, gint64 *due)
{
  double speed = self->speed;

  *due = G_MAXINT64;
  if (!stepping)
    return false;
  if (self->replaying && (speed <= 0 || speed > self->refresh))
    speed = self->refresh;
  *due = speed > 0 ? step_began + (gint64) (G_USEC_PER_SEC / speed) : 0;
  return g_get_monotonic_time () >= *due;
}

MsWork
ms_mailbox_wait (MsMailbox *self, bool stepping, gint64 step_began, MsRequest **request)
{
  MsWork work = MS_WORK_STEP;
  gint64 due;

  pthread_mutex_lock (&self->lock);
  while (!self->quit && g_queue_is_empty (&self->requests) && !step_is_due (self, stepping, step_began, &due))
    {
      if (due == G_MAXINT64)
        pthread_cond_wait (&self->changed, &self->lock);
      else
        wait_until (&self->changed, &self->lock, due);
    }
  if (self->quit)
    work = MS_WORK_QUIT;
  else if ((*request = g_queue_pop_head (&self->requests)) != NULL)
    work = MS_WORK_REQUEST;
  pthread_mutex_unlock (&self->lock);
  return work;
}

/* News */

static void
unlock_and_wake (MsMailbox *self)
{
  bool first = !self->woken;

  self->woken = true;
  pthread_mutex_unlock (&self->lock);
  if (first && self->wake != NULL)
    self->wake (self->wake_data);
}

void
ms_mailbox_tell_state (MsMailbox *self, MsRunnerState state)
{
  pthread_mutex_lock (&self->lock);
  self->news.state = state;
  unlock_and_wake (self);
}

void
ms_mailbox_tell_error (MsMailbox *self, const GError *error)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->news.error);
  self->news.error = g_strdup (error->message);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_experiment (MsMailbox *self, const MsExperiment *experiment)
{
  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->news.experiment, ms_experiment_unref);
  self->news.experiment = ms_experiment_ref ((MsExperiment *) experiment);
  unlock_and_wake (self);
}

void
ms_mailbox_tell_saved (MsMailbox *self, const char *path)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->news.saved);
  self->news.saved = g_strdup (path);
  unlock_and_wake (self);
}

static void
forget_after (GPtrArray *records, gint64 step)
{
  while (records->len > 0 && ((MsRecord *) records->pdata[records->len - 1])->step > step)
    g_ptr_array_set_size (records, (int) records->len - 1);
}

void
ms_mailbox_tell_restart (MsMailbox *self, gint64 step, bool replaced, const MsExperiment *experiment)
{
  pthread_mutex_lock (&self->lock);
  forget_after (self->news.records, replaced ? -1 : step);
  g_clear_pointer (&self->news.latest, ms_record_unref);
  g_clear_pointer (&self->news.surface, ms_record_unref);
  /* Of two restarts the earlier step counts: what the reader holds after it is undone, what is told here came since. */
  self->news.restarted_at = self->news.restarted ? MIN (self->news.restarted_at, step) : step;
  self->news.restarted = true;
  self->news.replaced |= replaced;
  g_clear_pointer (&self->news.experiment, ms_experiment_unref);
  if (experiment != NULL)
    self->news.experiment = ms_experiment_ref ((MsExperiment *) experiment);
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
  pthread_mutex_lock (&self->lock);
  if (record->inputs != NULL)
    {
      g_clear_pointer (&self->news.latest, ms_record_unref);
      self->news.latest = ms_record_ref (record);
      self->news.told_at = g_get_monotonic_time ();
    }
  if (record->surface != NULL)
    {
      g_clear_pointer (&self->news.surface, ms_record_unref);
      self->news.surface = ms_record_ref (record);
    }
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
  pthread_mutex_lock (&self->lock);
  *news = self->news;
  news_init (&self->news, news->state);
  self->woken = false;
  pthread_mutex_unlock (&self->lock);
}
