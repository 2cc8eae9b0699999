/* SPDX-License-Identifier: MIT */

/* One row of a small table of figures beside a plot: a name on the left, numbers in columns from the right. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_FIGURE_ROW 16.0    /* height of a row at scale 1 */
#define MS_FIGURE_COLUMN 45.0 /* width of a column of numbers */

typedef struct {
  const char *name;
  const char *cells[4]; /* NULL-terminated unless full */
  bool head;            /* of the table: muted */
  bool chosen, muted;
} MsFigureRow;

/* Where row @row of a table stands; -1: its head. */
cairo_rectangle_t ms_figure_row_area (const cairo_rectangle_t *list, int row, const MsPalette *palette);
void ms_figure_row_draw (cairo_t *cr, const MsPalette *palette, const cairo_rectangle_t *area, const MsFigureRow *row);

G_END_DECLS
