/* SPDX-License-Identifier: MIT */

#include "ui/window/compare.h"

#define SHORT 40000 /* us that a portion of batches may take before it is made larger, and smaller */
#define LONG 120000
#define LARGEST 4096 /* batches of a portion */

typedef struct {
  MsLive *live; /* borrowed; NULL after stop */
  gint64 step;  /* at its last news */
  bool over;    /* a recorded run that has no more records */
} Side;

struct _MsCompare {
  GObject parent;

  Side first, second;
  gint64 target;          /* the step that both are on their way to; -1: none */
  bool levels;            /* only the one behind is on its way */
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

void
ms_compare_halt (MsCompare *self)
{
  if (self->first.live == NULL)
    return;
  if (self->target >= 0)
    {
      ms_runner_pause (ms_live_runner (self->first.live));
      ms_runner_pause (ms_live_runner (self->second.live));
    }
  finish (self);
}

static void
send (const Side *side, gint64 target)
{
  gint64 n = target - step_of (side->live);

  if (n > 0 && !side->over)
    ms_runner_step (ms_live_runner (side->live), is_replay (side->live) ? 1 : (int) MIN (n, G_MAXINT));
}

/* The one behind catches up; when both are level, they go on together. */
static void
ask_portion (MsCompare *self)
{
  gint64 a = step_of (self->first.live), b = step_of (self->second.live);
  int n = self->speed > 0 ? 1 : self->portion;

  if (self->first.over && self->second.over)
    {
      finish (self);
      return;
    }
  if (self->left > 0)
    n = (int) MIN (n, self->left);
  self->levels = a != b && !is_replay (self->first.live) && !is_replay (self->second.live);
  self->target = MAX (a, b) + (self->levels ? 0 : n);
  if (self->left > 0)
    self->left -= MIN (self->left, self->target - MAX (a, b));
  self->began = g_get_monotonic_time ();
  send (&self->first, self->target);
  send (&self->second, self->target);
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
has_arrived (const MsCompare *self, const Side *side)
{
  return side->over || step_of (side->live) >= self->target;
}

/* What it was asked for, a recorded run answers with a record, or with none when that was the last.
 * False: it has gone back. */
static bool
look_at (MsCompare *self, Side *side)
{
  gint64 before = side->step;

  side->step = step_of (side->live);
  if (ms_live_is_new (side->live))
    side->over = false;
  else if (is_replay (side->live) && side->step < self->target && ms_live_state (side->live) == MS_RUNNER_PAUSED)
    side->over = true;
  return side->step >= before;
}

static void
news_cb (MsCompare *self, MsLive *live)
{
  Side *side = live == self->first.live ? &self->first : &self->second;
  bool went_back = !look_at (self, side);

  if (self->target < 0 && self->left == 0)
    return;
  if (went_back) /* was reset or built anew, or its change was undone: what it was asked for does not come */
    ms_compare_halt (self);
  if (self->target < 0 || self->timer != 0)
    return;
  if (ms_live_state (self->first.live) == MS_RUNNER_FAILED || ms_live_state (self->second.live) == MS_RUNNER_FAILED)
    {
      finish (self);
      return;
    }
  if (has_arrived (self, &self->first) && has_arrived (self, &self->second))
    go_on (self);
  else if (is_replay (live))
    send (side, self->target);
}

MsCompare *
ms_compare_new (MsLive *first, MsLive *second)
{
  MsCompare *self = g_object_new (MS_TYPE_COMPARE, NULL);

  self->first = (Side){ first, step_of (first), false };
  self->second = (Side){ second, step_of (second), false };
  g_signal_connect_object (first, "news", G_CALLBACK (news_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (second, "news", G_CALLBACK (news_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (first, "stopped", G_CALLBACK (ms_compare_halt), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (second, "stopped", G_CALLBACK (ms_compare_halt), self, G_CONNECT_SWAPPED);
  return self;
}

void
ms_compare_stop (MsCompare *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->first.live == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->first.live, self);
  g_signal_handlers_disconnect_by_data (self->second.live, self);
  self->first.live = self->second.live = NULL;
  self->target = -1;
  self->left = 0;
}

static void
start (MsCompare *self, gint64 left)
{
  if (self->first.live == NULL || !is_ready (self->first.live) || !is_ready (self->second.live))
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
  self->target = -1; /* who presses again does not wait for what may not come */
  start (self, -1);
}

/* Who is far behind is not waited for. */
void
ms_compare_pause (MsCompare *self)
{
  if (self->target < 0 || self->levels)
    {
      ms_compare_halt (self);
      return;
    }
  self->left = 0;
  g_signal_emit (self, signals[CHANGED], 0);
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
