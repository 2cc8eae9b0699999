/* SPDX-License-Identifier: MIT */

#include "ui/window/breakpoints.h"

#include "core/base/number.h"
#include "ui/window/reading-picker.h"
#include <string.h>

typedef struct {
  MsCondition condition;
  GtkWidget *row, *check; /* of the widget tree */
} Breakpoint;

struct _MsBreakpoints {
  GtkBox parent;

  GPtrArray *breakpoints; /* of Breakpoint, owned */
  GtkWidget *empty, *rows, *add;
  MsReadingPicker *picker;
  GtkDropDown *side;
  GtkEntry *value;
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsBreakpoints, ms_breakpoints, GTK_TYPE_BOX)

static void
name_accessible (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
changed (MsBreakpoints *self)
{
  gtk_widget_set_visible (self->empty, self->breakpoints->len == 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

static bool
is_on (const Breakpoint *breakpoint)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (breakpoint->check));
}

MsCondition *
ms_breakpoints_get (MsBreakpoints *self, int *n)
{
  MsCondition *conditions = g_new0 (MsCondition, self->breakpoints->len + 1);

  *n = 0;
  for (guint i = 0; i < self->breakpoints->len; i++)
    {
      const Breakpoint *breakpoint = self->breakpoints->pdata[i];

      if (is_on (breakpoint))
        conditions[(*n)++] = breakpoint->condition;
    }
  return conditions;
}

/* The list */

static void
remove_cb (GtkButton *button, MsBreakpoints *self)
{
  for (guint i = 0; i < self->breakpoints->len; i++)
    {
      Breakpoint *breakpoint = self->breakpoints->pdata[i];

      if (!gtk_widget_is_ancestor (GTK_WIDGET (button), breakpoint->row))
        continue;
      gtk_box_remove (GTK_BOX (self->rows), breakpoint->row);
      g_ptr_array_remove_index (self->breakpoints, i);
      changed (self);
      return;
    }
}

static GtkWidget *
new_remove_button (MsBreakpoints *self, const char *words)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *name = g_strdup_printf ("Remove %s", words);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "remove");
  gtk_widget_set_tooltip_text (button, "Remove");
  name_accessible (button, name);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_cb), self, 0);
  return button;
}

/* Looks like an item with a check mark, as in the list of views. */
static GtkWidget *
new_check (MsBreakpoints *self, const char *words, bool on)
{
  GtkWidget *check = gtk_toggle_button_new (), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (words);
  GtkWidget *mark = g_object_new (GTK_TYPE_IMAGE, "icon-name", "object-select-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (line), mark);
  gtk_box_append (GTK_BOX (line), label);
  gtk_button_set_child (GTK_BUTTON (check), line);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), on);
  gtk_widget_add_css_class (check, "flat");
  gtk_widget_add_css_class (check, "view-check");
  gtk_widget_set_hexpand (check, TRUE);
  gtk_widget_set_tooltip_text (check, "Stop there, or only keep it in the list");
  name_accessible (check, words);
  g_signal_connect_object (check, "toggled", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
  return check;
}

static bool
append (MsBreakpoints *self, const MsCondition *condition, bool on)
{
  g_autofree char *words = ms_condition_words (condition);
  Breakpoint *breakpoint;

  for (guint i = 0; i < self->breakpoints->len; i++)
    if (ms_condition_equal (&((Breakpoint *) self->breakpoints->pdata[i])->condition, condition))
      return false;
  breakpoint = g_new0 (Breakpoint, 1);
  breakpoint->condition = *condition;
  breakpoint->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  breakpoint->check = new_check (self, words, on);
  gtk_box_append (GTK_BOX (breakpoint->row), breakpoint->check);
  gtk_box_append (GTK_BOX (breakpoint->row), new_remove_button (self, words));
  gtk_box_append (GTK_BOX (self->rows), breakpoint->row);
  g_ptr_array_add (self->breakpoints, breakpoint);
  return true;
}

bool
ms_breakpoints_add (MsBreakpoints *self, const MsCondition *condition)
{
  if (!append (self, condition, true))
    return false;
  changed (self);
  return true;
}

char *
ms_breakpoints_to_text (MsBreakpoints *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->breakpoints->len; i++)
    {
      const Breakpoint *breakpoint = self->breakpoints->pdata[i];
      g_autofree char *one = ms_condition_to_text (&breakpoint->condition);

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", is_on (breakpoint) ? "" : "!", one);
    }
  return g_string_free (text, FALSE);
}

static void
clear (MsBreakpoints *self)
{
  for (guint i = 0; i < self->breakpoints->len; i++)
    gtk_box_remove (GTK_BOX (self->rows), ((Breakpoint *) self->breakpoints->pdata[i])->row);
  g_ptr_array_set_size (self->breakpoints, 0);
}

bool
ms_breakpoints_set_text (MsBreakpoints *self, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  g_autoptr (GArray) conditions = g_array_new (FALSE, FALSE, sizeof (MsCondition));
  g_autoptr (GArray) on = g_array_new (FALSE, FALSE, sizeof (bool));

  for (char **word = words; *word != NULL; word++)
    {
      bool counts = **word != '!';
      MsCondition condition;

      if (**word == '\0')
        continue;
      if (!ms_condition_parse (&condition, *word + (counts ? 0 : 1), error))
        return false;
      g_array_append_val (conditions, condition);
      g_array_append_val (on, counts);
    }
  clear (self);
  for (guint i = 0; i < conditions->len; i++)
    append (self, &g_array_index (conditions, MsCondition, i), g_array_index (on, bool, i));
  changed (self);
  return true;
}

/* The form */

/* Shares are shown, and typed, as per cent. */
static double
unit_of (const MsReading *reading)
{
  return strcmp (ms_reading_unit (reading->id), "%") == 0 ? 100 : 1;
}

static bool
read_form (MsBreakpoints *self, MsCondition *condition)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->value)));
  char *sign = strchr (text, '%');

  if (!ms_reading_picker_get (self->picker, &condition->reading))
    return false;
  if (sign != NULL && unit_of (&condition->reading) == 100)
    *sign = '\0';
  if (!ms_number_read (text, &condition->value))
    return false;
  condition->value /= unit_of (&condition->reading);
  condition->when = gtk_drop_down_get_selected (self->side) == 0 ? MS_WHEN_ABOVE : MS_WHEN_BELOW;
  return true;
}

static void
form_changed_cb (MsBreakpoints *self)
{
  MsCondition condition;
  MsReading reading;
  const char *unit = ms_reading_picker_get (self->picker, &reading) ? ms_reading_unit (reading.id) : "";

  gtk_widget_set_sensitive (self->add, read_form (self, &condition));
  gtk_entry_set_placeholder_text (self->value, *unit != '\0' ? unit : "number");
}

static void
add_cb (MsBreakpoints *self)
{
  MsCondition condition;

  if (!read_form (self, &condition))
    return;
  ms_breakpoints_add (self, &condition);
  gtk_editable_set_text (GTK_EDITABLE (self->value), "");
}

static GtkWidget *
new_limit_line (MsBreakpoints *self)
{
  static const char *const sides[] = { "above", "below", NULL };
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *side = gtk_drop_down_new_from_strings (sides);
  GtkWidget *value = gtk_entry_new ();

  self->side = GTK_DROP_DOWN (side);
  self->value = GTK_ENTRY (value);
  self->add = gtk_button_new_with_label ("Add condition");
  name_accessible (side, "Above or below");
  name_accessible (gtk_widget_get_first_child (side), "Above or below");
  name_accessible (value, "Limit");
  gtk_editable_set_width_chars (GTK_EDITABLE (value), 7);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_box_append (GTK_BOX (line), side);
  gtk_box_append (GTK_BOX (line), value);
  gtk_box_append (GTK_BOX (line), self->add);
  g_signal_connect_object (value, "changed", G_CALLBACK (form_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (value, "activate", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  return line;
}

/* Conditions that need no form. */
static void
word_cb (GtkButton *button, MsBreakpoints *self)
{
  MsCondition condition;

  if (ms_condition_parse (&condition, g_object_get_data (G_OBJECT (button), "condition"), NULL))
    ms_breakpoints_add (self, &condition);
}

static GtkWidget *
new_word (MsBreakpoints *self, const char *label, const char *condition, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_tooltip_text (button, tip);
  g_object_set_data (G_OBJECT (button), "condition", (gpointer) condition);
  g_signal_connect_object (button, "clicked", G_CALLBACK (word_cb), self, 0);
  return button;
}

static GtkWidget *
new_words_line (MsBreakpoints *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (line), new_word (self, "An expert dies", "dead",
                                            "Stop when an expert has got nothing for a while"));
  gtk_box_append (GTK_BOX (line), new_word (self, "Any alert", "alert",
                                            "Stop when a layer collapses, an expert dies, much is dropped, or the "
                                            "loss is no number"));
  return line;
}

void
ms_breakpoints_set_record (MsBreakpoints *self, const MsRecord *record)
{
  ms_reading_picker_set_record (self->picker, record);
}

static void
ms_breakpoints_finalize (GObject *object)
{
  g_ptr_array_unref (MS_BREAKPOINTS (object)->breakpoints);
  G_OBJECT_CLASS (ms_breakpoints_parent_class)->finalize (object);
}

static void
ms_breakpoints_class_init (MsBreakpointsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_breakpoints_finalize;
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_BREAKPOINTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);
}

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
ms_breakpoints_init (MsBreakpoints *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->breakpoints = g_ptr_array_new_with_free_func (g_free);
  self->empty = new_label ("Nothing stops the run", "dim-label");
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->picker = MS_READING_PICKER (ms_reading_picker_new ());
  gtk_box_append (GTK_BOX (self), new_label ("Stop when", "heading"));
  gtk_box_append (GTK_BOX (self), self->empty);
  gtk_box_append (GTK_BOX (self), self->rows);
  gtk_box_append (GTK_BOX (self), new_words_line (self));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->picker));
  gtk_box_append (GTK_BOX (self), new_limit_line (self));
  g_signal_connect_object (self->picker, "changed", G_CALLBACK (form_changed_cb), self, G_CONNECT_SWAPPED);
  form_changed_cb (self);
}

GtkWidget *
ms_breakpoints_new (void)
{
  return g_object_new (MS_TYPE_BREAKPOINTS, NULL);
}
