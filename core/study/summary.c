/* SPDX-License-Identifier: MIT */

#include "core/study/summary.h"
#include <math.h>

static gsize
place (int variant, int metric, int n_seeds)
{
  return ((gsize) variant * MS_N_STUDY_METRICS + (gsize) metric) * (gsize) n_seeds;
}

/* What the sign of one comparison means for a claim that wants it negative (or positive). */
static MsVerdict
judge_one (const MsSample *difference, bool negative)
{
  if (difference->n == 0)
    return MS_VERDICT_ABSENT;
  MsSign sign = ms_sample_sign (difference);
  if (sign == MS_SIGN_UNDECIDED)
    return MS_VERDICT_UNDECIDED;
  return (sign == MS_SIGN_NEGATIVE) == negative ? MS_VERDICT_HELD : MS_VERDICT_FAILED;
}

static MsVerdict
judge_zero (const double *values, int n, const MsSample *sample)
{
  if (sample->n == 0)
    return MS_VERDICT_ABSENT;
  for (int i = 0; i < n; i++)
    if (!isnan (values[i]) && values[i] != 0)
      return MS_VERDICT_FAILED;
  return MS_VERDICT_HELD;
}

/* Of several comparisons: one that went the other way refutes, and all must be decided for the claim to hold. */
static MsVerdict
join (MsVerdict a, MsVerdict b)
{
  static const MsVerdict order[] = { MS_VERDICT_FAILED, MS_VERDICT_ABSENT, MS_VERDICT_UNDECIDED };
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (a == order[i] || b == order[i])
      return order[i];
  return MS_VERDICT_HELD;
}

MsClaimResult
ms_claim_judge (const MsStudyClaim *claim, const double *values, int n_seeds)
{
  bool zero = claim->kind == MS_CLAIM_ZERO, pair = claim->kind == MS_CLAIM_LOWER || claim->kind == MS_CLAIM_HIGHER;
  bool negative = claim->kind == MS_CLAIM_LOWER || claim->kind == MS_CLAIM_FALLS;
  MsClaimResult result = { MS_VERDICT_HELD, zero ? claim->n : claim->n - 1, NULL };
  result.difference = g_new0 (MsSample, result.n);
  for (int i = 0; i < result.n; i++)
    {
      MsVerdict verdict;
      const double *one = values + place (claim->variants[i], (int) claim->metric, n_seeds);
      const double *next = zero ? NULL : values + place (claim->variants[i + 1], (int) claim->metric, n_seeds);
      if (zero)
        {
          result.difference[i] = ms_sample (one, n_seeds);
          verdict = judge_zero (one, n_seeds, &result.difference[i]);
        }
      else
        {
          result.difference[i] = pair ? ms_sample_paired (one, next, n_seeds) : ms_sample_paired (next, one, n_seeds);
          verdict = judge_one (&result.difference[i], negative);
        }
      result.verdict = join (result.verdict, verdict);
    }
  return result;
}

static void
collect (MsStudySummary *self, const MsCampaign *campaign)
{
  g_autofree double *times = g_new (double, MAX (self->n_seeds, 1));
  for (int v = 0; v < self->n_variants; v++)
    {
      for (int s = 0; s < self->n_seeds; s++)
        {
          const MsRun *run = ms_campaign_result (campaign, v, s);
          for (int m = 0; m < MS_N_STUDY_METRICS; m++)
            self->value[place (v, m, self->n_seeds) + (gsize) s] = run != NULL ? run->value[m] : NAN;
          times[s] = run != NULL ? run->step_ms : NAN;
          self->n_failed += run != NULL && run->failure != NULL;
          self->seconds += run != NULL && !isnan (run->seconds) ? run->seconds : 0;
        }
      for (int m = 0; m < MS_N_STUDY_METRICS; m++)
        self->sample[v * MS_N_STUDY_METRICS + m]
          = ms_sample (self->value + place (v, m, self->n_seeds), self->n_seeds);
      self->step_ms[v] = ms_sample (times, self->n_seeds);
    }
}

MsStudySummary *
ms_study_summary_new (const MsCampaign *campaign)
{
  const MsStudy *study = ms_campaign_study (campaign);
  MsStudySummary *self = g_new0 (MsStudySummary, 1);
  self->n_variants = study->n_variants;
  self->n_seeds = ms_campaign_n_seeds (campaign);
  self->n_claims = study->n_claims;
  self->value = g_new0 (double, place (self->n_variants, 0, self->n_seeds));
  self->sample = g_new0 (MsSample, self->n_variants * MS_N_STUDY_METRICS);
  self->step_ms = g_new0 (MsSample, self->n_variants);
  self->claims = g_new0 (MsClaimResult, MAX (self->n_claims, 1));
  collect (self, campaign);
  for (int i = 0; i < self->n_claims; i++)
    self->claims[i] = ms_claim_judge (&study->claims[i], self->value, self->n_seeds);
  return self;
}

void
ms_study_summary_free (MsStudySummary *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < self->n_claims; i++)
    g_free (self->claims[i].difference);
  g_free (self->claims);
  g_free (self->step_ms);
  g_free (self->sample);
  g_free (self->value);
  g_free (self);
}

const MsSample *
ms_study_summary_at (const MsStudySummary *self, int variant, MsStudyMetric metric)
{
  return &self->sample[variant * MS_N_STUDY_METRICS + (int) metric];
}

const double *
ms_study_summary_values (const MsStudySummary *self, int variant, MsStudyMetric metric)
{
  return self->value + place (variant, (int) metric, self->n_seeds);
}

const char *
ms_verdict_text (MsVerdict verdict)
{
  static const char *const texts[] = { "held", "did not hold", "not decided", "not measured" };
  return texts[verdict];
}

const char *
ms_verdict_name (MsVerdict verdict)
{
  static const char *const names[] = { "held", "failed", "undecided", "absent" };
  return names[verdict];
}
