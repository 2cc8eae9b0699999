/* SPDX-License-Identifier: MIT */

/* A dense layer: kernel and bias under one name, as Flax stores them ("head/kernel", "head/bias"). */
#pragma once

#include "core/autodiff/ops.h"
#include "core/nn/pass.h"

G_BEGIN_DECLS

typedef struct {
  MsParam *kernel; /* in axes then out axes */
  MsParam *bias;   /* out axes; NULL: none */
} MsDense;

extern const MsInit ms_init_xavier, ms_init_small_bias, ms_init_zeros, ms_init_ones;

/* Declares "@name/kernel" (dims) and "@name/bias" (the axes after the first @n_in). Fans are the products of the in and
 * out axes. */
MsDense ms_dense_new (MsParams *params, const char *name, MsInit kernel, MsInit bias, int n_in, int n_dim,
                      const gsize *dim);
MsNode *ms_dense_apply (const MsDense *dense, MsTape *tape, MsNode *x);
MsNode *ms_dense_apply_gelu (const MsDense *dense, MsTape *tape, MsNode *x);
/* The end of a residual branch: residual + dropout (dense (x)), without the sum if @residual is NULL. */
MsNode *ms_dense_apply_add (const MsDense *dense, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass,
                            guint32 site);

typedef struct {
  MsParam *scale, *bias; /* (H) */
} MsNorm;

MsNorm ms_norm_new (MsParams *params, const char *name, gsize H);
MsNode *ms_norm_apply (const MsNorm *norm, MsTape *tape, MsNode *x);

G_END_DECLS
