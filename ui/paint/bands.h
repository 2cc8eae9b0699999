/* SPDX-License-Identifier: MIT */

/* Bands from the left to the right between two upright edges, as Flow's ribbons: of one height all along, level at both
 * ends. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>

G_BEGIN_DECLS

typedef struct {
  double y0, y1, width; /* the upper edge where it leaves and where it arrives, and the height everywhere */
  MsColour colour;      /* opaque */
} MsBand;

/* Bands from @x0 to @x1, each above those before it. In an image hundreds of them take as long as it takes to write
 * their pixels; elsewhere they are paths. */
void ms_bands_draw (cairo_t *cr, double x0, double x1, const MsBand *band, int n);

/* Adds the outline of one to the path. */
void ms_band_path (cairo_t *cr, double x0, double x1, const MsBand *band);

/* The upper edge at @x. */
double ms_band_top (const MsBand *band, double x0, double x1, double x);

G_END_DECLS
