/* SPDX-License-Identifier: MIT */

#include "ui/paint/pixels.h"

#include <math.h>

bool
ms_pixel_axes (cairo_t *cr, MsPixelAxes *axes)
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  cairo_matrix_t matrix;
  double sx, sy;

  if (cairo_surface_get_type (target) != CAIRO_SURFACE_TYPE_IMAGE)
    return false;
  cairo_get_matrix (cr, &matrix);
  cairo_surface_get_device_scale (target, &sx, &sy);
  if (sx != sy || matrix.xx != matrix.yy || matrix.xx <= 0 || matrix.xy != 0 || matrix.yx != 0)
    return false;
  *axes = (MsPixelAxes) { sx * matrix.xx, sx * matrix.x0, sx * matrix.y0, sx };
  return true;
}

/* What the clip leaves; false if that is no rectangle. */
static bool
cut_by_clip (cairo_t *cr, MsPixels *pixels)
{
  cairo_rectangle_list_t *list = cairo_copy_clip_rectangle_list (cr);
  const MsPixelAxes *axes = &pixels->axes;
  bool one = list->status == CAIRO_STATUS_SUCCESS && list->num_rectangles == 1;

  if (one)
    {
      const cairo_rectangle_t *clip = list->rectangles;

      pixels->left = MAX (0, (int) round (clip->x * axes->scale + axes->x0));
      pixels->top = MAX (0, (int) round (clip->y * axes->scale + axes->y0));
      pixels->right = MIN (cairo_image_surface_get_width (pixels->surface),
                           (int) round ((clip->x + clip->width) * axes->scale + axes->x0));
      pixels->bottom = MIN (cairo_image_surface_get_height (pixels->surface),
                            (int) round ((clip->y + clip->height) * axes->scale + axes->y0));
    }
  cairo_rectangle_list_destroy (list);
  return one;
}

bool
ms_pixels_borrow (cairo_t *cr, MsPixels *pixels)
{
  cairo_surface_t *surface = cairo_get_group_target (cr);
  cairo_format_t format;
  double x, y;

  if (!ms_pixel_axes (cr, &pixels->axes))
    return false;
  format = cairo_image_surface_get_format (surface);
  if (format != CAIRO_FORMAT_RGB24 && format != CAIRO_FORMAT_ARGB32)
    return false;
  pixels->surface = surface;
  cairo_surface_get_device_offset (surface, &x, &y);
  pixels->axes.x0 += x;
  pixels->axes.y0 += y;
  if (!cut_by_clip (cr, pixels))
    return false;
  cairo_surface_flush (surface);
  pixels->data = (guint32 *) (gpointer) cairo_image_surface_get_data (surface);
  pixels->stride = cairo_image_surface_get_stride (surface) / (int) sizeof (guint32);
  return pixels->data != NULL;
}

void
ms_pixels_return (MsPixels *pixels)
{
  cairo_surface_mark_dirty (pixels->surface);
  pixels->data = NULL;
}
