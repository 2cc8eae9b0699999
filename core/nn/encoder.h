/* SPDX-License-Identifier: MIT */

/* The body that the vision transformer and the MLP share, as in V-MoE: pre-norm residual blocks, a final norm, pooling,
 * and the head.
 *
 *   x += Dropout (MHA (LN (x)))        only with attention
 *   x += MLP-or-MoE (LN (x))
 *   features = pool (LN (x)), optionally tanh (Dense);  logits = Dense (features)
 *
 * Tensor names are V-MoE's; CONTRIBUTING.md lists them. */
#pragma once

#include "core/nn/dense.h"
#include "core/nn/pass.h"

G_BEGIN_DECLS

typedef struct {
  int width;          /* H */
  int hidden;         /* F of dense blocks */
  int blocks, heads;  /* heads 0: no attention */
  int tokens;         /* per example, the class token included */
  bool class_token;   /* pool the first token, else the mean */
  int representation; /* width of pre_logits; 0: none */
  int classes;
  double head_bias;   /* initial value */
  int copies;         /* the tokens are tiled so often at block copy_block; 0 and 1: they are not */
  int copy_block;
  bool copy_early;    /* before that block's attention; else after it, where the copies begin to differ */
  MsFeedForward *pre_logits, *head; /* owned from now on, in the place of the plain layers; NULL: those. A head may give
                                     * more rows than it is given */
} MsEncoderConfig;

typedef struct MsEncoder MsEncoder;

/* @feed_forward[i], owned from now on, replaces block i's MLP; NULL: a dense MLP. */
MsEncoder *ms_encoder_new (MsParams *params, const MsEncoderConfig *config, MsFeedForward *const *feed_forward);
void ms_encoder_free (MsEncoder *encoder);

/* @x (N tokens, H). Returns logits (N, classes); *features (N, H or representation) may be NULL. With M copies both
 * have M N rows, one copy after another; so have the logits where a head of M inputs stands. */
MsNode *ms_encoder_forward (const MsEncoder *encoder, MsTape *tape, MsNode *x, const MsPass *pass, MsNode **features);

/* The transformer's MLP: Dense_0, GELU (tanh form), dropout, Dense_1, dropout. Names "@prefix/Mlp/Dense_0/kernel",
 * ... */
MsFeedForward *ms_mlp_block_new (MsParams *params, const char *prefix, int width, int hidden, guint32 site);

/* Dropout sites of block @i: first + 0 attention, + 1 and + 2 MLP. */
#define MS_SITE_INPUT 0
#define MS_SITE_BLOCK(i) (8 + 8 * (guint32)(i))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsEncoder, ms_encoder_free)

G_END_DECLS
