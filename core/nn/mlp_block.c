/* SPDX-License-Identifier: MIT */

#include "core/nn/encoder.h"

typedef struct {
  MsFeedForward base;
  MsDense dense_0, dense_1;
  guint32 site;
} MlpBlock;

static MsNode *
mlp_block_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  const MlpBlock *self = (MlpBlock *)base;

  x = ms_dense_apply_gelu (&self->dense_0, tape, x);
  x = ms_pass_dropout (pass, tape, x, pass->dropout, self->site);
  return ms_dense_apply_add (&self->dense_1, tape, x, residual, pass, self->site + 1);
}

static void
mlp_block_free (MsFeedForward *base)
{
  g_free (base);
}

MsFeedForward *
ms_mlp_block_new (MsParams *params, const char *prefix, int width, int hidden, guint32 site)
{
  MlpBlock *self = g_new0 (MlpBlock, 1);
  g_autofree char *name_0 = g_strconcat (prefix, "/Mlp/Dense_0", NULL);
  g_autofree char *name_1 = g_strconcat (prefix, "/Mlp/Dense_1", NULL);
  gsize H = (gsize)width, F = (gsize)hidden;

  self->base = (MsFeedForward){ mlp_block_forward, mlp_block_free };
  self->dense_0 = ms_dense_new (params, name_0, ms_init_xavier, ms_init_small_bias, 1, 2, (gsize[]){ H, F });
  self->dense_1 = ms_dense_new (params, name_1, ms_init_xavier, ms_init_small_bias, 1, 2, (gsize[]){ F, H });
  self->site = site;
  return &self->base;
}
