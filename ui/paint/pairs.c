/* SPDX-License-Identifier: MIT */

#include "ui/paint/pairs.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"

#include <math.h>

#define WIDEST 58 /* of a cell */

void
ms_pair_matrix_fit (MsPairMatrix *matrix, const cairo_rectangle_t *area, const MsPalette *palette)
{
  double s = palette->scale, numbers = 18 * s, title = 17 * s, cell;

  matrix->x = area->x;
  matrix->y = area->y + 7 * s;
  matrix->width = area->width;
  matrix->cells = (cairo_rectangle_t) { 0 };
  cell = floor (MIN (MIN (area->width - numbers, area->height - title - 14 * s) / matrix->M, WIDEST * s));
  if (cell < 3)
    return;
  matrix->cells = (cairo_rectangle_t) { round (area->x + numbers), round (area->y + title + 14 * s),
                                        cell * matrix->M, cell * matrix->M };
}

static cairo_rectangle_t
cell_area (const MsPairMatrix *matrix, int row, int column)
{
  double side = matrix->cells.width / matrix->M;

  return (cairo_rectangle_t) { matrix->cells.x + column * side, matrix->cells.y + row * side, side - 1, side - 1 };
}

static void
paint_numbers (cairo_t *cr, const MsPairMatrix *matrix, int chosen, const MsPalette *palette)
{
  double side = matrix->cells.width / matrix->M, line = ms_text_height (palette, MS_TEXT_SMALL);
  int every = MAX (1, (int) ceil (line / side));

  for (int m = 0; m < matrix->M; m += every)
    {
      MsText look = { m == chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, m == chosen ? palette->text : palette->muted,
                      .ax = 1, .ay = 0.5 };
      const char *number = ms_number_count (m).text;

      ms_text_draw (cr, palette, &look, matrix->cells.x - 5 * palette->scale, matrix->cells.y + (m + 0.5) * side,
                    number);
      look.ax = 0.5;
      ms_text_draw (cr, palette, &look, matrix->cells.x + (m + 0.5) * side, matrix->cells.y - 7 * palette->scale,
                    number);
    }
}

/* As many decimals as fit into the cells; < 0: not even whole numbers do. */
static int
fitting_decimals (const MsPairMatrix *matrix, double most, const MsPalette *palette)
{
  double side = matrix->cells.width / matrix->M - 5;

  if (side + 4 < ms_text_height (palette, MS_TEXT_SMALL))
    return -1;
  for (int decimals = matrix->decimals; decimals >= MAX (0, matrix->decimals - 1); decimals--)
    if (ms_text_width (palette, MS_TEXT_SMALL, ms_number_fixed (most * matrix->factor, decimals).text) <= side)
      return decimals;
  return -1;
}

void
ms_pair_matrix_paint (cairo_t *cr, const MsPairMatrix *matrix, int chosen, const MsPalette *palette)
{
  MsText title = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = matrix->width };
  double most = 0;
  int decimals;

  if (matrix->cells.width < 1)
    return;
  for (int i = 0; i < matrix->M * matrix->M; i++)
    most = MAX (most, matrix->values[i]);
  decimals = fitting_decimals (matrix, most, palette);
  ms_text_draw (cr, palette, &title, matrix->x, matrix->y, matrix->title);
  paint_numbers (cr, matrix, chosen, palette);
  for (int row = 0; row < matrix->M; row++)
    for (int column = 0; column < matrix->M; column++)
      {
        double value = matrix->values[row * matrix->M + column];
        cairo_rectangle_t cell = cell_area (matrix, row, column);
        MsColour ground = ms_palette_sequential (palette, most > 0 ? 0.85 * value / most : 0);
        MsText look = { MS_TEXT_SMALL, ms_colour_ink (ground), .ax = 0.5, .ay = 0.5 };

        if (row == column)
          {
            ms_draw_hatch (cr, &cell, ms_colour_alpha (palette->missing, 0.6), 6, 1);
            continue;
          }
        ms_draw_rect (cr, &cell, ground);
        if (decimals >= 0)
          ms_text_draw (cr, palette, &look, cell.x + cell.width / 2, cell.y + cell.height / 2,
                        ms_number_fixed (value * matrix->factor, decimals).text);
      }
}

bool
ms_pair_matrix_pick (const MsPairMatrix *matrix, double x, double y, int *row, int *column, cairo_rectangle_t *area)
{
  if (matrix->cells.width < 1 || !ms_inside (&matrix->cells, x, y))
    return false;

  double side = matrix->cells.width / matrix->M;

  *column = MIN (matrix->M - 1, (int) ((x - matrix->cells.x) / side));
  *row = MIN (matrix->M - 1, (int) ((y - matrix->cells.y) / side));
  *area = cell_area (matrix, *row, *column);
  return *row != *column;
}
