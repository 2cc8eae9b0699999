/* SPDX-License-Identifier: MIT */

/* The transformers of "Sparse MoEs meet Efficient Ensembles", at the sizes of the V-MoE paper: to count, not to train
 * here. */
#pragma once

#include "core/train/model.h"

G_BEGIN_DECLS

typedef struct {
  const char *name; /* "S/32" */
  int width, blocks, hidden, heads, patch;
  int pixels; /* side of the images */
  int routed; /* the last so many of the blocks 1, 3, 5, ... */
} MsPaperBackbone;

int ms_paper_backbones_count (void);
const MsPaperBackbone *ms_paper_backbone (int i);

/* With 32 experts, a class token and no representation: K chosen per token by each of M members (M > 1: e3, repeated
 * @early or at the first routed layer); K 0: the dense ViT. */
MsExperiment *ms_paper_experiment (const MsPaperBackbone *backbone, int K, int M, bool early);

/* Colour images of its side, in 1000 classes. */
MsModelShape ms_paper_shape (const MsPaperBackbone *backbone);

G_END_DECLS
