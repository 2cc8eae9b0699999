/* SPDX-License-Identifier: MIT */

#include "core/train/checkpoint.h"

#include "core/train/forward.h"

#include <string.h>

#define DTYPE (sizeof (MsReal) == 4 ? MS_DTYPE_F32 : MS_DTYPE_F64)

static void
add_tensors (MsSafetensorsWriter *writer, MsParams *params, const char *prefix, const MsReal *flat)
{
  for (int i = 0; i < ms_params_count (params); i++)
    {
      const MsParam *param = ms_params_at (params, i);
      g_autofree char *name = g_strconcat (prefix, param->name, NULL);

      ms_safetensors_writer_add (writer, name, DTYPE, param->n_dim, param->dim, flat + param->offset);
    }
}

char *
ms_checkpoint_input_text (int height, int width, int channels)
{
  return g_strdup_printf ("%d x %d x %d", height, width, channels);
}

MsSafetensorsWriter *
ms_checkpoint_writer (const MsExperiment *experiment, const MsCheckpointHead *head, MsModel *model,
                      MsOptimiser *optimiser)
{
  MsSafetensorsWriter *writer = ms_safetensors_writer_new ();
  const MsBackboneConfig *c = ms_model_config (model);
  g_autofree char *json = ms_experiment_to_json (experiment);
  g_autofree char *step = g_strdup_printf ("%" G_GINT64_FORMAT, head->step);
  g_autofree char *input = ms_checkpoint_input_text (c->height, c->width, c->channels / model->shape.inputs);
  g_autofree char *updates = g_strdup_printf ("%" G_GINT64_FORMAT, *ms_optimiser_updates (optimiser));

  ms_safetensors_writer_set_metadata (writer, "format", MS_CHECKPOINT_FORMAT);
  ms_safetensors_writer_set_metadata (writer, "experiment", json);
  ms_safetensors_writer_set_metadata (writer, "name", head->name);
  ms_safetensors_writer_set_metadata (writer, "step", step);
  ms_safetensors_writer_set_metadata (writer, "updates", updates);
  ms_safetensors_writer_set_metadata (writer, "input", input);
  add_tensors (writer, model->params, "", ms_params_values (model->params));
  add_tensors (writer, model->params, "optimiser/first/", ms_optimiser_first (optimiser));
  if (ms_optimiser_second (optimiser) != NULL)
    add_tensors (writer, model->params, "optimiser/second/", ms_optimiser_second (optimiser));
  return writer;
}

bool
ms_checkpoint_save (const char *path, const MsExperiment *experiment, const MsCheckpointHead *head, MsModel *model,
                    MsOptimiser *optimiser, GError **error)
{
  g_autoptr (MsSafetensorsWriter) writer = ms_checkpoint_writer (experiment, head, model, optimiser);

  return ms_safetensors_writer_save (writer, path, error);
}

MsExperiment *
ms_checkpoint_read_experiment (const MsSafetensors *file, const char *path, GError **error)
{
  const char *json = ms_safetensors_metadata (file, "experiment");

  if (json == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: its metadata has no key \"experiment\", so the model it belongs to is not known", path);
      return NULL;
    }
  return ms_experiment_from_json (json, -1, path, error);
}

MsExperiment *
ms_checkpoint_experiment (const char *path, GError **error)
{
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, error);

  return file != NULL ? ms_checkpoint_read_experiment (file, path, error) : NULL;
}

bool
ms_checkpoint_read_int (const MsSafetensors *file, const char *path, const char *key, gint64 fallback, gint64 *value,
                        GError **error)
{
  const char *text = ms_safetensors_metadata (file, key);

  *value = fallback;
  if (text == NULL || g_ascii_string_to_signed (text, 10, 0, MS_CHECKPOINT_MOST_STEPS, value, NULL))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "%s: the metadata key \"%s\" is \"%s\", not a whole number from 0 to %" G_GINT64_FORMAT, path, key, text,
               MS_CHECKPOINT_MOST_STEPS);
  return false;
}

static bool
same_shape (const MsTensorInfo *info, const MsParam *param)
{
  if (info->n_dim != param->n_dim)
    return false;
  for (int i = 0; i < info->n_dim; i++)
    if (info->dim[i] != param->dim[i])
      return false;
  return true;
}

static char *
shape_text (int n_dim, const gsize *dim)
{
  GString *text = g_string_new ("(");

  for (int i = 0; i < n_dim; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i > 0 ? ", " : "", dim[i]);
  return g_string_free (g_string_append_c (text, ')'), FALSE);
}

static bool
read_tensor (MsSafetensors *file, const char *path, const char *name, const MsParam *param, MsReal *to, GError **error)
{
  const MsTensorInfo *info = ms_safetensors_find (file, name);
  g_autofree char *wanted = shape_text (param->n_dim, param->dim);
  g_autoptr (MsArray) array = NULL;

  if (info == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor %s %s is missing", path, name, wanted);
      return false;
    }
  if (!same_shape (info, param))
    {
      g_autofree char *found = shape_text (info->n_dim, info->dim);

      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor %s is %s, and its experiment needs %s", path, name,
                   found, wanted);
      return false;
    }
  if ((array = ms_safetensors_read (file, info, error)) == NULL)
    return false;
  for (gsize i = 0; i < param->n; i++)
    to[i] = (MsReal)ms_array_get (array, i);
  return true;
}

static bool
read_tensors (MsSafetensors *file, const char *path, MsParams *params, const char *prefix, MsReal *flat, GError **error)
{
  for (int i = 0; i < ms_params_count (params); i++)
    {
      const MsParam *param = ms_params_at (params, i);
      g_autofree char *name = g_strconcat (prefix, param->name, NULL);

      if (!read_tensor (file, path, name, param, flat + param->offset, error))
        return false;
    }
  return true;
}

/* Whether the file holds any moments of this kind: all or none must be there. */
static bool
has_moments (const MsSafetensors *file, MsParams *params, const char *prefix)
{
  g_autofree char *name = g_strconcat (prefix, ms_params_at (params, 0)->name, NULL);

  return ms_safetensors_find (file, name) != NULL;
}

bool
ms_checkpoint_read_model (MsSafetensors *file, const char *path, MsModel *model, MsOptimiser *optimiser, GError **error)
{
  MsParams *params = model->params;

  if (!read_tensors (file, path, params, "", ms_params_values (params), error))
    return false;
  ms_params_clear_gradients (params);
  if (optimiser == NULL)
    return true;
  ms_optimiser_reset (optimiser);
  if (!has_moments (file, params, "optimiser/first/"))
    return true;
  return read_tensors (file, path, params, "optimiser/first/", ms_optimiser_first (optimiser), error)
         && (ms_optimiser_second (optimiser) == NULL
             || read_tensors (file, path, params, "optimiser/second/", ms_optimiser_second (optimiser), error))
         && ms_checkpoint_read_int (file, path, "updates", 0, ms_optimiser_updates (optimiser), error);
}
