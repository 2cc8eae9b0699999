/* SPDX-License-Identifier: MIT */

/* The pixels of the image that a picture is painted on, for what is drawn sooner by hand than by cairo's paths. There
 * are none in a vector file, nor where the picture is turned or clipped to anything but a rectangle: then it is drawn
 * with paths. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* A point (x, y) of the picture is at (x scale + x0, y scale + y0) in pixels of the image. */
typedef struct {
  double scale, x0, y0;
  double device; /* part of the scale: the image's own */
} MsPixelAxes;

/* False: this is no image, or one with axes unlike ours. Says nothing of a group's own origin. */
bool ms_pixel_axes (cairo_t *cr, MsPixelAxes *axes);

typedef struct {
  cairo_surface_t *surface; /* borrowed */
  MsPixelAxes axes;         /* with the group's origin */
  guint32 *data;            /* the image's first pixel: CAIRO_FORMAT_RGB24 or ARGB32 */
  int stride;               /* in pixels */
  int left, right, top, bottom; /* what may be written: left <= x < right, top <= y < bottom */
} MsPixels;

/* Lends the pixels; false if there are none. Nothing is drawn with cairo until they were given back. */
bool ms_pixels_borrow (cairo_t *cr, MsPixels *pixels);
void ms_pixels_return (MsPixels *pixels);

G_END_DECLS
