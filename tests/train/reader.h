/* SPDX-License-Identifier: MIT */

/* A reader of a runner's news, for tests: it keeps what it was told. */
#pragma once

#include "core/train/runner.h"

#define PATIENCE (60 * G_USEC_PER_SEC)

/* A reader that keeps what it was told. */
typedef struct {
  MsRunner *runner;
  int n_wakes; /* atomic */
  MsRunnerState state;
  GPtrArray *records;  /* of MsRecord, since the last restart */
  MsRecord *latest;
  MsRecord *surface;
  MsExperiment *experiment;
  char *error, *saved, *undo, *redo, *stopped, *command;
  MsRecord *recalled;
  MsTrial *trial;
  MsBranches *branches;
  MsInterventions *interventions;
  MsAlerts *alerts;
  int n_restarts, branch;
} Reader;

static inline gboolean
wake_cb (gpointer data)
{
  Reader *reader = data;

  g_atomic_int_inc (&reader->n_wakes);
  return FALSE;
}

static inline void
replace_record (MsRecord **place, MsRecord *record)
{
  if (record == NULL)
    return;
  ms_record_unref (*place);
  *place = ms_record_ref (record);
}

static inline void
replace_text (char **place, const char *text)
{
  if (text == NULL)
    return;
  g_free (*place);
  *place = g_strdup (text);
}

/* What is new replaces what was there, and is no longer the news'. */
#define TAKE(place, from, clear)                                                                                       \
  do                                                                                                                   \
    if ((from) != NULL)                                                                                                \
      {                                                                                                                \
        g_clear_pointer (&(place), clear);                                                                             \
        (place) = g_steal_pointer (&(from));                                                                           \
      }                                                                                                                \
  while (0)

static inline void
read_places (Reader *reader, MsRunnerNews *news)
{
  reader->branch = news->branch;
  TAKE (reader->stopped, news->stopped, g_free);
  TAKE (reader->command, news->command, g_free);
  TAKE (reader->recalled, news->recalled, ms_record_unref);
  TAKE (reader->trial, news->trial, ms_trial_unref);
  TAKE (reader->branches, news->branches, ms_branches_unref);
  TAKE (reader->interventions, news->interventions, ms_interventions_unref);
  TAKE (reader->alerts, news->alerts, ms_alerts_free);
  if (!news->told_undo)
    return;
  g_free (reader->undo);
  g_free (reader->redo);
  reader->undo = g_steal_pointer (&news->undo);
  reader->redo = g_steal_pointer (&news->redo);
}

static inline void
read_news (Reader *reader)
{
  MsRunnerNews news;

  ms_runner_poll (reader->runner, &news);
  reader->state = news.state;
  read_places (reader, &news);
  if (news.restarted)
    {
      reader->n_restarts++;
      if (news.replaced)
        g_ptr_array_set_size (reader->records, 0);
      while (reader->records->len > 0
             && ((MsRecord *) reader->records->pdata[reader->records->len - 1])->step > news.restarted_at)
        g_ptr_array_set_size (reader->records, (int) reader->records->len - 1);
    }
  for (guint i = 0; i < news.records->len; i++)
    g_ptr_array_add (reader->records, ms_record_ref (news.records->pdata[i]));
  replace_record (&reader->latest, news.latest);
  replace_record (&reader->surface, news.surface);
  replace_text (&reader->error, news.error);
  replace_text (&reader->saved, news.saved);
  if (news.experiment != NULL)
    {
      g_clear_pointer (&reader->experiment, ms_experiment_unref);
      reader->experiment = ms_experiment_ref (news.experiment);
    }
  ms_runner_news_clear (&news);
}

typedef bool (*Condition) (Reader *reader);

static inline void
wait_until (Reader *reader, Condition condition)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  for (read_news (reader); !condition (reader); read_news (reader))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

static inline bool
is_paused (Reader *reader)
{
  return reader->state == MS_RUNNER_PAUSED;
}

static inline bool
has_looked (Reader *reader)
{
  return is_paused (reader) && reader->latest != NULL && reader->latest->step == 0;
}

static inline MsExperiment *
with (const MsExperiment *experiment, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  MsExperiment *other = ms_experiment_with (experiment, key, value, &error);

  g_assert_no_error (error);
  return other;
}

static inline MsExperiment *
small_experiment (void)
{
  static const char *const settings[][2] = {
    { "task.data", "spirals" }, { "task.examples", "200" },  { "model.kind", "mlp" },       { "model.width", "16" },
    { "model.hidden", "16" },   { "model.blocks", "2" },     { "routing.experts", "4" },    { "optimiser.batch", "32" },
    { "run.evaluate_every", "10" },
  };
  MsExperiment *experiment = ms_experiment_new ();

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      MsExperiment *next = with (experiment, settings[i][0], settings[i][1]);

      ms_experiment_unref (experiment);
      experiment = next;
    }
  return experiment;
}

static inline Reader *
reader_new (void)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->records = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
  reader->runner = ms_runner_new (1, wake_cb, reader);
  return reader;
}

static inline Reader *
reader_open (void)
{
  Reader *reader = reader_new ();
  g_autoptr (MsExperiment) experiment = small_experiment ();

  ms_runner_open (reader->runner, experiment, "small");
  wait_until (reader, has_looked);
  return reader;
}

static inline void
reader_free (Reader *reader)
{
  ms_runner_free (reader->runner);
  g_ptr_array_unref (reader->records);
  ms_record_unref (reader->latest);
  ms_record_unref (reader->surface);
  g_clear_pointer (&reader->experiment, ms_experiment_unref);
  g_free (reader->error);
  g_free (reader->saved);
  g_free (reader->undo);
  g_free (reader->redo);
  g_free (reader->stopped);
  g_free (reader->command);
  ms_record_unref (reader->recalled);
  ms_trial_unref (reader->trial);
  ms_branches_unref (reader->branches);
  g_clear_pointer (&reader->interventions, ms_interventions_unref);
  ms_alerts_free (reader->alerts);
  g_free (reader);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)
