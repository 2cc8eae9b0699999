/* SPDX-License-Identifier: MIT */

#include "ui/window/alerts-list.h"

#include "core/base/error.h"
#include "core/base/number.h"
#include <string.h>

#define MOST_SHOWN 40

struct _MsAlertsList {
  GtkBox parent;

  GtkWidget *empty, *rows, *more, *pause, *collapse, *dropped, *window;
  MsAlertLimits limits;
  GArray *shown;    /* owned: of MsAlert, as they stand in the rows */
  int count;        /* of all alerts */
  MsAlertLimits raised_by; /* what they were raised by: the limits may be others by now */
  MsRecord *record; /* owned reference or NULL */
  bool filling;     /* controls change by themselves */
};

enum {
  CHOSEN,
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsAlertsList, ms_alerts_list, GTK_TYPE_BOX)

static const struct {
  const char *icon, *style;
} look[] = {
  [MS_ALERT_COLLAPSE] = { "dialog-warning-symbolic", "warning" },
  [MS_ALERT_DEAD] = { "action-unavailable-symbolic", "warning" },
  [MS_ALERT_DROPPED] = { "user-trash-symbolic", "warning" },
  [MS_ALERT_NOT_FINITE] = { "dialog-error-symbolic", "error" },
};

static int
layer_of (const MsRecord *record, const MsAlert *alert)
{
  for (int l = 0; record != NULL && l < record->n_routing; l++)
    if (record->routing[l]->layer == alert->block && record->routing[l]->member == alert->member)
      return l;
  return MS_NONE;
}

static void
pressed_cb (GtkButton *button, MsAlertsList *self)
{
  guint i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "alert"));
  MsSpot spot = MS_SPOT_NONE;

  if (i >= self->shown->len)
    return;
  const MsAlert *alert = &g_array_index (self->shown, MsAlert, i);

  spot.kind = MS_SPOT_ALERT;
  spot.bin = self->count - 1 - (int) i;
  spot.step = alert->step;
  spot.layer = layer_of (self->record, alert);
  spot.expert = spot.layer == MS_NONE ? MS_NONE : alert->expert;
  g_signal_emit (self, signals[CHOSEN], 0, &spot);
}

static char *
when_words (const MsAlert *alert)
{
  if (alert->over < 0)
    return g_strdup_printf ("step %" G_GINT64_FORMAT, alert->step);
  return g_strdup_printf ("step %" G_GINT64_FORMAT ", over at %" G_GINT64_FORMAT, alert->step, alert->over);
}

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
new_row (MsAlertsList *self, guint i)
{
  const MsAlert *alert = &g_array_index (self->shown, MsAlert, i);
  GtkWidget *button = gtk_button_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", look[alert->kind].icon, "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  g_autofree char *sentence = ms_alert_words (alert, &self->raised_by), *when = when_words (alert);
  g_autofree char *name = g_strdup_printf ("%s: %s", when, sentence);

  gtk_widget_add_css_class (icon, alert->over < 0 ? look[alert->kind].style : "dim-label");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (words), new_label (sentence, alert->over < 0 ? NULL : "dim-label"));
  gtk_box_append (GTK_BOX (words), new_label (when, "when"));
  gtk_box_append (GTK_BOX (line), icon);
  gtk_box_append (GTK_BOX (line), words);
  gtk_button_set_child (GTK_BUTTON (button), line);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "alert");
  gtk_widget_set_tooltip_text (button, "Show this step and what the alert is of");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "alert", GUINT_TO_POINTER (i));
  g_signal_connect_object (button, "clicked", G_CALLBACK (pressed_cb), self, 0);
  return button;
}

static void
build_rows (MsAlertsList *self)
{
  int hidden = self->count - (int) self->shown->len;
  g_autofree char *more = g_strdup_printf ("and %d earlier one%s", hidden, hidden == 1 ? "" : "s");
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (self->rows)) != NULL)
    gtk_box_remove (GTK_BOX (self->rows), row);
  for (guint i = 0; i < self->shown->len; i++)
    gtk_box_append (GTK_BOX (self->rows), new_row (self, i));
  gtk_widget_set_visible (self->empty, self->shown->len == 0);
  gtk_label_set_text (GTK_LABEL (self->more), more);
  gtk_widget_set_visible (self->more, hidden > 0);
}

static bool
same_alert (const MsAlert *a, const MsAlert *b)
{
  return a->kind == b->kind && a->step == b->step && a->over == b->over && a->block == b->block
         && a->member == b->member && a->expert == b->expert;
}

void
ms_alerts_list_show (MsAlertsList *self, const MsAlerts *alerts, const MsRecord *record)
{
  int count = alerts != NULL ? ms_alerts_count (alerts) : 0, n = MIN (count, MOST_SHOWN);
  bool same = count == self->count && n == (int) self->shown->len;

  for (int i = 0; same && i < n; i++)
    same = same_alert (ms_alerts_at (alerts, count - 1 - i), &g_array_index (self->shown, MsAlert, i));
  if (record != self->record)
    {
      ms_record_unref (self->record);
      self->record = record != NULL ? ms_record_ref ((MsRecord *) record) : NULL;
    }
  if (same)
    return;
  self->count = count;
  self->raised_by = alerts != NULL ? *ms_alerts_limits (alerts) : self->limits;
  g_array_set_size (self->shown, 0);
  for (int i = 0; i < n; i++)
    g_array_append_vals (self->shown, ms_alerts_at (alerts, count - 1 - i), 1);
  build_rows (self);
}

/* Settings */

gboolean
ms_alerts_list_pauses (MsAlertsList *self)
{
  return gtk_switch_get_active (GTK_SWITCH (self->pause));
}

const MsAlertLimits *
ms_alerts_list_limits (MsAlertsList *self)
{
  return &self->limits;
}

/* One batch alone raises no alert, however uneven it is; the words say so. */
static void
show_empty (MsAlertsList *self)
{
  g_autofree char *words = g_strdup_printf ("Nothing has collapsed, died or been dropped over %d steps",
                                            self->limits.window);

  gtk_label_set_text (GTK_LABEL (self->empty), words);
}

static void
changed_cb (MsAlertsList *self)
{
  if (self->filling)
    return;
  self->limits.collapse = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->collapse)) / 100;
  self->limits.dropped = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->dropped)) / 100;
  self->limits.window = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->window));
  show_empty (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
show_settings (MsAlertsList *self, bool pause)
{
  self->filling = true;
  gtk_switch_set_active (GTK_SWITCH (self->pause), pause);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->collapse), 100 * self->limits.collapse);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->dropped), 100 * self->limits.dropped);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->window), self->limits.window);
  self->filling = false;
  show_empty (self);
}

char *
ms_alerts_list_to_text (MsAlertsList *self)
{
  char collapse[MS_NUMBER_SIZE], dead[MS_NUMBER_SIZE], dropped[MS_NUMBER_SIZE];

  return g_strdup_printf ("%scollapse=%s dead=%s dropped=%s window=%d", ms_alerts_list_pauses (self) ? "pause " : "",
                          ms_number_text (collapse, self->limits.collapse),
                          ms_number_text (dead, self->limits.dead_per_expert),
                          ms_number_text (dropped, self->limits.dropped), self->limits.window);
}

static bool
read_limit (const char *word, MsAlertLimits *limits)
{
  const char *equals = strchr (word, '=');
  gsize length = equals != NULL ? (gsize) (equals - word) : 0;
  double value;

  if (equals == NULL || !ms_number_read (equals + 1, &value) || value < 0)
    return false;
  if (length == 8 && strncmp (word, "collapse", length) == 0)
    limits->collapse = value;
  else if (length == 4 && strncmp (word, "dead", length) == 0)
    limits->dead_per_expert = value;
  else if (length == 7 && strncmp (word, "dropped", length) == 0)
    limits->dropped = value;
  else if (length == 6 && strncmp (word, "window", length) == 0 && value >= 1 && value <= 10000)
    limits->window = (int) value;
  else
    return false;
  return true;
}

bool
ms_alerts_list_set_text (MsAlertsList *self, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  MsAlertLimits limits = ms_alert_limits_default ();
  bool pause = false;

  for (char **word = words; *word != NULL; word++)
    if (strcmp (*word, "pause") == 0)
      pause = true;
    else if (**word != '\0' && !read_limit (*word, &limits))
      {
        g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
                     "\"%s\" is no setting of alerts: it must be pause, or collapse=, dead=, dropped= or window= with "
                     "a number", *word);
        return false;
      }
  self->limits = limits;
  show_settings (self, pause);
  g_signal_emit (self, signals[CHANGED], 0);
  return true;
}

/* @label @control, in a line. */
static GtkWidget *
add_setting (GtkWidget *box, GtkWidget *control, const char *label, const char *tip)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (line), new_label (label, NULL));
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), control);
  gtk_widget_set_tooltip_text (line, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_box_append (GTK_BOX (box), line);
  return control;
}

static GtkWidget *
new_spin (MsAlertsList *self, double low, double high)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, 1);

  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 4);
  g_signal_connect_object (spin, "value-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return spin;
}

static void
build_settings (MsAlertsList *self)
{
  GtkWidget *more = gtk_expander_new ("Limits"), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->pause = add_setting (GTK_WIDGET (self), gtk_switch_new (), "Pause on alert",
                             "The run pauses at the step of an alert");
  g_signal_connect_object (self->pause, "notify::active", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  self->collapse = add_setting (box, new_spin (self, 0, 100), "Collapse below, %",
                                "exp H / E of a layer's load: the part of its experts that it is worth");
  self->dropped = add_setting (box, new_spin (self, 0, 100), "Dropped above, %",
                               "Share of a layer's assignments that capacity drops");
  self->window = add_setting (box, new_spin (self, 1, 10000), "Over steps",
                              "Loads are summed over so many steps, because one batch leaves experts unused by chance");
  gtk_widget_add_css_class (more, "more");
  gtk_expander_set_child (GTK_EXPANDER (more), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (more), GTK_ACCESSIBLE_PROPERTY_LABEL, "Limits", -1);
  gtk_box_append (GTK_BOX (self), more);
}

static void
ms_alerts_list_finalize (GObject *object)
{
  MsAlertsList *self = MS_ALERTS_LIST (object);

  g_array_unref (self->shown);
  ms_record_unref (self->record);
  G_OBJECT_CLASS (ms_alerts_list_parent_class)->finalize (object);
}

static void
ms_alerts_list_class_init (MsAlertsListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_alerts_list_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", MS_TYPE_ALERTS_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_POINTER);
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_ALERTS_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
ms_alerts_list_init (MsAlertsList *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  self->limits = ms_alert_limits_default ();
  self->shown = g_array_new (FALSE, FALSE, sizeof (MsAlert));
  self->empty = new_label ("", "dim-label");
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->more = new_label ("", "dim-label");
  gtk_widget_add_css_class (self->empty, "note");
  gtk_widget_add_css_class (self->more, "note");
  gtk_widget_set_visible (self->more, FALSE);
  build_settings (self); /* above the list, which grows */
  gtk_box_append (GTK_BOX (self), self->empty);
  gtk_box_append (GTK_BOX (self), self->rows);
  gtk_box_append (GTK_BOX (self), self->more);
  show_settings (self, false);
}

GtkWidget *
ms_alerts_list_new (void)
{
  return g_object_new (MS_TYPE_ALERTS_LIST, NULL);
}
