/* SPDX-License-Identifier: MIT */

#include "ui/paint/draw.h"

#include <math.h>

MsColour
ms_colour_mix (MsColour a, MsColour b, double t)
{
  return (MsColour) { a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t, a.a + (b.a - a.a) * t };
}

MsColour
ms_colour_alpha (MsColour colour, double alpha)
{
  colour.a = alpha;
  return colour;
}

static double
linear (double v)
{
  return v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

MsColour
ms_colour_ink (MsColour ground)
{
  double luminance = 0.2126 * linear (ground.r) + 0.7152 * linear (ground.g) + 0.0722 * linear (ground.b);

  /* WCAG contrast to white 1.05 / (L + 0.05), to black (L + 0.05) / 0.05. White is preferred a little: it sits better
   * in saturated bars, and stays above 3:1 here. */
  return luminance < 0.28 ? (MsColour) { 1, 1, 1, 1 } : (MsColour) { 0.08, 0.08, 0.1, 1 };
}

guint32
ms_colour_pixel (MsColour colour)
{
  guint32 r = (guint32) (CLAMP (colour.r, 0, 1) * 255 + 0.5);
  guint32 g = (guint32) (CLAMP (colour.g, 0, 1) * 255 + 0.5);
  guint32 b = (guint32) (CLAMP (colour.b, 0, 1) * 255 + 0.5);

  return 0xff000000u | r << 16 | g << 8 | b;
}

void
ms_draw_colour (cairo_t *cr, MsColour colour)
{
  cairo_set_source_rgba (cr, colour.r, colour.g, colour.b, colour.a);
}

void
ms_draw_rect (cairo_t *cr, const cairo_rectangle_t *area, MsColour colour)
{
  ms_draw_colour (cr, colour);
  cairo_rectangle (cr, area->x, area->y, area->width, area->height);
  cairo_fill (cr);
}

void
ms_draw_rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  double r = MIN (radius, MIN (width, height) / 2);

  if (r <= 0)
    {
      cairo_rectangle (cr, x, y, width, height);
      return;
    }
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - r, y + r, r, -G_PI_2, 0);
  cairo_arc (cr, x + width - r, y + height - r, r, 0, G_PI_2);
  cairo_arc (cr, x + r, y + height - r, r, G_PI_2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

void
ms_draw_outline (cairo_t *cr, const cairo_rectangle_t *area, const MsPalette *palette, MsColour colour, double line)
{
  double out = line / 2, halo = line + 2;

  cairo_set_line_width (cr, halo);
  ms_draw_colour (cr, ms_colour_alpha (palette->panel, 0.9));
  ms_draw_rounded (cr, area->x - out, area->y - out, area->width + line, area->height + line, 2.5);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, line);
  ms_draw_colour (cr, colour);
  cairo_stroke (cr);
}

void
ms_draw_rule (cairo_t *cr, double x, double y, double width, double height, MsColour colour)
{
  cairo_rectangle_t area = { round (x), round (y), MAX (1, round (width)), MAX (1, round (height)) };

  ms_draw_rect (cr, &area, colour);
}

static void
draw_pixels (cairo_t *cr, guint32 *pixels, cairo_format_t format, int width, int height, const cairo_rectangle_t *area,
             cairo_filter_t filter)
{
  if (width < 1 || height < 1 || area->width <= 0 || area->height <= 0)
    return;

  cairo_surface_t *surface
    = cairo_image_surface_create_for_data ((unsigned char *) pixels, format, width, height, width * 4);

  cairo_save (cr);
  cairo_translate (cr, area->x, area->y);
  cairo_scale (cr, area->width / width, area->height / height);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  cairo_restore (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
}

void
ms_draw_pixels (cairo_t *cr, guint32 *pixels, int width, int height, const cairo_rectangle_t *area,
                cairo_filter_t filter)
{
  draw_pixels (cr, pixels, CAIRO_FORMAT_RGB24, width, height, area, filter);
}

void
ms_draw_pixels_clear (cairo_t *cr, guint32 *pixels, int width, int height, const cairo_rectangle_t *area,
                      cairo_filter_t filter)
{
  draw_pixels (cr, pixels, CAIRO_FORMAT_ARGB32, width, height, area, filter);
}

void
ms_draw_warning (cairo_t *cr, double x, double y, double side, const MsPalette *palette)
{
  cairo_move_to (cr, x, y - side / 2);
  cairo_line_to (cr, x + side / 2, y + side / 2);
  cairo_line_to (cr, x - side / 2, y + side / 2);
  cairo_close_path (cr);
  ms_draw_colour (cr, palette->warning);
  cairo_fill (cr);
}

bool
ms_inside (const cairo_rectangle_t *area, double x, double y)
{
  return x >= area->x && y >= area->y && x < area->x + area->width && y < area->y + area->height;
}
