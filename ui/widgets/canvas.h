/* SPDX-License-Identifier: MIT */

/* The one widget that shows any painter: it paints when there is something new to show, points out what is under the
 * pointer, and lets mouse and keyboard choose things. Never subclass it for a new picture.
 *
 * Signals: "select" (const MsSpot *): somebody chose this; NULL: the choice was dropped.
 *          "asked" (const char *what): "table", "picture" or "maximise" was asked for in the menu. */
#pragma once

#include "ui/paint/painter.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_CANVAS (ms_canvas_get_type ())
G_DECLARE_FINAL_TYPE (MsCanvas, ms_canvas, MS, CANVAS, GtkWidget)

GtkWidget *ms_canvas_new (const MsPainter *painter);
const MsPainter *ms_canvas_painter (MsCanvas *canvas);

/* Shows @scene from the next frame on. References its record; its history must live as long as the canvas shows it,
 * and change only between two calls. */
void ms_canvas_set_scene (MsCanvas *canvas, const MsScene *scene);
const MsScene *ms_canvas_scene (MsCanvas *canvas);

/* A fuller description for screen readers is worth its traffic only when things stand still. */
void ms_canvas_set_settled (MsCanvas *canvas, bool settled);

/* The colours and text size that the canvas paints with. */
MsPalette ms_canvas_palette (MsCanvas *canvas);

/* What one can do with a picture: its menu, and the names of the widget actions in it, NULL-terminated. */
GMenuModel *ms_canvas_menu (MsCanvas *canvas);
extern const char *const ms_canvas_actions[];

/* Microseconds of processor time spent painting since the last call. */
gint64 ms_canvas_take_paint_time (MsCanvas *canvas);

G_END_DECLS
