/* SPDX-License-Identifier: MIT */

/* Step into: one forward pass shown stage by stage. The numbers are those of the record; what has not been reached yet
 * is not drawn, what has just been computed is pointed out. */
#pragma once

#include <stdbool.h>

#define MS_STAGES(X)                                                                                                   \
  X (PATCHES, "patches", "The inputs are cut into tokens")                                                             \
  X (LOGITS, "logits", "The router gives every token a logit for each expert")                                         \
  X (SOFTMAX, "softmax", "With the noise of training, logits become gates")                                            \
  X (TOP_K, "top-k", "Each token chooses the experts with the largest gates")                                          \
  X (DISPATCH, "dispatch", "Experts take tokens until their places are full; the rest is dropped")                     \
  X (EXPERTS, "experts", "Each expert works on the tokens it took")                                                    \
  X (COMBINE, "combine", "Outputs, times their gates, are added to the tokens")                                        \
  X (LOSS, "loss", "The head predicts, and the loss compares with the labels")

typedef enum {
#define MS_STAGE_ENUM(name, title, words) MS_STAGE_##name,
  MS_STAGES (MS_STAGE_ENUM)
#undef MS_STAGE_ENUM
  MS_N_STAGES,
} MsStageKind;

/* Patches come once before, the loss once after all layers; the stages between them once for each routed layer. */
typedef struct {
  bool partial; /* only what came up to here is shown; false: all, and nothing else counts */
  int layer;    /* index into record->routing */
  MsStageKind kind;
} MsStage;

#define MS_STAGE_WHOLE ((MsStage){ false, 0, MS_STAGE_LOSS })

typedef enum {
  MS_STAGE_AHEAD,  /* not computed yet: not to be drawn */
  MS_STAGE_NOW,    /* has just been computed: pointed out */
  MS_STAGE_BEHIND, /* drawn as ever */
} MsStageTime;

/* Where @kind of layer @layer stands in a pass that is shown up to @stage. All of a whole pass is behind. */
MsStageTime ms_stage_time (const MsStage *stage, int layer, MsStageKind kind);

MsStage ms_stage_first (void);
/* The next one in a pass with @n_layers routed layers, soft ones without a choice among them: after the last, whole. */
MsStage ms_stage_next (const MsStage *stage, int n_layers);

const char *ms_stage_title (MsStageKind kind);
const char *ms_stage_words (MsStageKind kind);
