/* SPDX-License-Identifier: MIT */

/* How M members come to predict together. One file a kind; MS_ENSEMBLES is the only list. A kind says what there is M
 * of, and brings the layers that it puts in the place of a plain model's. Rows of members stand one member after
 * another (the paper's tile; the reference code repeats, which differs in layout only): member m of example n is row
 * m N + n, so that logits (M N, C) are Predictions [M, N, C]. */
#pragma once

#include "core/autodiff/ops.h"
#include "core/nn/pass.h"

G_BEGIN_DECLS

#define MS_MAX_MEMBERS 16

typedef struct {
  int M;
  bool partition, tiling, own_routers, repeat_early; /* e3 */
  double fast_init;                                  /* batch */
  int repetitions;                                   /* mimo */
  double input_repeat;
} MsEnsembleConfig;

/* What there is M of: one of these, the others are 1. */
typedef struct {
  int sets;    /* whole models with parameters of their own (deep) */
  int copies;  /* of the activations, from the first member-wise layer on (e3, batch) */
  int inputs;  /* examples side by side in the channels of one input, with a head each (mimo) */
  int samples; /* passes with dropout on where nothing is trained (mc-dropout) */
} MsEnsembleShape;

typedef struct {
  const char *name; /* "e3" */
  MsEnsembleShape (*shape) (const MsEnsembleConfig *config);
  /* Stands for the MLP of the blocks that the placement names; NULL: the plain ones stay. */
  MsFeedForward *(*mlp) (MsParams *params, const MsEnsembleConfig *config, const char *prefix, int width, int hidden,
                         guint32 site);
  /* Stands for the layer between pooling and head, without its tanh; NULL: the plain one stays. */
  MsFeedForward *(*pre_logits) (MsParams *params, const MsEnsembleConfig *config, int width, int representation);
  /* Stands for the head: rows of members (M N, width), or of M inputs each (N, width), -> (M N, classes); NULL: the
   * plain one stays. */
  MsFeedForward *(*head) (MsParams *params, const MsEnsembleConfig *config, int width, int classes, double bias);
} MsEnsembleKind;

#define MS_ENSEMBLES(X) X (e3) X (deep) X (batch) X (mc_dropout) X (mimo)

#define MS_ENSEMBLE_DECLARE(name) extern const MsEnsembleKind ms_ensemble_##name;
MS_ENSEMBLES (MS_ENSEMBLE_DECLARE)
#undef MS_ENSEMBLE_DECLARE

const MsEnsembleKind *ms_ensemble_kind_find (const char *name); /* NULL: unknown, and for "none" */

G_END_DECLS
