/* SPDX-License-Identifier: MIT */

/* The dialog of what belongs to nobody's experiment: how much memory the past may take. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MS_MEMORY_LEAST 32 /* MB */
#define MS_MEMORY_MOST 16384
#define MS_MEMORY_USUAL 256

/* Called when another memory is wanted, MB. */
typedef void (*MsMemoryChanged) (int megabytes, gpointer data);

/* @used: bytes that the past takes now. @data must outlive the dialog, which is modal to @parent. */
void ms_preferences_show (GtkWindow *parent, int megabytes, gsize used, MsMemoryChanged changed, gpointer data);

G_END_DECLS
