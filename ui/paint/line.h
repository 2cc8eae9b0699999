/* SPDX-License-Identifier: MIT */

/* A curve through any number of values, bounded by pixels: per column the least and the largest value, filled as one
 * band. A vector shape, so that files stay sharp. */
#pragma once

#include "ui/paint/axis.h"

G_BEGIN_DECLS

typedef struct {
  int n;
  const double *x, *y; /* (n), x ascending; y NaN: absent, the line has a gap there */
} MsLine;

/* Strokes @line with @width, clipped to the axes' ranges. */
void ms_line_draw (cairo_t *cr, const MsLine *line, const MsAxis *across, const MsAxis *up, double width,
                   MsColour colour);
/* The last value that is not absent; NaN: none. */
double ms_line_last (const MsLine *line);
double ms_line_max (const MsLine *line);

/* Moves the middles of @n labels of @height, given in ascending order, apart from each other and into [top, bottom]. */
void ms_spread_labels (double *wanted, int n, double height, double top, double bottom);

G_END_DECLS
