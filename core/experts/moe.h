/* SPDX-License-Identifier: MIT */

/* The MoE layer in the place of a block's MLP: route, dispatch, experts, combine. */
#pragma once

#include "core/experts/expert.h"
#include "core/routing/assign.h"
#include "core/routing/router.h"

G_BEGIN_DECLS

typedef struct {
  MsFeedForward base;
  int block;         /* index of the block it stands in */
  int member;        /* of a deep ensemble; -1: all members share the layer */
  int copies;        /* of the examples' tokens that pass it, one after another: E3's members; else 1 */
  int parts;         /* of the experts: the tokens of copy m choose among part m; 1: all choose among all */
  bool tile;         /* the copies are made here and their outputs added up, as E3 without tiling does */
  MsRouter *router;  /* owned */
  MsExperts *experts; /* owned */
  const MsRoutingConfig *config; /* borrowed; may change between two passes */

  /* What happened in the last pass, until the tape's reset. */
  MsDecision decision;
  const MsPlan *plan;  /* with all E experts */
  int capacity, groups; /* a group has its tokens of every copy; losses and choices are by group and copy */
  MsNode *x, *rows;  /* (T, H) what router and experts read; (plan->n, H) what the experts gave */
  MsFill fill;       /* how the places were given out; of a soft layer nothing */
  MsNode *loss;      /* weighted sum of its balancing losses; NULL: there are none */
} MsMoe;

/* What a layer is built for. */
typedef struct {
  int block, member; /* as in MsMoe */
  int E, H, F;
  int copies;        /* as in MsMoe; 0: 1 */
  bool partition;    /* the experts are as many parts as there are copies */
  bool own_routers;  /* each copy has a router of its own */
  bool tile;         /* as in MsMoe */
  int slots;         /* of each expert, with a soft router */
  bool identical;    /* all experts start from the same weights */
  guint32 site;      /* of its first dropout */
} MsMoeShape;

/* Tensors under "Encoder/encoderblock_@block/Moe". */
MsMoe *ms_moe_new (MsParams *params, const MsRouterKind *kind, const MsRoutingConfig *config, const MsMoeShape *shape);

/* After a training step, before the tape's reset: what the router learns without gradients from this step's loads. */
void ms_moe_settle (MsMoe *moe, MsTape *tape);

G_END_DECLS
