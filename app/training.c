/* SPDX-License-Identifier: MIT */

#include "app/training.h"
#include <string.h>

/* Names the first setting that differs, so that the user need not compare sixty. */
static void
set_mismatch (const MsExperiment *found, const MsExperiment *wanted, const char *path, GError **error)
{
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      const char *a = ms_experiment_text (found, key->id), *b = ms_experiment_text (wanted, key->id);
      if (key->effect == MS_EFFECT_REBUILD && strcmp (a, b) != 0)
        {
          g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                       "%s was trained with %s = %s, not %s: a checkpoint can only go on with the same", path, key->key,
                       *a != '\0' ? a : "\"\"", *b != '\0' ? b : "\"\"");
          return;
        }
    }
}

/* Goes on with @experiment, which must describe the same model and data. */
static bool
take_over (MsSession *session, const MsExperiment *experiment, const char *path, GError **error)
{
  if (!ms_experiment_needs_rebuild (ms_session_experiment (session), experiment))
    return ms_session_change (session, experiment, error);
  set_mismatch (ms_session_experiment (session), experiment, path, error);
  return false;
}

/* @base: the experiment that the command line's changes apply to; NULL: the checkpoint's own. */
static MsSession *
open_checkpoint (const char *path, MsExperiment *base, const MsOptions *options, GError **error)
{
  const char *data = options->data;
  if (data == NULL && base != NULL && *ms_experiment_text (base, MS_KEY_TASK_PATH) != '\0')
    data = ms_experiment_text (base, MS_KEY_TASK_PATH);
  g_autoptr (MsSession) session = ms_session_load (path, data, ms_options_threads (options), error);
  if (session == NULL)
    return NULL;
  /* Where the data lie is no part of what was learnt: a preset without a path goes on with the checkpoint's. */
  const MsExperiment *own = ms_session_experiment (session);
  g_autoptr (MsExperiment) start
      = ms_experiment_with (base != NULL ? base : own, "task.path", ms_experiment_text (own, MS_KEY_TASK_PATH), error);
  g_autoptr (MsExperiment) experiment = start != NULL ? ms_options_experiment (options, start, error) : NULL;
  if (experiment == NULL || !take_over (session, experiment, path, error))
    return NULL;
  return g_steal_pointer (&session);
}

MsSession *
ms_training_open (const MsSource *source, const MsOptions *options, GError **error)
{
  if (source->kind == MS_SOURCE_TRACE)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                   "%s is a trace, which holds no model to run; moescope render draws it", source->path);
      return NULL;
    }
  if (source->kind == MS_SOURCE_CHECKPOINT)
    return open_checkpoint (options->resume != NULL ? options->resume : source->path, NULL, options, error);
  if (options->resume != NULL)
    return open_checkpoint (options->resume, source->experiment, options, error);
  g_autoptr (MsExperiment) experiment = ms_options_experiment (options, source->experiment, error);
  if (experiment == NULL)
    return NULL;
  return ms_session_new (experiment, source->name, ms_options_threads (options), error);
}
