/* SPDX-License-Identifier: MIT */

/* A small matrix of numbers between members, row against column, coloured and written out where that fits. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  const char *title;
  const double *values; /* (M, M); borrowed. The diagonal is 0 by definition and left empty. */
  int M, decimals;
  double factor;        /* values are written times this */
  double x, y, width;   /* of the title's line; y is its middle */
  cairo_rectangle_t cells; /* empty: no room */
} MsPairMatrix;

/* Places the matrix into @area: whole pixels a cell, square cells. */
void ms_pair_matrix_fit (MsPairMatrix *matrix, const cairo_rectangle_t *area, const MsPalette *palette);
/* @chosen: the member whose row and column are marked; < 0: none. */
void ms_pair_matrix_paint (cairo_t *cr, const MsPairMatrix *matrix, int chosen, const MsPalette *palette);
/* False on the diagonal too. */
bool ms_pair_matrix_pick (const MsPairMatrix *matrix, double x, double y, int *row, int *column,
                          cairo_rectangle_t *area);

G_END_DECLS
