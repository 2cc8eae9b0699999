/* SPDX-License-Identifier: MIT */

/* The sparse MoE layer in the place of a block's MLP: route, dispatch, experts, combine. */
#pragma once

#include "core/experts/expert.h"
#include "core/routing/router.h"

G_BEGIN_DECLS

typedef struct {
  MsFeedForward base;
  int block;         /* index of the block it stands in */
  MsRouter *router;  /* owned */
  MsExperts *experts; /* owned */
  const MsRoutingConfig *config; /* borrowed; may change between two passes */

  /* What happened in the last pass, until the tape's reset. */
  MsDecision decision;
  const MsPlan *plan;
  int capacity, groups;
  MsNode *loss;      /* weighted sum of its balancing losses; NULL: there are none */
} MsMoe;

/* Tensors under "Encoder/encoderblock_@block/Moe". */
MsMoe *ms_moe_new (MsParams *params, const MsRouterKind *kind, const MsRoutingConfig *config, int block, int E, int H,
                   int F, bool identical, guint32 site);

G_END_DECLS
