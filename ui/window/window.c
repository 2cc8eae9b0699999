/* SPDX-License-Identifier: MIT */

#include "ui/window/window-private.h"

#include "ui/window/speed.h"

#define PANEL_WIDTH 268 /* px, for text of the usual size */

G_DEFINE_FINAL_TYPE (MsWindow, ms_window, ADW_TYPE_APPLICATION_WINDOW)

void
ms_window_toast (MsWindow *self, const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1); /* titles are Pango markup */
  AdwToast *toast;

  if (self->toasts == NULL) /* closed while a file was being written */
    return;
  toast = adw_toast_new (markup);
  adw_toast_set_timeout (toast, strlen (sentence) > 60 ? 8 : 4);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* Speed */

static void
show_speed (MsWindow *self)
{
  g_autofree char *text = ms_speed_text (self->speed), *words = ms_speed_words (self->speed);

  gtk_label_set_text (self->speed_value, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->speed_scale), words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->speed_scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, words, -1);
}

static void
speed_changed_cb (MsWindow *self)
{
  double speed = ms_speed_at (gtk_range_get_value (GTK_RANGE (self->speed_scale)));

  if (speed == self->speed || self->live == NULL)
    return;
  self->speed = speed;
  ms_runner_set_speed (ms_live_runner (self->live), speed);
  if (self->compare != NULL)
    ms_compare_set_speed (self->compare, speed);
  show_speed (self);
}

void
ms_window_set_speed (MsWindow *self, double speed)
{
  self->speed = speed;
  ms_runner_set_speed (ms_live_runner (self->live), speed);
  if (self->compare != NULL)
    ms_compare_set_speed (self->compare, speed);
  gtk_range_set_value (GTK_RANGE (self->speed_scale), ms_speed_position (speed));
  show_speed (self);
}

static void
rows_changed_cb (MsRows *rows, MsExperiment *experiment, MsWindow *self)
{
  ms_window_change (self, experiment);
}

static void
rows_refused_cb (MsRows *rows, const char *sentence, MsWindow *self)
{
  ms_window_toast (self, sentence);
}

/* What showing costs */

static gint64
paint_time_cb (gpointer data)
{
  return ms_window_take_paint_time (data);
}

static void
frame_done_cb (gint64 cost, gpointer data)
{
  ms_live_note_cost (MS_WINDOW (data)->live, cost);
}

/* What the header leaves out where it would be cut off anyway. */
static void
fit_header (MsWindow *self, int width)
{
  bool roomy = width >= 1180;

  gtk_widget_set_visible (GTK_WIDGET (self->origin_label), roomy);
  gtk_widget_set_visible (GTK_WIDGET (self->epoch_label), roomy);
  gtk_widget_set_visible (GTK_WIDGET (self->title_label), roomy); /* the preset's button says it, too */
  gtk_widget_set_visible (GTK_WIDGET (self->speed_label), roomy);
  gtk_widget_set_visible (GTK_WIDGET (self->speed_value), roomy);
  gtk_widget_set_visible (self->open_button, roomy); /* the menu has it, too */
}

/* What there is room for depends on the size of text, too. Of a setting's row only the words grow with it, its buttons
 * do not, so that the panel grows by a little less than half. */
static void
fit (MsWindow *self, int width)
{
  double scale = ms_canvas_palette (self->timeline).scale;

  fit_header (self, (int) (width / scale));
  ms_window_fit_inspector (self, (int) (width / scale));
  gtk_widget_set_size_request (self->panel_scroller, (int) round (PANEL_WIDTH * (1 + 0.45 * MAX (0, scale - 1))), -1);
}

static void
layout_cb (GdkSurface *surface, int width, int height, MsWindow *self)
{
  fit (self, width);
}

static void
text_size_cb (MsWindow *self)
{
  fit (self, gtk_widget_get_width (GTK_WIDGET (self)));
}

static void
realize_cb (MsWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));

  ms_frame_stats_watch (self->stats, GTK_WIDGET (self));
  g_signal_connect_object (surface, "layout", G_CALLBACK (layout_cb), self, 0);
}

/* Closing */

static void
remember (MsWindow *self)
{
  const MsExperiment *experiment = ms_live_experiment (self->live);
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  self->state->width = width;
  self->state->height = height;
  self->state->maximised = gtk_window_is_maximized (GTK_WINDOW (self));
  self->state->panel = adw_flap_get_reveal_flap (self->flap);
  self->state->speed = self->speed;
  ms_window_remember_layout (self);
  if (experiment == NULL)
    return;
  g_free (self->state->name);
  g_free (self->state->experiment);
  self->state->name = g_strdup (self->name);
  self->state->experiment = ms_experiment_to_json (experiment);
}

static void
save_state (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *path = ms_window_state_path ();

  ms_window_state_save (data, path, NULL); /* forgetting the window's size is no reason to complain */
  g_task_return_boolean (task, TRUE);
}

static void
saved_state_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_application_release (G_APPLICATION (data));
}

static gboolean
ms_window_close_request (GtkWindow *window)
{
  MsWindow *self = MS_WINDOW (window);
  GApplication *application = G_APPLICATION (gtk_window_get_application (window));
  g_autoptr (GTask) task = g_task_new (NULL, NULL, saved_state_cb, application);

  ms_window_end_compare (self);
  remember (self);
  g_application_hold (application);
  g_task_set_task_data (task, ms_window_state_copy (self->state), (GDestroyNotify) ms_window_state_free);
  g_task_run_in_thread (task, save_state);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE); /* the step under way may take a moment yet */
  ms_live_stop (self->live);
  return GTK_WINDOW_CLASS (ms_window_parent_class)->close_request (window);
}

/* Public */

MsWindow *
ms_window_new (GtkApplication *application, int n_threads)
{
  MsWindow *self = g_object_new (MS_TYPE_WINDOW, "application", application, NULL);
  g_autofree char *path = ms_window_state_path ();

  self->state = ms_window_state_load (path);
  self->n_threads = n_threads;
  self->live = ms_live_new (GTK_WIDGET (self), n_threads);
  ms_window_connect_live (self);
  gtk_window_set_default_size (GTK_WINDOW (self), self->state->width, self->state->height);
  adw_flap_set_reveal_flap (self->inspector_flap, self->state->inspector);
  fit (self, self->state->width);
  if (self->state->maximised)
    gtk_window_maximize (GTK_WINDOW (self));
  adw_flap_set_reveal_flap (self->flap, self->state->panel);
  ms_window_set_speed (self, self->state->speed);
  ms_window_set_memory (self->state->memory, self);
  ms_window_send_watch (self);
  ms_window_show_record (self);
  ms_window_update_actions (self);
  return self;
}

static void
ms_window_dispose (GObject *object)
{
  MsWindow *self = MS_WINDOW (object);

  if (self->live != NULL)
    ms_live_stop (self->live);
  g_clear_object (&self->compare);
  if (self->second != NULL)
    ms_live_stop (self->second);
  g_clear_pointer (&self->second_name, g_free);
  g_clear_pointer (&self->usual_layout, g_free);
  g_clear_pointer (&self->stats, ms_frame_stats_free);
  ms_arrangement_clear (&self->arrangement);
  g_clear_pointer (&self->stage_pills, g_ptr_array_unref);
  g_clear_pointer (&self->sent, ms_experiment_unref);
  g_clear_pointer (&self->seen, ms_experiment_unref);
  g_clear_pointer (&self->opening, ms_experiment_unref);
  g_clear_pointer (&self->state, ms_window_state_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->awaited, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), MS_TYPE_WINDOW);
  G_OBJECT_CLASS (ms_window_parent_class)->dispose (object);
}

static void
ms_window_finalize (GObject *object)
{
  g_clear_object (&MS_WINDOW (object)->live); /* after the canvases that draw its history */
  g_clear_object (&MS_WINDOW (object)->second);
  G_OBJECT_CLASS (ms_window_parent_class)->finalize (object);
}

static void
ms_window_class_init (MsWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = ms_window_dispose;
  G_OBJECT_CLASS (class)->finalize = ms_window_finalize;
  GTK_WINDOW_CLASS (class)->close_request = ms_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/moescope/Moescope/window.ui");
  gtk_widget_class_bind_template_child (widget_class, MsWindow, preset_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, panel_scroller);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, views_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, play_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, speed_scale);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, speed_label);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, speed_value);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, title_label);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, origin_label);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, step_label);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, epoch_label);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, views);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, timeline_place);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, steps_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, redo_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, compare_button);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, steered_row);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, steered);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, contrast);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, panel);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, failed_page);
  gtk_widget_class_bind_template_child (widget_class, MsWindow, folder_button);
  gtk_widget_class_bind_template_callback (widget_class, speed_changed_cb);
  ms_window_class_install_actions (widget_class);
  ms_window_class_install_steps (widget_class);
  ms_window_class_install_watch (widget_class);
  ms_window_class_install_stages (widget_class);
  ms_window_class_install_inspector (widget_class);
  ms_window_class_install_compare (widget_class);
}

static void
ms_window_init (MsWindow *self)
{
  self->selection = MS_SELECTION_NONE;
  self->stage = MS_STAGE_WHOLE;
  self->stats = ms_frame_stats_new (paint_time_cb, frame_done_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
  ms_window_build_views (self);
  self->rows = MS_ROWS (ms_rows_new ());
  gtk_box_append (self->panel, GTK_WIDGET (self->rows));
  g_signal_connect_object (self->rows, "changed", G_CALLBACK (rows_changed_cb), self, 0);
  g_signal_connect_object (self->rows, "refused", G_CALLBACK (rows_refused_cb), self, 0);
  g_signal_connect (self, "realize", G_CALLBACK (realize_cb), NULL);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi", G_CALLBACK (text_size_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_menu_button_set_popover (self->preset_button, ms_window_new_preset_popover (self));
  ms_window_build_steps (self);
  ms_window_build_inspector (self);
  ms_window_build_compare (self);
  ms_window_add_shortcuts (self);
  ms_window_add_states (self);
  ms_window_add_drop_target (self);
}
