/* SPDX-License-Identifier: MIT */

/* The list of all views with a check mark each, in a popover. Those that have nothing to show now say so. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_VIEWS_MENU (ms_views_menu_get_type ())
G_DECLARE_FINAL_TYPE (MsViewsMenu, ms_views_menu, MS, VIEWS_MENU, GtkPopover)

/* Emits "toggled" (int view, gboolean shown) and "automatic" when somebody asks for it. */
GtkWidget *ms_views_menu_new (void);

/* Bits in the order of the list of painters; @own: the choice is somebody's own. */
void ms_views_menu_update (MsViewsMenu *menu, guint64 applying, guint64 shown, gboolean own);

G_END_DECLS
