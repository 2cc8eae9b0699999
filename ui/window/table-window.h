/* SPDX-License-Identifier: MIT */

/* A view's table twin as text that can be read aloud, selected and copied. It shows the moment it was opened. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* @table: TSV with a header row; @caption may be NULL. */
GtkWidget *ms_table_window_new (GtkWindow *parent, const char *title, const char *caption, const char *table);

G_END_DECLS
