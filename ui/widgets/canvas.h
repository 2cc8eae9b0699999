/* SPDX-License-Identifier: MIT */

/* The one widget that shows any painter: it paints when there is something new to show, points out what is under the
 * pointer, and lets mouse and keyboard choose things. Never subclass it for a new picture.
 *
 * Signals: "select" (const MsSpot *): somebody chose this; NULL: the choice was dropped.
 *          "asked" (const char *what): "table" or "picture" was asked for in the menu, "maximise" by a double click
 *          where there is nothing to choose, or by Return. */
#pragma once

#include "ui/paint/painter.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_CANVAS (ms_canvas_get_type ())
G_DECLARE_FINAL_TYPE (MsCanvas, ms_canvas, MS, CANVAS, GtkWidget)

GtkWidget *ms_canvas_new (const MsPainter *painter);
const MsPainter *ms_canvas_painter (MsCanvas *canvas);

/* How it is called where there are several of one painter; else by the painter's title. */
void ms_canvas_set_name (MsCanvas *canvas, const char *name);
const char *ms_canvas_name (MsCanvas *canvas);

/* Shows @scene as soon as its turn comes, the newest only if it is set more often than that (paint-budget.h).
 * References its record and branches. What else it points to may change in place (a history grows), and is then drawn
 * as it is when the turn comes; but before any of it is freed, another scene must be set, in the same call from the
 * main loop, so that no frame comes between. */
void ms_canvas_set_scene (MsCanvas *canvas, const MsScene *scene);
const MsScene *ms_canvas_scene (MsCanvas *canvas);

/* A fuller description for screen readers is worth its traffic only when things stand still. */
void ms_canvas_set_settled (MsCanvas *canvas, bool settled);

/* The colours and text size that the canvas paints with. */
MsPalette ms_canvas_palette (MsCanvas *canvas);

/* How high the picture's head is, where its title stands. */
double ms_canvas_head (MsCanvas *canvas);

/* What one can do with a picture: its menu, to which sections may be added, and the names of the widget actions in it,
 * NULL-terminated. */
GMenu *ms_canvas_menu (MsCanvas *canvas);
extern const char *const ms_canvas_actions[];

/* The words of what is under the pointer, or else of what is chosen; NULL: neither is anything. Transfer full. */
char *ms_canvas_words (MsCanvas *canvas);
bool ms_canvas_has_pointer (MsCanvas *canvas);

/* Microseconds of processor time spent painting since the last call. */
gint64 ms_canvas_take_paint_time (MsCanvas *canvas);

G_END_DECLS
