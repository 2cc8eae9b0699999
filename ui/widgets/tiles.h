/* SPDX-License-Identifier: MIT */

/* Lays out the visible pictures side by side so that each is as large as it can be, or shows one of them alone. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_TILES (ms_tiles_get_type ())
G_DECLARE_FINAL_TYPE (MsTiles, ms_tiles, MS, TILES, GtkWidget)

GtkWidget *ms_tiles_new (void);
void ms_tiles_append (MsTiles *tiles, GtkWidget *tile);

/* Shows @tile (a child) alone; NULL: all that are visible. */
void ms_tiles_set_alone (MsTiles *tiles, GtkWidget *tile);
GtkWidget *ms_tiles_alone (MsTiles *tiles);

/* How many columns make @n pictures largest in @width x @height. */
int ms_tiles_columns (int n, double width, double height);

G_END_DECLS
