/* SPDX-License-Identifier: MIT */

/* A matrix as a picture: one pixel a cell, scaled. Where it has more cells than the area has pixels, each pixel shows
 * the largest of its cells, so that no peak is lost. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>

G_BEGIN_DECLS

/* @values (rows, columns); 0 has the sequential map's first colour and @most its last. */
void ms_heat_draw (cairo_t *cr, const cairo_rectangle_t *area, const float *values, int rows, int columns, double most,
                   const MsPalette *palette);

/* @area with the size of a whole number of pixels for each cell, where a cell has at least 4. */
cairo_rectangle_t ms_heat_snap (const cairo_rectangle_t *area, int rows, int columns);

G_END_DECLS
