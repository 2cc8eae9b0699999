/* SPDX-License-Identifier: MIT */

/* The main window: the header bar that drives the runner, the settings on the left, the views of the newest record. */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define MS_TYPE_WINDOW (ms_window_get_type ())
G_DECLARE_FINAL_TYPE (MsWindow, ms_window, MS, WINDOW, AdwApplicationWindow)

MsWindow *ms_window_new (GtkApplication *application, int n_threads);

/* A preset's name or a file; NULL: what was open last, or the default preset. Returns at once. */
void ms_window_open (MsWindow *window, const char *source);

/* For benchmarks: steps slowly, then plays as fast as it goes, each for @seconds; hands over what it measured and
 * closes the window. */
typedef void (*MsMeasured) (JsonNode *result, gpointer data);
void ms_window_measure (MsWindow *window, double seconds, MsMeasured done, gpointer data);

G_END_DECLS
