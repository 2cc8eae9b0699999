/* SPDX-License-Identifier: MIT */

#include "app/changes.h"

#include "core/base/number.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *text; /* borrowed, for messages */
  gint64 step;
  char *key, *value; /* owned; NULL: it is an intervention */
  MsIntervention intervention;
  bool on;
} Change;

struct MsChanges {
  GArray *list; /* of Change, by step, those of one step in the order given */
  guint next;
  gint64 edited; /* edits up to this step are in the weights that the run began with */
};

static void
change_clear (gpointer data)
{
  g_free (((Change *) data)->key);
  g_free (((Change *) data)->value);
}

static bool
blame (const Change *change, GError *local, GError **error)
{
  local->code = MS_ERROR_USAGE;
  g_propagate_prefixed_error (error, local, "--at %s: ", change->text);
  return false;
}

static bool G_GNUC_PRINTF (3, 4)
refuse (const Change *change, GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return blame (change, g_error_new_literal (MS_ERROR, MS_ERROR_USAGE, message), error);
}

static bool
read_step (Change *change, const char *colon, GError **error)
{
  g_autofree char *text = colon != NULL ? g_strndup (change->text, (gsize) (colon - change->text)) : g_strdup ("");
  double step;

  if (!ms_number_read (text, &step) || step < 0 || step != rint (step) || step > 1e9)
    return refuse (change, error, "it must begin with a step: write --at STEP:KEY=VALUE, STEP:+INTERVENTION or "
                                  "STEP:-INTERVENTION");
  change->step = (gint64) step;
  return true;
}

static bool
read_change (Change *change, GError **error)
{
  const char *colon = strchr (change->text, ':'), *rest, *equals;
  GError *local = NULL;

  if (!read_step (change, colon, error))
    return false;
  rest = colon + 1;
  if (*rest == '+' || *rest == '-')
    {
      change->on = *rest == '+';
      if (!ms_intervention_parse (&change->intervention, rest + 1, &local))
        return blame (change, local, error);
      return change->on || !ms_intervention_is_edit (&change->intervention)
             || refuse (change, error, "an edit is done once and cannot be withdrawn");
    }
  equals = strchr (rest, '=');
  if (equals == NULL)
    return refuse (change, error, "it has no value: write --at STEP:KEY=VALUE");
  change->key = g_strndup (rest, (gsize) (equals - rest));
  change->value = g_strdup (equals + 1);
  return true;
}

static gint
compare_steps (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Change *) a)->step, y = ((const Change *) b)->step;

  return (x > y) - (x < y);
}

static const Change *
change_at (const MsChanges *self, guint i)
{
  return &g_array_index (self->list, Change, i);
}

/* Replaces *@experiment by one with the value changed. */
static bool
set_value (const Change *change, MsExperiment **experiment, GError **error)
{
  GError *local = NULL;
  MsExperiment *next = ms_experiment_with (*experiment, change->key, change->value, &local);

  if (next == NULL)
    return blame (change, local, error);
  ms_experiment_unref (*experiment);
  *experiment = next;
  return true;
}

static bool
is_last_of_its_step (const MsChanges *self, guint i)
{
  return i + 1 == self->list->len || change_at (self, i + 1)->step > change_at (self, i)->step;
}

/* Goes through all of them without running anything. */
static bool
judge (const MsChanges *self, const MsSession *session, gint64 total, GError **error)
{
  const MsExperiment *begun = ms_session_experiment (session);
  g_autoptr (MsExperiment) now = ms_experiment_ref ((MsExperiment *) begun);

  for (guint i = 0; i < self->list->len; i++)
    {
      const Change *change = change_at (self, i);
      GError *local = NULL;

      if (change->step > total)
        return refuse (change, error, "the run ends after step %" G_GINT64_FORMAT, total);
      if (change->key == NULL && !ms_session_check_intervention (session, &change->intervention, &local))
        return blame (change, local, error);
      if (change->key != NULL && !set_value (change, &now, error))
        return false;
      if (ms_experiment_needs_rebuild (begun, now))
        return refuse (change, error, "%s builds the model anew and cannot change on the way: give it with --set",
                       change->key);
      if (is_last_of_its_step (self, i) && !ms_experiment_validate (now, &local))
        return blame (change, local, error);
    }
  return true;
}

MsChanges *
ms_changes_new (const GPtrArray *texts, const MsSession *session, bool resumed, gint64 total, GError **error)
{
  g_autoptr (MsChanges) self = g_new0 (MsChanges, 1);

  self->edited = ms_session_get_step (session) - (resumed ? 0 : 1);
  self->list = g_array_new (FALSE, TRUE, sizeof (Change));
  g_array_set_clear_func (self->list, change_clear);
  for (guint i = 0; i < texts->len; i++)
    {
      g_array_set_size (self->list, i + 1);
      Change *change = &g_array_index (self->list, Change, i);
      change->text = g_ptr_array_index (texts, i);
      if (!read_change (change, error))
        return NULL;
    }
  g_array_sort (self->list, compare_steps); /* which is stable */
  return judge (self, session, total, error) ? g_steal_pointer (&self) : NULL;
}

void
ms_changes_free (MsChanges *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->list);
  g_free (self);
}

/* The next one, which is due; values and interventions are gathered first. */
static bool
take (const MsChanges *self, MsSession *session, MsExperiment **experiment, MsInterventions **set, GError **error)
{
  const Change *change = change_at (self, self->next);
  const MsIntervention *intervention = &change->intervention;
  MsInterventions *next;

  if (change->key != NULL)
    return set_value (change, experiment, error);
  if (ms_intervention_is_edit (intervention))
    return change->step <= self->edited || ms_session_edit (session, intervention, error);
  next = change->on ? ms_interventions_with (*set, intervention) : ms_interventions_without (*set, intervention);
  ms_interventions_unref (*set);
  *set = next;
  return true;
}

bool
ms_changes_is_due (const MsChanges *self, gint64 step)
{
  return self->next < self->list->len && change_at (self, self->next)->step <= step;
}

bool
ms_changes_apply (MsChanges *self, MsSession *session, GError **error)
{
  g_autoptr (MsExperiment) experiment = ms_experiment_ref ((MsExperiment *) ms_session_experiment (session));
  g_autoptr (MsInterventions) set = ms_interventions_ref ((MsInterventions *) ms_session_interventions (session));
  guint first = self->next;

  for (; ms_changes_is_due (self, ms_session_get_step (session)); self->next++)
    if (!take (self, session, &experiment, &set, error))
      return false;
  return first == self->next
         || (ms_session_change (session, experiment, error) && ms_session_intervene (session, set, error));
}
