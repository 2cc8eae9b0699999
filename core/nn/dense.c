/* SPDX-License-Identifier: MIT */

#include "core/nn/dense.h"

#include "core/base/rng.h"

const MsInit ms_init_xavier = { .kind = MS_INIT_XAVIER_UNIFORM };
const MsInit ms_init_small_bias = { .kind = MS_INIT_NORMAL, .scale = 1e-6 };
const MsInit ms_init_zeros = { .kind = MS_INIT_CONSTANT, .scale = 0 };
const MsInit ms_init_ones = { .kind = MS_INIT_CONSTANT, .scale = 1 };

static gsize
product (const gsize *dim, int from, int to)
{
  gsize n = 1;

  for (int i = from; i < to; i++)
    n *= dim[i];
  return n;
}

MsDense
ms_dense_new (MsParams *params, const char *name, MsInit kernel, MsInit bias, int n_in, int n_dim, const gsize *dim)
{
  g_autofree char *kernel_name = g_strconcat (name, "/kernel", NULL);
  g_autofree char *bias_name = g_strconcat (name, "/bias", NULL);

  kernel.fan_in = product (dim, 0, n_in);
  kernel.fan_out = product (dim, n_in, n_dim);
  return (MsDense){
    .kernel = ms_params_add (params, kernel_name, kernel, n_dim, dim, false),
    .bias = ms_params_add (params, bias_name, bias, n_dim - n_in, dim + n_in, false),
  };
}

MsNode *
ms_dense_apply (const MsDense *dense, MsTape *tape, MsNode *x)
{
  return ms_linear (tape, x, ms_tape_param (tape, dense->kernel),
                    dense->bias != NULL ? ms_tape_param (tape, dense->bias) : NULL);
}

MsNode *
ms_dense_apply_gelu (const MsDense *dense, MsTape *tape, MsNode *x)
{
  return ms_linear_gelu (tape, x, ms_tape_param (tape, dense->kernel),
                         dense->bias != NULL ? ms_tape_param (tape, dense->bias) : NULL);
}

MsNode *
ms_dense_apply_add (const MsDense *dense, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass, guint32 site)
{
  MsNode *y;

  if (residual != NULL && (!ms_pass_drops (pass) || pass->dropout == 0))
    return ms_linear_add (tape, x, ms_tape_param (tape, dense->kernel),
                          dense->bias != NULL ? ms_tape_param (tape, dense->bias) : NULL, residual);
  y = ms_pass_dropout (pass, tape, ms_dense_apply (dense, tape, x), pass->dropout, site);
  return residual != NULL ? ms_add (tape, residual, y) : y;
}

MsNorm
ms_norm_new (MsParams *params, const char *name, gsize H)
{
  g_autofree char *scale_name = g_strconcat (name, "/scale", NULL);
  g_autofree char *bias_name = g_strconcat (name, "/bias", NULL);

  return (MsNorm){
    .scale = ms_params_add (params, scale_name, ms_init_ones, 1, &H, false),
    .bias = ms_params_add (params, bias_name, ms_init_zeros, 1, &H, false),
  };
}

MsNode *
ms_norm_apply (const MsNorm *norm, MsTape *tape, MsNode *x)
{
  return ms_layer_norm (tape, x, ms_tape_param (tape, norm->scale), ms_tape_param (tape, norm->bias));
}

MsNode *
ms_pass_dropout (const MsPass *pass, MsTape *tape, MsNode *x, double rate, guint32 site)
{
  if (!ms_pass_drops (pass))
    return x;
  return ms_dropout (tape, x, rate, pass->seed, ms_rng_stream (MS_RNG_DROPOUT, site, (guint64)pass->step));
}
