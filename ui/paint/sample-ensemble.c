/* SPDX-License-Identifier: MIT */

/* A batch of digits with the probabilities of several members, and an assessment of a test split and foreign examples
 * made in the same way: probabilities by formula, every measure computed from them. */
#include "ui/paint/sample.h"

#include "core/metrics/classify.h"
#include "core/metrics/diversity.h"
#include "core/metrics/ood.h"
#include "core/metrics/uncertainty.h"
#include "ui/paint/sample-digits.h"

#include <math.h>

#define CLASSES 10
#define TEST 360
#define FOREIGN 240

static int
sample_label (guint32 salt)
{
  return (int) (CLASSES * ms_sample_scatter (salt * 7 + 77));
}

/* One member's probabilities for one example: for its class, for a rival that some examples have, and the member's own
 * view, which matters where the example is hard. */
static void
fill_example (float *p, guint32 salt, int m, int label, double strength)
{
  double ease = ms_sample_scatter (salt * 3 + 1), sum = 0;
  int rival = (label + 1 + (int) (9 * ms_sample_scatter (salt * 5 + 2))) % CLASSES;

  for (int c = 0; c < CLASSES; c++)
    {
      double own = ms_sample_scatter (salt * 1009 + (guint32) (m * 131 + c * 17)) - 0.5;
      double logit = (c == label ? strength * (0.25 + 1.1 * sqrt (ease)) : 0) + (c == rival ? 3.2 * (1 - ease) : 0);

      p[c] = (float) exp (logit + 2.6 * own * (1.2 - ease));
      sum += (double) p[c];
    }
  for (int c = 0; c < CLASSES; c++)
    p[c] = (float) ((double) p[c] / sum);
}

/* (M, N, CLASSES) */
static float *
make_probs (int M, int N, guint32 salt, const int *labels, double strength)
{
  float *probs = g_new (float, M * N * CLASSES);

  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      fill_example (probs + (m * N + n) * CLASSES, salt + (guint32) n, m, labels[n], strength);
  return probs;
}

static MsQuality
judge (const float *probs, const int *labels, int N, MsReliabilityBin *bins)
{
  MsClassifySums sums = { 0 };

  ms_classify_add (&sums, probs, labels, N, CLASSES);
  ms_classify_bins (&sums, bins);
  return ms_classify_result (&sums);
}

static void
compare_members (MsAssessment *assessment, const float *probs)
{
  int M = assessment->M, N = assessment->N;
  g_autofree double *total = g_new (double, N), *aleatoric = g_new (double, N), *mutual = g_new (double, N);
  MsDiversity diversity;

  assessment->disagreement = g_new (double, M * M);
  assessment->kl = g_new (double, M * M);
  diversity = ms_diversity (probs, M, N, CLASSES, assessment->disagreement, assessment->kl);
  assessment->rate = diversity.rate;
  assessment->pair_kl = diversity.kl;
  assessment->cosine = diversity.cosine;
  assessment->bregman_kl = diversity.bregman_kl;
  ms_uncertainty (probs, M, N, CLASSES, total, aleatoric, mutual);
  assessment->total = assessment->aleatoric = assessment->mutual_information = 0;
  for (int n = 0; n < N; n++)
    {
      assessment->total += total[n] / N;
      assessment->aleatoric += aleatoric[n] / N;
      assessment->mutual_information += mutual[n] / N;
    }
}

static void
score (MsOodResult *result, void (*measure) (float *, const float *, int, int), const float *known, int N,
       const float *foreign, int n_foreign)
{
  MsDetection detection;

  result->known = g_new (float, N);
  result->foreign = g_new (float, n_foreign);
  measure (result->known, known, N, CLASSES);
  measure (result->foreign, foreign, n_foreign, CLASSES);
  detection = ms_ood_detect (result->known, N, result->foreign, n_foreign, true);
  result->auroc = detection.auroc;
  result->aupr = detection.aupr;
  result->fpr95 = detection.fpr95;
}

static void
meet_foreigners (MsAssessment *assessment, const float *known)
{
  int M = assessment->M, labels[FOREIGN];
  g_autofree float *mean = g_new (float, FOREIGN * CLASSES), *probs = NULL;

  for (int n = 0; n < FOREIGN; n++)
    labels[n] = sample_label ((guint32) n + 90000);
  probs = make_probs (M, FOREIGN, 90000, labels, 2.4);
  ms_classify_average (mean, probs, M, FOREIGN, CLASSES);
  assessment->foreign = g_strdup ("inverted digits");
  assessment->n_foreign = FOREIGN;
  score (&assessment->ood[MS_OOD_SCORE_msp], ms_ood_score_msp, known, TEST, mean, FOREIGN);
  score (&assessment->ood[MS_OOD_SCORE_entropy], ms_ood_score_entropy, known, TEST, mean, FOREIGN);
}

static MsAssessment *
sample_assessment (int M, gint64 step)
{
  MsAssessment *assessment = ms_assessment_new (M, TEST, CLASSES);
  g_autofree float *mean = g_new (float, TEST * CLASSES), *probs = NULL;
  int labels[TEST];

  for (int n = 0; n < TEST; n++)
    labels[n] = sample_label ((guint32) n + 5000);
  probs = make_probs (M, TEST, 5000, labels, 7);
  ms_classify_average (mean, probs, M, TEST, CLASSES);
  assessment->step = step;
  assessment->ensemble = judge (mean, labels, TEST, assessment->bins);
  if (M > 1)
    assessment->member_bins = g_new0 (MsReliabilityBin, M * MS_RELIABILITY_BINS);
  for (int m = 0; m < M; m++)
    {
      MsReliabilityBin own[MS_RELIABILITY_BINS];

      assessment->member[m] = judge (probs + m * TEST * CLASSES, labels, TEST,
                                     M > 1 ? assessment->member_bins + m * MS_RELIABILITY_BINS : own);
    }
  if (M > 1)
    compare_members (assessment, probs);
  meet_foreigners (assessment, mean);
  return assessment;
}

MsScene *
ms_sample_ensemble_sized (int M, int N)
{
  MsScene *scene = ms_sample_digits_sized (N, 8, 1, false);
  MsRecord *record = (MsRecord *) scene->record;

  ms_predictions_free (record->predictions);
  record->predictions = ms_predictions_new (M, N, CLASSES);
  g_free (record->predictions->probs);
  record->predictions->probs = make_probs (M, N, 700, record->labels, 7);
  record->assessment = sample_assessment (M, record->step / 15 * 15);
  return scene;
}

/* What the tokens chose, once for each member among its own experts; member m is a little off the others. */
static MsRouting *
part_routing (const MsRouting *whole, int M)
{
  int T = whole->T, E = whole->E, own = E / M;
  MsRouting *routing = ms_routing_new (M * T, E, 1, M);

  routing->layer = whole->layer;
  routing->router = g_strdup (whole->router);
  routing->copies = routing->groups = M;
  routing->gate = g_new (float, M * T);
  for (int m = 0; m < M; m++)
    for (int t = 0; t < T; t++)
      {
        int i = m * T + t, chance = (int) (8 * ms_sample_scatter ((guint32) (i + 31 * whole->layer)));
        int e = m * own + (whole->expert[t] + (chance == 0 ? m : 0)) % own;

        routing->expert[i] = (gint16) e;
        routing->gate[i] = whole->gate[t];
        routing->kept[i] = 1;
        routing->load[e]++;
      }
  return routing;
}

MsScene *
ms_sample_e3_sized (int M, int N, int E)
{
  MsScene *scene = ms_sample_ensemble_sized (M, N);
  MsScene *sparse = ms_sample_digits_sized (N, E, 1, false);
  MsRecord *record = (MsRecord *) scene->record;

  for (int l = 0; l < record->n_routing; l++)
    {
      ms_routing_free (record->routing[l]);
      record->routing[l] = part_routing (sparse->record->routing[l], M);
    }
  ms_history_free ((MsHistory *) scene->history);
  scene->history = sparse->history;
  sparse->history = NULL;
  ms_scene_free (sparse);
  return scene;
}

MsScene *
ms_sample_ensemble (void)
{
  return ms_sample_ensemble_sized (3, 64);
}
