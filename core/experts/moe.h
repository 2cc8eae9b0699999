/* SPDX-License-Identifier: MIT */

/* The sparse MoE layer in the place of a block's MLP: route, dispatch, experts, combine. */
#pragma once

#include "core/experts/expert.h"
#include "core/routing/router.h"

G_BEGIN_DECLS

typedef struct {
  MsFeedForward base;
  int block;         /* index of the block it stands in */
  int member;        /* of a deep ensemble; -1: all members share the layer */
  MsRouter *router;  /* owned */
  MsExperts *experts; /* owned */
  const MsRoutingConfig *config; /* borrowed; may change between two passes */

  /* What happened in the last pass, until the tape's reset. */
  MsDecision decision;
  const MsPlan *plan;
  int capacity, groups;
  MsNode *loss;      /* weighted sum of its balancing losses; NULL: there are none */
} MsMoe;

/* What a layer is built for. */
typedef struct {
  int block, member; /* as in MsMoe */
  int E, H, F;
  bool identical;    /* all experts start from the same weights */
  guint32 site;      /* of its first dropout */
} MsMoeShape;

/* Tensors under "Encoder/encoderblock_@block/Moe". */
MsMoe *ms_moe_new (MsParams *params, const MsRouterKind *kind, const MsRoutingConfig *config, const MsMoeShape *shape);

G_END_DECLS
