/* SPDX-License-Identifier: MIT */

#include "core/metrics/assess.h"

#include <math.h>
#include <string.h>

#define assert_near(got, expected) g_assert_cmpfloat_with_epsilon (got, expected, 1e-6)

/* Two members, two examples, two classes; the probabilities of the paper's own diversity example. */
static MsAssessment *
two_members (float *logits)
{
  const float probs[] = { 0.1f, 0.9f, 0.3f, 0.7f, 0.2f, 0.8f, 0.6f, 0.4f };
  for (int i = 0; i < 8; i++)
    logits[i] = logf (probs[i]) + 3; /* a constant does not matter */
  return ms_assess (logits, (const int[]){ 1, 0 }, 2, 2, 2);
}

static void
test_members (void)
{
  float logits[8];
  g_autoptr (MsAssessment) a = two_members (logits);
  g_assert_true (a->M == 2 && a->N == 2 && a->C == 2 && a->foreign == NULL);
  assert_near (a->ensemble.error, 0.5); /* means .85 and .55 of class 1 */
  assert_near (a->ensemble.nll, -(log (0.85) + log (0.45)) / 2);
  assert_near (a->member[0].error, 0.5);
  assert_near (a->member[1].error, 0);
  assert_near (a->member[1].nll, -(log (0.8) + log (0.6)) / 2);
  assert_near (a->rate, 0.5);
  assert_near (a->pair_kl, 0.11023846);
  assert_near (a->bregman_kl, 0.02890353);
  assert_near (a->cosine, 0.91430151);
  assert_near (a->disagreement[1], 0.5);
  assert_near (a->kl[1], 0.11023846);
  assert_near (a->mutual_information, 0.028083609261);
  assert_near (a->total, a->aleatoric + a->mutual_information);
  g_assert_true (a->bins[12].n == 1 && a->bins[8].n == 1); /* .85 and .55 */
  g_assert_true (a->member_bins[13].n == 1 && a->member_bins[10].n == 1); /* .9 and .7 */
  g_assert_true (a->member_bins[MS_RELIABILITY_BINS + 13].n == 0 && a->member_bins[MS_RELIABILITY_BINS + 10].n == 0);
}

/* A probability of e^-200 is 0 as a float, and still costs 200 nats: in a member, and ln 2 more in the mean of two. */
static void
test_small_probabilities (void)
{
  const float logits[] = { 0, -200, 0, -300 };
  g_autoptr (MsAssessment) a = ms_assess (logits, (const int[]){ 1 }, 2, 1, 2);
  assert_near (a->member[0].nll, 200);
  assert_near (a->member[1].nll, 300);
  assert_near (a->ensemble.nll, 200 + log (2));
}

/* The ensemble is never worse than its members on average (Jensen), whatever they say. */
static void
test_jensen (void)
{
  enum { M = 3, N = 40, C = 4 };
  float logits[M * N * C];
  int labels[N];
  for (int trial = 0; trial < 20; trial++)
    {
      for (int i = 0; i < M * N * C; i++)
        logits[i] = (float)g_test_rand_double_range (-20, 20);
      for (int i = 0; i < N; i++)
        labels[i] = g_test_rand_int_range (0, C);
      g_autoptr (MsAssessment) a = ms_assess (logits, labels, M, N, C);
      g_assert_cmpfloat (a->ensemble.nll, <=, (a->member[0].nll + a->member[1].nll + a->member[2].nll) / 3 + 1e-9);
      g_assert_cmpfloat (a->total, >=, a->aleatoric);
    }
}

static void
test_single (void)
{
  const float logits[] = { 1, 0, 0, 2 };
  g_autoptr (MsAssessment) a = ms_assess (logits, (const int[]){ 0, 1 }, 1, 2, 2);
  g_autoptr (MsAssessment) none = ms_assess (NULL, NULL, 2, 0, 3);
  g_assert_true (a->member_bins == NULL && a->disagreement == NULL && a->kl == NULL && isnan (a->rate));
  g_assert_true (a->member[0].nll == a->ensemble.nll && a->mutual_information == 0);
  g_assert_true (isnan (none->ensemble.error) && isnan (none->total) && isnan (none->rate));
}

static void
test_foreign (void)
{
  float logits[8];
  const float foreign[] = { 0, 0, 5, 0, 1, 1, -5, 0, 0, 0, 0, 0 }; /* three examples */
  const float distance[] = { 1, 2 }, far[] = { 3, 4, 1.5f };
  g_autoptr (MsAssessment) a = two_members (logits);
  ms_assess_foreign (a, "strange", logits, foreign, 3);
  g_assert_cmpstr (a->foreign, ==, "strange");
  g_assert_cmpint (a->n_foreign, ==, 3);
  assert_near (a->ood[MS_OOD_SCORE_msp].known[0], 0.15);
  assert_near (a->ood[MS_OOD_SCORE_msp].foreign[0], 1 - 0.5 * (0.5 + 1 / (1 + exp (-5))));
  assert_near (a->ood[MS_OOD_SCORE_entropy].foreign[2], G_LN2);
  assert_near (a->ood[MS_OOD_SCORE_max_logit].foreign[1], 1 - 2.5);
  g_assert_true (a->ood[MS_OOD_SCORE_entropy].auroc == a->ood[MS_OOD_SCORE_msp].auroc); /* two classes: same order */
  g_assert_null (a->ood[MS_OOD_SCORE_mahalanobis].known);
  g_assert_true (isnan (a->ood[MS_OOD_SCORE_mahalanobis].auroc));
  ms_assess_score (a, MS_OOD_SCORE_mahalanobis, distance, far);
  assert_near (a->ood[MS_OOD_SCORE_mahalanobis].auroc, 5.0 / 6);
  g_assert_true (a->ood[MS_OOD_SCORE_mahalanobis].foreign[2] == 1.5f);
}

static void
test_bytes (void)
{
  float logits[8];
  g_autoptr (MsAssessment) a = two_members (logits), b = two_members (logits), alone = ms_assessment_new (1, 0, 2);
  ms_assess_foreign (a, "strange", logits, logits, 2);
  ms_assess_foreign (b, "strange", logits, logits, 2);
  g_autoptr (GBytes) x = ms_assessment_to_bytes (a), y = ms_assessment_to_bytes (b), z = ms_assessment_to_bytes (alone);
  g_assert_true (g_bytes_equal (x, y));
  gsize size;
  gconstpointer data = g_bytes_get_data (x, &size);
  g_autoptr (MsAssessment) again = ms_assessment_from_bytes (data, size);
  g_autoptr (GBytes) w = ms_assessment_to_bytes (again);
  g_assert_true (g_bytes_equal (x, w));
  g_assert_cmpstr (again->foreign, ==, "strange");
  g_assert_true (again->kl[1] == a->kl[1] && again->member[1].nll == a->member[1].nll);
  g_assert_true (again->ood[MS_OOD_SCORE_entropy].foreign[1] == a->ood[MS_OOD_SCORE_entropy].foreign[1]);
  g_assert_null (again->ood[MS_OOD_SCORE_relative].known);
  data = g_bytes_get_data (z, &size);
  g_autoptr (MsAssessment) lone = ms_assessment_from_bytes (data, size);
  g_assert_true (lone->foreign == NULL && lone->kl == NULL && isnan (lone->member[0].error));
}

/* The assessment's head with @size bytes at @offset set to @value. */
static void
refuse_bytes (GBytes *bytes, gsize offset, gint64 value, gsize width)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  g_autofree char *broken = g_memdup2 (data, size);
  memcpy (broken + offset, &value, width);
  g_assert_null (ms_assessment_from_bytes (broken, size));
}

/* Session files bring them from strangers: whatever counts and flags they have, nothing beyond the bytes is read. */
static void
test_broken_bytes (void)
{
  float logits[8];
  g_autoptr (MsAssessment) a = two_members (logits);
  ms_assess_foreign (a, "strange", logits, logits, 2);
  g_autoptr (GBytes) x = ms_assessment_to_bytes (a);
  gsize size;
  gconstpointer data = g_bytes_get_data (x, &size);
  const gsize counts[] = { offsetof (MsAssessment, M), offsetof (MsAssessment, N), offsetof (MsAssessment, n_foreign) };
  const gint64 wrong[] = { -1, 7, G_MAXINT };
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (wrong); j++)
      refuse_bytes (x, counts[i], wrong[j], sizeof (int));
  refuse_bytes (x, offsetof (MsAssessment, M), 0, sizeof (int));
  refuse_bytes (x, offsetof (MsAssessment, foreign), -1, sizeof (gpointer));
  refuse_bytes (x, offsetof (MsAssessment, foreign), 0, sizeof (gpointer));
  refuse_bytes (x, offsetof (MsAssessment, member), 0, sizeof (gpointer));
  refuse_bytes (x, offsetof (MsAssessment, kl), 0, sizeof (gpointer));
  refuse_bytes (x, offsetof (MsAssessment, ood[MS_OOD_SCORE_msp].known), 0, sizeof (gpointer));
  refuse_bytes (x, offsetof (MsAssessment, ood[MS_OOD_SCORE_relative].foreign), 1, sizeof (gpointer));
  refuse_bytes (x, sizeof *a + strlen ("strange"), '!', 1); /* the text has no end */
  g_assert_null (ms_assessment_from_bytes (data, size - 1));
  g_assert_null (ms_assessment_from_bytes (data, sizeof *a - 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/assess/members", test_members);
  g_test_add_func ("/metrics/assess/jensen", test_jensen);
  g_test_add_func ("/metrics/assess/small-probabilities", test_small_probabilities);
  g_test_add_func ("/metrics/assess/single", test_single);
  g_test_add_func ("/metrics/assess/foreign", test_foreign);
  g_test_add_func ("/metrics/assess/bytes", test_bytes);
  g_test_add_func ("/metrics/assess/broken-bytes", test_broken_bytes);
  return g_test_run ();
}
