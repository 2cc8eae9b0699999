/* SPDX-License-Identifier: MIT */

/* A router decides which experts see a token and with what weight. One file a kind; MS_ROUTERS is the only list. Adding
 * one is its file, its line here, and its line in meson.build. */
#pragma once

#include "core/autodiff/ops.h"
#include "core/nn/pass.h"
#include "core/routing/capacity.h"
#include "core/routing/intervention.h"

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
  double z_weight, switch_weight;                       /* likewise */
  double jitter;               /* switch: its input is scaled by U [1 - jitter, 1 + jitter] while training */
  double bias_rate;            /* sigmoid: what a bias moves by after a training step */
  double gate_scale;           /* sigmoid: factor of the weights */
  double dropout;              /* in the experts */
} MsRoutingConfig;

typedef struct MsRouterKind MsRouterKind;

/* What a router is built for. */
typedef struct {
  int H, E, M; /* as in MsRouter */
  int slots;   /* soft: > 0 */
  int parts;   /* as in MsRouter; 0: 1 */
  guint32 place;
} MsRouterShape;

/* The rows it is given are those of its M members one after another, T / M each; member m has the kernel [:, m, :]. */
typedef struct {
  const MsRouterKind *kind;
  MsParam *kernel; /* (H, E), or (H, M, E) with members' own routers; NULL for routers that do not learn */
  int M;           /* kernels; 1 without member routers */
  int E;           /* experts that one token can choose among: E / M of all where they are partitioned */
  int slots;       /* soft: per expert, > 0; 0 for the others */
  MsParam *bias;   /* sigmoid: (M, E), moved by settle, not by gradients; NULL for the others */
  MsParam *mu, *scale; /* soft: (H, E, slots) and () */
  guint32 place;   /* block index: the place of its random numbers */
  int parts;       /* of its rows, one after another, each with E experts of its own; 1: all rows share the E */
  MsIntervention *steers; /* (n_steers) owned: standing masks, forces and biases; their experts count over all parts */
  int n_steers;
  bool frozen;     /* it learns no more, by gradients or otherwise */
} MsRouter;

/* What a router decided. Nodes and arrays live until the tape's reset; NULL: this router has none. */
typedef struct {
  int K;                  /* choices per token: the configuration's, or what experts that choose came to */
  const int *choice;      /* (T, K) of the router's E experts, best first; -1: none. NULL: a soft router */
  MsNode *weights;        /* (T, K) combine weights */
  bool placed;            /* the choice keeps to the capacity by itself: nothing more is dropped */
  /* soft: (T, S) weights of tokens in slots and of slots in tokens, S = slots of all experts; in a pass alone S = E,
   * for then all slots of an expert read the same. */
  MsNode *dispatch, *mix;
  const MsReal *priority; /* (T) largest gate of each token, for batch priority */
  MsNode *logits;         /* (T, E) clean; soft: (T, slots of all experts) */
  MsNode *steered;        /* logits plus offset; the logits themselves where no intervention stands */
  const MsReal *offset;   /* (T, E) what interventions add, -INFINITY where they mask; NULL: none stands */
  const guint8 *forced;   /* (T, E) > 0: a force put it first, of several the largest last; NULL with offset */
  MsNode *noisy;          /* (T, E) steered with this step's noise, which was added to noisy->in[0]; NULL: none */
  MsNode *gates;          /* (T, E) that the choice was made from */
  MsNode *importance, *load, *gshard, *z; /* unweighted losses, mean over groups; gshard is Switch's loss too */
  double gshard_weight;   /* of gshard: the configuration's of that name, or Switch's */
} MsDecision;

struct MsRouterKind {
  const char *name; /* "top-k" */
  bool learns;      /* has a kernel "Router/dense/kernel" */
  bool soft;        /* mixes tokens in slots and chooses nothing */
  /* Declares its other tensors, under "@prefix/Router". NULL: it has none. */
  void (*declare) (MsRouter *router, MsParams *params, const char *prefix, const MsRouterShape *shape);
  bool places;      /* experts choose: it keeps to the capacity by itself, a share of the tokens, not of choices */
  /* @x (T, H); @groups of consecutive rows, over all members; @capacity places per expert and group, 0: no limit. */
  void (*decide) (const MsRouter *router, MsTape *tape, MsNode *x, const MsRoutingConfig *config, const MsPass *pass,
                  int groups, int capacity, MsDecision *decision);
  /* After a training step whose assignments were @load (M, E), kept or dropped: what is learnt without gradients.
   * NULL: nothing. */
  void (*settle) (MsRouter *router, const MsRoutingConfig *config, const int *load);
};

#define MS_ROUTERS(X) X (top_k) X (switch) X (sigmoid) X (experts_choose) X (soft) X (hash) X (random)

#define MS_ROUTER_DECLARE(name) extern const MsRouterKind ms_router_##name;
MS_ROUTERS (MS_ROUTER_DECLARE)
#undef MS_ROUTER_DECLARE

const MsRouterKind *ms_router_kind_find (const char *name); /* NULL: unknown */

/* Declares its tensors under "@prefix/Router". */
MsRouter *ms_router_new (const MsRouterKind *kind, MsParams *params, const char *prefix, const MsRouterShape *shape);
void ms_router_free (MsRouter *router);

/* From the next pass on these masks, forces and biases stand, @n of them, copied. */
void ms_router_set_steers (MsRouter *router, const MsIntervention *steers, int n);

/* x W: (T, E), each member's rows by its own kernel. */
MsNode *ms_router_logits (const MsRouter *router, MsTape *tape, MsNode *x);

/* decision->logits with what interventions add as constants; fills decision->steered, offset and forced. */
MsNode *ms_router_steer (const MsRouter *router, MsTape *tape, const MsPass *pass, MsDecision *decision);

/* Soft: @logits (T, slots) with -INFINITY at the slots of masked experts; @logits itself where there are none. */
MsNode *ms_router_silence (const MsRouter *router, MsTape *tape, MsNode *logits);

/* Whether an intervention keeps the expert at @at of (T, E) from being chosen. */
bool ms_decision_masks (const MsDecision *decision, gsize at);

/* (E * parts) 1: a mask stands; NULL: none does. Free with g_free. */
guint8 *ms_router_dup_masked (const MsRouter *router);

/* How many of K choices masks leave, in the part that they leave the fewest. >= 1. */
int ms_router_choices_left (const MsRouter *router, int K);

/* Fills decision->K and choice: the experts with the largest @score (T, E; NULL on a dry tape) that are not masked,
 * then -1. */
void ms_router_choose (const MsRouter *router, MsTape *tape, const MsReal *score, int T, int K, MsDecision *decision);

/* The logits with the noise of this step's training, whose standard deviation *@sigma is; 0 and @logits themselves in a
 * deterministic pass. */
MsNode *ms_router_noisy (const MsRouter *router, MsTape *tape, MsNode *logits, const MsRoutingConfig *config,
                         const MsPass *pass, double *sigma);

/* The z-loss of decision->steered, unless its weight is 0. */
void ms_router_add_z (MsTape *tape, const MsRoutingConfig *config, MsDecision *decision);

/* (T) of @values (T, E) at each token's first choice in @choice (T, K), 0 where it has none, as among experts that are
 * masked or have no finite gate: what batch priority serves by. */
const MsReal *ms_router_first (MsTape *tape, const MsNode *values, const int *choice, int K);

/* Weights 1 / K for each choice, for routers that do not learn. */
MsNode *ms_router_even_weights (MsTape *tape, int T, int K);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsRouter, ms_router_free)

G_END_DECLS
