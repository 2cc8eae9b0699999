/* SPDX-License-Identifier: MIT */

/* BatchEnsemble, MC dropout and MIMO through a session: what each member is, that predictions are about the record's
 * own examples, and that a run continues bit for bit. */

#include "tests/train/sessions.h"

#include "core/train/feed.h"
#include "tests/fixture.h"

#include <math.h>

#define SMALL                                                                                                          \
  "model.blocks", "2", "model.width", "16", "model.hidden", "24", "model.heads", "2", "optimiser.batch", "16",         \
    "optimiser.learning_rate", "0.01"
#define DENSE SMALL, "routing.router", "none"
#define BATCH DENSE, "ensemble.kind", "batch", "ensemble.members", "3"
#define MIMO DENSE, "ensemble.kind", "mimo", "ensemble.members", "3"
#define MC DENSE, "model.dropout", "0.3", "ensemble.kind", "mc-dropout", "ensemble.members", "4"

static MsRecord *
steps (MsSession *s, int n, MsDetail detail)
{
  MsRecord *record = NULL;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      ms_record_unref (record);
      record = ms_session_step (s, detail, &error);
      g_assert_no_error (error);
    }
  return record;
}

/* Values by name, where both have the tensor in as many numbers; tensors only @to has stay. */
static void
copy_values (MsSession *from, MsSession *to)
{
  for (int i = 0; i < ms_params_count (from->model->params); i++)
    {
      const MsParam *a = ms_params_at (from->model->params, i);
      MsParam *b = ms_params_find (to->model->params, a->name);

      g_assert_nonnull (b);
      g_assert_cmpuint (a->n, ==, b->n);
      memcpy (b->value, a->value, a->n * sizeof (MsReal));
    }
}

/* One member whose factors are 1 is the dense model, before and while it learns. */
static void
test_batch_one_member (void)
{
  g_autoptr (MsSession) dense = session_of (2, PAIRS (DENSE));
  g_autoptr (MsSession) one
    = session_of (2, PAIRS (DENSE, "ensemble.kind", "batch", "ensemble.members", "1", "ensemble.fast_init", "1",
                      "ensemble.fast_rate", "0"));
  g_autoptr (MsRecord) a = NULL, b = NULL;

  copy_values (dense, one);
  a = steps (dense, 40, MS_DETAIL_BATCH);
  b = steps (one, 40, MS_DETAIL_BATCH);
  g_assert_cmpint (b->predictions->M, ==, 1);
  g_assert_cmpfloat (a->loss, <, 2.2);
  g_assert_cmpfloat_with_epsilon (a->loss, b->loss, 1e-3);
  for (int i = 0; i < a->N * a->C; i++)
    g_assert_cmpfloat_with_epsilon (a->predictions->probs[i], b->predictions->probs[i], 1e-3);
}

/* -ln p of each member's label, averaged: what is trained. */
static double
mean_member_loss (const MsRecord *record)
{
  const MsPredictions *p = record->predictions;
  double sum = 0;

  for (int m = 0; m < p->M; m++)
    for (int n = 0; n < p->N; n++)
      sum -= log (p->probs[((gsize)m * p->N + n) * p->C + record->labels[n]]);
  return sum / (p->M * p->N);
}

static bool
members_differ (const MsPredictions *p)
{
  gsize size = (gsize)p->N * p->C;

  for (int m = 1; m < p->M; m++)
    if (memcmp (p->probs, p->probs + (gsize)m * size, size * sizeof (float)) == 0)
      return false;
  return true;
}

static void
test_batch_learns (void)
{
  g_autoptr (MsSession) s = session_of (2, PAIRS (BATCH));
  g_autoptr (MsRecord) first = steps (s, 1, MS_DETAIL_BATCH), last = NULL;

  g_assert_cmpint (first->predictions->M, ==, 3);
  g_assert_cmpint (first->predictions->N, ==, 16);
  g_assert_cmpfloat_with_epsilon (first->loss, log (10), 1e-5); /* fresh heads say nothing */
  last = steps (s, 120, MS_DETAIL_BATCH);
  g_assert_cmpfloat_with_epsilon (last->loss, mean_member_loss (last), 1e-5);
  g_assert_cmpfloat (last->loss, <, 1.6);
  g_assert_true (members_differ (last->predictions));
}

/* The fast weights' own rate: at 0 they stay, and nothing else does; and no decay pulls at them. */
static void
test_batch_rate (void)
{
  g_autoptr (MsSession) s
    = session_of (2, PAIRS (BATCH, "ensemble.fast_rate", "0", "optimiser.kind", "adamw",
                           "optimiser.weight_decay", "1"));
  g_autofree MsReal *before = g_memdup2 (ms_params_values (s->model->params),
                                         ms_params_flat (s->model->params) * sizeof (MsReal));
  g_autoptr (MsRecord) record = steps (s, 3, MS_DETAIL_SCALARS);
  int fast = 0;

  for (int i = 0; i < ms_params_count (s->model->params); i++)
    {
      const MsParam *param = ms_params_at (s->model->params, i);
      bool same = memcmp (param->value, before + param->offset, param->n * sizeof (MsReal)) == 0;

      g_assert_true (same == param->fast);
      fast += param->fast;
    }
  g_assert_cmpint (fast, ==, 2 * 2 + 2); /* two layers in block 1, and the head */
}

static void
check_continues (const char *const *pairs)
{
  g_autofree char *path = fixture_path ("middle.safetensors");
  g_autoptr (MsSession) whole = session_of (2, pairs), first = session_of (2, pairs), second = NULL;
  g_autoptr (MsRecord) a = steps (whole, 8, MS_DETAIL_BATCH), b = steps (first, 4, MS_DETAIL_SCALARS), c = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) x = NULL, y = NULL;

  g_assert_true (ms_session_save (first, path, &error));
  g_assert_no_error (error);
  second = ms_session_load (path, NULL, 1, &error);
  g_assert_no_error (error);
  c = steps (second, 4, MS_DETAIL_BATCH);
  x = ms_session_save_state (whole);
  y = ms_session_save_state (second);
  g_assert_true (g_bytes_equal (x, y));
  g_assert_cmpmem (a->predictions->probs, (gsize)a->predictions->M * a->N * a->C * sizeof (float),
                   c->predictions->probs, (gsize)c->predictions->M * c->N * c->C * sizeof (float));
}

/* Whatever records were asked for: draws of dropout for a record leave the training as it is. */
static void
test_continues (void)
{
  check_continues (PAIRS (BATCH));
  check_continues (PAIRS (MIMO));
  check_continues (PAIRS (MC));
}

static void
test_mc_dropout (void)
{
  g_autoptr (MsSession) plain = session_of (2, PAIRS (DENSE, "model.dropout", "0.3")), s = session_of (2, PAIRS (MC));
  g_autoptr (MsRecord) a = steps (plain, 30, MS_DETAIL_BATCH), b = steps (s, 30, MS_DETAIL_BATCH), c = NULL, d = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpmem (ms_params_values (plain->model->params), ms_params_flat (plain->model->params) * sizeof (MsReal),
                   ms_params_values (s->model->params), ms_params_flat (s->model->params) * sizeof (MsReal));
  g_assert_cmpfloat (a->loss, ==, b->loss);
  g_assert_cmpint (a->predictions->M, ==, 1);
  g_assert_cmpint (b->predictions->M, ==, 4);
  g_assert_true (members_differ (b->predictions));
  c = ms_session_look (s, MS_DETAIL_BATCH, &error);
  d = ms_session_look (s, MS_DETAIL_BATCH, &error);
  g_assert_cmpmem (c->predictions->probs, (gsize)4 * c->N * c->C * sizeof (float), d->predictions->probs,
                   (gsize)4 * d->N * d->C * sizeof (float));
}

static void
test_refusals (void)
{
  const struct
  {
    const char *const *pairs;
    const char *key, *what;
  } cases[] = {
    { PAIRS (DENSE, "ensemble.kind", "mc-dropout"), "model.dropout", "leaves nothing to draw" },
    { PAIRS (SMALL, "ensemble.kind", "batch"), "routing.router", "set routing.router to none" },
    { PAIRS (DENSE, "ensemble.kind", "batch", "model.blocks", "1"), "routing.placement", "model.blocks" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MsExperiment) x = experiment_of (cases[i].pairs);
      g_autoptr (GError) error = NULL;

      g_assert_false (ms_experiment_validate (x, &error));
      fixture_assert_refused (error, cases[i].key, cases[i].what);
    }
}

/* With one repetition every member sees every example once, so the loss is that of the record's predictions, if and
 * only if each stands at the example that the member saw. */
static void
test_mimo_rows (void)
{
  g_autoptr (MsSession) s = session_of (2, PAIRS (MIMO, "ensemble.repetitions", "1", "ensemble.input_repeat", "0"));
  g_autoptr (MsRecord) record = steps (s, 120, MS_DETAIL_BATCH);

  g_assert_cmpint (record->predictions->M, ==, 3);
  g_assert_cmpint (record->predictions->N, ==, 16);
  g_assert_cmpint (record->channels, ==, 1);
  g_assert_cmpfloat_with_epsilon (record->loss, mean_member_loss (record), 1e-5);
  g_assert_cmpfloat (record->loss, <, 2.2);
  g_assert_true (members_differ (record->predictions));
}

/* Where all inputs are the same example anyway, training and prediction say the same; and an example's features are
 * its own, whoever stands beside it. */
static void
test_mimo_same_input (void)
{
  g_autoptr (MsSession) s = session_of (2, PAIRS (MIMO, "ensemble.input_repeat", "1"));
  g_autoptr (MsRecord) before = steps (s, 50, MS_DETAIL_SCALARS), record = NULL;
  g_autofree float *logits = g_new (float, 3 * 16 * 10), *features = g_new (float, 3 * 16 * 16);
  float alone_logits[3 * 10], alone[3 * 16];
  g_autoptr (GError) error = NULL;

  record = ms_session_look (s, MS_DETAIL_BATCH, &error);
  ms_session_predict (s, record->inputs, 16, logits, features);
  ms_session_predict (s, record->inputs + 5 * 64, 1, alone_logits, alone);
  for (int m = 0; m < 3; m++)
    for (int h = 0; h < 16; h++)
      g_assert_cmpfloat_with_epsilon (features[(m * 16 + 5) * 16 + h], alone[m * 16 + h], 1e-5);
  for (int i = 0; i < 3 * 16; i++)
    {
      double sum = 0;

      for (int c = 0; c < 10; c++)
        sum += exp (logits[i * 10 + c]);
      for (int c = 0; c < 10; c++)
        g_assert_cmpfloat_with_epsilon (record->predictions->probs[i * 10 + c], exp (logits[i * 10 + c]) / sum, 1e-5);
    }
}

/* Behind a router each example passes once for each repetition, and the features are the trunk's. */
static void
test_mimo_routed (void)
{
  g_autoptr (MsSession) s
    = session_of (2, PAIRS (SMALL, "ensemble.kind", "mimo", "routing.experts", "4", "ensemble.repetitions", "3"));
  g_autoptr (MsRecord) record = steps (s, 2, MS_DETAIL_BATCH);
  const MsRouting *routing = record->routing[0];
  g_autofree float *logits = g_new (float, 2 * 5 * 10), *features = g_new (float, 2 * 5 * 16);

  g_assert_cmpint (routing->copies, ==, 3);
  g_assert_cmpint (routing->T, ==, 3 * 16 * record->tokens);
  ms_session_predict (s, ms_session_dataset (s)->test_x, 5, logits, features);
  g_assert_cmpmem (features, 5 * 16 * sizeof (float), features + 5 * 16, 5 * 16 * sizeof (float));
}

/* Mixup mixes examples before they stand side by side. */
static void
test_mimo_mixup (void)
{
  g_autoptr (MsSession) s = session_of (2, PAIRS (MIMO, "task.mixup", "1"));
  g_autoptr (MsRecord) record = steps (s, 5, MS_DETAIL_BATCH);

  g_assert_true (isfinite (record->loss));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/members/batch/one-member", test_batch_one_member);
  g_test_add_func ("/members/batch/learns", test_batch_learns);
  g_test_add_func ("/members/batch/rate", test_batch_rate);
  g_test_add_func ("/members/continues", test_continues);
  g_test_add_func ("/members/mc-dropout", test_mc_dropout);
  g_test_add_func ("/members/refusals", test_refusals);
  g_test_add_func ("/members/mimo/rows", test_mimo_rows);
  g_test_add_func ("/members/mimo/same-input", test_mimo_same_input);
  g_test_add_func ("/members/mimo/routed", test_mimo_routed);
  g_test_add_func ("/members/mimo/mixup", test_mimo_mixup);
  return fixture_run ();
}
