/* SPDX-License-Identifier: MIT */

#include "ui/window/preferences.h"

typedef struct {
  MsMemoryChanged changed;
  gpointer data;
} Wish;

static void
changed_cb (GtkSpinButton *spin, Wish *wish)
{
  wish->changed (gtk_spin_button_get_value_as_int (spin), wish->data);
}

static GtkWidget *
new_memory_row (int megabytes, gsize used, Wish *wish)
{
  GtkWidget *row = adw_action_row_new (), *spin = gtk_spin_button_new_with_range (MS_MEMORY_LEAST, MS_MEMORY_MOST, 32);
  g_autofree char *now = g_strdup_printf ("Megabytes for steps that can be looked at again and gone back to; "
                                          "%.0f are in use. Older steps are kept more sparsely.", (double) used / 1e6);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), megabytes);
  gtk_widget_set_valign (spin, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, "Memory for the past", -1);
  g_signal_connect (spin, "value-changed", G_CALLBACK (changed_cb), wish);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Memory for the past");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), now);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), spin);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), spin);
  return row;
}

void
ms_preferences_show (GtkWindow *parent, int megabytes, gsize used, MsMemoryChanged changed, gpointer data)
{
  GtkWidget *window = adw_preferences_window_new (), *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  Wish *wish = g_new (Wish, 1);

  *wish = (Wish){ changed, data };
  g_object_set_data_full (G_OBJECT (window), "wish", wish, g_free);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_memory_row (megabytes, used, wish));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (page));
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 560, 220);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
