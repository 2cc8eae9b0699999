/* SPDX-License-Identifier: MIT */

/* Where Flow's columns, nodes and ribbons stand. */
#pragma once

#include "ui/paint/bands.h"
#include "ui/paint/flow-data.h"
#include "ui/paint/frame.h"

G_BEGIN_DECLS

typedef struct {
  double y[MS_FLOW_MOST], height[MS_FLOW_MOST];
} MsFlowStack;

/* A ribbon from a node to one of the next column; the band's colour is left to the painter. */
typedef struct {
  int column, from, to;
  MsBand band;
  double chosen; /* height of its selected part */
} MsFlowRibbon;

typedef struct {
  MsFrame frame;
  cairo_rectangle_t plot; /* of the columns; empty: nothing to draw, or no room */
  double names, notes;    /* heights of the columns' names above, and of what is dropped below */
  double node;            /* width of a node */
  double scale;           /* height of a token */
  int n_columns;
  MsFlowStack *stack;     /* (n_columns) owned */
  GArray *ribbons;        /* of MsFlowRibbon, owned: widest first; NULL: nothing to draw, or no room */
  double tokens, drawn;   /* between columns, and of these in ribbons; in height */
} MsFlowLayout;

MsFlowLayout ms_flow_lay_out (double width, double height, const MsFlow *flow, const MsPalette *palette);
void ms_flow_layout_clear (MsFlowLayout *layout);

double ms_flow_column_x (const MsFlowLayout *layout, int column);
cairo_rectangle_t ms_flow_node_area (const MsFlowLayout *layout, int column, int node);

/* The two edges between which the ribbons from @column stand. */
double ms_flow_ribbons_from (const MsFlowLayout *layout, int column);
double ms_flow_ribbons_to (const MsFlowLayout *layout, int column);

/* What is under the point: a node, or the narrowest of the ribbons. */
bool ms_flow_node_at (const MsFlowLayout *layout, const MsFlow *flow, double x, double y, int *column, int *node);
const MsFlowRibbon *ms_flow_ribbon_at (const MsFlowLayout *layout, double x, double y);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsFlowLayout, ms_flow_layout_clear)

G_END_DECLS
