/* SPDX-License-Identifier: MIT */

#include "core/record/assessment.h"

#include <math.h>

static const MsQuality unknown = { NAN, NAN, NAN, NAN };

MsAssessment *
ms_assessment_new (int M, int N, int C)
{
  g_return_val_if_fail (M >= 1 && N >= 0 && C >= 0, NULL);

  MsAssessment *self = g_new0 (MsAssessment, 1);

  self->ref_count = 1;
  self->M = M;
  self->N = N;
  self->C = C;
  self->ensemble = unknown;
  self->member = g_new (MsQuality, M);
  for (int m = 0; m < M; m++)
    self->member[m] = unknown;
  for (int i = 0; i < MS_RELIABILITY_BINS; i++)
    self->bins[i] = (MsReliabilityBin){ 0, NAN, NAN };
  self->rate = self->pair_kl = self->cosine = self->bregman_kl = NAN;
  self->total = self->aleatoric = self->mutual_information = NAN;
  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    self->ood[i] = (MsOodResult){ NULL, NULL, NAN, NAN, NAN };
  return self;
}

MsAssessment *
ms_assessment_ref (MsAssessment *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
ms_assessment_unref (MsAssessment *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->member);
  g_free (self->member_bins);
  g_free (self->disagreement);
  g_free (self->kl);
  g_free (self->foreign);
  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    {
      g_free (self->ood[i].known);
      g_free (self->ood[i].foreign);
    }
  g_free (self);
}

const char *
ms_ood_score_name (MsOodScore score)
{
#define NAME(name, title) #name,
  static const char *const names[] = { MS_OOD_SCORES (NAME) };
#undef NAME

  g_return_val_if_fail (score >= 0 && score < MS_N_OOD_SCORES, NULL);
  return names[score];
}

const char *
ms_ood_score_title (MsOodScore score)
{
#define TITLE(name, title) title,
  static const char *const titles[] = { MS_OOD_SCORES (TITLE) };
#undef TITLE

  g_return_val_if_fail (score >= 0 && score < MS_N_OOD_SCORES, NULL);
  return titles[score];
}
