/* SPDX-License-Identifier: MIT */

#include "ui/widgets/row.h"

#include "ui/widgets/slider.h"

struct _MsRow {
  GtkListBoxRow parent;

  const MsKey *key;
  GtkWidget *box, *line;
  GtkWidget *control; /* entry, spin button, drop-down or switch */
  GtkWidget *scale;   /* REAL only */
  char *text;         /* owned: the value that is shown */
  bool showing;       /* the value comes from the program, not from the person */
};

enum {
  EDITED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsRow, ms_row, GTK_TYPE_LIST_BOX_ROW)

static void
edited (MsRow *self, const char *text)
{
  if (self->showing || g_strcmp0 (text, self->text) == 0)
    return;
  g_signal_emit (self, signals[EDITED], 0, text);
}

static void
edited_number (MsRow *self, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  edited (self, g_ascii_formatd (buffer, sizeof buffer, "%.10g", value));
}

static void
name_accessible (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Controls */

static void
entry_done_cb (MsRow *self)
{
  edited (self, gtk_editable_get_text (GTK_EDITABLE (self->control)));
}

static void
entry_left_cb (GtkEventControllerFocus *controller, MsRow *self)
{
  entry_done_cb (self);
}

static void
scale_moved_cb (MsRow *self)
{
  edited_number (self, ms_slider_value (self->key, gtk_range_get_value (GTK_RANGE (self->scale))));
}

static void
spin_changed_cb (MsRow *self)
{
  edited_number (self, gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->control)));
}

static void
choice_changed_cb (MsRow *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->control));

  if (i != GTK_INVALID_LIST_POSITION)
    edited (self, self->key->choices[i]);
}

static void
switch_changed_cb (MsRow *self)
{
  edited (self, gtk_switch_get_active (GTK_SWITCH (self->control)) ? "true" : "false");
}

/* The panel scrolls under the pointer; a wheel that changed settings on its way would do so unnoticed. */
static void
ignore_wheel (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}

static GtkWidget *
new_entry (MsRow *self, int width)
{
  GtkWidget *entry = gtk_entry_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), width);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), width);
  gtk_editable_set_alignment (GTK_EDITABLE (entry), 1);
  gtk_widget_add_css_class (entry, "value");
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (entry_done_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (entry_left_cb), self);
  gtk_widget_add_controller (entry, focus);
  return entry;
}

static GtkWidget *
new_scale (MsRow *self)
{
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, 0.01);

  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_add_css_class (scale, "thin");
  ignore_wheel (scale);
  g_signal_connect_swapped (scale, "value-changed", G_CALLBACK (scale_moved_cb), self);
  return scale;
}

/* No whole number has a space or a letter in it, and after a change one wants to see what it does: the window's keys go
 * on working. */
static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, GtkWidget *spin)
{
  gunichar c = gdk_keyval_to_unicode (key);

  if ((c != ' ' && !g_unichar_isalpha (c)) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  gtk_event_controller_key_forward (controller, GTK_WIDGET (gtk_widget_get_root (spin)));
  return GDK_EVENT_STOP;
}

static GtkWidget *
new_spin (MsRow *self)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (self->key->min, self->key->max, 1);
  GtkEventController *keys = gtk_event_controller_key_new ();
  int digits = 1;

  for (double most = 1e4; most <= self->key->max && digits < 6; most *= 1e2)
    digits += 2;
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), MAX (digits, 4));
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), MAX (digits, 4));
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  ignore_wheel (spin);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), spin, 0);
  gtk_widget_add_controller (spin, keys);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (spin_changed_cb), self);
  return spin;
}

static GtkWidget *
new_control (MsRow *self)
{
  GtkWidget *control = NULL;

  switch (self->key->type)
    {
    case MS_TYPE_INT:
      control = new_spin (self);
      break;
    case MS_TYPE_REAL:
      control = new_entry (self, 7);
      self->scale = new_scale (self);
      break;
    case MS_TYPE_TEXT:
      control = new_entry (self, 10);
      gtk_widget_add_css_class (control, "text");
      gtk_entry_set_placeholder_text (GTK_ENTRY (control), "none");
      break;
    case MS_TYPE_BOOL:
      control = gtk_switch_new ();
      g_signal_connect_swapped (control, "notify::active", G_CALLBACK (switch_changed_cb), self);
      break;
    case MS_TYPE_CHOICE:
      control = gtk_drop_down_new_from_strings (self->key->choices);
      name_accessible (gtk_widget_get_first_child (control), self->key->label); /* the button that takes the keyboard */
      g_signal_connect_swapped (control, "notify::selected", G_CALLBACK (choice_changed_cb), self);
      break;
    }
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  return control;
}

/* Around the control */

static GtkWidget *
new_rebuild_mark (void)
{
  GtkWidget *mark = gtk_image_new_from_icon_name ("view-refresh-symbolic");

  gtk_widget_add_css_class (mark, "rebuild");
  gtk_widget_add_css_class (mark, "dim-label");
  gtk_widget_set_tooltip_text (mark, "A change rebuilds the model");
  name_accessible (mark, "rebuilds the model");
  return mark;
}

static char *
tooltip_of (const MsKey *key)
{
  g_autofree char *range = ms_key_describe (key);
  bool has_unit = key->unit != NULL && strstr (range, key->unit) == NULL;
  g_autofree char *unit = has_unit ? g_strconcat (", in ", key->unit, NULL) : g_strdup ("");

  return g_strdup_printf ("%s\n%s: %s%s\n%s", key->help, key->key, range, unit,
                          key->effect == MS_EFFECT_LIVE ? "Acts at the next step" : "Rebuilds the model, from step 0");
}

static GtkWidget *
new_line (MsRow *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (self->key->label);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (line), label);
  if (self->key->effect == MS_EFFECT_REBUILD)
    gtk_box_append (GTK_BOX (line), new_rebuild_mark ());
  gtk_box_append (GTK_BOX (line), self->control);
  return line;
}

GtkWidget *
ms_row_new (const MsKey *key)
{
  MsRow *self = g_object_new (MS_TYPE_ROW, NULL);
  g_autofree char *tooltip = tooltip_of (key);

  self->key = key;
  self->control = new_control (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), new_line (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->control), GTK_ACCESSIBLE_PROPERTY_LABEL, key->label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip, -1);
  if (self->scale != NULL)
    {
      name_accessible (self->scale, key->label);
      gtk_box_append (GTK_BOX (self->box), self->scale);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), self->box);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  ms_row_set_text (self, key->fallback);
  return GTK_WIDGET (self);
}

const MsKey *
ms_row_key (MsRow *self)
{
  return self->key;
}

static void
show_real (MsRow *self, const char *text)
{
  double position = ms_slider_position (self->key, g_ascii_strtod (text, NULL));

  gtk_editable_set_text (GTK_EDITABLE (self->control), text);
  /* Rounding must not move the slider under the hand that drags it. */
  if (ms_slider_value (self->key, gtk_range_get_value (GTK_RANGE (self->scale))) != g_ascii_strtod (text, NULL))
    gtk_range_set_value (GTK_RANGE (self->scale), position);
}

static void
show_choice (MsRow *self, const char *text)
{
  for (guint i = 0; self->key->choices[i] != NULL; i++)
    if (g_str_equal (self->key->choices[i], text))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->control), i);
}

void
ms_row_set_text (MsRow *self, const char *text)
{
  char *copy = g_strdup (text);

  g_free (self->text);
  self->text = copy;
  self->showing = true;
  switch (self->key->type)
    {
    case MS_TYPE_INT:
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->control), g_ascii_strtod (copy, NULL));
      break;
    case MS_TYPE_REAL: show_real (self, copy); break;
    case MS_TYPE_TEXT: gtk_editable_set_text (GTK_EDITABLE (self->control), copy); break;
    case MS_TYPE_BOOL: gtk_switch_set_active (GTK_SWITCH (self->control), g_str_equal (copy, "true")); break;
    case MS_TYPE_CHOICE: show_choice (self, copy); break;
    }
  self->showing = false;
}

static void
ms_row_finalize (GObject *object)
{
  g_free (MS_ROW (object)->text);
  G_OBJECT_CLASS (ms_row_parent_class)->finalize (object);
}

static void
ms_row_class_init (MsRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_row_finalize;
  signals[EDITED] = g_signal_new ("edited", MS_TYPE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_STRING);
}

static void
ms_row_init (MsRow *self)
{
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "setting");
}
