/* SPDX-License-Identifier: MIT */

/* BatchEnsemble (Wen et al., 2020; edward2's DenseBatchEnsemble): all members share a dense layer's kernel, and each
 * scales its inputs and outputs by vectors of its own and has a bias of its own,
 *
 *   y = ((x o alpha_m) W) o gamma_m + bias_m
 *
 * in both layers of the MLPs that the placement names, and in the layers behind the pooling. */

#include "core/ensemble/ensemble.h"

#include "core/nn/dense.h"

typedef struct {
  MsParam *kernel;             /* (in, out) */
  MsParam *alpha, *gamma, *bias; /* (M, in), (M, out), (M, out) */
} FastDense;

typedef struct {
  MsFeedForward base;
  FastDense dense_0, dense_1;
  guint32 site;
} FastMlp;

typedef struct {
  MsFeedForward base;
  FastDense dense;
} FastHead;

static MsEnsembleShape
batch_shape (const MsEnsembleConfig *config)
{
  MsEnsembleShape shape = { 1, 1, 1, 1 };

  shape.copies = config->M;
  return shape;
}

static MsParam *
add_tensor (MsParams *params, const char *name, const char *leaf, MsInit init, int rows, int cols)
{
  g_autofree char *full = g_strdup_printf ("%s/%s", name, leaf);

  return ms_params_add (params, full, init, 2, (gsize[]){ (gsize)rows, (gsize)cols }, false);
}

static MsParam *
add_fast (MsParams *params, const char *name, const char *leaf, const MsEnsembleConfig *config, int n)
{
  const MsInit signs = { .kind = MS_INIT_SIGNS, .scale = config->fast_init };
  const MsInit near_one = { .kind = MS_INIT_NORMAL, .mean = 1, .scale = -config->fast_init };
  MsParam *param = add_tensor (params, name, leaf, config->fast_init > 0 ? signs : near_one, config->M, n);

  param->fast = true;
  return param;
}

static FastDense
fast_dense_new (MsParams *params, const MsEnsembleConfig *config, const char *name, MsInit kernel, MsInit bias, int in,
                int out)
{
  FastDense dense;

  kernel.fan_in = (gsize)in;
  kernel.fan_out = (gsize)out;
  dense.kernel = add_tensor (params, name, "kernel", kernel, in, out);
  dense.alpha = add_fast (params, name, "fast_weight_alpha", config, in);
  dense.gamma = add_fast (params, name, "fast_weight_gamma", config, out);
  dense.bias = add_tensor (params, name, "bias", bias, config->M, out);
  return dense;
}

/* @x: rows of M members one after another. */
static MsNode *
fast_dense_apply (const FastDense *dense, MsTape *tape, MsNode *x)
{
  x = ms_member_affine (tape, x, ms_tape_param (tape, dense->alpha), NULL);
  x = ms_linear (tape, x, ms_tape_param (tape, dense->kernel), NULL);
  return ms_member_affine (tape, x, ms_tape_param (tape, dense->gamma), ms_tape_param (tape, dense->bias));
}

static void
fast_free (MsFeedForward *base)
{
  g_free (base);
}

static MsNode *
fast_mlp_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  const FastMlp *self = (FastMlp *)base;

  x = ms_gelu (tape, fast_dense_apply (&self->dense_0, tape, x));
  x = ms_pass_dropout (pass, tape, x, pass->dropout, self->site);
  x = fast_dense_apply (&self->dense_1, tape, x);
  x = ms_pass_dropout (pass, tape, x, pass->dropout, self->site + 1);
  return residual != NULL ? ms_add (tape, residual, x) : x;
}

static MsFeedForward *
batch_mlp (MsParams *params, const MsEnsembleConfig *config, const char *prefix, int width, int hidden, guint32 site)
{
  FastMlp *self = g_new0 (FastMlp, 1);
  g_autofree char *name_0 = g_strconcat (prefix, "/Mlp/Dense_0", NULL);
  g_autofree char *name_1 = g_strconcat (prefix, "/Mlp/Dense_1", NULL);

  self->base = (MsFeedForward){ fast_mlp_forward, fast_free };
  self->dense_0 = fast_dense_new (params, config, name_0, ms_init_xavier, ms_init_small_bias, width, hidden);
  self->dense_1 = fast_dense_new (params, config, name_1, ms_init_xavier, ms_init_small_bias, hidden, width);
  self->site = site;
  return &self->base;
}

static MsNode *
fast_head_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  x = fast_dense_apply (&((FastHead *)base)->dense, tape, x);
  return residual != NULL ? ms_add (tape, residual, x) : x;
}

static MsFeedForward *
batch_dense (MsParams *params, const MsEnsembleConfig *config, const char *name, MsInit kernel, MsInit bias, int in,
             int out)
{
  FastHead *self = g_new0 (FastHead, 1);

  self->base = (MsFeedForward){ fast_head_forward, fast_free };
  self->dense = fast_dense_new (params, config, name, kernel, bias, in, out);
  return &self->base;
}

static MsFeedForward *
batch_pre_logits (MsParams *params, const MsEnsembleConfig *config, int width, int representation)
{
  const MsInit lecun = { .kind = MS_INIT_LECUN };

  return batch_dense (params, config, "pre_logits", lecun, ms_init_zeros, width, representation);
}

static MsFeedForward *
batch_head (MsParams *params, const MsEnsembleConfig *config, int width, int classes, double bias)
{
  const MsInit head_bias = { .kind = MS_INIT_CONSTANT, .scale = bias };

  return batch_dense (params, config, "head", ms_init_zeros, head_bias, width, classes);
}

const MsEnsembleKind ms_ensemble_batch = {
  .name = "batch",
  .shape = batch_shape,
  .mlp = batch_mlp,
  .pre_logits = batch_pre_logits,
  .head = batch_head,
};
