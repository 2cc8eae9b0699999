/* SPDX-License-Identifier: MIT */

/* Ensembles through a session: a deep ensemble's first member is the single model, states and checkpoints hold all
 * members, and predictions are averaged as probabilities. */

#include "core/train/session-private.h"

#include "core/metrics/classify.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static MsSession *
session (int n_threads, const char *const *pairs)
{
  g_autoptr (MsExperiment) x = ms_experiment_new ();
  g_autoptr (GError) error = NULL;
  MsSession *s;

  for (; *pairs != NULL; pairs += 2)
    {
      MsExperiment *next = ms_experiment_with (x, pairs[0], pairs[1], &error);

      g_assert_no_error (error);
      ms_experiment_unref (x);
      x = next;
    }
  s = ms_session_new (x, "test", n_threads, &error);
  g_assert_no_error (error);
  return s;
}

#define SMALL                                                                                                          \
  "model.blocks", "2", "model.width", "16", "model.hidden", "24", "model.heads", "2", "optimiser.batch", "16"

static const char *const dense[] = { SMALL, "routing.router", "none", "model.dropout", "0.1", NULL };
static const char *const deep[] = { SMALL, "routing.router", "none", "model.dropout", "0.1", "ensemble.kind", "deep",
                                    "ensemble.members", "3", NULL };
static const char *const routed[] = { SMALL, "routing.experts", "4", "routing.k", "2", "model.dropout", "0.1",
                                      "optimiser.clip", "0.5", NULL };
static const char *const deep_routed[] = { SMALL, "routing.experts", "4", "routing.k", "2", "model.dropout", "0.1",
                                           "optimiser.clip", "0.5", "ensemble.kind", "deep", NULL };

static MsRecord *
steps (MsSession *s, int n)
{
  MsRecord *record = NULL;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      ms_record_unref (record);
      record = ms_session_step (s, MS_DETAIL_BATCH, &error);
      g_assert_no_error (error);
    }
  return record;
}

/* Every tensor of @one is the tensor "@prefix..." of @many, byte for byte. */
static void
assert_is_member (MsSession *one, MsSession *many, const char *prefix)
{
  for (int i = 0; i < ms_params_count (one->model->params); i++)
    {
      const MsParam *a = ms_params_at (one->model->params, i);
      g_autofree char *name = g_strconcat (prefix, a->name, NULL);
      const MsParam *b = ms_params_find (many->model->params, name);

      g_assert_nonnull (b);
      g_assert_cmpmem (a->value, a->n * sizeof (MsReal), b->value, b->n * sizeof (MsReal));
    }
}

static void
check_first_member (const char *const *alone, const char *const *together, int M)
{
  g_autoptr (MsSession) one = session (2, alone), many = session (2, together);
  g_autoptr (MsRecord) a = steps (one, 12), b = steps (many, 12);
  gsize size = (gsize)a->N * a->C * sizeof (float);

  assert_is_member (one, many, "member_0/");
  g_assert_cmpuint (ms_session_n_parameters (many), ==, (gsize)M * ms_session_n_parameters (one));
  g_assert_cmpint (b->predictions->M, ==, M);
  g_assert_cmpmem (a->predictions->probs, size, b->predictions->probs, size);
  g_assert_cmpint (memcmp (b->predictions->probs, b->predictions->probs + (gsize)a->N * a->C, size), !=, 0);
  g_assert_cmpint (b->n_routing, ==, M * a->n_routing);
  for (int i = 0; i < b->n_routing; i++)
    {
      g_assert_cmpint (b->routing[i]->member, ==, i / a->n_routing);
      g_assert_cmpint (b->routing[i]->layer, ==, a->routing[i % a->n_routing]->layer);
    }
}

/* Also with clipping, which is by each member's own norm. */
static void
test_deep_first_member (void)
{
  check_first_member (dense, deep, 3);
  check_first_member (routed, deep_routed, 2);
}

/* The loss that is reported is the mean of what the members would report alone. */
static void
test_deep_loss (void)
{
  g_autoptr (MsSession) s = session (1, deep_routed);
  g_autoptr (MsRecord) record = steps (s, 3);
  double weighted = record->task_loss + record->importance_loss + record->load_loss;

  g_assert_cmpfloat_with_epsilon (record->loss, weighted, 1e-5);
  g_assert_cmpfloat (record->task_loss, <, 3);
}

static void
test_many_members (void)
{
  g_autoptr (MsSession) s = session (2, (const char *const[]){ SMALL, "ensemble.kind", "deep", "ensemble.members", "16",
                                                               NULL });
  g_autoptr (MsRecord) record = steps (s, 2);

  g_assert_cmpint (record->predictions->M, ==, 16);
}

static void
assert_same_state (MsSession *a, MsSession *b)
{
  g_autoptr (GBytes) x = ms_session_save_state (a), y = ms_session_save_state (b);

  g_assert_true (g_bytes_equal (x, y));
}

static void
check_continues (const char *const *pairs)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "middle.safetensors", NULL);
  g_autoptr (MsSession) whole = session (1, pairs), first = session (3, pairs), second = NULL;
  g_autoptr (MsRecord) a = steps (whole, 8), b = steps (first, 4), c = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_save (first, path, &error));
  g_assert_no_error (error);
  second = ms_session_load (path, NULL, 2, &error);
  g_assert_no_error (error);
  c = steps (second, 4);
  assert_same_state (whole, second);
  g_unlink (path);
  g_rmdir (dir);
}

/* Saved in the middle and resumed with other threads: the same bytes. */
static void
test_continues (void)
{
  check_continues (deep_routed);
}

/* ms_session_predict holds what the evaluation was made from, and features of the head's width. */
static void
check_predict (const char *const *pairs, int M)
{
  g_autoptr (MsSession) s = session (2, pairs);
  const MsDataset *d = ms_session_dataset (s);
  int N = d->n_test, C = d->n_classes, R = ms_model_feature_width (s->model);
  g_autofree float *logits = g_new (float, (gsize)M * N * C), *features = g_new (float, (gsize)M * N * R);
  g_autofree float *mean = g_new0 (float, (gsize)N * C);
  g_autoptr (MsRecord) record = steps (s, 20);
  MsClassifySums sums = { 0 };
  MsEvaluation evaluation;

  g_assert_cmpint (ms_model_members (s->model), ==, M);
  ms_session_predict (s, d->test_x, N, logits, features);
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      {
        const float *x = logits + ((gsize)m * N + n) * C;
        double sum = 0;

        for (int c = 0; c < C; c++)
          sum += exp (x[c]);
        for (int c = 0; c < C; c++)
          mean[n * C + c] += (float)(exp (x[c]) / sum / M);
      }
  ms_classify_add (&sums, mean, d->test_y, N, C);
  g_assert_true (ms_session_evaluate (s, &evaluation));
  g_assert_cmpfloat_with_epsilon (evaluation.nll, ms_classify_result (&sums).nll, 1e-5);
  g_assert_cmpfloat_with_epsilon (evaluation.error, ms_classify_result (&sums).error, 1e-9);
  g_assert_true (isfinite (features[(gsize)M * N * R - 1]));
}

static void
test_predict (void)
{
  check_predict (routed, 1);
  check_predict (deep, 3);
  check_predict ((const char *const[]){ SMALL, "model.dropout", "0.3", "ensemble.kind", "mc-dropout",
                                        "ensemble.members", "4", NULL },
                 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/ensemble/deep/first-member", test_deep_first_member);
  g_test_add_func ("/ensemble/deep/loss", test_deep_loss);
  g_test_add_func ("/ensemble/deep/many-members", test_many_members);
  g_test_add_func ("/ensemble/continues", test_continues);
  g_test_add_func ("/ensemble/predict", test_predict);
  return g_test_run ();
}
