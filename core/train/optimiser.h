/* SPDX-License-Identifier: MIT */

/* SGD with momentum, Adam and AdamW as one fused loop over the flat arrays, with clipping by the global norm. Sets of
 * parameters (a deep ensemble's members) are clipped each by its own norm, as if it were trained alone. */
#pragma once

#include "core/autodiff/params.h"
#include "core/base/pool.h"
#include "core/train/choices.h"
#include "core/train/decay.h"

G_BEGIN_DECLS

typedef struct {
  double momentum;             /* sgd: v = momentum v + g, p -= rate v */
  double beta1, beta2, epsilon; /* adam, adamw: bias-corrected moments, p -= rate m / (sqrt (v) + epsilon) */
  double weight_decay;         /* of kernels, where there are no rules. adamw: p -= rate decay p beside the step; else
                                * decay p is added to g. Decays by rules likewise */
  double clip;                 /* > 0: gradients are scaled down to this global norm */
  double fast_rate;            /* tensors marked fast learn with the rate times this */
} MsOptimiserConfig;

typedef struct MsOptimiser MsOptimiser;

/* Moments for the flat arrays of @params (borrowed); NULL and @error if there is not enough memory. */
MsOptimiser *ms_optimiser_new (MsParams *params, MsOptimiserChoice kind, GError **error);
void ms_optimiser_free (MsOptimiser *optimiser);
void ms_optimiser_reset (MsOptimiser *optimiser); /* moments and count to 0 */

/* From the next step on each tensor decays as the rules say, and weight_decay is not looked at; no rules: as before. */
void ms_optimiser_set_decay (MsOptimiser *optimiser, const MsDecayRules *rules);

/* Measures the global norm of each set's gradients, untouched slices and frozen tensors counting as 0, and keeps them
 * for the step that follows. Returns their mean over the sets. */
double ms_optimiser_gradient_norm (MsOptimiser *optimiser, MsPool *pool);

/* One update, after ms_optimiser_gradient_norm. Gradients count as used: their flags are cleared. */
void ms_optimiser_step (MsOptimiser *optimiser, MsPool *pool, const MsOptimiserConfig *config, double rate);

/* State, for saving: the first moment (momentum of sgd) and, for adam and adamw, the second (NULL otherwise), each of
 * ms_params_flat numbers, and the number of updates done. */
MsReal *ms_optimiser_first (MsOptimiser *optimiser);
MsReal *ms_optimiser_second (MsOptimiser *optimiser);
gint64 *ms_optimiser_updates (MsOptimiser *optimiser);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsOptimiser, ms_optimiser_free)

G_END_DECLS
