/* SPDX-License-Identifier: MIT */

/* A picture as a file, drawn by the painter that draws the widget. */
#pragma once

#include "core/base/error.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_EXPORT_LARGEST 16384 /* units a side; cairo's own limit is twice that */

/* The kind of file is that of the extension: .png (one pixel a unit), .svg or .pdf. The file is written whole or not at
 * all: an earlier one of that name stays if anything fails. */
bool ms_paint_export (const MsPainter *painter, const MsScene *scene, const MsPalette *palette, double width,
                      double height, const char *path, GError **error);

/* The same for a drawing that is no painter's: @draw is called once, with @data; @name is for messages. */
typedef void (*MsDraw) (cairo_t *cr, double width, double height, gconstpointer data);
bool ms_paint_export_drawing (MsDraw draw, gconstpointer data, const char *name, double width, double height,
                              const char *path, GError **error);

/* Whether the extension of @path names a kind of picture: for refusing a wrong one before long work. */
bool ms_paint_export_check (const char *path, GError **error);

G_END_DECLS
