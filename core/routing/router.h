/* SPDX-License-Identifier: MIT */

/* A router decides which experts see a token and with what weight. One file a kind; MS_ROUTERS is the only list. Adding
 * one is its file, its line here, and its line in meson.build. */
#pragma once

#include "core/autodiff/ops.h"
#include "core/nn/pass.h"
#include "core/routing/capacity.h"

G_BEGIN_DECLS

/* Everything about routing that takes effect at the next step. Defaults are V-MoE's. */
typedef struct {
  int K;
  MsCapacityRule capacity;
  double eval_capacity_factor; /* 0: as in training */
  int group_examples;          /* examples per group; 0: the whole batch */
  double noise;                /* standard deviation of the logit noise while training */
  bool noise_by_experts;       /* divide it by E */
  bool renormalise;            /* divide the chosen gates by their sum: the same as softmax after top-k */
  bool priority_training, priority_evaluation; /* batch priority routing */
  bool load_exclusive;         /* leave the expert itself out of its threshold */
  double importance_weight, load_weight, gshard_weight; /* <= 0: the term is left out */
  double dropout;              /* in the experts */
} MsRoutingConfig;

typedef struct MsRouterKind MsRouterKind;

typedef struct {
  const MsRouterKind *kind;
  MsParam *kernel; /* (H, E); NULL for routers that do not learn */
  int E;
  guint32 place;   /* block index: the place of its random numbers */
} MsRouter;

/* What a router decided. Nodes and arrays live until the tape's reset; NULL: this router has none. */
typedef struct {
  const int *choice;      /* (T, K) experts, best first */
  MsNode *weights;        /* (T, K) combine weights */
  const MsReal *priority; /* (T) largest gate of each token, for batch priority */
  MsNode *logits;         /* (T, E) clean */
  MsNode *gates;          /* (T, E) that the choice was made from */
  MsNode *importance, *load, *gshard; /* unweighted losses, mean over groups */
} MsDecision;

struct MsRouterKind {
  const char *name; /* "top-k" */
  bool learns;      /* has a kernel "Router/dense/kernel" (H, E) */
  void (*decide) (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
                  int groups, MsDecision *decision);
};

#define MS_ROUTERS(X) X (top_k) X (hash) X (random)

#define MS_ROUTER_DECLARE(name) extern const MsRouterKind ms_router_##name;
MS_ROUTERS (MS_ROUTER_DECLARE)
#undef MS_ROUTER_DECLARE

const MsRouterKind *ms_router_kind_find (const char *name); /* NULL: unknown */

/* Declares its tensors under "@prefix/Router". Free with g_free. */
MsRouter *ms_router_new (const MsRouterKind *kind, MsParams *params, const char *prefix, int H, int E, guint32 place);

/* Weights 1 / K for each choice, for routers that do not learn. */
MsNode *ms_router_even_weights (MsTape *tape, int T, int K);

G_END_DECLS
