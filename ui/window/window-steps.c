/* SPDX-License-Identifier: MIT */

/* How far to go: the menu beside Step, the ways to move through the past, what of it is kept, and undoing. */
#include "ui/window/preferences.h"
#include "ui/window/window-private.h"

static void
step_batches (MsWindow *self, int n)
{
  ms_window_look_at_now (self);
  if (self->compare != NULL)
    ms_compare_step (self->compare, n);
  else
    ms_runner_step (ms_live_runner (self->live), n);
}

static void
steps_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  int n = g_variant_get_int32 (parameter);

  gtk_menu_button_popdown (self->steps_button);
  step_batches (self, n > 0 ? n : gtk_spin_button_get_value_as_int (self->batches));
}

static void
step_epoch_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  gtk_menu_button_popdown (self->steps_button);
  ms_window_look_at_now (self);
  ms_runner_step_epoch (ms_live_runner (self->live));
}

static void
earlier_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_move_step (MS_WINDOW (widget), -1);
}

static void
first_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_look_at_first (MS_WINDOW (widget));
}

static void
now_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_look_at_now (MS_WINDOW (widget));
}

static void
continue_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_continue (MS_WINDOW (widget));
}

static void
more_steps_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (MS_WINDOW (widget)->steps_button);
}

static void
branches_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  if (gtk_widget_get_visible (GTK_WIDGET (self->branches_button)))
    gtk_menu_button_popup (self->branches_button);
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  g_clear_pointer (&self->sent, ms_experiment_unref); /* the rows follow what comes of it */
  ms_runner_undo (ms_live_runner (ms_window_steered (self)));
}

static void
redo_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  g_clear_pointer (&self->sent, ms_experiment_unref);
  ms_runner_redo (ms_live_runner (ms_window_steered (self)));
}

void
ms_window_set_memory (int megabytes, gpointer window)
{
  MsWindow *self = window;

  self->state->memory = megabytes;
  ms_live_set_budget (self->live, (gsize) megabytes << 20);
  if (self->second != NULL)
    ms_live_set_budget (self->second, (gsize) megabytes << 20);
}

static void
preferences_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  ms_preferences_show (GTK_WINDOW (self), self->state->memory, ms_past_bytes (ms_live_past (self->live)),
                       ms_window_set_memory, self);
}

static void
show_deed (MsWindow *self, GtkButton *button, const char *action, const char *verb, const char *words, const char *keys)
{
  g_autofree char *tip = words != NULL ? g_strdup_printf ("%s: %s (%s)", verb, words, keys)
                                       : g_strdup_printf ("%s: nothing (%s)", verb, keys);

  gtk_widget_set_tooltip_text (GTK_WIDGET (button), tip);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), action, words != NULL);
}

void
ms_window_show_undo (MsWindow *self)
{
  MsLive *live = ms_window_steered (self);

  show_deed (self, self->undo_button, "win.undo", "Undo", ms_live_undo (live), "Ctrl+Z");
  show_deed (self, self->redo_button, "win.redo", "Redo", ms_live_redo (live), "Ctrl+Shift+Z");
}

static GtkWidget *
new_item (const char *label, const char *action, int parameter, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_label_set_xalign (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), 0);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tip);
  if (parameter >= 0)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", parameter);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
new_batches_row (MsWindow *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *spin = gtk_spin_button_new_with_range (1, 1e6, 1);
  GtkWidget *run = gtk_button_new_with_label ("Run batches");

  self->batches = GTK_SPIN_BUTTON (spin);
  gtk_spin_button_set_value (self->batches, 100);
  gtk_widget_set_hexpand (spin, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, "Batches", -1);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (run), "i", 0);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (run), "win.steps");
  gtk_widget_set_tooltip_text (run, "Train on so many batches, then pause");
  gtk_box_append (GTK_BOX (row), spin);
  gtk_box_append (GTK_BOX (row), run);
  return row;
}

void
ms_window_build_steps (MsWindow *self)
{
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_box_append (GTK_BOX (box), new_item ("10 batches", "win.steps", 10, "Train on ten batches, then pause"));
  gtk_box_append (GTK_BOX (box), new_item ("To the end of the epoch", "win.step-epoch", -1,
                                           "Until every training example has been seen once more (E)"));
  gtk_box_append (GTK_BOX (box), new_item ("Step into", "win.step-into", -1,
                                           "Walk through the next batch's forward pass stage by stage (I)"));
  gtk_box_append (GTK_BOX (box), new_batches_row (self));
  self->breakpoints_place = ADW_BIN (adw_bin_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->breakpoints_place));
  gtk_widget_add_css_class (box, "steps-menu");
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (self->steps_button, popover);
}

void
ms_window_class_install_steps (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.steps", "i", steps_cb);
  gtk_widget_class_install_action (class, "win.step-epoch", NULL, step_epoch_cb);
  gtk_widget_class_install_action (class, "win.earlier", NULL, earlier_cb);
  gtk_widget_class_install_action (class, "win.first", NULL, first_cb);
  gtk_widget_class_install_action (class, "win.now", NULL, now_cb);
  gtk_widget_class_install_action (class, "win.continue", NULL, continue_cb);
  gtk_widget_class_install_action (class, "win.preferences", NULL, preferences_cb);
  gtk_widget_class_install_action (class, "win.more-steps", NULL, more_steps_cb);
  gtk_widget_class_install_action (class, "win.branches", NULL, branches_cb);
  gtk_widget_class_install_action (class, "win.undo", NULL, undo_cb);
  gtk_widget_class_install_action (class, "win.redo", NULL, redo_cb);
}
