/* SPDX-License-Identifier: MIT */

/* Expert e:  y = gelu (x W1_e + b1_e) W2_e + b2_e, dropout after each half. */

#include "core/experts/expert.h"

typedef struct {
  MsExperts base;
  MsParam *kernel_0, *bias_0, *kernel_1, *bias_1;
  guint32 site;
} MlpExperts;

static MsNode *
mlp_forward (const MsExperts *base, MsTape *tape, MsNode *rows, const MsPlan *plan, double dropout, const MsPass *pass)
{
  const MlpExperts *self = (const MlpExperts *)base;
  MsNode *x = ms_expert_linear_gelu (tape, rows, ms_tape_param (tape, self->kernel_0),
                                     ms_tape_param (tape, self->bias_0), plan);

  x = ms_pass_dropout (pass, tape, x, dropout, self->site);
  x = ms_expert_linear (tape, x, ms_tape_param (tape, self->kernel_1), ms_tape_param (tape, self->bias_1), plan);
  return ms_pass_dropout (pass, tape, x, dropout, self->site + 1);
}

static void
mlp_free (MsExperts *base)
{
  g_free (base);
}

static MsParam *
add_param (MsParams *params, const char *prefix, const char *leaf, MsInit init, bool identical, int n_dim,
           const gsize *dim)
{
  g_autofree char *name = g_strdup_printf ("%s/Mlp/%s", prefix, leaf);

  init.identical = identical;
  init.fan_in = dim[1];
  init.fan_out = dim[n_dim - 1];
  return ms_params_add (params, name, init, n_dim, dim, true);
}

MsExperts *
ms_experts_mlp_new (MsParams *params, const char *prefix, int n_experts, int width, int hidden, bool identical,
                    guint32 site)
{
  const MsInit xavier = { .kind = MS_INIT_XAVIER_UNIFORM }, small = { .kind = MS_INIT_NORMAL, .scale = 1e-6 };
  gsize E = (gsize)n_experts, H = (gsize)width, F = (gsize)hidden;
  MlpExperts *self = g_new0 (MlpExperts, 1);

  self->base = (MsExperts){
    .E = n_experts,
    .parameters_each = 2 * H * F + F + H,
    .flops_per_token = 4 * H * F,
    .bytes_each = (2 * H * F + F + H) * sizeof (float),
    .forward = mlp_forward,
    .free = mlp_free,
  };
  self->kernel_0 = add_param (params, prefix, "Dense_0/kernel", xavier, identical, 3, (gsize[]){ E, H, F });
  self->bias_0 = add_param (params, prefix, "Dense_0/bias", small, identical, 2, (gsize[]){ E, F });
  self->kernel_1 = add_param (params, prefix, "Dense_1/kernel", xavier, identical, 3, (gsize[]){ E, F, H });
  self->bias_1 = add_param (params, prefix, "Dense_1/bias", small, identical, 2, (gsize[]){ E, H });
  self->base.tensors[0] = self->kernel_0;
  self->base.tensors[1] = self->bias_0;
  self->base.tensors[2] = self->kernel_1;
  self->base.tensors[3] = self->bias_1;
  self->base.n_tensors = 4;
  self->site = site;
  return &self->base;
}
