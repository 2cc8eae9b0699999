/* SPDX-License-Identifier: MIT */

/* Diagonal lines: strokes, or in large areas of an image a mask. A stroke has a span of its own in every row that it
 * crosses, so that a whole view would take 6 ms; how much of a pixel the lines cover is a function of x + y, so that
 * each row of the mask is the one above moved by one pixel. */
#include "ui/paint/draw.h"
#include "ui/paint/pixels.h"

#include <math.h>
#include <string.h>

#define MASK_FROM (96.0 * 96.0) /* of pixels; what is smaller is stroked sooner */
#define MOST 32767              /* pixels that an image can be wide or high */
#define BAND 64                 /* rows of pixels */

/* Pixels of the image that lie in the area, and the lines in their units: x + y = origin + k step. */
typedef struct {
  int x, y, width, height;
  double scale; /* pixels of the image for each unit of cairo's device space */
  double origin, step, half; /* half: of a line's extent along x */
} Mask;

/* Part of the pixels with x + y = @sum that lies before x + y = @c: their sums are spread over a triangle. */
static double
part_before (double sum, double c)
{
  double t = CLAMP (c - sum, 0, 2);

  return t < 1 ? t * t / 2 : 1 - (2 - t) * (2 - t) / 2;
}

/* Coverage of the pixels whose x + y is the sum of @mask's corner and 0 <= i < width + height -> @line. */
static void
fill_line (guint8 *line, const Mask *mask)
{
  for (int i = 0; i < mask->width + mask->height; i++)
    {
      double sum = mask->x + mask->y + i, cover = 0;
      double k = ceil ((sum - mask->half - mask->origin) / mask->step);

      for (double c = mask->origin + k * mask->step; c - mask->half < sum + 2; c += mask->step)
        cover += part_before (sum, c + mask->half) - part_before (sum, c - mask->half);
      line[i] = (guint8) (MIN (1, cover) * 255 + 0.5);
    }
}

/* In bands, all in the same little memory. */
static void
draw_mask (cairo_t *cr, const Mask *mask, MsColour colour)
{
  int stride = cairo_format_stride_for_width (CAIRO_FORMAT_A8, mask->width);
  g_autofree guint8 *line = g_malloc ((gsize) mask->width + (gsize) mask->height);
  g_autofree guint8 *cover = g_malloc ((gsize) stride * BAND);

  fill_line (line, mask);
  cairo_save (cr);
  cairo_identity_matrix (cr);
  ms_draw_colour (cr, colour);
  for (int y = 0; y < mask->height; y += BAND)
    {
      int height = MIN (BAND, mask->height - y);
      cairo_surface_t *surface
        = cairo_image_surface_create_for_data (cover, CAIRO_FORMAT_A8, mask->width, height, stride);

      for (int r = 0; r < height; r++)
        memcpy (cover + (gsize) r * (gsize) stride, line + y + r, (gsize) mask->width);
      cairo_surface_mark_dirty (surface);
      cairo_surface_set_device_scale (surface, mask->scale, mask->scale);
      cairo_mask_surface (cr, surface, mask->x / mask->scale, (mask->y + y) / mask->scale);
      cairo_surface_finish (surface);
      cairo_surface_destroy (surface);
    }
  cairo_restore (cr);
}

/* False: the area is small, or this is no image with axes like ours. */
static bool
find_mask (cairo_t *cr, const cairo_rectangle_t *area, double step, double line, Mask *mask)
{
  MsPixelAxes axes;
  double x0, y0;

  if (!ms_pixel_axes (cr, &axes) || area->width * axes.scale > MOST || area->height * axes.scale > MOST)
    return false;
  x0 = area->x * axes.scale + axes.x0;
  y0 = area->y * axes.scale + axes.y0;
  *mask = (Mask) { (int) round (x0), (int) round (y0), (int) (round (x0 + area->width * axes.scale) - round (x0)),
                   (int) (round (y0 + area->height * axes.scale) - round (y0)), axes.device, axes.x0 + axes.y0,
                   step * axes.scale, line * axes.scale * G_SQRT2 / 2 };
  return (double) mask->width * mask->height >= MASK_FROM;
}

void
ms_draw_hatch (cairo_t *cr, const cairo_rectangle_t *area, MsColour colour, double gap, double line)
{
  double x0 = area->x, x1 = area->x + area->width, y0 = area->y, y1 = area->y + area->height;
  /* Never more lines than pixels need. */
  double step = MAX (gap * G_SQRT2, (area->width + area->height) / 4000);
  Mask mask;

  if (area->width <= 0 || area->height <= 0)
    return;
  if (find_mask (cr, area, step, line, &mask))
    {
      draw_mask (cr, &mask, colour);
      return;
    }
  cairo_save (cr);
  cairo_new_path (cr);
  /* The lines x + y = c for all multiples of the step, so that neighbouring areas line up; cut here rather than by a
   * clip, which would cost more than the lines. */
  for (double c = ceil ((x0 + y0) / step) * step; c < x1 + y1; c += step)
    {
      double from = MAX (x0, c - y1), to = MIN (x1, c - y0);

      cairo_move_to (cr, from, c - from);
      cairo_line_to (cr, to, c - to);
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  cairo_set_line_width (cr, line);
  ms_draw_colour (cr, colour);
  cairo_stroke (cr);
  cairo_restore (cr);
}
