/* SPDX-License-Identifier: MIT */

/* From a batch of inputs to logits: what the vision transformer and the MLP have in common. */
#pragma once

#include "core/nn/encoder.h"

G_BEGIN_DECLS

typedef struct {
  int height, width, channels; /* of an input; features: 1, n, 1 */
  int patch;                   /* side in pixels; vit only */
  bool class_token;            /* vit only */
  MsEncoderConfig encoder;     /* tokens, class_token and (mlp) heads are set by the constructor */
} MsBackboneConfig;

typedef struct MsBackbone MsBackbone;
struct MsBackbone {
  MsBackboneConfig config;
  MsEncoder *encoder; /* owned */
  /* (N, height, width, channels) -> (N tokens, H); sets pass->input for the routers that look at it. */
  MsNode *(*embed) (MsBackbone *self, MsTape *tape, MsNode *x, MsPass *pass);
  MsDense embedding;
  MsParam *pos_embedding, *cls; /* vit; cls only with a class token */
};

/* A vision transformer: patch embedding, class token or mean pooling, learned position embedding, attention blocks. */
MsBackbone *ms_vit_new (MsParams *params, const MsBackboneConfig *config, MsFeedForward *const *feed_forward);

/* For planes and tables: one token per example, GELU (Dense (features)), then the same blocks without attention. */
MsBackbone *ms_mlp_new (MsParams *params, const MsBackboneConfig *config, MsFeedForward *const *feed_forward);
void ms_backbone_free (MsBackbone *backbone);

/* @x (N, height, width, channels) with N = pass->examples; fills the pass' tokens and input. Returns logits. */
MsNode *ms_backbone_forward (MsBackbone *backbone, MsTape *tape, MsNode *x, MsPass *pass, MsNode **features);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsBackbone, ms_backbone_free)

G_END_DECLS
