/* SPDX-License-Identifier: MIT */

#include "ui/paint/figures.h"

#include "ui/paint/draw.h"
#include "ui/paint/text.h"

#include <math.h>

cairo_rectangle_t
ms_figure_row_area (const cairo_rectangle_t *list, int row, const MsPalette *palette)
{
  double h = MS_FIGURE_ROW * palette->scale;

  return (cairo_rectangle_t) { list->x, list->y + (row + 1) * h, list->width, h };
}

void
ms_figure_row_draw (cairo_t *cr, const MsPalette *palette, const cairo_rectangle_t *area, const MsFigureRow *row)
{
  double y = area->y + area->height / 2, column = MS_FIGURE_COLUMN * palette->scale;
  bool quiet = row->head || row->muted;
  MsText name = { row->chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, quiet ? palette->muted : palette->text, .ay = 0.5 };
  MsText cell = { name.style, name.colour, .ax = 1, .ay = 0.5, .max_width = column - 2 };
  gsize n = 0;

  while (n < G_N_ELEMENTS (row->cells) && row->cells[n] != NULL)
    n++;
  name.max_width = area->width - (double) n * column - 4;
  ms_text_draw (cr, palette, &name, area->x, y, row->name);
  for (gsize i = 0; i < n; i++)
    ms_text_draw (cr, palette, &cell, area->x + area->width - (double) (n - 1 - i) * column, y, row->cells[i]);
  if (row->head)
    ms_draw_rule (cr, area->x, area->y + area->height - 1, area->width, 1, palette->grid);
}
