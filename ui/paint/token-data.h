/* SPDX-License-Identifier: MIT */

/* One token's way through one routed layer, read from the record: what the Token view shows and its words say. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef enum {
  MS_GATES_UNKNOWN, /* not captured, or by a router that has none */
  MS_GATES_SOFTMAX, /* over the experts that the token can go to */
  MS_GATES_SIGMOID, /* each by itself; the choice is made by gate plus bias */
} MsGatesKind;

/* What the router says of one expert for this token; NaN: not captured. */
typedef struct {
  int expert;
  double logit, offset, noise; /* offset and noise 0 where there is none */
  double input;                /* their sum, of which the gate is taken; -INFINITY where an intervention masks */
  double gate;                 /* as recorded */
  double bias;                 /* what a sigmoid router adds before it chooses */
  int rank;                    /* that of the choice, from 0; MS_NONE: not chosen */
} MsTokenGate;

/* One of the token's choices. */
typedef struct {
  int expert;
  double gate;     /* what the router says of it */
  double weight;   /* what its output is multiplied by */
  int place;       /* from 0; MS_NONE: not captured */
  int kept;        /* 1, 0, or MS_NONE: not captured */
  double out_norm; /* of its output; NaN: dropped or not captured */
} MsTokenChoice;

typedef struct {
  const MsRecord *record;   /* borrowed */
  const MsRouting *routing; /* borrowed */
  int layer;                /* index into record->routing */
  int token, example, copy;
  int member;               /* whose way it is; MS_NONE: there are no members to tell apart */
  bool routed;              /* false: padding, or what it chose was not captured */
  MsGatesKind kind;
  bool has_offset, has_noise, has_bias;
  bool explained;           /* logit + offset + noise give the recorded gates */
  double largest, sum;      /* softmax: the largest input, and the sum of exp (input - largest) */
  int n;
  MsTokenGate *gate;        /* (n), owned: the experts that the token can go to, by number */
  int n_choices;
  MsTokenChoice *choice;    /* (n_choices), owned: best first */
  double chosen_sum;        /* of the chosen experts' gates */
  double in_norm, added_norm;
} MsTokenRoute;

/* False: no token of a routed layer is chosen, and nothing is held. Soft layers have neither gates nor choices: see
 * ui/paint/slots-data.h. */
bool ms_token_route_read (MsTokenRoute *self, const MsScene *scene);
void ms_token_route_clear (MsTokenRoute *self);

/* The gate that the inputs come to: softmax or sigmoid, in double. NaN: not known. */
double ms_token_route_gate (const MsTokenRoute *self, const MsTokenGate *gate);
const MsTokenGate *ms_token_route_of (const MsTokenRoute *self, int expert); /* NULL: it cannot go there */

/* The gates to show, as indices into gate, @n of them: all by their number, or where there are more the largest first
 * and every chosen one among them. Returns how many. */
int ms_token_route_list (const MsTokenRoute *self, int *index, int n);

/* The same token in another layer: of the same block another member's (deep ensembles), or of another block. Returns
 * its first choice, in a soft layer the expert of the slot it uses most; MS_NONE: none, or not captured. */
int ms_token_route_elsewhere (const MsTokenRoute *self, int layer, int token);

/* The layers of the token's own way: of the shown member where members have layers of their own. Returns the index of
 * the first such layer at or after @layer; MS_NONE: there is none. */
int ms_token_route_next_layer (const MsTokenRoute *self, int layer);

/* The @i-th of the others that treat the same patch: copies of it in this layer, or members' layers of this block. Sets
 * its member, layer and token; false: there are no more. */
bool ms_token_route_other (const MsTokenRoute *self, int i, int *member, int *layer, int *token);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsTokenRoute, ms_token_route_clear)

G_END_DECLS
