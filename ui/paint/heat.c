/* SPDX-License-Identifier: MIT */

#include "ui/paint/heat.h"

#include "ui/paint/draw.h"

#include <math.h>
#include <string.h>

#define SHADES 256

static void
fill_shades (guint32 *shades, const MsPalette *palette)
{
  for (int i = 0; i < SHADES; i++)
    shades[i] = ms_colour_pixel (ms_palette_sequential (palette, i / (SHADES - 1.0)));
}

/* The column of pixels that each column of cells is in; a division for every cell would take longest of all. */
static int *
find_places (int columns, int width)
{
  int *place = g_new (int, columns);

  for (int c = 0; c < columns; c++)
    place[c] = (int) ((gint64) c * width / columns);
  return place;
}

/* The largest of the cells of rows [r0, r1) that share each of the @width columns of pixels. */
static void
pool_rows (float *most, const float *values, int r0, int r1, int columns, int width, const int *place)
{
  for (int x = 0; x < width; x++)
    most[x] = 0;
  for (int r = r0; r < r1; r++)
    for (int c = 0; c < columns; c++)
      {
        float v = values[(gsize) r * (gsize) columns + (gsize) c];

        most[place[c]] = v > most[place[c]] ? v : most[place[c]];
      }
}

void
ms_heat_draw (cairo_t *cr, const cairo_rectangle_t *area, const float *values, int rows, int columns, double most,
              const MsPalette *palette)
{
  int width = MIN (columns, MAX (1, (int) area->width)), height = MIN (rows, MAX (1, (int) area->height));
  guint32 shades[SHADES];
  g_autofree guint32 *pixels = NULL;
  g_autofree float *row = NULL;
  g_autofree int *place = NULL;
  double factor = most > 0 ? (SHADES - 1) / most : 0;

  if (rows < 1 || columns < 1 || area->width <= 0 || area->height <= 0)
    return;
  fill_shades (shades, palette);
  pixels = g_new (guint32, (gsize) width * (gsize) height);
  row = g_new (float, width);
  place = find_places (columns, width);
  for (int y = 0; y < height; y++)
    {
      pool_rows (row, values, (int) ((gint64) y * rows / height), (int) ((gint64) (y + 1) * rows / height), columns,
                 width, place);
      for (int x = 0; x < width; x++)
        pixels[y * width + x] = shades[(int) CLAMP ((double) row[x] * factor + 0.5, 0, SHADES - 1)];
    }
  ms_draw_pixels (cr, pixels, width, height, area, CAIRO_FILTER_NEAREST);
}

/* Likewise, the one farthest from 0; a mark is farther than all, no data nearer. */
static void
pool_signed (float *far, const float *values, int r0, int r1, int columns, int width, const int *place)
{
  if (width == columns && r1 == r0 + 1)
    {
      memcpy (far, values + (gsize) r0 * (gsize) columns, (gsize) columns * sizeof *far);
      return;
    }
  for (int x = 0; x < width; x++)
    far[x] = MS_HEAT_NONE;
  for (int r = r0; r < r1; r++)
    for (int c = 0; c < columns; c++)
      {
        float v = values[(gsize) r * (gsize) columns + (gsize) c], *here = far + place[c];

        if (fabsf (v) > fabsf (*here) || isnan (*here))
          *here = v;
      }
}

void
ms_heat_draw_signed (cairo_t *cr, const cairo_rectangle_t *area, const float *values, int rows, int columns,
                     const MsPalette *palette)
{
  int width = MIN (columns, MAX (1, (int) area->width)), height = MIN (rows, MAX (1, (int) area->height));
  guint32 shades[SHADES + 1], mark = ms_colour_pixel (palette->outline);
  g_autofree guint32 *pixels = NULL;
  g_autofree float *row = NULL;
  g_autofree int *place = NULL;

  if (rows < 1 || columns < 1 || area->width <= 0 || area->height <= 0)
    return;
  for (int i = 0; i <= SHADES; i++) /* an odd number: 0 has a colour of its own */
    shades[i] = ms_colour_pixel (ms_palette_diverging (palette, 2.0 * i / SHADES - 1));
  pixels = g_new (guint32, (gsize) width * (gsize) height);
  row = g_new (float, width);
  place = find_places (columns, width);
  for (int y = 0; y < height; y++)
    {
      pool_signed (row, values, (int) ((gint64) y * rows / height), (int) ((gint64) (y + 1) * rows / height), columns,
                   width, place);
      for (int x = 0; x < width; x++)
        pixels[y * width + x] = isnan (row[x])  ? 0
                                : row[x] > 1.5f ? mark
                                                : shades[(int) (CLAMP ((row[x] + 1) / 2, 0, 1) * SHADES + 0.5f)];
    }
  ms_draw_pixels_clear (cr, pixels, width, height, area, CAIRO_FILTER_NEAREST);
}

cairo_rectangle_t
ms_heat_snap (const cairo_rectangle_t *area, int rows, int columns)
{
  cairo_rectangle_t snapped = { round (area->x), round (area->y), MAX (1, floor (area->width)),
                                MAX (1, floor (area->height)) };

  if (columns > 0 && area->width >= 4.0 * columns)
    snapped.width = floor (area->width / columns) * columns;
  if (rows > 0 && area->height >= 4.0 * rows)
    snapped.height = floor (area->height / rows) * rows;
  return snapped;
}
