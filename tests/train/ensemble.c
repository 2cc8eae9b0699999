/* SPDX-License-Identifier: MIT */

/* Ensembles through a session: a deep ensemble's first member is the single model, states and checkpoints hold all
 * members, and predictions are averaged as probabilities. */

#include "tests/train/sessions.h"

#include "core/base/gemm.h"
#include "core/metrics/classify.h"
#include "core/train/forward.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define SMALL                                                                                                          \
  "model.blocks", "2", "model.width", "16", "model.hidden", "24", "model.heads", "2", "optimiser.batch", "16"

static const char *const dense[] = { SMALL, "routing.router", "none", "model.dropout", "0.1", NULL };
static const char *const deep[] = { SMALL, "routing.router", "none", "model.dropout", "0.1", "ensemble.kind", "deep",
                                    "ensemble.members", "3", NULL };
static const char *const routed[] = { SMALL, "routing.experts", "4", "routing.k", "2", "model.dropout", "0.1",
                                      "optimiser.clip", "0.5", NULL };
static const char *const deep_routed[] = { SMALL, "routing.experts", "4", "routing.k", "2", "model.dropout", "0.1",
                                           "optimiser.clip", "0.5", "ensemble.kind", "deep", NULL };

static const char *const sigmoid[] = { SMALL, "routing.router", "sigmoid", NULL };
static const char *const deep_sigmoid[] = { SMALL, "routing.router", "sigmoid", "ensemble.kind", "deep", NULL };
#define ROUTED SMALL, "routing.experts", "4", "model.dropout", "0.1"
#define E3 ROUTED, "ensemble.kind", "e3"

static const char *const plain[] = { ROUTED, NULL };
static const char *const dropped[] = { SMALL, "model.dropout", "0.3", "ensemble.kind", "mc-dropout",
                                       "ensemble.members", "4", NULL };
static const char *const e3[] = { E3, NULL };
static const char *const own_routers[] = { E3, "ensemble.members", "3", "ensemble.partition", "false", NULL };
static const char *const not_tiled[] = { E3, "ensemble.tiling", "false", NULL };

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

static void
assert_same_state (MsSession *a, MsSession *b)
{
  g_autoptr (GBytes) x = ms_session_save_state (a), y = ms_session_save_state (b);

  g_assert_true (g_bytes_equal (x, y));
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
  g_autoptr (MsSession) one = session_of (2, alone), many = session_of (2, together);
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
  check_first_member (sigmoid, deep_sigmoid, 2);
}

/* The loss that is reported is the mean of what the members would report alone. */
static void
test_deep_loss (void)
{
  g_autoptr (MsSession) s = session_of (1, deep_routed);
  g_autoptr (MsRecord) record = steps (s, 3);
  double weighted = record->task_loss + record->importance_loss + record->load_loss;

  g_assert_cmpfloat_with_epsilon (record->loss, weighted, 1e-5);
  g_assert_cmpfloat (record->task_loss, <, 3);
}

/* The record's first layer says the same of both. */
static void
assert_same_routing (const MsRecord *a, const MsRecord *b)
{
  const MsRouting *x = a->routing[0], *y = b->routing[0];
  gsize n = (gsize)x->T * x->K;

  g_assert_cmpmem (x->expert, n * sizeof *x->expert, y->expert, (gsize)y->T * y->K * sizeof *y->expert);
  g_assert_cmpmem (x->gate, n * sizeof *x->gate, y->gate, n * sizeof *y->gate);
  g_assert_cmpmem (x->kept, n, y->kept, n);
}

/* With one member nothing is left of the ensemble: the same numbers for the parameters, the losses and the metrics. */
static void
check_of_one (const char *router, int n_steps)
{
  g_autoptr (MsSession) one = session_of (2, (const char *const[]){ ROUTED, "routing.router", router, NULL });
  g_autoptr (MsSession) ensemble
    = session_of (2, (const char *const[]){ E3, "ensemble.members", "1", "routing.router", router, NULL });
  g_autoptr (MsRecord) a = steps (one, n_steps), b = steps (ensemble, n_steps);
  MsEvaluation x, y;

  assert_is_member (one, ensemble, "");
  assert_same_routing (a, b);
  g_assert_true (a->loss == b->loss && a->task_loss == b->task_loss);
  g_assert_true (ms_session_evaluate (one, &x) && ms_session_evaluate (ensemble, &y));
  g_assert_true (x.nll == y.nll && x.error == y.error && x.ece == y.ece && x.brier == y.brier);
}

static void
test_e3_of_one (void)
{
  check_of_one ("top-k", 50);
  check_of_one ("switch", 10);
  check_of_one ("sigmoid", 10);
  check_of_one ("experts-choose", 10);
  check_of_one ("hash", 5);
  check_of_one ("random", 5);
}

/* Every router keeps each member's tokens to the member's part, and goes on the same with other threads. */
static void
test_e3_routers (void)
{
  static const char *const routers[] = { "top-k", "switch", "sigmoid", "experts-choose", "hash", "random" };

  for (gsize i = 0; i < G_N_ELEMENTS (routers); i++)
    {
      const char *pairs[] = { E3, "routing.router", routers[i], NULL };
      g_autoptr (MsSession) s = session_of (1, pairs), again = session_of (3, pairs);
      g_autoptr (MsRecord) record = steps (s, 5), other = steps (again, 5);
      const MsRouting *r = record->routing[0];

      assert_same_state (s, again);
      for (int j = 0; j < r->T * r->K; j++)
        if (r->expert[j] >= 0)
          g_assert_cmpint (r->expert[j] / 2, ==, j / r->K / (r->T / 2));
    }
}

/* What a token can choose among is its member's part; outside it gates are zero and logits are not there. */
static void
test_e3_record (void)
{
  g_autoptr (MsSession) s = session_of (1, e3);
  g_autoptr (MsRecord) record = steps (s, 2);
  const MsRouting *r = record->routing[0];

  g_assert_cmpint (record->N, ==, 16);
  g_assert_cmpint (record->predictions->M, ==, 2);
  g_assert_cmpint (r->M, ==, 2);
  g_assert_cmpint (r->copies, ==, 2);
  g_assert_cmpint (r->E, ==, 4);
  g_assert_cmpint (r->T, ==, 2 * record->N * record->tokens);
  for (int t = 0; t < r->T; t++)
    {
      int part = t / (r->T / 2);

      g_assert_cmpint (r->expert[t] / 2, ==, part);
      for (int e = 0; e < 4; e++)
        if (e / 2 == part)
          g_assert_true (r->probs[t * 4 + e] > 0 && isfinite (r->logits[t * 4 + e]));
        else
          g_assert_true (r->probs[t * 4 + e] == 0 && isnan (r->logits[t * 4 + e]));
      g_assert_true (r->gate[t] == r->probs[t * 4 + r->expert[t]]);
    }
}

/* The logits of all members for the test split. */
static float *
predict (MsSession *s, int M)
{
  const MsDataset *d = ms_session_dataset (s);
  float *logits = g_new (float, (gsize)M * d->n_test * d->n_classes);

  ms_session_predict (s, d->test_x, d->n_test, logits, NULL);
  return logits;
}

/* One router and one set of experts for all copies: nothing tells the members apart, to the last bit where the own
 * tiles do the products (the library's results depend on where a row stands). */
static void
test_identical_members (void)
{
  g_autoptr (MsSession) s
    = session_of (2, (const char *const[]){ E3, "ensemble.members", "3", "ensemble.partition", "false",
                                    "ensemble.routers", "shared", "routing.eval_capacity_factor", "8", NULL });
  const MsDataset *d = ms_session_dataset (s);
  gsize size = (gsize)d->n_test * d->n_classes;
  g_autoptr (MsRecord) record = steps (s, 20);
  g_autofree float *logits = predict (s, 3);

  for (int m = 1; m < 3; m++)
    if (ms_gemm_tiled_wins (false, 16, 16, 16))
      g_assert_cmpmem (logits, size * sizeof *logits, logits + (gsize)m * size, size * sizeof *logits);
    else
      for (gsize i = 0; i < size; i++)
        g_assert_cmpfloat_with_epsilon (logits[i], logits[(gsize)m * size + i], 1e-4);
}

static double
nll (const float *probs, const int *labels, int N, int C)
{
  double sum = 0;

  for (int n = 0; n < N; n++)
    sum -= log (probs[n * C + labels[n]]) / N;
  return sum;
}

/* Jensen: on every batch the ensemble's loss is at most the mean of its members'. */
static void
check_jensen (const char *const *pairs)
{
  g_autoptr (MsSession) s = session_of (2, pairs);

  for (int i = 0; i < 30; i++)
    {
      g_autoptr (MsRecord) record = steps (s, 1);
      const MsPredictions *p = record->predictions;
      g_autofree float *mean = g_new (float, (gsize)p->N * p->C);
      double members = 0;

      ms_classify_average (mean, p->probs, p->M, p->N, p->C);
      for (int m = 0; m < p->M; m++)
        members += nll (p->probs + (gsize)m * p->N * p->C, record->labels, p->N, p->C) / p->M;
      g_assert_cmpfloat (nll (mean, record->labels, p->N, p->C), <=, members + 1e-6);
      g_assert_cmpfloat_with_epsilon (members, record->task_loss, 1e-5);
    }
}

static void
test_jensen (void)
{
  check_jensen (e3);
  check_jensen (own_routers);
  check_jensen (deep);
}

/* Routers that choose without learning have the same tokens in every copy: hash sends all copies alike. */
static void
test_e3_hash (void)
{
  g_autoptr (MsSession) s = session_of (1, (const char *const[]){ E3, "routing.router", "hash", NULL });
  g_autoptr (MsRecord) record = steps (s, 2);
  const MsRouting *r = record->routing[0];

  for (int t = 0; t < r->T / 2; t++)
    g_assert_cmpint (r->expert[t] + 2, ==, r->expert[t + r->T / 2]);
}

static void
check_refused (const char *const *pairs, const char *said)
{
  g_autoptr (MsExperiment) x = ms_experiment_new ();
  g_autoptr (GError) error = NULL;

  for (; *pairs != NULL; pairs += 2)
    {
      MsExperiment *next = ms_experiment_with (x, pairs[0], pairs[1], &error);

      g_assert_no_error (error);
      ms_experiment_unref (x);
      x = next;
    }
  g_assert_false (ms_experiment_validate (x, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, said));
}

static void
test_refused (void)
{
  check_refused ((const char *const[]){ E3, "ensemble.members", "3", NULL }, "does not divide routing.experts = 4");
  check_refused ((const char *const[]){ E3, "routing.k", "3", NULL }, "more than the 2 experts");
  check_refused ((const char *const[]){ E3, "ensemble.routers", "shared", NULL }, "ensemble.partition = false");
  check_refused ((const char *const[]){ E3, "routing.router", "none", NULL }, "routing.router = none");
  check_refused ((const char *const[]){ E3, "ensemble.partition", "false", "ensemble.tiling", "false", NULL },
                 "nothing of e3");
}

static void
test_many_members (void)
{
  g_autoptr (MsSession) s
    = session_of (2, (const char *const[]){ SMALL, "ensemble.kind", "deep", "ensemble.members", "16",
                                    NULL });
  g_autoptr (MsRecord) record = steps (s, 2);

  g_assert_cmpint (record->predictions->M, ==, 16);
}

static void
check_continues (const char *const *pairs)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "middle.safetensors", NULL);
  g_autoptr (MsSession) whole = session_of (1, pairs), first = session_of (3, pairs), second = NULL;
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
  check_continues (e3);
  check_continues (own_routers);
  check_continues (not_tiled);
}

/* ms_session_predict holds what the evaluation was made from, and features of the head's width. */
static void
check_predict (const char *const *pairs, int M)
{
  g_autoptr (MsSession) s = session_of (2, pairs);
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
  check_predict (e3, 2);
  check_predict (own_routers, 3);
  check_predict (not_tiled, 1);
  check_predict (dropped, 4);
}

/* A pass of the checkpoint gives what the session predicts, member after member for each example, and with labels the
 * gradient of every tensor of every member. */
static void
check_forward (const char *const *pairs, int M)
{
  enum { N = 6 };
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "end.safetensors", NULL);
  g_autoptr (MsSession) s = session_of (1, pairs);
  const MsDataset *d = ms_session_dataset (s);
  g_autoptr (MsRecord) record = steps (s, 5);
  gsize C = (gsize)d->n_classes;
  g_autofree float *logits = g_new (float, (gsize)M * N * C);
  g_autoptr (MsArray) input = ms_array_new (MS_DTYPE_F32, 3, (gsize[]){ N, 8, 8 });
  g_autoptr (GError) error = NULL;
  g_autoptr (MsForwardResult) result = NULL;

  memcpy (input->data, d->test_x, N * 64 * sizeof (float));
  ms_session_predict (s, d->test_x, N, logits, NULL);
  g_assert_true (ms_session_save (s, path, &error));
  result = ms_forward (path, ms_session_experiment (s), input, d->test_y, NULL, true, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->M, ==, M);
  g_assert_cmpint (result->record->predictions->M, ==, M);
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      g_assert_cmpmem (result->logits + (gsize)(n * M + m) * C, C * sizeof (float),
                       logits + (gsize)(m * N + n) * C, C * sizeof (float));
  g_assert_cmpuint (result->gradients->len, ==, (guint)ms_params_count (s->model->params));
  g_assert_true (isfinite (result->record->loss));
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_forward (void)
{
  check_forward (plain, 1);
  check_forward (e3, 2);
  check_forward (not_tiled, 1);
  check_forward (deep, 3);
  check_forward (deep_routed, 2);
  check_forward (dropped, 4);
}

/* Every draw has masks of its own, and the same ones when it is asked again. */
static void
test_draws (void)
{
  g_autoptr (MsSession) s = session_of (1, dropped);
  const MsDataset *d = ms_session_dataset (s);
  gsize size = (gsize)d->n_test * d->n_classes * sizeof (float);
  g_autoptr (MsRecord) record = steps (s, 10);
  g_autofree float *first = predict (s, 4), *again = predict (s, 4);

  g_assert_cmpmem (first, 4 * size, again, 4 * size);
  for (int m = 1; m < 4; m++)
    g_assert_cmpint (memcmp (first, (const char *)first + (gsize)m * size, size), !=, 0);
}

/* Row 11 (vit_moe_ensemble_test.py): 16 examples and two members are 32 rows of logits, and the router of four experts
 * is (H, 2, 2). Without a routed layer nothing is repeated: here that is refused, because there would be one member. */
static void
test_e3_shapes (void)
{
  g_autoptr (MsSession) s = session_of (1, (const char *const[]){ E3, "model.width", "8", NULL });
  const MsParam *kernel = ms_params_find (s->model->params, "Encoder/encoderblock_1/Moe/Router/dense/kernel");
  MsPass pass = { .deterministic = true, .examples = 16 };
  MsModelOutput out;

  ms_tape_reset (s->tape, false);
  out = ms_model_forward (s->model, s->tape, s->x, NULL, &pass);
  g_assert_cmpuint (ms_node_rows (out.logits[0]), ==, 32);
  g_assert_cmpuint (ms_node_cols (out.logits[0]), ==, 10);
  g_assert_cmpint (kernel->n_dim, ==, 3);
  g_assert_cmpuint (kernel->dim[0], ==, 8);
  g_assert_cmpuint (kernel->dim[1], ==, 2);
  g_assert_cmpuint (kernel->dim[2], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/ensemble/deep/first-member", test_deep_first_member);
  g_test_add_func ("/ensemble/deep/loss", test_deep_loss);
  g_test_add_func ("/ensemble/e3/shapes", test_e3_shapes);
  g_test_add_func ("/ensemble/deep/many-members", test_many_members);
  g_test_add_func ("/ensemble/e3/of-one", test_e3_of_one);
  g_test_add_func ("/ensemble/e3/routers", test_e3_routers);
  g_test_add_func ("/ensemble/e3/record", test_e3_record);
  g_test_add_func ("/ensemble/e3/identical-members", test_identical_members);
  g_test_add_func ("/ensemble/e3/hash", test_e3_hash);
  g_test_add_func ("/ensemble/jensen", test_jensen);
  g_test_add_func ("/ensemble/refused", test_refused);
  g_test_add_func ("/ensemble/continues", test_continues);
  g_test_add_func ("/ensemble/predict", test_predict);
  g_test_add_func ("/ensemble/forward", test_forward);
  g_test_add_func ("/ensemble/draws", test_draws);
  return g_test_run ();
}
