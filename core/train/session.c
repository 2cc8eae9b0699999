/* SPDX-License-Identifier: MIT */

#include "core/train/session-private.h"

#include "core/train/account.h"
#include "core/train/details.h"
#include "core/train/mixup.h"
#include "core/train/schedule.h"
#include "core/train/steering.h"

#include <math.h>

#define INT(id) ms_experiment_int (x, MS_KEY_##id)
#define REAL(id) ms_experiment_real (x, MS_KEY_##id)

MsDataset *
ms_session_load_data (const MsExperiment *x, GError **error)
{
  MsDatasetSpec spec = {
    .name = ms_experiment_text (x, MS_KEY_TASK_DATA),
    .path = ms_experiment_text (x, MS_KEY_TASK_PATH),
    .n_examples = (int)INT (TASK_EXAMPLES),
    .noise = REAL (TASK_NOISE),
    .test_fraction = REAL (TASK_TEST_FRACTION),
    .seed = (guint64)INT (TASK_SEED),
    .held_out = ms_experiment_text (x, MS_KEY_TASK_HELD_OUT),
    .ood = ms_experiment_text (x, MS_KEY_TASK_OOD),
    .ood_path = ms_experiment_text (x, MS_KEY_TASK_OOD_PATH),
  };

  return ms_dataset_load (&spec, error);
}

/* The text was validated with the experiment. */
static void
take_over_decay (MsSession *s)
{
  g_autoptr (MsDecayRules) rules
    = ms_decay_rules_new (ms_experiment_text (s->experiment, MS_KEY_OPTIMISER_DECAY_RULES), NULL);

  g_return_if_fail (rules != NULL);
  ms_optimiser_set_decay (s->optimiser, rules);
}

MsSession *
ms_session_new (const MsExperiment *x, const char *name, int n_threads, GError **error)
{
  g_autoptr (MsDataset) dataset = NULL;

  if (!ms_experiment_validate (x, error) || (dataset = ms_session_load_data (x, error)) == NULL)
    return NULL;
  return ms_session_new_on (x, name, dataset, n_threads, error);
}

MsSession *
ms_session_new_on (const MsExperiment *x, const char *name, MsDataset *dataset, int n_threads, GError **error)
{
  g_autoptr (MsSession) s = ms_session_new_blank (x, name, dataset, n_threads, error);

  return s != NULL && ms_session_start (s, error) ? g_steal_pointer (&s) : NULL;
}

MsSession *
ms_session_new_blank (const MsExperiment *x, const char *name, MsDataset *dataset, int n_threads, GError **error)
{
  g_autoptr (MsSession) s = g_new0 (MsSession, 1);
  MsModelShape shape = ms_model_shape (dataset);

  s->dataset = ms_dataset_ref (dataset);
  s->experiment = ms_experiment_ref ((MsExperiment *)x);
  s->name = g_strdup (name);
  s->seed = (guint64)INT (RUN_SEED);
  s->n_threads = n_threads;
  s->batch = (int)INT (OPTIMISER_BATCH);
  if ((s->model = ms_model_new (x, &shape, error)) == NULL
      || (s->optimiser = ms_optimiser_new (s->model->params, ms_experiment_choice (x, MS_KEY_OPTIMISER_KIND), error))
           == NULL)
    return NULL;
  take_over_decay (s);
  s->pool = ms_pool_new (n_threads);
  s->tape = ms_tape_new (s->pool);
  s->batches = ms_batches_new (s->dataset, s->batch, s->seed);
  s->x = g_new (MsReal, (gsize)s->batch * ms_dataset_example_size (s->dataset));
  s->labels = g_new (int, s->batch);
  s->partners = g_new (int, s->batch);
  ms_session_reset (s);
  if (!ms_session_fits_memory (s, error))
    return NULL;
  return g_steal_pointer (&s);
}

void
ms_session_free (MsSession *s)
{
  if (s == NULL)
    return;
  g_clear_pointer (&s->tape, ms_tape_free);
  g_clear_pointer (&s->pool, ms_pool_free);
  g_clear_pointer (&s->batches, ms_batches_free);
  g_clear_pointer (&s->optimiser, ms_optimiser_free);
  g_clear_pointer (&s->model, ms_model_free);
  g_clear_pointer (&s->dataset, ms_dataset_unref);
  g_clear_pointer (&s->experiment, ms_experiment_unref);
  g_free (s->name);
  g_free (s->x);
  g_free (s->labels);
  g_free (s->partners);
  g_clear_pointer (&s->opened, g_bytes_unref);
  g_free (s->start);
  g_free (s->file);
  g_free (s->evaluation);
  g_clear_pointer (&s->assessment, ms_assessment_unref);
  g_clear_pointer (&s->compared, ms_record_unref);
  g_free (s);
}

void
ms_session_reset (MsSession *s)
{
  g_autoptr (MsInterventions) none = ms_interventions_new ();

  if (s->opened != NULL && ms_session_restore_state (s, s->opened, NULL))
    return;
  ms_model_intervene (s->model, none, NULL);
  ms_params_init (s->model->params, s->seed);
  ms_optimiser_reset (s->optimiser);
  s->step = 0;
  g_clear_pointer (&s->compared, ms_record_unref);
  g_clear_pointer (&s->evaluation, g_free);
  g_clear_pointer (&s->assessment, ms_assessment_unref);
}

bool
ms_session_change (MsSession *s, const MsExperiment *experiment, GError **error)
{
  if (!ms_experiment_validate (experiment, error))
    return false;
  if (ms_experiment_needs_rebuild (s->experiment, experiment))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "these values need the model built anew");
      return false;
    }
  ms_experiment_unref (s->experiment);
  s->experiment = ms_experiment_ref ((MsExperiment *)experiment);
  ms_model_configure (s->model, experiment);
  take_over_decay (s);
  return true;
}

MsRecord *
ms_session_new_record (const MsSession *s)
{
  MsRecord *record = ms_record_new ();

  record->provenance = MS_PROVENANCE_LIVE;
  record->source = g_strdup (s->name);
  record->seed = s->seed;
  record->step = s->step;
  record->examples_seen = s->step * s->batch;
  record->epoch = (double)record->examples_seen / s->dataset->n_train;
  record->tokens_seen = record->examples_seen * ms_model_config (s->model)->encoder.tokens;
  record->plane = s->dataset->plane;
  record->class_names = g_strdupv (s->dataset->class_names);
  ms_session_stamp (s, record);
  return record;
}

static MsOptimiserConfig
optimiser_config (const MsExperiment *x)
{
  return (MsOptimiserConfig){
    .momentum = REAL (OPTIMISER_MOMENTUM),
    .beta1 = REAL (OPTIMISER_BETA1),
    .beta2 = REAL (OPTIMISER_BETA2),
    .epsilon = REAL (OPTIMISER_EPSILON),
    .weight_decay = REAL (OPTIMISER_WEIGHT_DECAY),
    .fast_rate = REAL (ENSEMBLE_FAST_RATE),
    .clip = REAL (OPTIMISER_CLIP),
  };
}

static double
learning_rate (const MsSession *s)
{
  const MsExperiment *x = s->experiment;
  MsSchedule schedule = {
    .kind = ms_experiment_choice (x, MS_KEY_OPTIMISER_SCHEDULE),
    .peak = REAL (OPTIMISER_LEARNING_RATE),
    .end = REAL (OPTIMISER_END_RATE),
    .warmup = INT (OPTIMISER_WARMUP),
    .total = INT (RUN_STEPS),
    .power = REAL (OPTIMISER_POWER),
    .timescale = INT (OPTIMISER_TIMESCALE),
    .cooldown = INT (OPTIMISER_COOLDOWN),
  };

  return ms_schedule_rate (&schedule, s->step);
}

MsTargets
ms_session_fill_batch (MsSession *s)
{
  const MsExperiment *x = s->experiment;
  double m = REAL (TASK_MIXUP);
  MsTargets targets = { .labels = s->labels };

  ms_batches_fill (s->batches, s->step, (int)INT (TASK_AUGMENT), s->x, s->labels);
  if (m <= 0)
    return targets;
  targets.share = ms_mixup_share (m, s->seed, s->step);
  targets.partners = s->partners;
  ms_mixup_inputs (s->x, s->batch, ms_dataset_example_size (s->dataset), targets.share);
  ms_mixup_partners (s->partners, s->labels, s->batch);
  return targets;
}

/* Forward on the next batch, as training does it: router noise and dropout of that step. */
static MsModelOutput
forward_next (MsSession *s, bool training)
{
  MsPass pass = { .seed = s->seed, .step = s->step, .examples = s->batch };
  MsTargets targets = ms_session_fill_batch (s);
  MsModelOutput out;

  ms_tape_reset (s->tape, training);
  out = ms_model_forward (s->model, s->tape, s->x, &targets, &pass);
  s->flops_per_example = ms_tape_flops (s->tape) / (guint64)s->batch;
  return out;
}

/* The members' logits (M, N, C) for the batch that comes next, where they are draws of dropout: each is a pass of its
 * own, before the one that is trained. NULL for other models, and where nobody asks. */
static float *
draw_members (MsSession *s, MsDetail detail)
{
  MsPass pass = { .deterministic = true, .seed = s->seed, .step = s->step, .examples = s->batch };
  float *logits;

  if (s->model->ensemble != &ms_ensemble_mc_dropout || !(detail & MS_DETAIL_BATCH))
    return NULL;
  logits = g_new (float, (gsize)s->model->shape.samples * s->batch * s->dataset->n_classes);
  ms_session_fill_batch (s);
  ms_model_predict (s->model, s->tape, s->x, &pass, logits, NULL);
  return logits;
}

#define CHEAP_FLOPS 1e9 /* as MS_DETAIL_WEIGHTS says */
#define DEAREST_FLOPS 1e11
#define COMPARED_EVERY 20

static void
compare_weights (MsSession *s, MsRecord *record)
{
  double flops = ms_details_weights_flops (s->model);

  if (flops > DEAREST_FLOPS)
    return;
  if (flops > CHEAP_FLOPS && s->compared != NULL && ++s->since_compared < COMPARED_EVERY)
    {
      ms_details_copy_weights (record, s->compared);
      return;
    }
  ms_details_of_weights (record, s->model, s->pool);
  g_clear_pointer (&s->compared, ms_record_unref);
  s->since_compared = 0;
  if (flops > CHEAP_FLOPS)
    s->compared = ms_record_ref (record);
}

/* @draws as draw_members gave them. */
static MsRecord *
account (MsSession *s, const MsModelOutput *out, const float *draws, MsDetail detail)
{
  MsRecord *record = ms_session_new_record (s);
  g_autofree float *logits = ms_account_logits (out);
  bool batch = detail & MS_DETAIL_BATCH;

  record->detail = detail;
  ms_account_losses (record, s->model, out);
  ms_account_routing (record, s->model, batch);
  ms_account_batch (record, s->model, batch ? s->x : NULL, s->labels, s->batch);
  ms_account_error (record, logits, s->labels, out->M, out->N, out->C);
  if (batch && ms_interventions_count (s->model->interventions) > 0)
    record->interventions = ms_interventions_words (s->model->interventions);
  if (batch)
    ms_account_predictions (record, draws != NULL ? draws : logits, ms_model_members (s->model), out->N, out->C);
  if (batch)
    ms_details_of_pass (record, s->model, s->tape, detail);
  if (batch && detail & MS_DETAIL_WEIGHTS)
    compare_weights (s, record);
  record->flops = ms_tape_flops (s->tape);
  record->bytes = ms_tape_bytes (s->tape);
  return record;
}

MsRecord *
ms_session_look (MsSession *s, MsDetail detail, GError **error)
{
  g_autofree float *draws = draw_members (s, detail);
  g_autoptr (MsTrial) trial = ms_session_try_newest (s, detail);
  gint64 start = g_get_monotonic_time ();
  MsModelOutput out = forward_next (s, false);
  MsRecord *record = account (s, &out, draws, detail);

  record->trial = g_steal_pointer (&trial);
  record->forward_ms = (double)(g_get_monotonic_time () - start) / 1e3;
  if (detail & MS_DETAIL_SURFACE && s->dataset->plane)
    ms_session_add_surface (s, record);
  return record;
}

static bool
is_finite (const MsSession *s, const char *what, double value, GError **error)
{
  if (isfinite (value))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
               "the %s at step %" G_GINT64_FORMAT " is not a finite number: lower optimiser.learning_rate or set "
               "optimiser.clip; the parameters are those before this step",
               what, s->step + 1);
  return false;
}

MsRecord *
ms_session_step (MsSession *s, MsDetail detail, GError **error)
{
  MsOptimiserConfig config = optimiser_config (s->experiment);
  g_autofree float *draws = draw_members (s, detail);
  g_autoptr (MsTrial) trial = ms_session_try_newest (s, detail);
  gint64 start = g_get_monotonic_time (), after_forward, after_backward;
  MsModelOutput out = forward_next (s, true);
  double rate = learning_rate (s), norm;
  MsRecord *record;

  after_forward = g_get_monotonic_time ();
  if (!is_finite (s, "loss", out.loss->value[0], error))
    return NULL;
  ms_tape_backward (s->tape, out.loss);
  norm = ms_optimiser_gradient_norm (s->optimiser, s->pool);
  after_backward = g_get_monotonic_time ();
  if (!is_finite (s, "gradient", norm, error))
    {
      ms_params_clear_gradients (s->model->params);
      return NULL;
    }
  ms_optimiser_step (s->optimiser, s->pool, &config, rate);
  s->step++;
  gint64 after_update = g_get_monotonic_time ();
  record = account (s, &out, draws, detail);
  record->trial = g_steal_pointer (&trial);
  record->learning_rate = rate;
  record->gradient_norm = norm;
  record->forward_ms = (double)(after_forward - start) / 1e3;
  record->backward_ms = (double)(after_backward - after_forward) / 1e3;
  record->update_ms = (double)(after_update - after_backward) / 1e3;
  /* Last: the record has the biases that this batch was routed by. */
  for (int i = 0; i < s->model->n_moe; i++)
    ms_moe_settle (s->model->moe[i], s->tape);
  if (detail & MS_DETAIL_SURFACE && s->dataset->plane)
    ms_session_add_surface (s, record);
  return record;
}

const MsExperiment *
ms_session_experiment (const MsSession *s)
{
  return s->experiment;
}

const MsDataset *
ms_session_dataset (const MsSession *s)
{
  return s->dataset;
}

gint64
ms_session_get_step (const MsSession *s)
{
  return s->step;
}

gsize
ms_session_n_parameters (const MsSession *s)
{
  return ms_params_size (s->model->params);
}

guint64
ms_session_flops_per_example (const MsSession *s)
{
  return s->flops_per_example;
}

guint64
ms_session_prediction_flops (const MsSession *s)
{
  return s->prediction_flops;
}

int
ms_session_n_threads (const MsSession *s)
{
  return s->n_threads;
}

const char *
ms_session_start_text (const MsSession *s)
{
  return s->start;
}
