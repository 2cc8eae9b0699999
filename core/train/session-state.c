/* SPDX-License-Identifier: MIT */

/* Saving and restoring a session: as bytes in memory for rewinding, as a checkpoint on disk. */

#include "core/train/session-private.h"

#include "core/train/checkpoint.h"
#include "core/train/steering.h"
#include "core/train/upcycle.h"

#include <string.h>

#define STATE_MAGIC 0x3274617473534d00ULL

typedef struct {
  guint64 magic, flat, arrays; /* arrays of flat numbers that follow: values, first and, for Adam, second moment */
  guint64 seed; /* all random numbers are functions of it and the step */
  gint64 step, updates;
  gint64 evaluated; /* whether evaluation is meant */
  MsEvaluation evaluation;
  guint64 assessment; /* bytes of it, after the arrays; 0: none */
  guint64 interventions; /* bytes of their text, after the assessment */
} Head;

static int
state_arrays (MsSession *s, MsReal *array[3])
{
  array[0] = ms_params_values (s->model->params);
  array[1] = ms_optimiser_first (s->optimiser);
  array[2] = ms_optimiser_second (s->optimiser);
  return array[2] != NULL ? 3 : 2;
}

gsize
ms_session_state_size (const MsSession *s)
{
  MsReal *array[3];

  return (gsize)state_arrays ((MsSession *)s, array) * ms_params_flat (s->model->params) * sizeof (MsReal);
}

GBytes *
ms_session_save_state (MsSession *s)
{
  MsReal *array[3];
  int n = state_arrays (s, array);
  gsize flat = ms_params_flat (s->model->params), bytes = flat * sizeof (MsReal);
  g_autoptr (GBytes) assessment = s->assessment != NULL ? ms_assessment_to_bytes (s->assessment) : NULL;
  gsize extra = assessment != NULL ? g_bytes_get_size (assessment) : 0;
  g_autofree char *interventions = ms_interventions_to_text (s->model->interventions);
  gsize text = strlen (interventions), size = sizeof (Head) + (gsize)n * bytes + extra + text;
  char *data = g_malloc (size);
  Head head;

  memset (&head, 0, sizeof head);
  head.magic = STATE_MAGIC;
  head.flat = flat;
  head.arrays = (guint64)n;
  head.seed = s->seed;
  head.step = s->step;
  head.updates = *ms_optimiser_updates (s->optimiser);
  head.evaluated = s->evaluation != NULL;
  if (s->evaluation != NULL)
    head.evaluation = *s->evaluation;
  head.assessment = extra;
  head.interventions = text;
  memcpy (data, &head, sizeof head);
  for (int i = 0; i < n; i++)
    memcpy (data + sizeof head + (gsize)i * bytes, array[i], bytes);
  if (extra > 0)
    memcpy (data + sizeof head + (gsize)n * bytes, g_bytes_get_data (assessment, NULL), extra);
  memcpy (data + size - text, interventions, text);
  return g_bytes_new_take (data, size);
}

/* Takes over @assessment. */
static void
restore_measures (MsSession *s, const Head *head, MsAssessment *assessment)
{
  g_clear_pointer (&s->evaluation, g_free);
  g_clear_pointer (&s->assessment, ms_assessment_unref);
  if (head->evaluated)
    s->evaluation = g_memdup2 (&head->evaluation, sizeof head->evaluation);
  s->assessment = assessment;
}

/* Those of a saved state whose sizes are right, from its last bytes. */
static bool
restore_interventions (MsSession *s, const char *text, gsize n, GError **error)
{
  g_autofree char *copy = g_strndup (text, n);
  g_autoptr (MsInterventions) set = ms_interventions_parse (copy, error);

  return set != NULL && ms_model_intervene (s->model, set, error);
}

/* A state may come from a file: its lengths may be any number, and their sum may wrap around. */
static bool
head_is_sound (const Head *head, gsize size, gsize arrays)
{
  gsize fixed = sizeof *head + arrays;

  return size >= fixed && head->assessment <= size - fixed && head->interventions == size - fixed - head->assessment
         && head->step >= 0 && head->step <= MS_CHECKPOINT_MOST_STEPS && head->updates >= 0
         && head->updates <= MS_CHECKPOINT_MOST_STEPS;
}

bool
ms_session_restore_state (MsSession *s, GBytes *state, GError **error)
{
  MsReal *array[3];
  int n = state_arrays (s, array);
  gsize size, flat = ms_params_flat (s->model->params), bytes = flat * sizeof (MsReal);
  const char *data = g_bytes_get_data (state, &size);
  g_autoptr (MsAssessment) assessment = NULL;
  Head head;

  if (size >= sizeof head)
    memcpy (&head, data, sizeof head);
  if (size < sizeof head || head.magic != STATE_MAGIC || head.flat != flat || head.arrays != (guint64)n
      || head.seed != s->seed)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "this saved state belongs to another model or another seed");
      return false;
    }
  if (!head_is_sound (&head, size, (gsize)n * bytes)
      || (head.assessment > 0
          && (assessment = ms_assessment_from_bytes (data + sizeof head + (gsize)n * bytes, head.assessment)) == NULL))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "this saved state of %" G_GSIZE_FORMAT " bytes is broken: its parts are not what it says, or its "
                   "step %" G_GINT64_FORMAT " is none", size, head.step);
      return false;
    }
  if (!restore_interventions (s, data + size - head.interventions, head.interventions, error))
    return false;
  for (int i = 0; i < n; i++)
    memcpy (array[i], data + sizeof head + (gsize)i * bytes, bytes);
  ms_params_clear_gradients (s->model->params);
  s->step = head.step;
  g_clear_pointer (&s->compared, ms_record_unref);
  *ms_optimiser_updates (s->optimiser) = head.updates;
  restore_measures (s, &head, g_steal_pointer (&assessment));
  return true;
}

bool
ms_session_start (MsSession *s, GError **error)
{
  const char *start = ms_experiment_text (s->experiment, MS_KEY_MODEL_START);
  g_autofree char *path = NULL, *name = NULL, *text = NULL;
  g_autoptr (MsSafetensors) file = NULL;
  MsUpcycled done;

  if (start[0] == '\0')
    return true;
  if ((path = ms_upcycle_find (start, error)) == NULL || (file = ms_safetensors_open (path, error)) == NULL
      || !ms_upcycle (file, path, s->model, &done, error))
    return false;
  name = g_path_get_basename (path);
  text = ms_upcycled_text (&done);
  s->start = g_strdup_printf ("%s: %s", name, text);
  s->opened = ms_session_save_state (s);
  return true;
}

bool
ms_session_save (MsSession *s, const char *path, GError **error)
{
  MsCheckpointHead head = { s->name, s->step };

  return ms_checkpoint_save (path, s->experiment, &head, s->model, s->optimiser, error);
}

MsSession *
ms_session_load (const char *path, const char *data_path, int n_threads, GError **error)
{
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, error);
  g_autoptr (MsExperiment) experiment = NULL;
  g_autoptr (MsDataset) dataset = NULL;
  g_autoptr (MsSession) s = NULL;
  const char *name;

  if (file == NULL || (experiment = ms_checkpoint_read_experiment (file, path, error)) == NULL)
    return NULL;
  if (data_path != NULL)
    {
      MsExperiment *moved = ms_experiment_with (experiment, "task.path", data_path, error);

      if (moved == NULL)
        return NULL;
      ms_experiment_unref (experiment);
      experiment = moved;
    }
  name = ms_safetensors_metadata (file, "name");
  if (!ms_experiment_validate (experiment, error) || (dataset = ms_session_load_data (experiment, error)) == NULL)
    return NULL;
  /* The weights that the run once started from are not asked for: those of the checkpoint come in their place. */
  s = ms_session_new_blank (experiment, name != NULL ? name : path, dataset, n_threads, error);
  if (s == NULL || !ms_checkpoint_read_model (file, path, s->model, s->optimiser, error)
      || !ms_checkpoint_read_int (file, path, "step", 0, &s->step, error))
    return NULL;
  s->opened = ms_session_save_state (s);
  s->file = g_canonicalize_filename (path, NULL);
  return g_steal_pointer (&s);
}
