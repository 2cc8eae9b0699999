/* SPDX-License-Identifier: MIT */

#include "ui/paint/disagreement-data.h"

#include "core/metrics/classify.h"
#include "core/metrics/diversity.h"
#include "core/metrics/uncertainty.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  double key;
  int n;
} Sorted;

static int
compare (const void *a, const void *b)
{
  const Sorted *x = a, *y = b;

  if (x->key != y->key)
    return x->key < y->key ? 1 : -1;
  return x->n - y->n;
}

static const MsPredictions *
members_of (const MsScene *scene)
{
  const MsPredictions *predictions = scene->record != NULL ? scene->record->predictions : NULL;

  return predictions != NULL && predictions->M >= 2 && predictions->N >= 1 && predictions->C >= 1 ? predictions : NULL;
}

bool
ms_disputes_read (MsDisputes *self, const MsScene *scene)
{
  const MsPredictions *predictions = members_of (scene);

  *self = (MsDisputes) { .record = scene->record };
  if (predictions == NULL)
    return false;
  self->M = predictions->M;
  self->N = MIN (predictions->N, scene->record->N);
  self->C = predictions->C;
  self->mutual = g_new (double, predictions->N);
  self->order = g_new (int, MAX (1, self->N));
  ms_uncertainty (predictions->probs, self->M, predictions->N, self->C, NULL, NULL, self->mutual);

  g_autofree Sorted *sorted = g_new (Sorted, MAX (1, self->N));

  for (int n = 0; n < self->N; n++)
    sorted[n] = (Sorted) { isnan (self->mutual[n]) ? -1 : self->mutual[n], n };
  qsort (sorted, (size_t) self->N, sizeof *sorted, compare);
  for (int n = 0; n < self->N; n++)
    self->order[n] = sorted[n].n;
  return self->N > 0;
}

void
ms_disputes_clear (MsDisputes *self)
{
  g_clear_pointer (&self->mutual, g_free);
  g_clear_pointer (&self->order, g_free);
}

double
ms_disputes_prob (const MsDisputes *self, int m, int n, int c)
{
  const MsPredictions *predictions = self->record->predictions;

  return (double) predictions->probs[((gsize) m * (gsize) predictions->N + (gsize) n) * (gsize) self->C + (gsize) c];
}

static double
mean_of (const MsDisputes *self, int n, int c)
{
  double sum = 0;

  for (int m = 0; m < self->M; m++)
    sum += ms_disputes_prob (self, m, n, c);
  return sum / self->M;
}

static void
include (MsDispute *dispute, int c, double mean)
{
  int at = dispute->n;

  for (int i = 0; i < dispute->n; i++)
    if (dispute->classes[i] == c)
      return;
  if (dispute->n == MS_DISPUTE_CLASSES)
    return;
  while (at > 0 && mean > dispute->mean[at - 1])
    at--;
  for (int i = dispute->n; i > at; i--)
    {
      dispute->classes[i] = dispute->classes[i - 1];
      dispute->mean[i] = dispute->mean[i - 1];
    }
  dispute->classes[at] = c;
  dispute->mean[at] = mean;
  dispute->n++;
}

MsDispute
ms_disputes_look (const MsDisputes *self, int n)
{
  MsDispute dispute = { 0 };
  int first = 0, second = -1;
  double first_mean = -1, second_mean = -1;

  for (int c = 0; c < self->C; c++)
    {
      double mean = mean_of (self, n, c);

      if (mean > first_mean)
        {
          second = first_mean >= 0 ? first : -1;
          second_mean = first_mean;
          first = c;
          first_mean = mean;
        }
      else if (mean > second_mean)
        {
          second = c;
          second_mean = mean;
        }
    }
  include (&dispute, first, mean_of (self, n, first)); /* where none is a number, no mean was larger than the start's */
  if (second >= 0)
    include (&dispute, second, second_mean);
  for (int m = 0; m < self->M; m++)
    {
      int best = 0;

      for (int c = 1; c < self->C; c++)
        if (ms_disputes_prob (self, m, n, c) > ms_disputes_prob (self, m, n, best))
          best = c;
      include (&dispute, best, mean_of (self, n, best));
    }
  dispute.best = first;
  return dispute;
}

bool
ms_pairs_read (MsPairs *self, const MsScene *scene)
{
  const MsAssessment *assessment = scene->record != NULL ? scene->record->assessment : NULL;
  const MsPredictions *predictions = members_of (scene);

  *self = (MsPairs) { 0 };
  if (assessment != NULL && assessment->M >= 2 && assessment->disagreement != NULL && assessment->kl != NULL)
    {
      gsize size = sizeof (double) * (gsize) assessment->M * (gsize) assessment->M;

      self->M = assessment->M;
      self->examples = assessment->N;
      self->test_split = true;
      self->disagreement = g_memdup2 (assessment->disagreement, size);
      self->kl = g_memdup2 (assessment->kl, size);
      return true;
    }
  if (predictions == NULL)
    return false;
  self->M = predictions->M;
  self->examples = predictions->N;
  self->disagreement = g_new (double, self->M * self->M);
  self->kl = g_new (double, self->M * self->M);
  ms_diversity (predictions->probs, predictions->M, predictions->N, predictions->C, self->disagreement, self->kl);
  return true;
}

void
ms_pairs_clear (MsPairs *self)
{
  g_clear_pointer (&self->disagreement, g_free);
  g_clear_pointer (&self->kl, g_free);
}

static double
batch_nll (const float *probs, const int *labels, int N, int C)
{
  MsClassifySums sums = { 0 };

  ms_classify_add (&sums, probs, labels, N, C);
  return ms_classify_result (&sums).nll;
}

MsGain
ms_gain_read (const MsScene *scene)
{
  const MsAssessment *assessment = scene->record != NULL ? scene->record->assessment : NULL;
  const MsPredictions *predictions = members_of (scene);
  MsGain gain = { NAN, NAN, false };

  if (assessment != NULL && assessment->M >= 2)
    {
      gain = (MsGain) { assessment->ensemble.nll, 0, true };
      for (int m = 0; m < assessment->M; m++)
        gain.members += assessment->member[m].nll / assessment->M;
      return gain;
    }
  if (predictions == NULL || scene->record->labels == NULL || scene->record->N != predictions->N)
    return gain;

  int M = predictions->M, N = predictions->N, C = predictions->C;
  g_autofree float *mean = g_new (float, (gsize) N * (gsize) C);

  ms_classify_average (mean, predictions->probs, M, N, C);
  gain.ensemble = batch_nll (mean, scene->record->labels, N, C);
  gain.members = 0;
  for (int m = 0; m < M; m++)
    gain.members
      += batch_nll (predictions->probs + (gsize) m * (gsize) N * (gsize) C, scene->record->labels, N, C) / M;
  return gain;
}
