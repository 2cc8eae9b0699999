/* SPDX-License-Identifier: MIT */

/* What the finished runs of a study say: mean and standard error of every metric, and of each claim whether it held. */
#pragma once

#include "core/metrics/sample.h"
#include "core/study/campaign.h"

G_BEGIN_DECLS

typedef enum {
  MS_VERDICT_HELD,
  MS_VERDICT_FAILED,    /* the opposite was found */
  MS_VERDICT_UNDECIDED, /* the paired difference lies within two standard errors of 0 */
  MS_VERDICT_ABSENT,    /* not measured */
} MsVerdict;

typedef struct {
  MsVerdict verdict;
  int n;              /* comparisons: of each variant with the one before */
  MsSample *difference; /* (n) owned: later minus earlier, or first minus second, by seed; of zero claims the values */
} MsClaimResult;

typedef struct {
  int n_variants, n_seeds;
  double *value;    /* (n_variants, MS_N_STUDY_METRICS, n_seeds) owned; NaN: absent */
  MsSample *sample; /* (n_variants, MS_N_STUDY_METRICS) owned */
  MsSample *step_ms; /* (n_variants) owned: medians of the steps */
  int n_claims;
  MsClaimResult *claims; /* (n_claims) owned */
  int n_failed;          /* runs whose training stopped */
  double seconds;        /* of all runs together */
} MsStudySummary;

MsStudySummary *ms_study_summary_new (const MsCampaign *campaign);
void ms_study_summary_free (MsStudySummary *summary);

const MsSample *ms_study_summary_at (const MsStudySummary *summary, int variant, MsStudyMetric metric);
const double *ms_study_summary_values (const MsStudySummary *summary, int variant, MsStudyMetric metric); /* by seed */

/* The verdict on @claim from @values (variants, MS_N_STUDY_METRICS, seeds). Free result.difference. */
MsClaimResult ms_claim_judge (const MsStudyClaim *claim, const double *values, int n_seeds);

const char *ms_verdict_text (MsVerdict verdict); /* "held", "did not hold", "not decided", "not measured" */
const char *ms_verdict_name (MsVerdict verdict); /* the same for programs: "held", "failed", ... */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsStudySummary, ms_study_summary_free)

G_END_DECLS
