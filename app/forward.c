/* SPDX-License-Identifier: MIT */

/* moescope forward: one deterministic pass of a checkpoint, written out so that anybody can hold us against another
 * framework. */
#include "core/train/forward.h"
#include "app/command.h"
#include "app/outputs.h"
#include "app/print.h"
#include "core/base/number.h"
#include "core/formats/npy.h"
#include "core/formats/npz.h"
#include "core/formats/safetensors.h"
#include "core/formats/trace.h"
#include <math.h>
#include <stdio.h>

static bool
check_usage (const MsOptions *options, GError **error)
{
  const char *missing = NULL;
  if (options->input == NULL)
    missing = "--input FILE.npy";
  else if (options->trace == NULL)
    missing = "--trace FILE.npz";
  else if (options->gradients != NULL && options->labels == NULL)
    missing = "--labels FILE.npy, which gradients need";
  if (missing == NULL)
    return ms_output_check (options->trace, error) && ms_output_check (options->gradients, error);
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "forward needs %s", missing);
  return false;
}

/* (N) classes from a one-dimensional array of whole numbers. */
static int *
read_labels (const char *path, gsize n, GError **error)
{
  g_autoptr (MsArray) array = ms_npy_read (path, error);
  if (array == NULL)
    return NULL;
  if (array->n_dim != 1 || array->n != n)
    {
      g_autofree char *shape = ms_array_shape_text (array);
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s has shape %s: one label for each of the %" G_GSIZE_FORMAT " examples is wanted", path, shape, n);
      return NULL;
    }
  g_autofree int *labels = g_new (int, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    {
      double value = ms_array_get (array, i);
      if (!(value >= 0 && value < G_MAXINT && value == floor (value)))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "%s: label %" G_GSIZE_FORMAT " is %g: a class from 0 is wanted", path, i, value);
          return NULL;
        }
      labels[i] = (int) value;
    }
  return g_steal_pointer (&labels);
}

static MsInterventions *
read_interventions (const MsOptions *options, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < options->intervene->len; i++)
    g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (options->intervene, i));
  return ms_interventions_parse (text->str, error);
}

static bool
write_gradients (const MsForwardResult *result, const char *path, GError **error)
{
  g_autoptr (MsSafetensorsWriter) writer = ms_safetensors_writer_new ();
  for (guint i = 0; i < result->gradients->len; i++)
    {
      const MsGradient *gradient = g_ptr_array_index (result->gradients, i);
      const MsArray *array = gradient->array;
      ms_safetensors_writer_add (writer, gradient->name, array->dtype, array->n_dim, array->dim, array->data);
    }
  return ms_safetensors_writer_save (writer, path, error);
}

static bool
write_trace (const MsForwardResult *result, const char *checkpoint, const MsExperiment *experiment, const char *path,
             GError **error)
{
  g_autofree char *name = g_path_get_basename (checkpoint), *json = ms_experiment_to_json (experiment);
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new (name, json);
  ms_trace_writer_add (writer, result->record);
  ms_trace_writer_set_logits (writer, result->N, result->M, result->C, result->logits);
  return ms_trace_writer_save (writer, path, error);
}

static const struct {
  const char *name;
  gsize offset;
} losses[] = {
  { "loss", G_STRUCT_OFFSET (MsRecord, loss) },
  { "task_loss", G_STRUCT_OFFSET (MsRecord, task_loss) },
  { "importance_loss", G_STRUCT_OFFSET (MsRecord, importance_loss) },
  { "load_loss", G_STRUCT_OFFSET (MsRecord, load_loss) },
  { "gshard_loss", G_STRUCT_OFFSET (MsRecord, gshard_loss) },
  { "z_loss", G_STRUCT_OFFSET (MsRecord, z_loss) },
};

static void
print_losses (const MsRecord *record, bool json)
{
  g_autoptr (JsonObject) object = json_object_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      char text[MS_NUMBER_SIZE];
      double value = G_STRUCT_MEMBER (double, record, losses[i].offset);
      json_object_set_double_member (object, losses[i].name, value);
      if (!json && !isnan (value))
        printf ("%-16s %s\n", losses[i].name, ms_number_text (text, value));
    }
  if (!json)
    return;
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, object);
  ms_print_json (node);
}

static bool
run (const MsOptions *options, GError **error)
{
  const char *checkpoint = ms_options_argument (options, 0);
  if (!check_usage (options, error))
    return false;
  g_autoptr (MsExperiment) own = ms_checkpoint_experiment (checkpoint, error);
  g_autoptr (MsExperiment) experiment = own != NULL ? ms_options_experiment (options, own, error) : NULL;
  g_autoptr (MsArray) input = experiment != NULL ? ms_npy_read (options->input, error) : NULL;
  if (input == NULL)
    return false;
  g_autofree int *labels = NULL;
  if (options->labels != NULL)
    {
      labels = read_labels (options->labels, input->n_dim > 0 ? input->dim[0] : 0, error);
      if (labels == NULL)
        return false;
    }
  g_autoptr (MsInterventions) interventions = read_interventions (options, error);
  if (interventions == NULL)
    return false;
  g_autoptr (MsForwardResult) result = ms_forward (checkpoint, experiment, input, labels, interventions,
                                                   options->gradients != NULL, ms_options_threads (options), error);
  if (result == NULL || (options->gradients != NULL && !write_gradients (result, options->gradients, error)))
    return false;
  if (!write_trace (result, checkpoint, experiment, options->trace, error))
    return false;
  print_losses (result->record, options->json);
  return true;
}

const MsCommand ms_command_forward = {
  .name = "forward",
  .arguments = "CHECKPOINT",
  .n_arguments = 1,
  .help = "one deterministic pass of a checkpoint on examples of yours",
  .details = "The trace holds the logits (N, M, C) and every routed layer's choices, gates and probabilities. Routers\n"
             "get no noise, dropout is off. With --labels the loss terms are printed, and --gradients writes the\n"
             "gradient of every tensor under its name in the checkpoint. Interventions stand during the pass.",
  .options = MS_OPTION_LIST ("input", "labels", "set", "intervene", "threads", "trace", "gradients", "json"),
  .run = run,
};
