/* SPDX-License-Identifier: MIT */

#include "core/nn/backbone.h"

static gsize
n_features (const MsBackboneConfig *c)
{
  return (gsize)c->height * c->width * c->channels;
}

static MsNode *
mlp_embed (MsBackbone *self, MsTape *tape, MsNode *x, MsPass *pass)
{
  gsize F = n_features (&self->config);
  MsNode *features = ms_tape_input (tape, x->value, 2, (gsize[]){ x->n / F, F });
  MsNode *tokens = ms_dense_apply_gelu (&self->embedding, tape, features);

  pass->input = x->value;
  pass->input_size = F;
  return ms_pass_dropout (pass, tape, tokens, pass->dropout, MS_SITE_INPUT);
}

MsBackbone *
ms_mlp_new (MsParams *params, const MsBackboneConfig *config, MsFeedForward *const *feed_forward)
{
  MsBackbone *self = g_new0 (MsBackbone, 1);
  const MsInit lecun = { .kind = MS_INIT_LECUN }, spread = { .kind = MS_INIT_NORMAL, .scale = 0.5 };

  self->config = *config;
  self->config.encoder.class_token = false;
  self->config.encoder.tokens = 1;
  self->config.encoder.heads = 0;
  self->embed = mlp_embed;
  /* Biases spread the hinges of the first layer over the plane instead of sending all of them through the origin. */
  self->embedding = ms_dense_new (params, "embedding", lecun, spread, 1, 2,
                                  (gsize[]){ n_features (config), (gsize)config->encoder.width });
  self->encoder = ms_encoder_new (params, &self->config.encoder, feed_forward);
  return self;
}
