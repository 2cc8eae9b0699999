/* SPDX-License-Identifier: MIT */

#include "ui/window/compare.h"

#define SHORT 40000 /* us that a portion of batches may take before it is made larger, and smaller */
#define LONG 120000
#define LARGEST 4096 /* batches of a portion */

struct _MsCompare {
  GObject parent;

  MsLive *first, *second; /* borrowed; NULL after stop */
  gint64 target;          /* the step that both are on their way to; -1: none */
  gint64 left;            /* batches still to do; -1: until paused */
  int portion;
  gint64 began;           /* when the portion was asked for, us */
  double speed;
  guint timer;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsCompare, ms_compare, G_TYPE_OBJECT)

static gint64
step_of (MsLive *live)
{
  const MsRecord *record = ms_live_record (live);

  return record != NULL ? record->step : -1;
}

static bool
is_replay (MsLive *live)
{
  return ms_live_record (live) != NULL && ms_live_experiment (live) == NULL;
}

static bool
is_ready (MsLive *live)
{
  MsRunnerState state = ms_live_state (live);

  return step_of (live) >= 0 && (state == MS_RUNNER_PAUSED || state == MS_RUNNER_PLAYING);
}

static void
finish (MsCompare *self)
{
  self->left = 0;
  self->target = -1;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
send (MsLive *live, gint64 target)
{
  gint64 n = target - step_of (live);

  if (n > 0)
    ms_runner_step (ms_live_runner (live), is_replay (live) ? 1 : (int) MIN (n, G_MAXINT));
}

/* The one behind catches up; when both are level, they go on together. */
static void
ask_portion (MsCompare *self)
{
  gint64 a = step_of (self->first), b = step_of (self->second);
  int n = self->speed > 0 ? 1 : self->portion;

  if (self->left > 0)
    n = (int) MIN (n, self->left);
  self->target = MAX (a, b) + (a == b || is_replay (self->first) || is_replay (self->second) ? n : 0);
  if (self->left > 0)
    self->left -= MIN (self->left, self->target - MAX (a, b));
  self->began = g_get_monotonic_time ();
  send (self->first, self->target);
  send (self->second, self->target);
}

static gboolean
timer_cb (gpointer data)
{
  MsCompare *self = data;

  self->timer = 0;
  ask_portion (self);
  return G_SOURCE_REMOVE;
}

static void
adapt (MsCompare *self, gint64 took)
{
  if (took < SHORT && self->portion < LARGEST)
    self->portion *= 2;
  else if (took > LONG && self->portion > 1)
    self->portion /= 2;
}

static void
go_on (MsCompare *self)
{
  gint64 took = g_get_monotonic_time () - self->began, interval;

  self->target = -1;
  adapt (self, took);
  if (self->left == 0)
    {
      finish (self);
      return;
    }
  if (self->speed <= 0)
    {
      ask_portion (self);
      return;
    }
  interval = (gint64) (G_USEC_PER_SEC / self->speed);
  self->timer = g_timeout_add ((guint) (MAX (interval - took, 0) / 1000), timer_cb, self);
}

/* A recorded run that has no more records is there as far as it goes: it stays behind without another word. */
static bool
has_arrived (MsCompare *self, MsLive *live)
{
  return step_of (live) >= self->target
         || (is_replay (live) && ms_live_state (live) == MS_RUNNER_PAUSED && !ms_live_is_new (live));
}

static void
news_cb (MsCompare *self, MsLive *live)
{
  if (self->target < 0 || self->timer != 0)
    return;
  if (ms_live_state (self->first) == MS_RUNNER_FAILED || ms_live_state (self->second) == MS_RUNNER_FAILED)
    {
      finish (self);
      return;
    }
  if (has_arrived (self, self->first) && has_arrived (self, self->second))
    go_on (self);
  else if (is_replay (live) && step_of (live) < self->target)
    send (live, self->target);
}

MsCompare *
ms_compare_new (MsLive *first, MsLive *second)
{
  MsCompare *self = g_object_new (MS_TYPE_COMPARE, NULL);

  self->first = first;
  self->second = second;
  g_signal_connect_object (first, "news", G_CALLBACK (news_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (second, "news", G_CALLBACK (news_cb), self, G_CONNECT_SWAPPED);
  return self;
}

void
ms_compare_stop (MsCompare *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->first == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->first, self);
  g_signal_handlers_disconnect_by_data (self->second, self);
  self->first = self->second = NULL;
  self->target = -1;
  self->left = 0;
}

static void
start (MsCompare *self, gint64 left)
{
  if (self->first == NULL || !is_ready (self->first) || !is_ready (self->second))
    return;
  self->left = left;
  if (self->target < 0 && self->timer == 0)
    ask_portion (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
ms_compare_play (MsCompare *self)
{
  self->portion = 1;
  start (self, -1);
}

void
ms_compare_pause (MsCompare *self)
{
  if (self->target < 0)
    finish (self);
  else
    self->left = 0;
}

void
ms_compare_step (MsCompare *self, int n)
{
  start (self, (self->left > 0 ? self->left : 0) + n);
}

void
ms_compare_set_speed (MsCompare *self, double steps_per_second)
{
  self->speed = steps_per_second;
}

bool
ms_compare_is_playing (MsCompare *self)
{
  return self->left < 0;
}

static void
ms_compare_dispose (GObject *object)
{
  ms_compare_stop (MS_COMPARE (object));
  G_OBJECT_CLASS (ms_compare_parent_class)->dispose (object);
}

static void
ms_compare_class_init (MsCompareClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_compare_dispose;
  signals[CHANGED]
    = g_signal_new ("changed", MS_TYPE_COMPARE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
ms_compare_init (MsCompare *self)
{
  self->target = -1;
  self->portion = 1;
}
