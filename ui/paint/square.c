/* SPDX-License-Identifier: MIT */

#include "ui/paint/square.h"

#include "ui/paint/axis.h"
#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/heat.h"
#include "ui/paint/text.h"

#include <math.h>

#define MOST_WRITTEN 12 /* experts: more numbers than their squares cost more than the rest of the picture */

MsSquare
ms_square_fit (const cairo_rectangle_t *area, int E, double most, const MsPalette *palette)
{
  MsSquare square = { .E = E, .most = most };
  double s = palette->scale, side = MIN (area->width, area->height), left, top;

  square.numbers = side >= 90 * s;
  left = square.numbers ? ms_text_width (palette, MS_TEXT_SMALL, ms_number_count (E - 1).text) + 8 * s : 0;
  top = square.numbers ? 16 * s : 0;
  side = MIN (area->width - left, area->height - top);
  if (E < 1 || side < 4)
    return square;
  if (side >= 2.0 * E)
    side = floor (side / E) * E;
  square.cells = (cairo_rectangle_t) { round (area->x + left), round (area->y + top), floor (side), floor (side) };
  return square;
}

cairo_rectangle_t
ms_square_cell (const MsSquare *square, int row, int column)
{
  double side = square->cells.width / square->E;

  return (cairo_rectangle_t) { square->cells.x + column * side, square->cells.y + row * side, side, side };
}

/* What is NaN stays clear: the hatch shows through. */
static void
paint_cells (cairo_t *cr, const MsSquare *square, const double *values, const MsPalette *palette)
{
  gsize n = (gsize) square->E * (gsize) square->E;
  g_autofree float *scaled = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    scaled[i] = (float) CLAMP (square->most > 0 ? values[i] / square->most : 0, -1, 1);
  ms_heat_draw_signed (cr, &square->cells, scaled, square->E, square->E, palette);
}

static void
paint_numbers (cairo_t *cr, const MsSquare *square, int chosen, const MsPalette *palette)
{
  double s = palette->scale, side = square->cells.width / square->E;
  double widest = ms_text_width (palette, MS_TEXT_SMALL, ms_number_count (square->E - 1).text) + 5 * s;
  int every = ms_axis_every (MAX (widest, ms_text_height (palette, MS_TEXT_SMALL)) / side);

  for (int e = 0; e < square->E; e++)
    {
      MsText look = { e == chosen ? MS_TEXT_FIGURE : MS_TEXT_SMALL, e == chosen ? palette->text : palette->muted,
                      .ax = 1, .ay = 0.5 };
      const MsNumber number = ms_number_count (e);

      if (e % every != 0)
        continue;
      ms_text_draw (cr, palette, &look, square->cells.x - 5 * s, square->cells.y + (e + 0.5) * side, number.text);
      look.ax = 0.5;
      ms_text_draw (cr, palette, &look, square->cells.x + (e + 0.5) * side, square->cells.y - 8 * s, number.text);
    }
}

static void
write_cells (cairo_t *cr, const MsSquare *square, const double *values, double factor, int decimals,
             const MsPalette *palette)
{
  double side = square->cells.width / square->E, room = side - 4;

  if (square->E > MOST_WRITTEN || room < ms_text_height (palette, MS_TEXT_SMALL)
      || ms_text_width (palette, MS_TEXT_SMALL, ms_number_signed (-square->most * factor, decimals).text) > room)
    return;
  for (int i = 0; i < square->E * square->E; i++)
    {
      cairo_rectangle_t cell = ms_square_cell (square, i / square->E, i % square->E);
      double t = square->most > 0 ? values[i] / square->most : 0;
      MsText look = { MS_TEXT_SMALL, ms_colour_ink (ms_palette_diverging (palette, t)), .ax = 0.5, .ay = 0.5 };

      if (i / square->E != i % square->E && isfinite (values[i]))
        ms_text_draw (cr, palette, &look, cell.x + side / 2, cell.y + side / 2,
                      ms_number_signed (values[i] * factor, decimals).text);
    }
}

static void
mark_expert (cairo_t *cr, const MsSquare *square, int e, const MsPalette *palette)
{
  cairo_rectangle_t row = ms_square_cell (square, e, 0), column = ms_square_cell (square, 0, e);

  row.width = column.height = square->cells.width;
  ms_draw_outline (cr, &column, palette, palette->muted, 1);
  ms_draw_outline (cr, &row, palette, palette->accent, 1.5);
}

void
ms_square_paint (cairo_t *cr, const MsSquare *square, const double *values, double factor, int decimals, int chosen,
                 const MsPalette *palette)
{
  if (square->cells.width < 1)
    return;
  ms_draw_hatch (cr, &square->cells, ms_colour_alpha (palette->missing, 0.8), 5, 1);
  paint_cells (cr, square, values, palette);
  if (square->numbers)
    paint_numbers (cr, square, chosen, palette);
  if (factor > 0)
    write_cells (cr, square, values, factor, decimals, palette);
  if (chosen >= 0 && chosen < square->E)
    mark_expert (cr, square, chosen, palette);
}

bool
ms_square_pick (const MsSquare *square, double x, double y, int *row, int *column, cairo_rectangle_t *area)
{
  if (square->cells.width < 1 || !ms_inside (&square->cells, x, y))
    return false;

  double side = square->cells.width / square->E;

  *column = CLAMP ((int) ((x - square->cells.x) / side), 0, square->E - 1);
  *row = CLAMP ((int) ((y - square->cells.y) / side), 0, square->E - 1);
  *area = ms_square_cell (square, *row, *column);
  return true;
}

double
ms_square_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double room, double most, int decimals,
               const char *unit)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };
  double s = palette->scale, bar = 72 * s, gap = 5 * s;
  MsNumber low = ms_number_signed (-most, decimals), high = ms_number_signed (most, decimals);
  double from = ms_text_width (palette, MS_TEXT_SMALL, low.text) + gap;
  double width = from + bar + gap + ms_text_width (palette, MS_TEXT_SMALL, high.text) + gap
                 + ms_text_width (palette, MS_TEXT_SMALL, unit);
  guint32 pixels[64];
  cairo_rectangle_t area = { round (x + from), round (middle - 4 * s), round (bar), round (8 * s) };

  if (width > room)
    return width;
  for (gsize i = 0; i < G_N_ELEMENTS (pixels); i++)
    pixels[i] = ms_colour_pixel (ms_palette_diverging (palette, 2 * (double) i / (G_N_ELEMENTS (pixels) - 1) - 1));
  ms_draw_pixels (cr, pixels, G_N_ELEMENTS (pixels), 1, &area, CAIRO_FILTER_BILINEAR);
  ms_draw_rule (cr, area.x + area.width / 2, area.y - 2, 1, area.height + 4, palette->muted); /* 0 */
  ms_text_draw (cr, palette, &look, x, middle, low.text);
  x = area.x + area.width + gap;
  x += ms_text_draw (cr, palette, &look, x, middle, high.text) + gap;
  ms_text_draw (cr, palette, &look, x, middle, unit);
  return width;
}

double
ms_square_caption_room (cairo_rectangle_t *area, const MsPalette *palette)
{
  double s = palette->scale, middle = area->y + 6 * s;

  if (area->height < 130 * s || area->width < 150 * s)
    return 0;
  area->y += 16 * s;
  area->height -= 16 * s;
  return middle;
}

void
ms_square_caption (cairo_t *cr, const MsPalette *palette, double x, double middle, double room,
                   const char *const *lines, gsize n)
{
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5, .max_width = room };
  gsize i = 0;

  if (middle <= 0)
    return;
  while (i + 1 < n && ms_text_width (palette, MS_TEXT_SMALL, lines[i]) > room)
    i++;
  ms_text_draw (cr, palette, &look, x, middle, lines[i]);
}
