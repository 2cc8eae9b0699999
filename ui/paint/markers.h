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
/* Where the points are, without their classes: small squares of one colour. */
void ms_markers_dots (cairo_t *cr, const MsMarkers *markers, const MsAxis *across, const MsAxis *up, MsColour colour);
/* The classes' markers and names from @x on around @middle, as many as fit into @width. */
void ms_markers_legend (cairo_t *cr, const MsPalette *palette, const MsRecord *record, double x, double middle,
                        double width);

G_END_DECLS
