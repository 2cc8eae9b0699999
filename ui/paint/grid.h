/* SPDX-License-Identifier: MIT */

/* Where the examples of a batch stand: as large as possible while all fit, but never smaller than can be read. Then as
 * many as fit, taken evenly from the whole batch: what comes last is what capacity drops. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  int n, shown, columns, rows;
  int wanted;            /* an item that is shown whatever is left out; < 0: none */
  double unit;           /* one pixel of an item in units of the picture; whole, or one over a whole number */
  double width, height;  /* of an item, without what stands beside it */
  double beside;         /* room right of each item */
  double x0, y0, step_x, step_y;
} MsGrid;

/* @n items of @item_width x @item_height pixels, scaled by a whole unit of at least @least where the area allows. */
MsGrid ms_grid_fit (const cairo_rectangle_t *area, int n, int item_width, int item_height, double least,
                    double beside);
/* The same for cells of any size from @least_width x @least_height to three times that: they fill the area. */
MsGrid ms_grid_fill (const cairo_rectangle_t *area, int n, double least_width, double least_height);

/* The items shown, in order: for (i = first; i >= 0; i = next). */
int ms_grid_first (const MsGrid *grid);
int ms_grid_next (const MsGrid *grid, int i);
bool ms_grid_shows (const MsGrid *grid, int i);

cairo_rectangle_t ms_grid_item (const MsGrid *grid, int i); /* of an item that is shown */
/* The item at a point, what stands beside it included; -1: none. */
int ms_grid_pick (const MsGrid *grid, double x, double y);

G_END_DECLS
