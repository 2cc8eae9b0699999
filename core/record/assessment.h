/* SPDX-License-Identifier: MIT */

/* An Assessment: what the whole test split, and the foreign (out-of-distribution) examples beside it, say about the
 * model at one step. Immutable and shared; records carry the newest. What was not measured is NULL or NaN. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_RELIABILITY_BINS 15 /* of equal width */

/* Scores that are larger for what seems foreign. */
#define MS_OOD_SCORES(X)                                                                                               \
  X (msp, "1 − largest probability") X (entropy, "entropy") X (max_logit, "1 − largest logit")                         \
  X (mahalanobis, "Mahalanobis distance") X (relative, "relative Mahalanobis distance")

typedef enum {
#define MS_OOD_SCORE_ENUM(name, title) MS_OOD_SCORE_##name,
  MS_OOD_SCORES (MS_OOD_SCORE_ENUM)
#undef MS_OOD_SCORE_ENUM
  MS_N_OOD_SCORES,
} MsOodScore;

typedef struct {
  double error, nll, ece, brier; /* NaN without examples */
} MsQuality;

typedef struct {
  gint64 n;
  double confidence, accuracy; /* means over the bin's examples; NaN: none */
} MsReliabilityBin;

typedef struct {
  float *known, *foreign;     /* (N), (n_foreign) owned */
  double auroc, aupr, fpr95;  /* foreign is the positive class */
} MsOodResult;

typedef struct {
  gint ref_count; /* atomic */
  gint64 step;
  int M, N, C;    /* members, test examples, classes */

  /* Of the averaged probabilities, then of each member. */
  MsQuality ensemble;
  MsReliabilityBin bins[MS_RELIABILITY_BINS]; /* of the averaged probabilities */
  MsQuality *member;             /* (M) owned */
  MsReliabilityBin *member_bins; /* (M, MS_RELIABILITY_BINS) owned; NULL: M = 1 */

  /* Between members; NULL and NaN for M = 1. */
  double *disagreement; /* (M, M) owned: share of examples on which the two name different classes */
  double *kl;           /* (M, M) owned: mean KL (row || column), nats */
  double rate, pair_kl, cosine, bregman_kl; /* over unordered pairs i < j; bregman_kl over members */
  /* Means over the test examples, nats: total = aleatoric + mutual information. */
  double total, aleatoric, mutual_information;

  char *foreign;    /* owned: what the foreign examples are; NULL: there are none */
  int n_foreign;
  MsOodResult ood[MS_N_OOD_SCORES]; /* known NULL: that score was not computed */
} MsAssessment;

MsAssessment *ms_assessment_new (int M, int N, int C); /* numbers NaN, member allocated, the rest NULL; one reference */
MsAssessment *ms_assessment_ref (MsAssessment *assessment);
void ms_assessment_unref (MsAssessment *assessment); /* NULL is fine */

gsize ms_assessment_bytes (const MsAssessment *assessment); /* that it occupies */

/* As bytes, the same for equal assessments on this machine, and back. NULL: the bytes are not those of one. */
GBytes *ms_assessment_to_bytes (const MsAssessment *assessment);
MsAssessment *ms_assessment_from_bytes (gconstpointer data, gsize size);

const char *ms_ood_score_name (MsOodScore score); /* "max_logit" */
const char *ms_ood_score_title (MsOodScore score);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsAssessment, ms_assessment_unref)

G_END_DECLS
