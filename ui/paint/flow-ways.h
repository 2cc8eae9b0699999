/* SPDX-License-Identifier: MIT */

/* The tokens that Flow follows, and to which of a column's nodes each of them goes. */
#pragma once

#include "ui/paint/flow-data.h"

G_BEGIN_DECLS

/* A row is a token of the layers that have most copies of them. */
typedef struct {
  int n;
  int *row;      /* (n) owned */
  float *all;    /* (n) owned: how many tokens it stands for; 0: only there as it is selected */
  float *chosen; /* (n) owned: how much of that is selected */
} MsFlowRows;

MsFlowRows ms_flow_rows (const MsFlow *flow, const MsScene *scene);
void ms_flow_rows_clear (MsFlowRows *rows);

/* What is selected is an expert, and not a token or example beside it. */
bool ms_flow_selects_expert (const MsScene *scene);

/* The parts of each row in a column: up to @n of the same weight, each with where it goes, or one for each node. */
typedef struct {
  int n;
  float *each;   /* (rows) owned: the weight of each of a row's parts; NULL: weights */
  gint16 *to;    /* (rows, n) owned: group or expert, when settled its node; MS_NONE: no part. NULL: weights */
  float *weight; /* (rows, n) owned: by node; NULL: all alike */
} MsFlowParts;

/* The tokens of a column. */
typedef struct {
  double *mass;    /* (n_ids) borrowed: of each group or expert */
  double dropped;  /* of which capacity dropped the choice */
  double untaken;  /* without any choice */
  bool uneven;     /* not all have K choices */
} MsFlowSums;

/* Adds to @sums what the rows have in the column. */
MsFlowParts ms_flow_parts (const MsFlow *flow, const MsFlowColumn *column, const MsFlowRows *rows, MsFlowSums *sums);
/* From groups or experts to the column's nodes. */
void ms_flow_parts_settle (MsFlowParts *parts, const MsFlow *flow, const MsFlowColumn *column, const MsFlowRows *rows);
void ms_flow_parts_clear (MsFlowParts *parts);

/* Adds the products of the parts of each row in two columns, times the row's @factor, to @mass (nodes of the left
 * column, @n_right). In a column where @left_only or @right_only is a node, all of a row goes there. */
void ms_flow_parts_join (float *mass, int n_right, int rows, const float *factor, const MsFlowParts *left,
                         const MsFlowParts *right, int left_only, int right_only);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsFlowRows, ms_flow_rows_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsFlowParts, ms_flow_parts_clear)

G_END_DECLS
