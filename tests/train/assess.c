/* SPDX-License-Identifier: MIT */

/* What a session says of the test split, of foreign examples, of its features and of corrupted images. */

#include "core/base/rng.h"
#include "core/metrics/mahalanobis.h"
#include "core/metrics/probe.h"
#include "core/train/probing.h"
#include "core/train/session-private.h"

#include <math.h>
#include <string.h>

/* A small model of the digits, trained for @steps; @more are further settings. */
static MsSession *
trained (int steps, const char *const *more)
{
  const char *const own[] = { "model.blocks", "2", "model.width", "32", "model.hidden", "32", "optimiser.batch", "60",
                              "routing.experts", "4", NULL };
  g_autoptr (MsExperiment) x = ms_experiment_new ();
  g_autoptr (GError) error = NULL;
  const char *const *lists[] = { own, more };

  for (int list = 0; list < 2; list++)
    for (const char *const *pair = lists[list]; *pair != NULL; pair += 2)
      {
        MsExperiment *next = ms_experiment_with (x, pair[0], pair[1], &error);

        g_assert_no_error (error);
        ms_experiment_unref (x);
        x = next;
      }
  MsSession *s = ms_session_new (x, "test", 1, &error);

  g_assert_no_error (error);
  for (int i = 0; i < steps; i++)
    ms_record_unref (ms_session_step (s, MS_DETAIL_SCALARS, NULL));
  return s;
}

static MsSession *
e3 (int steps)
{
  return trained (steps, (const char *const[]){ "ensemble.kind", "e3", "ensemble.members", "2", NULL });
}

static void
test_brief (void)
{
  g_autoptr (MsSession) s = e3 (40);
  g_autoptr (MsAssessment) a = ms_session_assess (s, MS_ASSESS_BRIEF);
  g_autoptr (MsRecord) record = NULL;
  MsEvaluation evaluation;

  g_assert_true (a->M == 2 && a->N == 360 && a->C == 10 && a->step == 40);
  g_assert_cmpfloat (a->ensemble.error, <, 0.5);
  g_assert_cmpfloat (a->ensemble.nll, <=, (a->member[0].nll + a->member[1].nll) / 2);
  g_assert_true (a->pair_kl > 0 && a->rate > 0 && a->mutual_information > 0);
  g_assert_cmpstr (a->foreign, ==, "inverted test images");
  g_assert_true (a->n_foreign == 360 && !isnan (a->ood[MS_OOD_SCORE_msp].auroc));
  g_assert_null (a->ood[MS_OOD_SCORE_mahalanobis].known);
  g_assert_true (ms_session_evaluate (s, &evaluation));
  g_assert_true (evaluation.step == 40 && evaluation.examples == 360 && evaluation.error == a->ensemble.error);
  g_assert_true (evaluation.nll == a->ensemble.nll && evaluation.ece == a->ensemble.ece);
  record = ms_session_step (s, MS_DETAIL_SCALARS, NULL);
  g_assert_true (record->assessment != NULL && record->assessment->step == 40 && record->evaluation->step == 40);
  ms_session_evaluate (s, NULL);
  ms_session_stamp (s, record); /* of this very step */
  g_assert_true (record->assessment->step == 41 && record->evaluation->step == 41);
}

/* The same from all training examples at once. */
static void
assert_distances (MsSession *s, const MsAssessment *a)
{
  const MsDataset *d = ms_session_dataset (s);
  int M = ms_model_members (s->model), R = ms_model_feature_width (s->model), n = d->n_train;
  g_autoptr (MsMahalanobis) gaussians = ms_mahalanobis_new (M, 10, R);
  g_autofree float *logits = g_new (float, M * n * 10), *features = g_new (float, M * n * R);
  float distance[360], relative[360];

  ms_session_predict (s, d->train_x, n, logits, features);
  ms_mahalanobis_add (gaussians, features, d->train_y, n);
  g_assert_true (ms_mahalanobis_fit (gaussians));
  ms_session_predict (s, d->test_x, 360, logits, features);
  ms_mahalanobis_score (gaussians, features, 360, distance, relative);
  for (int i = 0; i < 360; i++)
    {
      g_assert_cmpfloat_with_epsilon (a->ood[MS_OOD_SCORE_mahalanobis].known[i], distance[i], 1e-3);
      g_assert_cmpfloat_with_epsilon (a->ood[MS_OOD_SCORE_relative].known[i], relative[i], 1e-3);
    }
}

static void
test_full (void)
{
  g_autoptr (MsSession) s = e3 (60);
  g_autoptr (MsAssessment) a = ms_session_assess (s, MS_ASSESS_FULL), b = ms_session_assess (s, MS_ASSESS_BRIEF);

  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    {
      g_test_message ("%s %g", ms_ood_score_title (i), a->ood[i].auroc);
      g_assert_true (a->ood[i].known != NULL && a->ood[i].auroc >= 0 && a->ood[i].auroc <= 1);
      g_assert_true (a->ood[i].fpr95 >= 0 && a->ood[i].aupr > 0);
    }
  g_assert_cmpfloat (a->ood[MS_OOD_SCORE_mahalanobis].auroc, >, 0.9); /* inverted images are far away */
  assert_distances (s, a);
  g_assert_true (b->ood[MS_OOD_SCORE_msp].auroc == a->ood[MS_OOD_SCORE_msp].auroc);
}

/* Looking changes nothing that training depends on, and a rewind takes the assessment along. */
static void
test_state (void)
{
  g_autoptr (MsSession) s = e3 (10), other = e3 (10);
  g_autoptr (GError) error = NULL;

  ms_assessment_unref (ms_session_assess (s, MS_ASSESS_FULL));
  g_autoptr (GBytes) state = ms_session_save_state (s);
  ms_record_unref (ms_session_step (s, MS_DETAIL_SCALARS, NULL));
  ms_record_unref (ms_session_step (other, MS_DETAIL_SCALARS, NULL));
  ms_session_evaluate (s, NULL);
  ms_session_evaluate (other, NULL);
  g_autoptr (GBytes) one = ms_session_save_state (s), two = ms_session_save_state (other);
  g_assert_true (g_bytes_equal (one, two));
  g_assert_true (ms_session_restore_state (s, state, &error));
  g_autoptr (MsRecord) record = ms_session_look (s, MS_DETAIL_SCALARS, NULL);
  g_assert_true (record->assessment->step == 10 && record->assessment->ood[MS_OOD_SCORE_relative].known != NULL);
  ms_session_reset (s);
  g_autoptr (MsRecord) fresh = ms_session_look (s, MS_DETAIL_SCALARS, NULL);
  g_assert_true (fresh->assessment == NULL && fresh->evaluation == NULL);
}

static void
test_held_out (void)
{
  g_autoptr (MsSession) s
    = trained (60, (const char *const[]){ "task.held_out", "8,9", "task.ood", "held-out", NULL });
  g_autoptr (MsAssessment) a = ms_session_assess (s, MS_ASSESS_BRIEF);

  g_assert_true (a->C == 8 && a->M == 1 && a->N + a->n_foreign == 360);
  g_assert_cmpfloat (a->ood[MS_OOD_SCORE_msp].auroc, >, 0.6);
}

/* A plane's inverted points would be points again: there are none, and nothing is said. */
static void
test_no_foreign (void)
{
  g_autoptr (MsSession) s
    = trained (5, (const char *const[]){ "task.data", "moons", "model.kind", "mlp", NULL });
  g_autoptr (MsAssessment) a = ms_session_assess (s, MS_ASSESS_FULL);
  MsCorruptionTable table;

  g_assert_true (a->foreign == NULL && a->n_foreign == 0 && isnan (a->ood[MS_OOD_SCORE_msp].auroc));
  g_assert_true (a->N > 0 && !isnan (a->ensemble.nll));
  g_assert_false (ms_session_corruptions (s, &table));
}

/* (n, 2 R) of the two members' features side by side. */
static float *
joined (MsSession *s, const float *x, int n, int R)
{
  g_autofree float *logits = g_new (float, 2 * n * 10), *features = g_new (float, 2 * n * R);
  float *to = g_new (float, 2 * n * R);

  ms_session_predict (s, x, n, logits, features);
  for (int i = 0; i < 2 * n * R; i++)
    to[i] = features[(i / R % 2 * n + i / R / 2) * R + i % R];
  return to;
}

/* One example a class, worked out here: the first of the drawn order. */
static void
assert_one_shot (MsSession *s, const MsFewShot *shot)
{
  const MsDataset *d = ms_session_dataset (s);
  int R = ms_model_feature_width (s->model), y[10];
  float x[10 * 64];
  double lambda;

  for (int c = 0; c < 10; c++)
    {
      MsRng rng = ms_rng_new (s->seed, MS_RNG_DATA, 4, (guint64)c);
      int of_class[1437], n = 0;

      for (int i = 0; i < d->n_train; i++)
        if (d->train_y[i] == c)
          of_class[n++] = i;
      ms_rng_shuffle (&rng, of_class, (gsize)n);
      memcpy (x + 64 * c, d->train_x + 64 * of_class[0], 256);
      y[c] = c;
    }
  g_autofree float *few = joined (s, x, 10, R), *test = joined (s, d->test_x, d->n_test, R);
  g_autoptr (MsProbe) probe = ms_probe_new (few, y, 10, 2 * R, 10);
  g_assert_cmpfloat (shot->accuracy, ==, ms_probe_best_accuracy (probe, test, d->test_y, d->n_test, &lambda));
  g_assert_cmpfloat (shot->lambda, ==, lambda);
}

static void
test_few_shot (void)
{
  g_autoptr (MsSession) s = e3 (60), same = e3 (60);
  MsFewShot shot[MS_N_SHOTS], again[MS_N_SHOTS];

  ms_session_few_shot (s, shot);
  ms_session_few_shot (same, again);
  g_assert_true (shot[0].shots == 1 && shot[1].shots == 5 && shot[2].shots == 10 && shot[3].shots == 25);
  g_assert_cmpfloat (shot[0].accuracy, >, 0.2);
  g_assert_cmpfloat (shot[3].accuracy, >, 0.5);
  g_assert_cmpfloat (shot[3].accuracy, >, shot[0].accuracy);
  assert_one_shot (s, &shot[0]);
  for (int i = 0; i < MS_N_SHOTS; i++)
    g_assert_true (shot[i].accuracy == again[i].accuracy && shot[i].lambda == again[i].lambda);
}

static void
test_corruptions (void)
{
  g_autoptr (MsSession) s = trained (100, (const char *const[]){ NULL });
  g_autoptr (MsAssessment) a = ms_session_assess (s, MS_ASSESS_BRIEF);
  MsCorruptionTable table;
  double first = 0, last = 0;

  g_assert_true (ms_session_corruptions (s, &table));
  g_assert_cmpint (table.examples, ==, 360);
  for (int k = 0; k < MS_N_CORRUPTIONS; k++)
    {
      first += table.error[k][0] / MS_N_CORRUPTIONS;
      last += table.error[k][MS_SEVERITIES - 1] / MS_N_CORRUPTIONS;
    }
  g_assert_cmpfloat (first, >, a->ensemble.error);
  g_assert_cmpfloat (last, >, first + 0.1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/train/assess/brief", test_brief);
  g_test_add_func ("/train/assess/full", test_full);
  g_test_add_func ("/train/assess/state", test_state);
  g_test_add_func ("/train/assess/held-out", test_held_out);
  g_test_add_func ("/train/assess/no-foreign", test_no_foreign);
  g_test_add_func ("/train/assess/few-shot", test_few_shot);
  g_test_add_func ("/train/assess/corruptions", test_corruptions);
  return g_test_run ();
}
