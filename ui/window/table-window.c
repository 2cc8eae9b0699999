/* SPDX-License-Identifier: MIT */

#include "ui/window/table-window.h"

#include <string.h>

#define MAX_COLUMNS 64
#define GAP 18 /* px between two columns */

/* Width of each column's longest cell, in pixels; returns the number of columns. */
static int
measure_columns (GtkWidget *view, const char *table, int *widths)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view, NULL);
  int column = 0, n = 0;
  gsize longest[MAX_COLUMNS] = { 0 };

  for (const char *cell = table; *cell != '\0';)
    {
      gsize length = strcspn (cell, "\t\n");

      if (column < MAX_COLUMNS && length > longest[column])
        {
          int width;

          longest[column] = length;
          pango_layout_set_text (layout, cell, (int) length);
          pango_layout_get_pixel_size (layout, &width, NULL);
          widths[column] = MAX (widths[column], width);
        }
      n = MAX (n, MIN (column + 1, MAX_COLUMNS));
      column = cell[length] == '\t' ? column + 1 : 0;
      cell += length + (cell[length] != '\0' ? 1 : 0);
    }
  return n;
}

static void
set_tabs (GtkTextView *view, const char *table)
{
  int widths[MAX_COLUMNS] = { 0 }, x = 0;
  int n = measure_columns (GTK_WIDGET (view), table, widths);
  PangoTabArray *tabs = pango_tab_array_new (n, TRUE);

  for (int i = 0; i < n; i++)
    {
      x += widths[i] + GAP;
      pango_tab_array_set_tab (tabs, i, PANGO_TAB_LEFT, x);
    }
  gtk_text_view_set_tabs (view, tabs);
  pango_tab_array_free (tabs);
}

static void
set_text (GtkTextView *view, const char *table)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start, end;

  gtk_text_buffer_set_text (buffer, table, -1);
  gtk_text_buffer_create_tag (buffer, "head", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_get_start_iter (buffer, &start);
  end = start;
  gtk_text_iter_forward_to_line_end (&end);
  gtk_text_buffer_apply_tag_by_name (buffer, "head", &start, &end);
  gtk_text_buffer_place_cursor (buffer, &start);
}

static GtkWidget *
new_view (const char *title, const char *table)
{
  GtkWidget *view = gtk_text_view_new (), *scroller = gtk_scrolled_window_new ();

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 12);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  set_text (GTK_TEXT_VIEW (view), table);
  set_tabs (GTK_TEXT_VIEW (view), table);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static void
copy_cb (GtkButton *button, char *table)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), table);
}

static void
free_text (gpointer text, GClosure *closure)
{
  g_free (text);
}

GtkWidget *
ms_table_window_new (GtkWindow *parent, const char *title, const char *caption, const char *table)
{
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new (), *copy = gtk_button_new_with_label ("Copy");
  g_autofree char *name = g_strdup_printf ("%s as a table", title);
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_window_set_title (GTK_WINDOW (window), name);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), adw_window_title_new (name, caption != NULL ? caption : ""));
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), copy);
  g_signal_connect_data (copy, "clicked", G_CALLBACK (copy_cb), g_strdup (table), free_text, 0);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), new_view (name, table));
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 720, 560);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (keys),
    gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_named_action_new ("window.close")));
  gtk_widget_add_controller (window, keys);
  return window;
}
