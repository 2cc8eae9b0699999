/* SPDX-License-Identifier: MIT */

#include "ui/window/live.h"

#define BUDGET ((gsize) 256 << 20) /* bytes of the past, unless somebody sets it: half to look at, half to go back to */
#define RECALL_AFTER 120 /* ms without another wish */
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
  MsPast *past;
  GPtrArray *records; /* borrowed from the news while they are told */
  int branch;
  MsBranches *branches; /* owned, as all below: what the runner told last */
  MsAlerts *alerts;
  MsInterventions *interventions;
  MsTrial *trial;
  char *undo, *redo;
  guint detail;       /* MsDetail that records are to have */
  gint64 wanted;      /* step whose record is to be recalled; -1: none */
  guint recall_source;
  gint64 told_at;
  bool is_new;
  double cost; /* us, a moving mean */
  double refresh;
};

enum {
  NEWS,
  FAILED,
  SAVED,
  STOPPED,
  COMMAND,
  COPY,
  KEPT,
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
forget_all (MsLive *self)
{
  ms_past_clear (self->past);
  g_clear_pointer (&self->surface, ms_record_unref);
}

/* Records that follow are another branch's; a known one goes on where it ended. */
static void
enter_branch (MsLive *self, const MsRunnerNews *news)
{
  const MsBranch *branch = ms_branches_find (self->branches, news->branch);
  bool known = ms_past_history (self->past, news->branch) != NULL;

  self->branch = news->branch;
  if (branch != NULL && branch->parent < 0 && news->surface == NULL && !known)
    g_clear_pointer (&self->surface, ms_record_unref); /* of another model */
  ms_past_enter (self->past, news->branch, branch != NULL ? branch->parent : -1,
                 known || branch == NULL ? G_MAXINT64 : branch->from);
}

/* What a session file kept of the past. */
static void
take_histories (MsLive *self, const MsKept *kept)
{
  for (guint i = 0; kept->histories != NULL && i < kept->histories->len; i++)
    {
      const MsKeptHistory *one = kept->histories->pdata[i];
      const MsBranch *branch = ms_branches_find (self->branches, one->branch);

      if (branch != NULL)
        ms_past_restore (self->past, branch->id, branch->parent, branch->from, one->history);
    }
}

static void
take_text (char **place, char **text)
{
  g_free (*place);
  *place = g_steal_pointer (text);
}

/* What is told as a whole replaces what was told before. */
static void
take_plans (MsLive *self, MsRunnerNews *news)
{
  if (news->branches != NULL)
    {
      ms_branches_unref (self->branches);
      self->branches = g_steal_pointer (&news->branches);
    }
  if (news->alerts != NULL)
    {
      ms_alerts_free (self->alerts);
      self->alerts = g_steal_pointer (&news->alerts);
    }
  if (news->interventions != NULL)
    {
      ms_interventions_unref (self->interventions);
      self->interventions = g_steal_pointer (&news->interventions);
    }
  if (news->trial != NULL || news->restarted)
    {
      ms_trial_unref (self->trial);
      self->trial = g_steal_pointer (&news->trial);
    }
  if (news->told_undo)
    {
      take_text (&self->undo, &news->undo);
      take_text (&self->redo, &news->redo);
    }
}

static void
take_records (MsLive *self, const MsRunnerNews *news)
{
  if (news->replaced)
    forget_all (self);
  if (news->kept != NULL)
    take_histories (self, news->kept);
  if (news->replaced || news->restarted || news->branch != self->branch)
    {
      self->wanted = -1;
      g_clear_handle_id (&self->recall_source, g_source_remove);
      enter_branch (self, news);
    }
  for (guint i = 0; i < news->records->len; i++)
    ms_past_add (self->past, news->records->pdata[i]);
  self->is_new = news->latest != NULL;
  if (self->is_new)
    self->told_at = news->told_at;
  take_record (&self->record, news->latest);
  take_record (&self->surface, news->surface);
  if (news->recalled != NULL)
    ms_past_put (self->past, news->recalled_branch, news->recalled);
}

static void
take_news (MsLive *self, MsRunnerNews *news)
{
  self->state = news->state;
  take_plans (self, news);
  take_records (self, news);
  if (news->experiment != NULL || news->replaced)
    g_clear_pointer (&self->experiment, ms_experiment_unref);
  if (news->experiment != NULL)
    self->experiment = ms_experiment_ref (news->experiment);
}

static void
emit_words (MsLive *self, int signal, const char *words)
{
  if (words != NULL)
    g_signal_emit (self, signals[signal], 0, words);
}

static void
poll_runner (MsLive *self)
{
  g_autoptr (MsLive) held = g_object_ref (self); /* a failure may end the comparison that it is part of */
  MsRunnerNews news;

  if (self->runner == NULL)
    return;
  ms_runner_poll (self->runner, &news);
  take_news (self, &news);
  self->records = news.records;
  if (news.restarted)
    g_signal_emit (self, signals[RESTARTED], 0);
  emit_words (self, STOPPED, news.stopped);
  g_signal_emit (self, signals[NEWS], 0);
  if (news.kept != NULL)
    g_signal_emit (self, signals[KEPT], 0, news.kept);
  self->records = NULL;
  self->is_new = false;
  emit_words (self, FAILED, news.error);
  emit_words (self, SAVED, news.saved);
  emit_words (self, COMMAND, news.command);
  if (news.copy != NULL)
    g_signal_emit (self, signals[COPY], 0, news.copy);
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
  g_clear_handle_id (&self->recall_source, g_source_remove);
  self->widget = NULL;
  g_clear_pointer (&self->runner, ms_runner_free);
}

static void
free_runner (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ms_runner_free (data);
  g_task_return_boolean (task, TRUE);
}

static void
runner_freed_cb (GObject *source, GAsyncResult *result, gpointer application)
{
  if (application != NULL)
    g_application_release (application);
}

void
ms_live_leave (MsLive *self)
{
  GApplication *application = g_application_get_default (); /* stays until the model is at rest */
  g_autoptr (GTask) task = g_task_new (self, NULL, runner_freed_cb, application);

  g_task_set_task_data (task, g_steal_pointer (&self->runner), NULL);
  ms_live_stop (self);
  if (application != NULL)
    g_application_hold (application);
  g_task_run_in_thread (task, free_runner);
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
  return ms_past_current (self->past);
}

const MsPast *
ms_live_past (MsLive *self)
{
  return self->past;
}

int
ms_live_branch (MsLive *self)
{
  return self->branch;
}

const MsBranches *
ms_live_branches (MsLive *self)
{
  return self->branches;
}

const MsAlerts *
ms_live_alerts (MsLive *self)
{
  return self->alerts;
}

const MsInterventions *
ms_live_interventions (MsLive *self)
{
  return self->experiment != NULL ? self->interventions : NULL;
}

const MsTrial *
ms_live_trial (MsLive *self)
{
  return self->trial;
}

const char *
ms_live_undo (MsLive *self)
{
  return self->undo;
}

const char *
ms_live_redo (MsLive *self)
{
  return self->redo;
}

/* The past */

static gboolean
recall_cb (gpointer data)
{
  MsLive *self = data;

  self->recall_source = 0;
  ms_runner_recall (self->runner, self->branch, self->wanted);
  return G_SOURCE_REMOVE;
}

/* Computing a step again takes the model's time, so a wish waits for the hand to rest. */
static void
want (MsLive *self, gint64 step)
{
  if (self->wanted == step || self->runner == NULL || self->state != MS_RUNNER_PAUSED)
    return;
  self->wanted = step;
  g_clear_handle_id (&self->recall_source, g_source_remove);
  self->recall_source = g_timeout_add (RECALL_AFTER, recall_cb, self);
}

/* A recorded run has what it has. */
static bool
lacks_detail (MsLive *self, const MsRecord *record)
{
  return self->experiment != NULL && (self->detail & ~(guint) record->detail) != 0;
}

const MsRecord *
ms_live_record_at (MsLive *self, gint64 step)
{
  const MsRecord *kept = ms_past_record (self->past, self->branch, step);

  if (kept == NULL || kept->step != step || lacks_detail (self, kept))
    want (self, step);
  return kept;
}

void
ms_live_set_detail (MsLive *self, guint detail)
{
  if (detail & ~self->detail)
    self->wanted = -1; /* what was recalled before has less */
  self->detail = detail;
  if (self->runner != NULL)
    ms_runner_set_detail (self->runner, detail);
}

void
ms_live_set_budget (MsLive *self, gsize bytes)
{
  ms_past_set_budget (self->past, bytes / 2);
  if (self->runner != NULL)
    ms_runner_set_budget (self->runner, bytes / 2);
}

const GPtrArray *
ms_live_records (MsLive *self)
{
  return self->records;
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
  ms_past_free (self->past);
  ms_branches_unref (self->branches);
  ms_alerts_free (self->alerts);
  ms_interventions_unref (self->interventions);
  ms_trial_unref (self->trial);
  g_free (self->undo);
  g_free (self->redo);
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  G_OBJECT_CLASS (ms_live_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, int n_parameters, GType type)
{
  return g_signal_new (name, MS_TYPE_LIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, (guint) n_parameters,
                       type);
}

static void
ms_live_class_init (MsLiveClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_live_finalize;
  signals[NEWS] = new_signal ("news", 0, G_TYPE_NONE);
  signals[FAILED] = new_signal ("failed", 1, G_TYPE_STRING);
  signals[SAVED] = new_signal ("saved", 1, G_TYPE_STRING);
  signals[STOPPED] = new_signal ("stopped", 1, G_TYPE_STRING);
  signals[COMMAND] = new_signal ("command", 1, G_TYPE_STRING);
  signals[COPY] = new_signal ("copy", 1, G_TYPE_POINTER);
  signals[KEPT] = new_signal ("kept", 1, G_TYPE_POINTER);
  signals[RESTARTED] = new_signal ("restarted", 0, G_TYPE_NONE);
}

static void
ms_live_init (MsLive *self)
{
  self->past = ms_past_new (BUDGET / 2);
  self->wanted = -1;
  self->refresh = 20;
}
