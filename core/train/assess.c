/* SPDX-License-Identifier: MIT */

/* What the test split and the foreign examples say about the model as it is now. */

#include "core/train/session-private.h"

#include "core/metrics/assess.h"
#include "core/metrics/mahalanobis.h"

#include <string.h>

#define TRAINING_PART 1024 /* examples whose features are in memory at a time, about */

/* Examples with what the model says of them. */
typedef struct {
  int n;
  const float *x;  /* (n, height, width, channels) borrowed */
  float *logits;   /* (M, n, C) owned */
  float *features; /* (M, n, R) owned; NULL: not wanted */
} Seen;

static void
seen_clear (Seen *self)
{
  g_free (self->logits);
  g_free (self->features);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

/* Returns the FLOPs of all predictions. */
static guint64
look_at (MsSession *s, Seen *seen, bool features)
{
  gsize rows = (gsize)ms_model_members (s->model) * (gsize)seen->n;

  seen->logits = g_new (float, MAX (rows * (gsize)s->dataset->n_classes, 1));
  if (features)
    seen->features = g_new (float, MAX (rows * (gsize)ms_model_feature_width (s->model), 1));
  return ms_session_predict (s, seen->x, seen->n, seen->logits, seen->features);
}

/* No more foreign examples than known ones, spread evenly. */
static float *
choose_foreign (const MsDataset *d, int n)
{
  gsize size = ms_dataset_example_size (d);
  float *x = g_new (float, MAX ((gsize)n * size, 1));

  for (int i = 0; i < n; i++)
    memcpy (x + (gsize)i * size, d->foreign_x + (gsize)((gint64)i * d->n_foreign / n) * size, size * sizeof *x);
  return x;
}

/* The Gaussians of the training examples' features; NULL: features that tell nothing apart. */
static MsMahalanobis *
fit_training (MsSession *s)
{
  const MsDataset *d = s->dataset;
  gsize size = ms_dataset_example_size (d);
  int step = MAX (TRAINING_PART / s->batch, 1) * s->batch; /* whole batches, which are routed as in training */
  g_autoptr (MsMahalanobis) gaussians
    = ms_mahalanobis_new (ms_model_members (s->model), d->n_classes, ms_model_feature_width (s->model));

  for (int first = 0; first < d->n_train; first += step)
    {
      g_auto (Seen) part = { MIN (step, d->n_train - first), d->train_x + (gsize)first * size, NULL, NULL };

      look_at (s, &part, true);
      ms_mahalanobis_add (gaussians, part.features, d->train_y + first, part.n);
    }
  return ms_mahalanobis_fit (gaussians) ? g_steal_pointer (&gaussians) : NULL;
}

static void
add_distances (MsSession *s, MsAssessment *assessment, const Seen *known, const Seen *foreign)
{
  g_autoptr (MsMahalanobis) gaussians = fit_training (s);
  g_autofree float *known_score = g_new (float, 2 * (gsize)known->n);      /* (2, n): distance and relative */
  g_autofree float *foreign_score = g_new (float, 2 * (gsize)foreign->n);

  if (gaussians == NULL)
    return;
  ms_mahalanobis_score (gaussians, known->features, known->n, known_score, known_score + known->n);
  ms_mahalanobis_score (gaussians, foreign->features, foreign->n, foreign_score, foreign_score + foreign->n);
  ms_assess_score (assessment, MS_OOD_SCORE_mahalanobis, known_score, foreign_score);
  ms_assess_score (assessment, MS_OOD_SCORE_relative, known_score + known->n, foreign_score + foreign->n);
}

static void
keep (MsSession *s, MsAssessment *assessment)
{
  const MsQuality *q = &assessment->ensemble;

  g_clear_pointer (&s->assessment, ms_assessment_unref);
  s->assessment = ms_assessment_ref (assessment);
  if (s->evaluation == NULL)
    s->evaluation = g_new0 (MsEvaluation, 1);
  *s->evaluation = (MsEvaluation){ s->step, assessment->N, q->error, q->nll, q->ece, q->brier };
}

MsAssessment *
ms_session_assess (MsSession *s, MsAssessDetail detail)
{
  const MsDataset *d = s->dataset;
  bool full = detail == MS_ASSESS_FULL && d->n_foreign > 0;
  int n_foreign = MIN (d->n_foreign, d->n_test);
  g_auto (Seen) known = { d->n_test, d->test_x, NULL, NULL }, foreign = { n_foreign, NULL, NULL, NULL };
  MsAssessment *assessment;

  if (d->n_test == 0)
    return NULL;
  s->prediction_flops = look_at (s, &known, full) / (guint64)d->n_test;
  assessment = ms_assess (known.logits, d->test_y, ms_model_members (s->model), d->n_test, d->n_classes);
  assessment->step = s->step;
  if (n_foreign > 0)
    {
      g_autofree float *x = choose_foreign (d, n_foreign);

      foreign.x = x;
      look_at (s, &foreign, full);
      ms_assess_foreign (assessment, d->foreign, known.logits, foreign.logits, n_foreign);
      if (full)
        add_distances (s, assessment, &known, &foreign);
    }
  keep (s, assessment);
  return assessment;
}

bool
ms_session_evaluate (MsSession *s, MsEvaluation *evaluation)
{
  g_autoptr (MsAssessment) assessment = ms_session_assess (s, MS_ASSESS_BRIEF);

  if (assessment != NULL && evaluation != NULL)
    *evaluation = *s->evaluation;
  return assessment != NULL;
}

const MsAssessment *
ms_session_assessment (const MsSession *s)
{
  return s->assessment;
}

void
ms_session_stamp (const MsSession *s, MsRecord *record)
{
  g_clear_pointer (&record->evaluation, g_free);
  g_clear_pointer (&record->assessment, ms_assessment_unref);
  if (s->evaluation != NULL)
    record->evaluation = g_memdup2 (s->evaluation, sizeof *s->evaluation);
  if (s->assessment != NULL)
    record->assessment = ms_assessment_ref (s->assessment);
}
