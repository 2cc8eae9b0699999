/* SPDX-License-Identifier: MIT */

#include "app/results.h"
#include "core/base/blas.h"
#include "core/base/json.h"
#include "core/metrics/load.h"
#include "core/train/closed-form.h"
#include <math.h>

/* Where losses and loads were measured, in words. */
static char *
describe_window (const MsTally *tally)
{
  int n = ms_tally_n_steps (tally);
  return n == 0 ? NULL : g_strdup_printf ("the last %d training batch%s", n, n == 1 ? "" : "es, at most one epoch");
}

/* A number that is not finite is absent; ms_json_text writes null for it. */
static void
set_number (JsonObject *object, const char *name, double value)
{
  json_object_set_double_member (object, name, value);
}

/* What the counters are to be held against: they are below it where capacity dropped tokens. */
static JsonObject *
closed_form_to_json (const MsSession *session)
{
  const MsExperiment *experiment = ms_session_experiment (session);
  MsModelShape shape = ms_model_shape (ms_session_dataset (session));
  MsClosedForm form
      = ms_closed_form (experiment, &shape, (int) ms_experiment_int (experiment, MS_KEY_OPTIMISER_BATCH));
  return ms_closed_form_to_json (&form);
}

static JsonObject *
model_to_json (const MsSession *session)
{
  JsonObject *object = json_object_new ();
  guint64 flops = ms_session_flops_per_example (session);
  json_object_set_int_member (object, "parameters", (gint64) ms_session_n_parameters (session));
  if (flops > 0)
    json_object_set_int_member (object, "flops_per_example", (gint64) flops);
  else
    json_object_set_null_member (object, "flops_per_example");
  json_object_set_object_member (object, "closed_form", closed_form_to_json (session));
  return object;
}

static JsonObject *
train_to_json (const MsTally *tally)
{
  JsonObject *object = json_object_new ();
  MsTallyMeans means = ms_tally_means (tally);
  g_autofree char *window = describe_window (tally);
  set_number (object, "loss", means.loss);
  set_number (object, "task_loss", means.task_loss);
  set_number (object, "importance_loss", means.importance_loss);
  set_number (object, "load_loss", means.load_loss);
  set_number (object, "gshard_loss", means.gshard_loss);
  set_number (object, "z_loss", means.z_loss);
  set_number (object, "error", means.train_error);
  ms_json_set_text (object, "measured_on", window);
  return object;
}

static double
dropped_share (const MsTallyLayer *layer, double total)
{
  double dropped = 0;
  for (int e = 0; e < layer->E; e++)
    dropped += layer->dropped[e];
  return dropped / total;
}

static void
set_similarity (JsonObject *object, const char *key, const MsSimilarity *similarity)
{
  JsonObject *member = json_object_new ();
  set_number (member, "min", similarity->min);
  set_number (member, "max", similarity->max);
  set_number (member, "mean", similarity->mean);
  json_object_set_object_member (object, key, member);
}

/* Of one batch: how sharp and how alike the weights are, and how much the tokens take from each expert. */
static JsonObject *
soft_to_json (const MsResults *results, int i)
{
  MsSoftMetrics metrics;
  double scale;
  if (results->batch == NULL || !ms_session_soft_metrics (results->session, results->batch, i, &metrics, &scale))
    return NULL;
  const MsRouting *routing = results->batch->routing[i];
  JsonObject *object = json_object_new ();
  JsonArray *use = json_array_new ();
  for (int e = 0; e < routing->E; e++)
    json_array_add_double_element (use, routing->use[e]);
  json_object_set_int_member (object, "step", results->batch->step);
  json_object_set_int_member (object, "slots", routing->slots);
  json_object_set_int_member (object, "groups", routing->groups);
  set_number (object, "scale", scale);
  json_object_set_array_member (object, "use", use);
  set_number (object, "combine_min", metrics.combine_min);
  set_number (object, "combine_max", metrics.combine_max);
  set_number (object, "dispatch_min", metrics.dispatch_min);
  set_number (object, "dispatch_max", metrics.dispatch_max);
  set_similarity (object, "item_similarity", &metrics.items);
  set_similarity (object, "slot_similarity", &metrics.slots);
  set_similarity (object, "mu_similarity", &metrics.mu);
  return object;
}

/* Every measure of the load by its name; `moescope run --json` has the usual ones in the layer itself, too. */
static JsonObject *
load_to_json (const MsLoadMetrics *metrics)
{
#define NAME(name, title, formula) #name,
  static const char *const names[] = { MS_LOAD_METRICS (NAME) };
#undef NAME
  JsonObject *object = json_object_new ();
  for (int id = 0; id < MS_N_LOAD_METRICS; id++)
    set_number (object, names[id], ms_load_metric_value (metrics, id));
  return object;
}

static JsonObject *
layer_to_json (const MsResults *results, int i)
{
  const MsTally *tally = results->tally;
  JsonObject *object = json_object_new (), *soft = soft_to_json (results, i);
  MsTallyLayer layer = ms_tally_layer (tally, i);
  MsLoadMetrics metrics = ms_load_metrics (layer.load, layer.E);
  JsonArray *load = json_array_new ();
  for (int e = 0; e < layer.E; e++)
    json_array_add_int_element (load, (gint64) layer.load[e]);
  json_object_set_int_member (object, "layer", layer.layer);
  ms_json_set_text (object, "router", layer.router);
  json_object_set_int_member (object, "experts", layer.E);
  json_object_set_array_member (object, "load", load);
  set_number (object, "cv", metrics.cv);
  set_number (object, "entropy", metrics.entropy);
  set_number (object, "entropy_normalised", metrics.entropy_normalised);
  set_number (object, "max_violation", metrics.max_violation);
  json_object_set_int_member (object, "dead", metrics.dead);
  set_number (object, "dropped", dropped_share (&layer, metrics.total));
  json_object_set_object_member (object, "load_metrics", load_to_json (&metrics));
  g_autofree char *window = describe_window (tally);
  ms_json_set_text (object, "measured_on", window);
  if (soft != NULL)
    json_object_set_object_member (object, "soft", soft);
  else
    json_object_set_null_member (object, "soft");
  return object;
}

static JsonObject *
speed_to_json (const MsResults *results)
{
  JsonObject *object = json_object_new ();
  double ms = ms_tally_step_ms (results->tally);
  gint64 batch = ms_experiment_int (ms_session_experiment (results->session), MS_KEY_OPTIMISER_BATCH);
  set_number (object, "step_ms_median", ms);
  set_number (object, "examples_per_second", 1000 * (double) batch / ms);
  return object;
}

static JsonObject *
blas_to_json (const MsSession *session)
{
  const MsBlasInfo *blas = ms_blas_info ();
  JsonObject *object = json_object_new ();
  ms_json_set_text (object, "library", blas->library);
  ms_json_set_text (object, "kernel", blas->kernel);
  json_object_set_int_member (object, "threads", ms_session_n_threads (session));
  return object;
}

JsonNode *
ms_results_to_json (const MsResults *results)
{
  const MsExperiment *experiment = ms_session_experiment (results->session);
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "source", results->source);
  json_object_set_member (object, "experiment", ms_experiment_to_node (experiment));
  json_object_set_int_member (object, "seed", ms_experiment_int (experiment, MS_KEY_RUN_SEED));
  json_object_set_int_member (object, "steps", ms_session_get_step (results->session));
  json_object_set_boolean_member (object, "interrupted", results->interrupted);
  ms_json_set_text (object, "stopped", results->stopped);
  json_object_set_object_member (object, "model", model_to_json (results->session));
  json_object_set_object_member (object, "train", train_to_json (results->tally));
  ms_measures_add_json (results->measures, object);
  JsonArray *routing = json_array_new ();
  for (int i = 0; i < ms_tally_n_layers (results->tally); i++)
    json_array_add_object_element (routing, layer_to_json (results, i));
  json_object_set_array_member (object, "routing", routing);
  json_object_set_object_member (object, "speed", speed_to_json (results));
  json_object_set_object_member (object, "blas", blas_to_json (results->session));
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

static void
add_row (GString *out, const char *name, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
add_row (GString *out, const char *name, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_string_append_printf (out, "%-14s ", name);
  g_string_append_vprintf (out, format, args);
  g_string_append_c (out, '\n');
  va_end (args);
}

static void
add_losses (GString *out, const MsTally *tally)
{
  MsTallyMeans means = ms_tally_means (tally);
  g_autofree char *window = describe_window (tally);
  if (window == NULL)
    return;
  g_autoptr (GString) terms = g_string_new (NULL);
  g_string_append_printf (terms, "%.4f (task %.4f", means.loss, means.task_loss);
  if (!isnan (means.importance_loss))
    g_string_append_printf (terms, ", importance %.4f", means.importance_loss);
  if (!isnan (means.load_loss))
    g_string_append_printf (terms, ", load %.4f", means.load_loss);
  if (!isnan (means.gshard_loss))
    g_string_append_printf (terms, ", GShard %.4f", means.gshard_loss);
  if (!isnan (means.z_loss))
    g_string_append_printf (terms, ", z %.4f", means.z_loss);
  add_row (out, "training loss", "%s), error %.2f %%", terms->str, 100 * means.train_error);
  add_row (out, "", "over %s", window);
}

static void
add_layers (GString *out, const MsTally *tally)
{
  if (ms_tally_n_layers (tally) > 0)
    g_string_append_printf (out, "\n%5s  %-14s %7s %8s %8s %14s %5s %9s\n", "block", "router", "experts", "CV",
                            "entropy", "max violation", "dead", "dropped");
  for (int i = 0; i < ms_tally_n_layers (tally); i++)
    {
      MsTallyLayer layer = ms_tally_layer (tally, i);
      MsLoadMetrics metrics = ms_load_metrics (layer.load, layer.E);
      g_string_append_printf (out, "%5d  %-14s %7d %8.3f %8.3f %14.3f %5d %7.2f %%\n", layer.layer, layer.router,
                              layer.E, metrics.cv, metrics.entropy, metrics.max_violation, metrics.dead,
                              100 * dropped_share (&layer, metrics.total));
    }
}

char *
ms_results_to_table (const MsResults *results)
{
  GString *out = g_string_new (NULL);
  const MsSession *session = results->session;
  const MsExperiment *experiment = ms_session_experiment (session);
  const MsBlasInfo *blas = ms_blas_info ();
  double ms = ms_tally_step_ms (results->tally);
  add_row (out, "source", "%s, seed %s, step %" G_GINT64_FORMAT, results->source,
           ms_experiment_text (experiment, MS_KEY_RUN_SEED), ms_session_get_step (session));
  add_row (out, "model", "%" G_GSIZE_FORMAT " parameters, %.3g MFLOP per example", ms_session_n_parameters (session),
           1e-6 * (double) ms_session_flops_per_example (session));
  add_losses (out, results->tally);
  ms_measures_add_rows (results->measures, out);
  if (!isnan (ms))
    add_row (out, "speed", "%.2f ms a step, %.0f examples per second", ms,
             1000 * (double) ms_experiment_int (experiment, MS_KEY_OPTIMISER_BATCH) / ms);
  add_row (out, "BLAS", "%s, kernel %s, %d threads", blas->library, blas->kernel, ms_session_n_threads (session));
  add_layers (out, results->tally);
  return g_string_free (out, FALSE);
}
