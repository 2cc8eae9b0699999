/* SPDX-License-Identifier: MIT */

#include "core/train/forward.h"

#include "core/metrics/assess.h"
#include "core/train/account.h"
#include "core/train/checkpoint.h"
#include "core/train/choices.h"
#include "core/train/steering.h"

#include <math.h>
#include <string.h>

static void
gradient_free (gpointer data)
{
  MsGradient *gradient = data;

  g_free (gradient->name);
  ms_array_free (gradient->array);
  g_free (gradient);
}

void
ms_forward_result_free (MsForwardResult *result)
{
  if (result == NULL)
    return;
  g_free (result->logits);
  ms_record_unref (result->record);
  g_clear_pointer (&result->gradients, g_ptr_array_unref);
  g_free (result);
}

/* An image of another shape may have as many patches, and would pass for what the model knows. */
static bool
as_trained (const MsSafetensors *file, const char *path, const MsModelShape *shape, const char *found, GError **error)
{
  const char *trained = ms_safetensors_metadata (file, "input");
  g_autofree char *given = ms_checkpoint_input_text (shape->height, shape->width, shape->channels);

  if (trained == NULL || strcmp (trained, given) == 0)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "the input is %s, examples of %s, and %s was trained on examples of %s (height x width x channels)",
               found, given, path, trained);
  return false;
}

/* The classes, from the last axis of head/bias: a deep ensemble has one for each member, a BatchEnsemble a row for
 * each, and MIMO the members' beside each other. 0: missing or misshapen. */
static int
find_classes (const MsSafetensors *file, const MsExperiment *experiment)
{
  const MsTensorInfo *head = ms_safetensors_find (file, "head/bias");
  bool beside = ms_experiment_choice (experiment, MS_KEY_ENSEMBLE_KIND) == MS_CHOICE_ENSEMBLE_MIMO;
  gsize members = beside ? (gsize)ms_experiment_int (experiment, MS_KEY_ENSEMBLE_MEMBERS) : 1, last;

  if (head == NULL)
    head = ms_safetensors_find (file, "member_0/head/bias");
  if (head == NULL || head->n_dim < 1 || head->n_dim > 2)
    return 0;
  last = head->dim[head->n_dim - 1];
  return last % members == 0 && last / members <= 1 << 20 ? (int)(last / members) : 0;
}

/* The model's shape from the examples' and the head's: (N, height, width[, channels]) or (N, features). */
static bool
find_shape (const MsSafetensors *file, const char *path, const MsExperiment *experiment, const MsArray *input,
            MsModelShape *shape, GError **error)
{
  g_autofree char *found = ms_array_shape_text (input);
  int classes = find_classes (file, experiment);

  if (classes == 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the tensor head/bias (classes) is missing or misshapen",
                   path);
      return false;
    }
  if (input->n_dim < 2 || input->n_dim > 4 || input->n == 0 || input->n > G_MAXINT)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                   "the input is %s, where (N, height, width, channels), (N, height, width) or (N, features) is "
                   "needed",
                   found);
      return false;
    }
  *shape = (MsModelShape){ .image = input->n_dim > 2, .height = 1, .channels = 1, .classes = classes };
  shape->width = (int)input->dim[input->n_dim > 2 ? 2 : 1];
  if (shape->image)
    shape->height = (int)input->dim[1];
  if (input->n_dim == 4)
    shape->channels = (int)input->dim[3];
  return as_trained (file, path, shape, found, error);
}

static bool
check_labels (const int *labels, int N, int classes, GError **error)
{
  for (int n = 0; labels != NULL && n < N; n++)
    if (labels[n] < 0 || labels[n] >= classes)
      {
        g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "label %d is %d, and the model has the classes 0 to %d", n,
                     labels[n], classes - 1);
        return false;
      }
  return true;
}

/* Up to a group they are one; more of them must fill groups, or capacities would be others than were meant. */
static bool
check_groups (const MsExperiment *experiment, gsize N, GError **error)
{
  gsize group = (gsize)ms_experiment_int (experiment, MS_KEY_ROUTING_GROUP_EXAMPLES);

  if (ms_experiment_choice (experiment, MS_KEY_ROUTING_ROUTER) == MS_CHOICE_ROUTER_NONE || group == 0 || N <= group
      || N % group == 0)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "routing.group_examples = %" G_GSIZE_FORMAT " does not divide the %" G_GSIZE_FORMAT
               " examples of the input: give as many as fill groups, or set it to 0, which makes them one group",
               group, N);
  return false;
}

static MsArray *
gradient_array (const MsParam *param)
{
  MsArray *array = ms_array_new (MS_DTYPE_F32, param->n_dim, param->dim);
  gsize size = ms_param_slice (param);

  for (gsize i = 0; i < param->n; i++)
    if (param->touched[i / size])
      ((float *)array->data)[i] = (float)param->grad[i];
  return array;
}

static GPtrArray *
collect_gradients (MsParams *params)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (gradient_free);

  for (int i = 0; i < ms_params_count (params); i++)
    {
      MsParam *param = ms_params_at (params, i);
      MsGradient *gradient = g_new (MsGradient, 1);

      *gradient = (MsGradient){ g_strdup (param->name), gradient_array (param) };
      g_ptr_array_add (list, gradient);
    }
  return list;
}

static MsRecord *
new_record (const char *checkpoint, const MsSafetensors *file, const MsExperiment *experiment, GError **error)
{
  g_autoptr (MsRecord) record = ms_record_new ();

  record->provenance = MS_PROVENANCE_CHECKPOINT;
  record->source = g_path_get_basename (checkpoint);
  record->seed = (guint64)ms_experiment_int (experiment, MS_KEY_RUN_SEED);
  if (!ms_checkpoint_read_int (file, checkpoint, "step", 0, &record->step, error))
    return NULL;
  return g_steal_pointer (&record);
}

/* By example, as the file has them. */
static void
set_logits (MsForwardResult *result, const float *logits, int M, int N, int C)
{
  result->N = N;
  result->M = M;
  result->C = C;
  result->logits = g_new (float, (gsize)N * M * C);
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      memcpy (result->logits + ((gsize)n * M + m) * C, logits + ((gsize)m * N + n) * C, (gsize)C * sizeof *logits);
}

/* The pass itself, once everything is read. */
static void
run (MsForwardResult *result, MsModel *model, const MsArray *input, const int *labels, bool gradients, int n_threads)
{
  g_autoptr (MsPool) pool = ms_pool_new (n_threads);
  g_autoptr (MsTape) tape = ms_tape_new (pool);
  g_autofree MsReal *x = g_new (MsReal, input->n);
  int M = ms_model_members (model), N = (int)input->dim[0], C = ms_model_config (model)->encoder.classes;
  g_autofree float *logits = g_new (float, (gsize)M * N * C);
  MsPass pass = { .deterministic = true, .seed = result->record->seed, .step = result->record->step, .examples = N };
  const MsTargets targets = { .labels = labels };
  MsModelOutput out;

  for (gsize i = 0; i < input->n; i++)
    x[i] = (MsReal)ms_array_get (input, i);
  /* The members' predictions may take several passes; losses, routing and gradients are those of the plain one. */
  ms_model_predict (model, tape, x, &pass, logits, NULL);
  set_logits (result, logits, M, N, C);
  ms_tape_reset (tape, gradients);
  out = ms_model_forward (model, tape, x, labels != NULL ? &targets : NULL, &pass);
  if (labels != NULL)
    {
      ms_account_losses (result->record, model, &out);
      ms_account_error (result->record, logits, labels, M, N, C);
      result->record->assessment = ms_assess (logits, labels, M, N, C);
      result->record->assessment->step = result->record->step;
    }
  ms_account_routing (result->record, model, true);
  ms_account_batch (result->record, model, x, labels, result->N);
  ms_account_predictions (result->record, logits, M, N, C);
  result->record->flops = ms_tape_flops (tape);
  result->record->bytes = ms_tape_bytes (tape);
  if (gradients && labels != NULL)
    {
      ms_tape_backward (tape, out.loss);
      result->gradients = collect_gradients (model->params);
    }
}

MsForwardResult *
ms_forward (const char *checkpoint, const MsExperiment *experiment, const MsArray *input, const int *labels,
            const MsInterventions *interventions, bool gradients, int n_threads, GError **error)
{
  g_autoptr (MsSafetensors) file = ms_safetensors_open (checkpoint, error);
  g_autoptr (MsForwardResult) result = g_new0 (MsForwardResult, 1);
  g_autoptr (MsModel) model = NULL;
  MsModelShape shape;

  if (file == NULL || !find_shape (file, checkpoint, experiment, input, &shape, error)
      || !check_labels (labels, (int)input->dim[0], shape.classes, error)
      || !check_groups (experiment, input->dim[0], error)
      || (model = ms_model_new (experiment, &shape, error)) == NULL
      || !ms_checkpoint_read_model (file, checkpoint, model, NULL, error)
      || (interventions != NULL && !ms_model_intervene (model, interventions, error))
      || (result->record = new_record (checkpoint, file, experiment, error)) == NULL)
    return NULL;
  run (result, model, input, labels, gradients, n_threads);
  if (ms_interventions_count (model->interventions) > 0)
    result->record->interventions = ms_interventions_words (model->interventions);
  return g_steal_pointer (&result);
}
