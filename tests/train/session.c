/* SPDX-License-Identifier: MIT */

/* A session is deterministic, resumes bit for bit, looks without changing anything, and learns. */

#include "core/train/checkpoint.h"
#include "core/train/session-private.h"
#include "tests/train/sessions.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static MsSession *
digits (int n_threads)
{
  g_autoptr (MsExperiment) x
    = experiment_of ((const char *const[]){ "model.blocks", "2", "model.dropout", "0.1", "task.augment", "1",
                                         "routing.k", "2", NULL });
  g_autoptr (GError) error = NULL;
  MsSession *s = ms_session_new (x, "test", n_threads, &error);

  g_assert_no_error (error);
  return s;
}

static void
steps (MsSession *s, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
    }
}

static void
assert_same_state (MsSession *a, MsSession *b)
{
  g_autoptr (GBytes) x = ms_session_save_state (a), y = ms_session_save_state (b);

  g_assert_true (g_bytes_equal (x, y));
}

static void
test_same_bytes (void)
{
  g_autoptr (MsSession) a = digits (2), b = digits (2);

  steps (a, 12);
  steps (b, 12);
  assert_same_state (a, b);
}

/* The cut of the work does not depend on the number of threads, so neither does the result. */
static void
test_threads (void)
{
  g_autoptr (MsSession) a = digits (1), b = digits (3);

  steps (a, 6);
  steps (b, 6);
  assert_same_state (a, b);
}

static void
test_restore (void)
{
  g_autoptr (MsSession) a = digits (2), b = digits (2);
  g_autoptr (GBytes) middle = NULL;
  g_autoptr (GError) error = NULL;

  steps (a, 7);
  middle = ms_session_save_state (a);
  steps (a, 7);
  g_assert_true (ms_session_restore_state (b, middle, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ms_session_get_step (b), ==, 7);
  steps (b, 7);
  assert_same_state (a, b);
}

static void
test_checkpoint (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "middle.safetensors", NULL);
  g_autoptr (MsSession) a = digits (2), b = NULL;
  g_autoptr (GError) error = NULL;

  steps (a, 5);
  g_assert_true (ms_session_save (a, path, &error));
  g_assert_no_error (error);
  b = ms_session_load (path, NULL, 2, &error);
  g_assert_no_error (error);
  assert_same_state (a, b);
  steps (a, 5);
  steps (b, 5);
  assert_same_state (a, b);
  g_unlink (path);
  g_rmdir (dir);
}

/* A step whose examples cannot be counted is refused when the file is read: there is no batch for it. */
static void
test_checkpoint_steps (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "late.safetensors", NULL);
  g_autoptr (MsSession) a = digits (1), b = NULL;
  g_autoptr (GError) error = NULL;

  a->step = G_MAXINT64 / 4;
  g_assert_true (ms_session_save (a, path, &error));
  g_assert_no_error (error);
  g_assert_null (ms_session_load (path, NULL, 1, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "\"step\" is \"2305843009213693951\""));
  g_clear_error (&error);
  a->step = MS_CHECKPOINT_MOST_STEPS;
  g_assert_true (ms_session_save (a, path, &error));
  b = ms_session_load (path, NULL, 1, &error);
  g_assert_no_error (error);
  steps (b, 1);
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_look (void)
{
  g_autoptr (MsSession) a = digits (2), b = digits (2);
  g_autoptr (MsRecord) seen = ms_session_look (a, MS_DETAIL_BATCH, NULL);
  g_autoptr (MsRecord) done = ms_session_step (a, MS_DETAIL_BATCH, NULL);

  steps (b, 1);
  assert_same_state (a, b);
  g_assert_cmpint (seen->step, ==, 0);
  g_assert_cmpint (done->step, ==, 1);
  gsize inputs = (gsize)seen->N * 64 * sizeof (float);

  g_assert_cmpmem (seen->inputs, inputs, done->inputs, inputs);
  g_assert_true (seen->loss == done->loss);
  g_assert_cmpmem (seen->routing[0]->expert, (gsize)seen->routing[0]->T * 2 * sizeof (gint16), done->routing[0]->expert,
                   (gsize)done->routing[0]->T * 2 * sizeof (gint16));
}

static void
test_reset (void)
{
  g_autoptr (MsSession) a = digits (2), b = digits (2);

  steps (a, 4);
  ms_session_reset (a);
  assert_same_state (a, b);
}

static void
test_record (void)
{
  g_autoptr (MsSession) s = digits (2);
  g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_BATCH, NULL);
  const MsRouting *r = record->routing[0];
  int load = 0, dropped = 0, lost = 0;

  g_assert_cmpint (record->n_routing, ==, 1);
  g_assert_cmpint (r->layer, ==, 1);
  g_assert_cmpint (r->T, ==, 64 * 16);
  g_assert_cmpint (r->capacity, ==, 272); /* ceil (1024 * 2 * 1.05 / 8) = 269, up to a multiple of 4 */
  for (int e = 0; e < r->E; e++)
    {
      load += r->load[e];
      dropped += r->dropped[e];
    }
  for (int i = 0; i < r->T * r->K; i++)
    {
      lost += !r->kept[i];
      g_assert_true (r->gate[i] == r->probs[i / r->K * r->E + r->expert[i]]);
    }
  g_assert_cmpint (load, ==, r->T * r->K);
  g_assert_cmpint (dropped, ==, lost);
  g_assert_cmpfloat_with_epsilon (record->loss, record->task_loss + record->importance_loss + record->load_loss, 1e-5);
  g_assert_true (isnan (record->gshard_loss) && isnan (record->z_loss));
  g_assert_cmpuint (record->flops, >, 0);
}

/* After the first steps of a shape a step finds all its memory where the last one left it. */
static void
test_no_allocation (void)
{
  g_autoptr (MsSession) s = digits (2);

  steps (s, 4);
  guint64 growths = ms_tape_growths (s->tape);
  gsize reserved = ms_tape_reserved (s->tape);
  steps (s, 40);
  g_assert_cmpuint (ms_tape_growths (s->tape), ==, growths);
  g_assert_cmpuint (ms_tape_reserved (s->tape), ==, reserved);
}

static void
test_live_change (void)
{
  g_autoptr (MsSession) s = digits (2);
  g_autoptr (MsExperiment) live = ms_experiment_with (ms_session_experiment (s), "routing.k", "1", NULL);
  g_autoptr (MsExperiment) rebuild = ms_experiment_with (ms_session_experiment (s), "routing.experts", "4", NULL);
  g_autoptr (MsRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_change (s, live, &error));
  record = ms_session_step (s, MS_DETAIL_BATCH, &error);
  g_assert_cmpint (record->routing[0]->K, ==, 1);
  g_assert_false (ms_session_change (s, rebuild, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
}

static void
test_learns (void)
{
  g_autoptr (MsSession) s = digits (2);
  MsEvaluation before, after;

  ms_session_evaluate (s, &before);
  steps (s, 400);
  ms_session_evaluate (s, &after);
  g_test_message ("test error %g -> %g", before.error, after.error);
  g_assert_cmpint (after.examples, ==, 360);
  g_assert_cmpfloat (before.error, >, 0.8);
  g_assert_cmpfloat (after.error, <, 0.4);
}

/* The same model, tested in batches of two groups and of one: 360 examples leave 40 for the last batch of 64, and those
 * are a group of 32 and one of 8. */
static void
test_evaluation_groups (void)
{
  const char *values[] = { "model.blocks", "2", "routing.group_examples", "32", "routing.capacity_factor", "0.3",
                           "routing.capacity_multiple", "0", "optimiser.batch", "64", NULL };
  g_autoptr (MsExperiment) two = experiment_of (values);
  g_autoptr (MsExperiment) one = ms_experiment_with (two, "optimiser.batch", "32", NULL);
  g_autoptr (MsSession) a = ms_session_new (two, "test", 2, NULL), b = ms_session_new (one, "test", 2, NULL);
  g_autoptr (GBytes) trained = NULL;
  MsEvaluation of_a, of_b;

  steps (a, 60);
  trained = ms_session_save_state (a);
  g_assert_true (ms_session_restore_state (b, trained, NULL));
  ms_session_evaluate (a, &of_a);
  ms_session_evaluate (b, &of_b);
  g_assert_cmpfloat_with_epsilon (of_a.nll, of_b.nll, 1e-6);
  g_assert_cmpfloat (of_a.error, ==, of_b.error);
}

static void
test_foreign_state (void)
{
  g_autoptr (MsSession) a = digits (1), b = NULL;
  g_autoptr (MsExperiment) x = ms_experiment_with (ms_session_experiment (a), "run.seed", "1", NULL);
  g_autoptr (GBytes) state = ms_session_save_state (a), before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;

  b = ms_session_new (x, "test", 1, NULL);
  before = ms_session_save_state (b);
  g_assert_false (ms_session_restore_state (b, state, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
  after = ms_session_save_state (b);
  g_assert_true (g_bytes_equal (before, after));
}

/* Rules that match nothing stand in the place of the one decay, from the next step on. */
/* @state with its number at @offset set, and what may follow from that refused, the session as it was. */
static void
refuse_state (MsSession *s, GBytes *state, gsize offset, guint64 first, guint64 second)
{
  g_autoptr (GBytes) before = ms_session_save_state (s), broken = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  char *copy = g_memdup2 (g_bytes_get_data (state, &size), g_bytes_get_size (state));

  memcpy (copy + offset, &first, sizeof first);
  memcpy (copy + offset + sizeof first, &second, sizeof second);
  broken = g_bytes_new_take (copy, size);
  g_assert_false (ms_session_restore_state (s, broken, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "is broken"));
  after = ms_session_save_state (s);
  g_assert_true (g_bytes_equal (before, after));
}

/* The states of session files come from strangers: lengths whose sum is right only because it wraps around, and steps
 * that no batch has. */
static void
test_broken_state (void)
{
  const gsize step = 4 * sizeof (guint64), lengths = 7 * sizeof (guint64) + sizeof (MsEvaluation);
  g_autoptr (MsSession) s = digits (1);
  g_autoptr (GBytes) state = ms_session_save_state (s);
  guint64 beyond = g_bytes_get_size (state) + ((guint64)1 << 20);

  refuse_state (s, state, lengths, -beyond, beyond);
  refuse_state (s, state, lengths, 1, 0);
  refuse_state (s, state, lengths, 0, 1);
  refuse_state (s, state, step, (guint64)-1, 0);
  refuse_state (s, state, step, (guint64)G_MAXINT64, 0);
  refuse_state (s, state, step, 0, (guint64)-1);
}

static void
test_live_decay_rules (void)
{
  g_autoptr (MsExperiment) decays = experiment_of ((const char *const[]){
    "task.data", "spirals", "model.kind", "mlp", "optimiser.kind", "adamw", "optimiser.weight_decay", "0.5", NULL });
  g_autoptr (MsExperiment) spares = ms_experiment_with (decays, "optimiser.decay_rules", "^nothing$=1", NULL);
  g_autoptr (MsExperiment) never = ms_experiment_with (decays, "optimiser.weight_decay", "0", NULL);
  g_autoptr (MsExperiment) wrong = ms_experiment_with (decays, "optimiser.decay_rules", "kernel", NULL);
  g_autoptr (MsSession) a = ms_session_new (decays, "test", 1, NULL), b = ms_session_new (never, "test", 1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_change (a, spares, NULL));
  steps (a, 2);
  steps (b, 2);
  assert_same_state (a, b);
  g_assert_false (ms_session_change (a, wrong, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_assert_true (ms_session_change (a, decays, NULL) && ms_session_change (b, decays, NULL));
  steps (a, 1);
  steps (b, 1);
  assert_same_state (a, b);
}

static void
test_not_finite (void)
{
  g_autoptr (MsExperiment) x = experiment_of ((const char *const[]){
    "task.data", "spirals", "model.kind", "mlp", "optimiser.kind", "sgd", "optimiser.learning_rate", "1", NULL });
  g_autoptr (MsSession) s = ms_session_new (x, "test", 1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) wild = ms_experiment_with (x, "optimiser.momentum", "0.999", NULL);

  g_assert_true (ms_session_change (s, wild, NULL));
  for (int i = 0; i < 3000 && error == NULL; i++)
    {
      g_autoptr (GBytes) before = ms_session_save_state (s), after = NULL;
      g_autoptr (MsRecord) record = ms_session_step (s, MS_DETAIL_SCALARS, &error);

      if (record != NULL)
        continue;
      after = ms_session_save_state (s);
      g_assert_true (g_bytes_equal (before, after));
    }
  g_assert_error (error, MS_ERROR, MS_ERROR_FAILED);
}

/* Reset goes back to what was opened, not to fresh weights under the checkpoint's name. */
static void
test_reset_checkpoint (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "opened.safetensors", NULL);
  g_autoptr (MsSession) a = digits (2), b = NULL;
  g_autoptr (GError) error = NULL;

  steps (a, 3);
  g_assert_true (ms_session_save (a, path, &error));
  b = ms_session_load (path, NULL, 2, &error);
  g_assert_no_error (error);
  steps (b, 2);
  ms_session_reset (b);
  g_assert_cmpint (ms_session_get_step (b), ==, 3);
  assert_same_state (a, b);
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_too_large (void)
{
  g_autoptr (MsExperiment) batch = experiment_of ((const char *const[]){
    "optimiser.batch", "65536", "model.width", "2048", "model.hidden", "4096", NULL });
  g_autoptr (MsExperiment) model = experiment_of ((const char *const[]){
    "routing.experts", "4096", "model.width", "4096", "model.hidden", "16384", NULL });
  g_autoptr (GError) error = NULL, other = NULL;

  g_assert_null (ms_session_new (batch, "test", 1, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_assert_nonnull (strstr (error->message, "optimiser.batch"));
  g_assert_null (ms_session_new (model, "test", 1, &other));
  g_assert_error (other, MS_ERROR, MS_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/session/same-bytes", test_same_bytes);
  g_test_add_func ("/session/any-number-of-threads", test_threads);
  g_test_add_func ("/session/restore", test_restore);
  g_test_add_func ("/session/checkpoint", test_checkpoint);
  g_test_add_func ("/session/checkpoint-steps", test_checkpoint_steps);
  g_test_add_func ("/session/look", test_look);
  g_test_add_func ("/session/reset", test_reset);
  g_test_add_func ("/session/reset-checkpoint", test_reset_checkpoint);
  g_test_add_func ("/session/too-large", test_too_large);
  g_test_add_func ("/session/record", test_record);
  g_test_add_func ("/session/no-allocation", test_no_allocation);
  g_test_add_func ("/session/live-change", test_live_change);
  g_test_add_func ("/session/learns", test_learns);
  g_test_add_func ("/session/evaluation-groups", test_evaluation_groups);
  g_test_add_func ("/session/foreign-state", test_foreign_state);
  g_test_add_func ("/session/broken-state", test_broken_state);
  g_test_add_func ("/session/live-decay-rules", test_live_decay_rules);
  g_test_add_func ("/session/not-finite", test_not_finite);
  return g_test_run ();
}
