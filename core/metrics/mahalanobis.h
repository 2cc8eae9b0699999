/* SPDX-License-Identifier: MIT */

/* Mahalanobis distance of features (what the head reads) to what was trained on (Lee et al. 2018; relative: Ren et al.
 * 2021), as uncertainty-baselines computes it. For each member one Gaussian a class, with means of their own and one
 * shared covariance, sum_c sum_{n in c} (x - mu_c) (x - mu_c)^T / N, and one background Gaussian of all N examples.
 * Distances are squared, (x - mu)^T Sigma^-1 (x - mu).
 *
 * A covariance is singular if features are fewer than they seem: a layer norm's sum to a constant, a unit may be dead,
 * N may be small. Then 1e-6 of the mean variance is added to its diagonal, and 10 times as much until it suffices. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsMahalanobis MsMahalanobis;

MsMahalanobis *ms_mahalanobis_new (int M, int C, int R); /* members, classes, features */
void ms_mahalanobis_free (MsMahalanobis *self);

/* Training examples, as often as there are more: @features (M, n, R), @labels (n) in [0, C). */
void ms_mahalanobis_add (MsMahalanobis *self, const float *features, const int *labels, int n);

/* After the last example and before the first score. False: there is nothing to tell apart (no examples, features that
 * are all constant or not finite). */
bool ms_mahalanobis_fit (MsMahalanobis *self);

/* @features (M, n, R); scores (n), larger for what seems foreign:
 *   distance min over classes of the distances' mean over members
 *   relative mean over members of (min over classes of the distance, less that to the background) */
void ms_mahalanobis_score (const MsMahalanobis *self, const float *features, int n, float *distance, float *relative);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsMahalanobis, ms_mahalanobis_free)

G_END_DECLS
