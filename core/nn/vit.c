/* SPDX-License-Identifier: MIT */

#include "core/nn/backbone.h"

static MsNode *
vit_embed (MsBackbone *self, MsTape *tape, MsNode *x, MsPass *pass)
{
  const MsBackboneConfig *c = &self->config;
  MsNode *patches = ms_patches (tape, x, c->height, c->width, c->channels, c->patch);
  MsNode *tokens = ms_dense_apply (&self->embedding, tape, patches);

  pass->input = patches->value;
  pass->input_size = ms_node_cols (patches);
  tokens = ms_position (tape, tokens, ms_tape_param (tape, self->pos_embedding),
                        self->cls != NULL ? ms_tape_param (tape, self->cls) : NULL);
  return ms_pass_dropout (pass, tape, tokens, pass->dropout, MS_SITE_INPUT);
}

MsBackbone *
ms_vit_new (MsParams *params, const MsBackboneConfig *config, MsFeedForward *const *feed_forward)
{
  MsBackbone *self = g_new0 (MsBackbone, 1);
  MsBackboneConfig *c = &self->config;
  const MsInit lecun = { .kind = MS_INIT_LECUN }, position = { .kind = MS_INIT_NORMAL, .scale = 0.02 };
  gsize H = (gsize)config->encoder.width, P = (gsize)config->patch, T;

  *c = *config;
  c->encoder.class_token = c->class_token;
  c->encoder.tokens = (c->height / c->patch) * (c->width / c->patch) + (c->class_token ? 1 : 0);
  T = (gsize)c->encoder.tokens;
  self->embed = vit_embed;
  self->embedding = ms_dense_new (params, "embedding", lecun, ms_init_zeros, 3, 4,
                                  (gsize[]){ P, P, (gsize)c->channels, H });
  if (c->class_token)
    self->cls = ms_params_add (params, "cls", ms_init_zeros, 3, (gsize[]){ 1, 1, H }, false);
  self->pos_embedding = ms_params_add (params, "Encoder/posembed_input/pos_embedding", position, 3,
                                       (gsize[]){ 1, T, H }, false);
  self->encoder = ms_encoder_new (params, &c->encoder, feed_forward);
  return self;
}
