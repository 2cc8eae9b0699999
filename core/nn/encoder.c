/* SPDX-License-Identifier: MIT */

#include "core/nn/encoder.h"

typedef struct {
  MsNorm norm_0, norm_1; /* norm_0 only with attention */
  MsDense query, key, value, out;
  MsFeedForward *feed_forward; /* owned */
} Block;

struct MsEncoder {
  MsEncoderConfig config;
  Block *block; /* (blocks) */
  MsNorm norm;
  MsDense pre_logits, head;
};

static void
add_attention (Block *block, MsParams *params, const char *prefix, const MsEncoderConfig *c)
{
  gsize H = (gsize)c->width, heads = (gsize)c->heads, d = H / heads;
  const char *names[] = { "query", "key", "value" };
  MsDense *dense[] = { &block->query, &block->key, &block->value };
  g_autofree char *out = g_strconcat (prefix, "/SelfAttention/out", NULL);

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/SelfAttention/%s", prefix, names[i]);

      *dense[i] = ms_dense_new (params, name, ms_init_xavier, ms_init_zeros, 1, 3, (gsize[]){ H, heads, d });
    }
  block->out = ms_dense_new (params, out, ms_init_xavier, ms_init_zeros, 2, 3, (gsize[]){ heads, d, H });
}

static void
add_block (MsEncoder *encoder, MsParams *params, int i, MsFeedForward *feed_forward)
{
  const MsEncoderConfig *c = &encoder->config;
  Block *block = &encoder->block[i];
  g_autofree char *prefix = g_strdup_printf ("Encoder/encoderblock_%d", i);
  g_autofree char *norm_0 = g_strconcat (prefix, "/LayerNorm_0", NULL);
  g_autofree char *norm_1 = g_strconcat (prefix, "/LayerNorm_1", NULL);

  if (c->heads > 0)
    {
      block->norm_0 = ms_norm_new (params, norm_0, (gsize)c->width);
      add_attention (block, params, prefix, c);
    }
  block->norm_1 = ms_norm_new (params, norm_1, (gsize)c->width);
  block->feed_forward = feed_forward != NULL
                          ? feed_forward
                          : ms_mlp_block_new (params, prefix, c->width, c->hidden, MS_SITE_BLOCK (i) + 1);
}

static void
add_top (MsEncoder *encoder, MsParams *params)
{
  const MsEncoderConfig *c = &encoder->config;
  MsInit head_bias = { .kind = MS_INIT_CONSTANT, .scale = c->head_bias }, lecun = { .kind = MS_INIT_LECUN };
  gsize width = (gsize)c->width, representation = (gsize)c->representation;

  if (representation > 0 && c->pre_logits == NULL)
    encoder->pre_logits
      = ms_dense_new (params, "pre_logits", lecun, ms_init_zeros, 1, 2, (gsize[]){ width, representation });
  if (c->head == NULL)
    encoder->head = ms_dense_new (params, "head", ms_init_zeros, head_bias, 1, 2,
                                  (gsize[]){ representation > 0 ? representation : width, (gsize)c->classes });
}

MsEncoder *
ms_encoder_new (MsParams *params, const MsEncoderConfig *config, MsFeedForward *const *feed_forward)
{
  MsEncoder *encoder = g_new0 (MsEncoder, 1);

  encoder->config = *config;
  encoder->block = g_new0 (Block, config->blocks);
  for (int i = 0; i < config->blocks; i++)
    add_block (encoder, params, i, feed_forward != NULL ? feed_forward[i] : NULL);
  encoder->norm = ms_norm_new (params, "Encoder/encoder_norm", (gsize)config->width);
  add_top (encoder, params);
  return encoder;
}

void
ms_encoder_free (MsEncoder *encoder)
{
  if (encoder == NULL)
    return;
  for (int i = 0; i < encoder->config.blocks; i++)
    ms_feed_forward_free (encoder->block[i].feed_forward);
  ms_feed_forward_free (encoder->config.pre_logits);
  ms_feed_forward_free (encoder->config.head);
  g_free (encoder->block);
  g_free (encoder);
}

static MsNode *
attend (const Block *block, MsTape *tape, MsNode *x, const MsEncoderConfig *c, const MsPass *pass, guint32 site)
{
  MsNode *normed = ms_norm_apply (&block->norm_0, tape, x);
  const MsDense *dense[] = { &block->query, &block->key, &block->value };
  MsNode *weights[6], *qkv;

  for (int i = 0; i < 3; i++)
    {
      weights[2 * i] = ms_tape_param (tape, dense[i]->kernel);
      weights[2 * i + 1] = ms_tape_param (tape, dense[i]->bias);
    }
  qkv = ms_qkv (tape, normed, weights);
  return ms_dense_apply_add (&block->out, tape, ms_attention (tape, qkv, c->tokens, c->heads), x, pass, site);
}

/* Copies that are made late share the block's attention and norm, with whose dropout masks they differ from copies made
 * early; without dropout it is the same. */
static MsNode *
forward_block (const Block *block, MsTape *tape, MsNode *x, const MsEncoderConfig *c, int i, const MsPass *pass)
{
  int copies = i == c->copy_block ? c->copies : 1;
  MsNode *normed;

  if (c->copy_early)
    x = ms_tile (tape, x, copies);
  if (c->heads > 0)
    x = attend (block, tape, x, c, pass, MS_SITE_BLOCK (i));
  normed = ms_norm_apply (&block->norm_1, tape, x);
  if (!c->copy_early)
    {
      normed = ms_tile (tape, normed, copies);
      x = ms_tile (tape, x, copies);
    }
  return block->feed_forward->forward (block->feed_forward, tape, normed, x, pass);
}

/* @dense, or what stands in its place. */
static MsNode *
apply_top (const MsDense *dense, MsFeedForward *instead, MsTape *tape, MsNode *x, const MsPass *pass)
{
  return instead != NULL ? instead->forward (instead, tape, x, NULL, pass) : ms_dense_apply (dense, tape, x);
}

MsNode *
ms_encoder_forward (const MsEncoder *encoder, MsTape *tape, MsNode *x, const MsPass *pass, MsNode **features)
{
  const MsEncoderConfig *c = &encoder->config;

  for (int i = 0; i < c->blocks; i++)
    x = forward_block (&encoder->block[i], tape, x, c, i, pass);
  x = ms_norm_apply (&encoder->norm, tape, x);
  x = c->class_token ? ms_pool_first (tape, x, c->tokens) : ms_pool_mean (tape, x, c->tokens);
  if (c->representation > 0)
    x = ms_tanh (tape, apply_top (&encoder->pre_logits, c->pre_logits, tape, x, pass));
  if (features != NULL)
    *features = x;
  return apply_top (&encoder->head, c->head, tape, x, pass);
}
