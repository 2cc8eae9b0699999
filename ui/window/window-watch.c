/* SPDX-License-Identifier: MIT */

/* What is watched while the run goes on: pinned readings, alerts, and the conditions that pause it. */
#include "ui/window/pin.h"
#include "ui/window/window-private.h"

/* The runner looks after the conditions; it is told all of them whenever one changes. */
void
ms_window_send_watch (MsWindow *self)
{
  MsWatch watch = { .enabled = true };

  if (self->live == NULL)
    return;
  watch.conditions = ms_breakpoints_get (self->breakpoints, &watch.n);
  watch.pause_on_alert = ms_alerts_list_pauses (self->alerts_list);
  watch.limits = *ms_alerts_list_limits (self->alerts_list);
  ms_runner_set_watch (ms_live_runner (self->live), &watch);
  g_free (watch.conditions);
}

static void
chosen_cb (MsAlertsList *list, const MsSpot *spot, MsWindow *self)
{
  ms_window_select (self, ms_selection_after (&self->selection, spot));
  ms_window_show_choosers (self, ms_live_record (self->live));
}

static void
show_scene_cb (MsWindow *self)
{
  if (self->live != NULL)
    ms_window_select (self, self->selection);
}

static void
pin_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  const MsRecord *record = ms_live_record (self->live);
  MsReading reading = ms_pin_reading (&self->selection, record);
  g_autofree char *words = ms_reading_words (&reading), *sentence = g_strdup_printf ("Already watched: %s", words);

  if (record == NULL)
    return;
  if (!ms_watch_list_pin (self->watch_list, &reading))
    ms_window_toast (self, sentence);
  ms_watch_list_refill (self->watch_list, ms_live_history (self->live), record, record->step);
  show_scene_cb (self);
}

/* The run is at another place: @records are those that came since, maybe none. */
void
ms_window_restart_watch (MsWindow *self)
{
  const MsRecord *record = ms_live_record (self->live);
  const GPtrArray *records = ms_live_records (self->live);
  gint64 step = record != NULL ? record->step : -1;

  if (records != NULL && records->len > 0)
    step = ((const MsRecord *) records->pdata[0])->step - 1;
  ms_watch_list_refill (self->watch_list, ms_live_history (self->live), record, step);
}

/* Inside "news". */
void
ms_window_add_watched (MsWindow *self)
{
  const GPtrArray *records = ms_live_records (self->live);

  for (guint i = 0; records != NULL && i < records->len; i++)
    ms_watch_list_add_record (self->watch_list, records->pdata[i]);
}

void
ms_window_show_watch (MsWindow *self, const MsScene *scene)
{
  if (self->live == NULL)
    return;
  if (!self->stage.partial) /* the record is of a pass that has not been walked to its end */
    ms_watch_list_show (self->watch_list, scene->record, self->selection.step != MS_NONE);
  ms_alerts_list_show (self->alerts_list, scene->alerts, ms_live_record (self->live));
  ms_breakpoints_set_record (self->breakpoints, ms_live_record (self->live));
}

static GtkWidget *
new_heading (const char *title)
{
  GtkWidget *heading = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_set_hexpand (heading, TRUE);
  gtk_widget_add_css_class (heading, "heading");
  return heading;
}

static GtkWidget *
new_watch_heading (void)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *pin = gtk_button_new_with_label ("Pin");

  gtk_actionable_set_action_name (GTK_ACTIONABLE (pin), "win.pin");
  gtk_widget_add_css_class (pin, "flat");
  gtk_widget_set_focus_on_click (pin, FALSE);
  gtk_widget_set_tooltip_text (pin, "Follow the number of what is chosen (P)");
  gtk_box_append (GTK_BOX (line), new_heading ("Watch list"));
  gtk_box_append (GTK_BOX (line), pin);
  return line;
}

/* The watch list and the alerts, with their headings, for a side panel. */
GtkWidget *
ms_window_build_watch (MsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->watch_list = MS_WATCH_LIST (ms_watch_list_new ());
  self->alerts_list = MS_ALERTS_LIST (ms_alerts_list_new ());
  self->breakpoints = MS_BREAKPOINTS (ms_breakpoints_new ());
  gtk_box_append (GTK_BOX (box), new_watch_heading ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->watch_list));
  gtk_box_append (GTK_BOX (box), new_heading ("Alerts"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->alerts_list));
  adw_bin_set_child (self->breakpoints_place, GTK_WIDGET (self->breakpoints));
  g_signal_connect_object (self->alerts_list, "chosen", G_CALLBACK (chosen_cb), self, 0);
  g_signal_connect_object (self->alerts_list, "changed", G_CALLBACK (ms_window_send_watch), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->breakpoints, "changed", G_CALLBACK (ms_window_send_watch), self, G_CONNECT_SWAPPED);
  return box;
}

void
ms_window_class_install_watch (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.pin", NULL, pin_cb);
}
