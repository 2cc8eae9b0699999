/* SPDX-License-Identifier: MIT */

/* Data points by class: a colour and a shape each, any number in two fills a class. */
#pragma once

#include "ui/paint/axis.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef struct {
  int n;
  const float *xy;  /* (n, 2) */
  const int *kind;  /* (n) class; NULL: all the same */
} MsMarkers;

/* @size: half a marker's width. */
void ms_markers_draw (cairo_t *cr, const MsMarkers *markers, const MsAxis *across, const MsAxis *up, double size,
                      const MsPalette *palette);
/* The corners of @kind's shape around the origin, at most MS_MARKER_CORNERS; returns how many. And a path of it. */
#define MS_MARKER_SHAPES 5
#define MS_MARKER_CORNERS 8
int ms_marker_shape (int kind, double size, double corner[MS_MARKER_CORNERS][2]);
void ms_marker_add (cairo_t *cr, const double (*corner)[2], int n, double x, double y);

/* Where the points are, without their classes: small squares of one colour. */
void ms_markers_dots (cairo_t *cr, const MsMarkers *markers, const MsAxis *across, const MsAxis *up, MsColour colour);
/* The classes' markers and names from @x on around @middle, as many as fit into @width. */
void ms_markers_legend (cairo_t *cr, const MsPalette *palette, const MsRecord *record, double x, double middle,
                        double width);

G_END_DECLS
