/* SPDX-License-Identifier: MIT */

/* A square matrix between the experts of a layer: numbers of both signs around a neutral 0, those that are NaN
 * hatched. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  int E;
  double most;             /* the size at which colours end */
  cairo_rectangle_t cells; /* empty: no room */
  bool numbers;            /* there is room for the experts' numbers, left and above */
} MsSquare;

/* Places the matrix into @area's upper left corner, with whole pixels a cell where there is room for them. */
MsSquare ms_square_fit (const cairo_rectangle_t *area, int E, double most, const MsPalette *palette);

/* @values (E, E). @factor > 0: cells with room are written out times this, with @decimals and a sign; the diagonal is
 * not. @chosen: the expert whose row and column are marked; < 0: none. */
void ms_square_paint (cairo_t *cr, const MsSquare *square, const double *values, double factor, int decimals,
                      int chosen, const MsPalette *palette);
bool ms_square_pick (const MsSquare *square, double x, double y, int *row, int *column, cairo_rectangle_t *area);
cairo_rectangle_t ms_square_cell (const MsSquare *square, int row, int column);

/* The colours with the numbers at their ends and in the middle, written times @factor, and @unit: from (x, middle) on.
 * Returns how wide that is, and draws nothing if it is more than @room. */
double ms_square_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double room, double most,
                      int decimals, const char *unit);

/* Takes the room of a caption away from above @area: the middle of its line, 0 if there is none. */
double ms_square_caption_room (cairo_rectangle_t *area, const MsPalette *palette);
/* The first of the @n lines, longest first, that is no wider than @room. */
void ms_square_caption (cairo_t *cr, const MsPalette *palette, double x, double middle, double room,
                        const char *const *lines, gsize n);

G_END_DECLS
