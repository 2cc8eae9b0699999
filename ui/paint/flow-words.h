/* SPDX-License-Identifier: MIT */

/* The ways of tokens in words and numbers. */
#pragma once

#include "ui/paint/flow-data.h"
#include "ui/paint/format.h"

G_BEGIN_DECLS

MsNumber ms_flow_column_name (const MsFlow *flow, int column);          /* "class", "block 3" */
MsNumber ms_flow_node_name (const MsFlow *flow, int column, int node);  /* "class 3", "expert 5", "others (12)" */
MsNumber ms_flow_node_label (const MsFlow *flow, int column, int node); /* "3", "+12", "" */

/* Where spots of Flow keep what they mean: a node in bin, a ribbon from it in bin to node @other of the next column. */
int ms_flow_bin (int column, int node);
int ms_flow_bin_column (int bin);
int ms_flow_bin_node (int bin);

char *ms_flow_describe (const MsScene *scene, const MsSpot *spot);
char *ms_flow_table (const MsScene *scene);

G_END_DECLS
