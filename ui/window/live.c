/* SPDX-License-Identifier: MIT */

#include "ui/window/live.h"

#define HISTORY_POINTS 2048
#define SHARE 0.10  /* of one core's time that showing may take while the model runs as fast as it can */
#define SLOWEST 8.0 /* records a second */
#define FASTEST 30.0

struct _MsLive {
  GObject parent;

  MsRunner *runner;
  GtkWidget *widget; /* borrowed; NULL after stop */
  guint tick;

  MsRunnerState state;
  MsExperiment *experiment; /* owned, as the records */
  MsRecord *record, *surface;
  MsHistory *history;
  gint64 told_at;
  bool is_new;
  double cost; /* us, a moving mean */
  double refresh;
};

enum {
  NEWS,
  FAILED,
  SAVED,
  RESTARTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsLive, ms_live, G_TYPE_OBJECT)

static void
take_record (MsRecord **place, MsRecord *record)
{
  if (record == NULL)
    return;
  ms_record_unref (*place);
  *place = ms_record_ref (record);
}

static void
forget (MsLive *self, const MsRunnerNews *news)
{
  if (!news->replaced)
    {
      ms_history_truncate (self->history, news->restarted_at);
      return;
    }
  ms_history_clear (self->history);
  g_clear_pointer (&self->surface, ms_record_unref);
}

static void
take_news (MsLive *self, const MsRunnerNews *news)
{
  self->state = news->state;
  if (news->restarted)
    forget (self, news);
  for (guint i = 0; i < news->records->len; i++)
    ms_history_add (self->history, news->records->pdata[i]);
  self->is_new = news->latest != NULL;
  if (self->is_new)
    self->told_at = news->told_at;
  take_record (&self->record, news->latest);
  take_record (&self->surface, news->surface);
  if (news->experiment != NULL || news->replaced)
    g_clear_pointer (&self->experiment, ms_experiment_unref);
  if (news->experiment != NULL)
    self->experiment = ms_experiment_ref (news->experiment);
}

static void
poll_runner (MsLive *self)
{
  MsRunnerNews news;

  if (self->runner == NULL)
    return;
  ms_runner_poll (self->runner, &news);
  take_news (self, &news);
  if (news.restarted)
    g_signal_emit (self, signals[RESTARTED], 0);
  g_signal_emit (self, signals[NEWS], 0);
  self->is_new = false;
  if (news.error != NULL)
    g_signal_emit (self, signals[FAILED], 0, news.error);
  if (news.saved != NULL)
    g_signal_emit (self, signals[SAVED], 0, news.saved);
  ms_runner_news_clear (&news);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  MsLive *self = data;

  self->tick = 0;
  poll_runner (self);
  return G_SOURCE_REMOVE;
}

/* On the main thread, once for all that is told until it is read. */
static gboolean
woken_cb (gpointer data)
{
  MsLive *self = data;

  if (self->widget == NULL)
    return G_SOURCE_REMOVE;
  if (!gtk_widget_get_mapped (self->widget)) /* hidden windows have no frames */
    poll_runner (self);
  else if (self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (self->widget, tick_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

/* On the runner's thread. */
static gboolean
wake_cb (gpointer data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, woken_cb, g_object_ref (data), g_object_unref);
  return G_SOURCE_REMOVE;
}

MsLive *
ms_live_new (GtkWidget *widget, int n_threads)
{
  MsLive *self = g_object_new (MS_TYPE_LIVE, NULL);

  self->widget = widget;
  self->runner = ms_runner_new (n_threads, wake_cb, self);
  ms_runner_set_refresh (self->runner, self->refresh);
  return self;
}

void
ms_live_stop (MsLive *self)
{
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (self->widget, self->tick);
  self->tick = 0;
  self->widget = NULL;
  g_clear_pointer (&self->runner, ms_runner_free);
}

MsRunner *
ms_live_runner (MsLive *self)
{
  return self->runner;
}

MsRunnerState
ms_live_state (MsLive *self)
{
  return self->state;
}

const MsExperiment *
ms_live_experiment (MsLive *self)
{
  return self->experiment;
}

const MsRecord *
ms_live_record (MsLive *self)
{
  return self->record;
}

const MsRecord *
ms_live_surface (MsLive *self)
{
  return self->surface;
}

const MsHistory *
ms_live_history (MsLive *self)
{
  return self->history;
}

gint64
ms_live_told_at (MsLive *self)
{
  return self->told_at;
}

bool
ms_live_is_new (MsLive *self)
{
  return self->is_new;
}

void
ms_live_note_cost (MsLive *self, gint64 cost)
{
  double refresh;

  self->cost = self->cost == 0 ? (double) cost : 0.9 * self->cost + 0.1 * (double) cost;
  refresh = CLAMP (SHARE * G_USEC_PER_SEC / MAX (self->cost, 1), SLOWEST, FASTEST);
  if (ABS (refresh - self->refresh) < 0.5 || self->runner == NULL)
    return;
  self->refresh = refresh;
  ms_runner_set_refresh (self->runner, refresh);
}

double
ms_live_refresh (MsLive *self)
{
  return self->refresh;
}

static void
ms_live_finalize (GObject *object)
{
  MsLive *self = MS_LIVE (object);

  ms_live_stop (self);
  ms_record_unref (self->record);
  ms_record_unref (self->surface);
  ms_history_free (self->history);
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  G_OBJECT_CLASS (ms_live_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, int n_parameters)
{
  return g_signal_new (name, MS_TYPE_LIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, (guint) n_parameters,
                       G_TYPE_STRING);
}

static void
ms_live_class_init (MsLiveClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_live_finalize;
  signals[NEWS] = new_signal ("news", 0);
  signals[FAILED] = new_signal ("failed", 1);
  signals[SAVED] = new_signal ("saved", 1);
  signals[RESTARTED] = new_signal ("restarted", 0);
}

static void
ms_live_init (MsLive *self)
{
  self->history = ms_history_new (HISTORY_POINTS);
  self->refresh = 20;
}
