/* SPDX-License-Identifier: MIT */

#include "ui/paint/grid.h"

#include <math.h>

static double
gap_for (double size)
{
  return CLAMP (floor (0.13 * size), 2, 10);
}

/* Columns and rows of items of this unit in the area. */
static void
count (const cairo_rectangle_t *area, int w, int h, double unit, double beside, int *columns, int *rows)
{
  double gap = gap_for (MIN (w, h) * unit);

  *columns = (int) floor ((area->width + gap) / (w * unit + beside + gap));
  *rows = (int) floor ((area->height + gap) / (h * unit + gap));
}

/* The next smaller unit: whole numbers down to 1, then 1/2, 1/3, ... */
static double
smaller (double unit)
{
  return unit > 1.5 ? unit - 1 : 1 / (round (1 / unit) + 1);
}

static double
choose_unit (const cairo_rectangle_t *area, int n, int w, int h, double least, double beside)
{
  double unit = MAX (1, floor (MIN (area->width / w, area->height / h)));
  int columns, rows;

  for (;; unit = smaller (unit))
    {
      count (area, w, h, unit, beside, &columns, &rows);
      if ((gint64) columns * rows >= n || unit < 1.0 / 64)
        return unit;
      if (smaller (unit) < least && columns * rows >= 1)
        return unit;
    }
}

/* Even steps that fill @length, but no wider than 1.4 items apart. */
static double
spread (double length, int n, double size)
{
  double step = n > 1 ? floor ((length - size) / (n - 1)) : size;

  return CLAMP (step, size, MAX (size, floor (1.4 * size + 12)));
}

MsGrid
ms_grid_fit (const cairo_rectangle_t *area, int n, int item_width, int item_height, double least,
             double beside)
{
  MsGrid grid = { .n = n, .beside = beside, .wanted = -1 };
  int columns, rows;

  if (n < 1 || item_width < 1 || item_height < 1 || area->width < 1 || area->height < 1)
    return grid;
  grid.unit = choose_unit (area, n, item_width, item_height, least, beside);
  count (area, item_width, item_height, grid.unit, beside, &columns, &rows);
  if (columns < 1 || rows < 1)
    return grid;
  grid.shown = (int) MIN ((gint64) n, (gint64) columns * rows);
  /* Fewer columns where the rows have room: the picture then fills the height too. */
  grid.columns = MIN (columns, (grid.shown + rows - 1) / rows);
  grid.rows = (grid.shown + grid.columns - 1) / grid.columns;
  grid.width = item_width * grid.unit;
  grid.height = item_height * grid.unit;
  grid.step_x = spread (area->width, grid.columns, grid.width + beside);
  grid.step_y = spread (area->height, grid.rows, grid.height);
  grid.x0 = floor (area->x + MAX (0, area->width - (grid.columns - 1) * grid.step_x - grid.width - beside) / 2);
  grid.y0 = floor (area->y + MAX (0, area->height - (grid.rows - 1) * grid.step_y - grid.height) / 2);
  return grid;
}

MsGrid
ms_grid_fill (const cairo_rectangle_t *area, int n, double least_width, double least_height)
{
  const double gap = 4;
  MsGrid best = { .n = n, .unit = 1, .wanted = -1 };
  int most = (int) floor ((area->width + gap) / (least_width + gap));
  int rows_most = (int) floor ((area->height + gap) / (least_height + gap));

  if (n < 1 || most < 1 || rows_most < 1)
    return best;
  best.shown = (int) MIN ((gint64) n, (gint64) most * rows_most);
  for (int columns = 1; columns <= MIN (most, best.shown); columns++)
    {
      int rows = (best.shown + columns - 1) / columns;
      double width = MIN (3 * least_width, floor ((area->width + gap) / columns) - gap);
      double height = MIN (3 * least_height, floor ((area->height + gap) / rows) - gap);

      /* The shape nearest to that of the smallest cell is the largest in use. */
      if (rows > rows_most || MIN (width / least_width, height / least_height)
                                  <= MIN (best.width / least_width, best.height / least_height))
        continue;
      best.columns = columns;
      best.rows = rows;
      best.width = width;
      best.height = height;
    }
  best.step_x = best.width + gap;
  best.step_y = best.height + gap;
  best.x0 = floor (area->x + MAX (0, area->width - best.columns * best.step_x + gap) / 2);
  best.y0 = floor (area->y + MAX (0, area->height - best.rows * best.step_y + gap) / 2);
  return best;
}

/* Items share the places evenly; the first of those that share one gets it, or the one that is wanted. */
static int
place_of (const MsGrid *grid, int i)
{
  return (int) ((gint64) i * grid->shown / MAX (1, grid->n));
}

static int
item_at (const MsGrid *grid, int place)
{
  if (grid->wanted >= 0 && grid->wanted < grid->n && place_of (grid, grid->wanted) == place)
    return grid->wanted;
  return (int) (((gint64) place * grid->n + grid->shown - 1) / grid->shown);
}

int
ms_grid_first (const MsGrid *grid)
{
  return grid->shown > 0 ? item_at (grid, 0) : -1;
}

int
ms_grid_next (const MsGrid *grid, int i)
{
  int place = place_of (grid, i) + 1;

  return place < grid->shown ? item_at (grid, place) : -1;
}

bool
ms_grid_shows (const MsGrid *grid, int i)
{
  return i >= 0 && i < grid->n && grid->shown > 0 && item_at (grid, place_of (grid, i)) == i;
}

cairo_rectangle_t
ms_grid_item (const MsGrid *grid, int i)
{
  int place = place_of (grid, i), column = place % MAX (1, grid->columns), row = place / MAX (1, grid->columns);

  return (cairo_rectangle_t) { grid->x0 + column * grid->step_x, grid->y0 + row * grid->step_y, grid->width,
                               grid->height };
}

int
ms_grid_pick (const MsGrid *grid, double x, double y)
{
  if (grid->shown < 1 || x < grid->x0 || y < grid->y0)
    return -1;

  double column = floor ((x - grid->x0) / grid->step_x), row = floor ((y - grid->y0) / grid->step_y);

  if (column >= grid->columns || row >= grid->rows
      || x - grid->x0 - column * grid->step_x >= grid->width + grid->beside
      || y - grid->y0 - row * grid->step_y >= grid->height)
    return -1;

  int place = (int) row * grid->columns + (int) column;

  return place < grid->shown ? item_at (grid, place) : -1;
}
