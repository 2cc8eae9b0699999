/* SPDX-License-Identifier: MIT */

#include "ui/paint/export.h"

#include "core/base/file.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

typedef cairo_surface_t *(*Open) (cairo_write_func_t write, void *data, double width, double height);

static cairo_surface_t *
open_png (cairo_write_func_t write, void *data, double width, double height)
{
  return cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
}

static const struct {
  const char *extension;
  Open open;
} kinds[] = {
  { ".png", open_png },
  { ".svg", cairo_svg_surface_create_for_stream },
  { ".pdf", cairo_pdf_surface_create_for_stream },
};

static Open
find_kind (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && dot != name && i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (dot, kinds[i].extension) == 0)
      return kinds[i].open;
  if (dot == NULL || dot == name)
    g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                 "%s: the name says no kind of picture; it should end in .png, .svg or .pdf", path);
  else
    g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "%s: “%s” is no kind of picture; .png, .svg and .pdf are", path, dot);
  return NULL;
}

static cairo_status_t
collect (void *data, const unsigned char *bytes, unsigned int length)
{
  g_byte_array_append (data, bytes, length);
  return CAIRO_STATUS_SUCCESS;
}

/* The finished file's bytes; false and @error if cairo could not make them. */
static bool
draw_bytes (Open open, MsDraw draw, gconstpointer data, const char *name, double width, double height,
            GByteArray *bytes, GError **error)
{
  cairo_surface_t *surface = open (collect, bytes, width, height);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  draw (cr, width, height, data);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && cairo_surface_get_type (surface) == CAIRO_SURFACE_TYPE_IMAGE)
    status = cairo_surface_write_to_png_stream (surface, collect, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, MS_ERROR, MS_ERROR_FAILED, "the picture “%s” could not be drawn: %s", name,
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}

bool
ms_paint_export_drawing (MsDraw draw, gconstpointer data, const char *name, double width, double height,
                         const char *path, GError **error)
{
  g_return_val_if_fail (draw != NULL && name != NULL && path != NULL, false);

  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (MsFileWriter) writer = NULL;
  Open open = find_kind (path, error);

  if (open == NULL)
    return false;
  width = round (width);
  height = round (height);
  if (!(width >= 1 && height >= 1 && width <= MS_EXPORT_LARGEST && height <= MS_EXPORT_LARGEST))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "a picture of %.0fx%.0f cannot be drawn; each side is 1 to %d",
                   width, height, MS_EXPORT_LARGEST);
      return false;
    }
  if (!draw_bytes (open, draw, data, name, width, height, bytes, error))
    return false;
  writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return false;
  ms_file_writer_write (writer, bytes->data, bytes->len);
  return ms_file_writer_commit (writer, error);
}

typedef struct {
  const MsPainter *painter;
  const MsScene *scene;
  const MsPalette *palette;
} Painting;

static void
paint_cb (cairo_t *cr, double width, double height, gconstpointer data)
{
  const Painting *painting = data;

  painting->painter->paint (cr, width, height, painting->scene, NULL, painting->palette);
}

bool
ms_paint_export (const MsPainter *painter, const MsScene *scene, const MsPalette *palette, double width, double height,
                 const char *path, GError **error)
{
  g_return_val_if_fail (painter != NULL && scene != NULL && palette != NULL && path != NULL, false);

  Painting painting = { painter, scene, palette };

  return ms_paint_export_drawing (paint_cb, &painting, painter->name, width, height, path, error);
}

bool
ms_paint_export_check (const char *path, GError **error)
{
  return find_kind (path, error) != NULL;
}
