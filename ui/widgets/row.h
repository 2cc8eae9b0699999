/* SPDX-License-Identifier: MIT */

/* One setting as a row: its label, the mark of a rebuild, and the control that its type asks for.
 *
 * Signal: "edited" (const char *text): somebody gave another value, not yet judged. */
#pragma once

#include "core/train/parameters.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_ROW (ms_row_get_type ())
G_DECLARE_FINAL_TYPE (MsRow, ms_row, MS, ROW, GtkListBoxRow)

GtkWidget *ms_row_new (const MsKey *key);
const MsKey *ms_row_key (MsRow *row);

/* Shows @text, a canonical value; emits nothing. */
void ms_row_set_text (MsRow *row, const char *text);

G_END_DECLS
