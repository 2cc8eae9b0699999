/* SPDX-License-Identifier: MIT */

/* The experts of one layer, all of one kind. One file a kind. */
#pragma once

#include "core/autodiff/ops.h"
#include "core/nn/pass.h"

G_BEGIN_DECLS

typedef struct MsExperts MsExperts;
struct MsExperts {
  int E;
  gsize parameters_each;       /* of one expert */
  guint64 flops_per_token;     /* forward, multiply-adds counted as two */
  guint64 bytes_each;          /* of one expert's weights, float32 */
  MsParam *tensors[4];         /* (E, …) each, borrowed: all weights that an expert has */
  int n_tensors;
  /* Rows (plan->n, H) sorted by expert -> (plan->n, H). */
  MsNode *(*forward) (const MsExperts *self, MsTape *tape, MsNode *rows, const MsPlan *plan, double dropout,
                      const MsPass *pass);
  void (*free) (MsExperts *self);
};

/* The transformer's MLP with weights of their own for each expert: "@prefix/Mlp/Dense_0/kernel" (E, H, F), ... With
 * @identical all experts start from the same weights (V-MoE's split_rngs = False). */
MsExperts *ms_experts_mlp_new (MsParams *params, const char *prefix, int E, int H, int F, bool identical, guint32 site);

G_END_DECLS
