/* SPDX-License-Identifier: MIT */

/* A matrix as a picture: one pixel a cell, scaled. Where it has more cells than the area has pixels, each pixel shows
 * the cell that matters most, so that no peak is lost. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <math.h>

G_BEGIN_DECLS

/* @values (rows, columns); 0 has the sequential map's first colour and @most its last. A pixel of several cells shows
 * the largest. */
void ms_heat_draw (cairo_t *cr, const cairo_rectangle_t *area, const float *values, int rows, int columns, double most,
                   const MsPalette *palette);

/* A cell that is marked, and one that has no data: of ms_heat_draw_signed. */
#define MS_HEAT_MARK 2.0f
#define MS_HEAT_NONE NAN

/* @values (rows, columns) from -1 to 1 in the diverging map; marked cells have the outline's colour, those without data
 * are left clear. A pixel of several cells shows one that is marked, else the one farthest from 0. */
void ms_heat_draw_signed (cairo_t *cr, const cairo_rectangle_t *area, const float *values, int rows, int columns,
                          const MsPalette *palette);

/* @area with the size of a whole number of pixels for each cell, where a cell has at least 4. */
cairo_rectangle_t ms_heat_snap (const cairo_rectangle_t *area, int rows, int columns);

G_END_DECLS
