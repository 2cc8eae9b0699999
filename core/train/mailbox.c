/* SPDX-License-Identifier: MIT */

/* The lock is pthread's and not GLib's, because ThreadSanitizer sees through it. */
#include "core/train/mailbox.h"

#include <time.h>

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
  g_free (request->watch.conditions);
  ms_copy_unref (request->copy);
  ms_kept_free (request->kept);
  g_free (request);
}

void
ms_mailbox_init (MsMailbox *self, GSourceFunc wake, gpointer data)
{
  *self = (MsMailbox){ .refresh = 20, .wake = wake, .wake_data = data };
  pthread_mutex_init (&self->lock, NULL);
  condition_init (&self->changed);
  g_queue_init (&self->requests);
  g_queue_init (&self->older);
  ms_mailbox_news_init (&self->news, MS_RUNNER_EMPTY, -1);
}

void
ms_mailbox_clear (MsMailbox *self)
{
  g_queue_clear_full (&self->requests, (GDestroyNotify) ms_request_free);
  ms_runner_news_clear (&self->news);
  for (MsRunnerNews *news; (news = g_queue_pop_head (&self->older)) != NULL; g_free (news))
    ms_runner_news_clear (news);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
}

/* Requests */

static bool
is_one_of (const MsRequest *request, guint kinds)
{
  return kinds & MS_REQUEST_BIT (request->kind);
}

#define SAVES (MS_REQUEST_BIT (MS_REQUEST_SAVE) | MS_REQUEST_BIT (MS_REQUEST_SAVE_SESSION))

/* What is no business of the session that is left. */
static void
drop_for_open (GQueue *requests)
{
  const guint kept = SAVES | MS_REQUEST_BIT (MS_REQUEST_SET_WATCH) | MS_REQUEST_BIT (MS_REQUEST_SET_DETAIL)
                     | MS_REQUEST_BIT (MS_REQUEST_SET_BUDGET);

  for (GList *link = requests->head, *next; link != NULL; link = next)
    {
      MsRequest *request = link->data;

      next = link->next;
      if (is_one_of (request, kept))
        continue;
      ms_request_free (request);
      g_queue_delete_link (requests, link);
    }
}

/* What was to be saved still is, with all that was asked for before. */
static void
drop_for_quit (GQueue *requests)
{
  while (!g_queue_is_empty (requests) && !is_one_of (g_queue_peek_tail (requests), SAVES))
    ms_request_free (g_queue_pop_tail (requests));
}

/* Whether of several such requests in a row one does. */
static bool
becomes_one (MsRequestKind kind)
{
  return MS_REQUEST_BIT (kind)
         & (MS_REQUEST_BIT (MS_REQUEST_CHANGE) | MS_REQUEST_BIT (MS_REQUEST_STEP) | MS_REQUEST_BIT (MS_REQUEST_GO)
            | MS_REQUEST_BIT (MS_REQUEST_RECALL) | MS_REQUEST_BIT (MS_REQUEST_TRY)
            | MS_REQUEST_BIT (MS_REQUEST_SET_WATCH) | MS_REQUEST_BIT (MS_REQUEST_SET_DETAIL)
            | MS_REQUEST_BIT (MS_REQUEST_SET_BUDGET) | MS_REQUEST_BIT (MS_REQUEST_TELL_COMMAND));
}

void
ms_mailbox_push (MsMailbox *self, MsRequest *request)
{
  pthread_mutex_lock (&self->lock);
  MsRequest *last = g_queue_peek_tail (&self->requests);

  if (is_one_of (request, MS_REQUEST_OPENS))
    drop_for_open (&self->requests);
  else if (last != NULL && last->kind == request->kind && becomes_one (request->kind))
    {
      if (request->kind == MS_REQUEST_STEP)
        request->n += last->n;
      ms_request_free (g_queue_pop_tail (&self->requests));
    }
  g_queue_push_tail (&self->requests, request);
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

bool
ms_mailbox_has (MsMailbox *self, guint kinds)
{
  bool found;

  pthread_mutex_lock (&self->lock);
  found = self->quit;
  for (GList *link = self->requests.head; link != NULL && !found; link = link->next)
    found = is_one_of (link->data, kinds);
  pthread_mutex_unlock (&self->lock);
  return found;
}

void
ms_mailbox_quit (MsMailbox *self)
{
  pthread_mutex_lock (&self->lock);
  drop_for_quit (&self->requests);
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
  if ((*request = g_queue_pop_head (&self->requests)) != NULL)
    work = MS_WORK_REQUEST;
  else if (self->quit)
    work = MS_WORK_QUIT;
  pthread_mutex_unlock (&self->lock);
  return work;
}
