/* SPDX-License-Identifier: MIT */

/* The way of a batch's tokens: groups of them, then the experts of one routed layer after another, and how many tokens
 * go from each to each. A token counts as one in every layer: its n choices 1 / n each (n = K unless experts choose),
 * in Soft MoE by combine weight; from one layer to the next all of its pairs of choices, each with the product of its
 * parts. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_FLOW_NODES 32   /* groups or experts of a column that stand alone; the others are bundled */
#define MS_FLOW_MOST (MS_FLOW_NODES + 3) /* with the others, the dropped and those without expert */

typedef enum {
  MS_FLOW_ONE,     /* a class, a range of places, an expert */
  MS_FLOW_OTHERS,  /* those with least */
  MS_FLOW_DROPPED, /* choices that capacity dropped */
  MS_FLOW_UNTAKEN, /* tokens without any choice: no expert chose them, or all are masked */
} MsFlowKind;

typedef struct {
  MsFlowKind kind;
  int id, n;   /* ONE: which; OTHERS: how many */
  double mass; /* tokens */
} MsFlowNode;

typedef struct {
  int layer;                     /* index into record->routing; MS_NONE: the groups of tokens */
  int n_ids, n_nodes;            /* groups or experts, and nodes that they share */
  MsFlowNode node[MS_FLOW_MOST];
  int *node_of;                  /* (n_ids) */
  int dropped, untaken;          /* nodes of what is dropped, and of tokens without expert; MS_NONE: there is none */
  bool uneven;                   /* not all tokens have K choices */
  int selected;                  /* the node of the selected expert, where it alone is followed; MS_NONE: all are */
  float *mass, *chosen;          /* (n_nodes, nodes of the next column) tokens, and the selected ones; NULL: last */
} MsFlowColumn;

typedef struct {
  const MsRecord *record;
  int n_columns;         /* 0: there is nothing to follow */
  MsFlowColumn *column;  /* (n_columns) */
  int n_layers, absent;  /* routed layers that belong here, and those whose tokens' ways were not captured */
  bool by_class;         /* groups are classes, else ranges of @span places of a token in its example */
  int span;
  int copy, rows, every; /* all copies: MS_NONE; tokens of a layer; one of so many is followed */
  bool selects;          /* some of the tokens are selected */
  double total;          /* tokens that are followed, times @every */
} MsFlow;

MsFlow *ms_flow_new (const MsScene *scene);
void ms_flow_free (MsFlow *flow);

/* Where the layer's tokens went was captured for as many as the record has. */
bool ms_flow_is_captured (const MsRecord *record, const MsRouting *routing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsFlow, ms_flow_free)

G_END_DECLS
