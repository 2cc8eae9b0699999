/* SPDX-License-Identifier: MIT */

/* Which routed block and which member's tokens the views show: two rows above the settings, there when there is a
 * choice. */
#include "ui/window/window-private.h"

#include "ui/paint/tokens.h"

static GtkWidget *
new_row (GtkWidget *drop_down, const char *name, const char *tip)
{
  GtkWidget *row = gtk_list_box_row_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (drop_down, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), drop_down);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_add_css_class (row, "setting");
  gtk_widget_set_tooltip_text (row, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (drop_down)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return row;
}

/* False: they were there already. Filling the list chooses one item after the other, which nobody asked for. */
static bool
fill (MsWindow *self, GtkDropDown *drop_down, GPtrArray *names)
{
  GtkStringList *list = GTK_STRING_LIST (gtk_drop_down_get_model (drop_down));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));
  bool same = n == names->len, was_filling = self->filling;

  for (guint i = 0; same && i < n; i++)
    same = g_str_equal (gtk_string_list_get_string (list, i), names->pdata[i]);
  if (same)
    return false;
  self->filling = true;
  g_ptr_array_add (names, NULL);
  gtk_string_list_splice (list, 0, n, (const char *const *) names->pdata);
  self->filling = was_filling;
  return true;
}

/* The members of a deep ensemble have blocks of their own. */
static char *
block_name (const MsRouting *routing)
{
  if (routing->member >= 0)
    return g_strdup_printf ("%d, member %d", routing->layer, routing->member);
  return g_strdup_printf ("%d", routing->layer);
}

static void
show_blocks (MsWindow *self, const MsRecord *record)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int n = record != NULL ? record->n_routing : 0;

  for (int i = 0; i < n; i++)
    g_ptr_array_add (names, block_name (record->routing[i]));
  if (fill (self, self->block, names))
    self->selection.layer = MAX (n - 1, 0); /* deeper experts specialise more visibly */
  gtk_drop_down_set_selected (self->block, (guint) self->selection.layer);
  gtk_widget_set_visible (self->block_row, n > 1);
}

/* Tokens pass the layer once for each member: one copy can be shown at a time. */
static void
show_members (MsWindow *self, const MsRecord *record)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int layer = self->selection.layer, n = 1;

  if (record != NULL && layer < record->n_routing)
    n = record->routing[layer]->copies;
  for (int m = 0; m < n; m++)
    g_ptr_array_add (names, g_strdup_printf ("%d", m));
  fill (self, self->member, names);
  if (self->selection.member >= ms_record_members (record, n))
    self->selection.member = MS_NONE;
  gtk_drop_down_set_selected (self->member, (guint) CLAMP (self->selection.member, 0, n - 1));
  gtk_widget_set_visible (self->member_row, n > 1);
}

void
ms_window_show_choosers (MsWindow *self, const MsRecord *record)
{
  bool was_filling = self->filling;

  self->filling = true; /* what is chosen now follows the selection */
  show_blocks (self, record);
  show_members (self, record);
  self->filling = was_filling;
  gtk_widget_set_visible (self->choosers, gtk_widget_get_visible (self->block_row)
                                            || gtk_widget_get_visible (self->member_row));
}

static void
chosen_cb (MsWindow *self)
{
  guint block = gtk_drop_down_get_selected (self->block), member = gtk_drop_down_get_selected (self->member);
  MsSelection selection = self->selection;

  if (self->filling || block == GTK_INVALID_LIST_POSITION || member == GTK_INVALID_LIST_POSITION)
    return;
  selection.layer = (int) block;
  if (gtk_widget_get_visible (self->member_row) && (member > 0 || selection.member >= 0))
    selection.member = (int) member;
  ms_window_select (self, selection);
  ms_window_show_choosers (self, ms_live_record (self->live));
}

void
ms_window_move_block (MsWindow *self, int by)
{
  int n = (int) g_list_model_get_n_items (gtk_drop_down_get_model (self->block));

  if (n > 0)
    gtk_drop_down_set_selected (self->block, (guint) CLAMP (self->selection.layer + by, 0, n - 1));
}

void
ms_window_build_choosers (MsWindow *self)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *block = gtk_drop_down_new_from_strings ((const char *const[]){ NULL });
  GtkWidget *member = gtk_drop_down_new_from_strings ((const char *const[]){ NULL });

  self->choosers = list;
  self->block = GTK_DROP_DOWN (block);
  self->member = GTK_DROP_DOWN (member);
  self->block_row = new_row (block, "Block shown", "Which routed block the views show ([ and ])");
  self->member_row = new_row (member, "Member shown", "Whose copy of the tokens the views show");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_append (GTK_LIST_BOX (list), self->block_row);
  gtk_list_box_append (GTK_LIST_BOX (list), self->member_row);
  gtk_widget_add_css_class (list, "settings");
  gtk_widget_set_visible (list, FALSE);
  gtk_box_append (self->panel, list);
  g_signal_connect_object (block, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (member, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
}
