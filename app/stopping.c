/* SPDX-License-Identifier: MIT */

#include "app/stopping.h"

struct MsStopping {
  GArray *conditions; /* of MsCondition */
  MsAlerts *alerts;   /* owned */
  MsRecord *before;   /* owned; NULL: no step was made */
  char *words;        /* owned; NULL: nothing came true */
};

static bool
of_the_test_split (const MsCondition *condition)
{
  return (condition->when == MS_WHEN_ABOVE || condition->when == MS_WHEN_BELOW)
         && (condition->reading.id == MS_READING_TEST_ERROR || condition->reading.id == MS_READING_TEST_NLL
             || condition->reading.id == MS_READING_TEST_ECE);
}

static bool
read_condition (MsStopping *self, const char *text, const MsExperiment *experiment, GError **error)
{
  MsCondition condition;
  GError *local = NULL;
  if (!ms_condition_parse (&condition, text, &local))
    {
      local->code = MS_ERROR_USAGE;
      g_propagate_prefixed_error (error, local, "--until: ");
      return false;
    }
  if (of_the_test_split (&condition) && ms_experiment_int (experiment, MS_KEY_RUN_EVALUATE_EVERY) <= 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                   "--until: %s is measured at the end only, because run.evaluate_every = %s: set it to the steps "
                   "between two measurements",
                   ms_reading_name (condition.reading.id), ms_experiment_text (experiment, MS_KEY_RUN_EVALUATE_EVERY));
      return false;
    }
  g_array_append_val (self->conditions, condition);
  return true;
}

MsStopping *
ms_stopping_new (const GPtrArray *texts, const MsExperiment *experiment, GError **error)
{
  g_autoptr (MsStopping) self = g_new0 (MsStopping, 1);
  MsAlertLimits limits = ms_alert_limits_default ();
  self->conditions = g_array_new (FALSE, FALSE, sizeof (MsCondition));
  self->alerts = ms_alerts_new (&limits);
  for (guint i = 0; i < texts->len; i++)
    if (!read_condition (self, g_ptr_array_index (texts, i), experiment, error))
      return NULL;
  return g_steal_pointer (&self);
}

void
ms_stopping_free (MsStopping *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->conditions);
  ms_alerts_free (self->alerts);
  ms_record_unref (self->before);
  g_free (self->words);
  g_free (self);
}

bool
ms_stopping_needs_batch (const MsStopping *self)
{
  for (guint i = 0; i < self->conditions->len; i++)
    if (ms_condition_needs_batch (&g_array_index (self->conditions, MsCondition, i)))
      return true;
  return false;
}

/* The first record has what all of the run have. */
static bool
check (const MsStopping *self, const MsRecord *record, GError **error)
{
  GError *local = NULL;
  for (guint i = 0; i < self->conditions->len; i++)
    if (!ms_condition_check (&g_array_index (self->conditions, MsCondition, i), record, &local))
      {
        local->code = MS_ERROR_USAGE;
        g_propagate_prefixed_error (error, local, "--until: ");
        return false;
      }
  return true;
}

/* What came true of @condition; @brought (n): the alerts that came with the record. */
static char *
words_of (const MsStopping *self, const MsCondition *condition, const MsAlert *brought, int n)
{
  if (condition->when != MS_WHEN_DEAD && condition->when != MS_WHEN_ALERT)
    return ms_condition_words (condition);
  int i = 0;
  while (condition->when == MS_WHEN_DEAD && i + 1 < n && brought[i].kind != MS_ALERT_DEAD)
    i++;
  return ms_alert_words (&brought[i], ms_alerts_limits (self->alerts));
}

bool
ms_stopping_add (MsStopping *self, MsRecord *record, GError **error)
{
  if (self->before == NULL && !check (self, record, error))
    return false;
  int n = ms_alerts_add (self->alerts, record);
  const MsAlert *brought = n > 0 ? ms_alerts_at (self->alerts, ms_alerts_count (self->alerts) - n) : NULL;
  for (guint i = 0; i < self->conditions->len && self->words == NULL; i++)
    {
      const MsCondition *condition = &g_array_index (self->conditions, MsCondition, i);
      if (ms_condition_comes_true (condition, record, self->before, brought, n))
        self->words = words_of (self, condition, brought, n);
    }
  ms_record_unref (self->before);
  self->before = ms_record_ref (record);
  return true;
}

const char *
ms_stopping_words (const MsStopping *self)
{
  return self->words;
}
