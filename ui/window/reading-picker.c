/* SPDX-License-Identifier: MIT */

#include "ui/window/reading-picker.h"

typedef struct {
  int block, member, E;
} Layer;

struct _MsReadingPicker {
  GtkBox parent;

  GtkDropDown *reading, *layer;
  GtkSpinButton *expert;
  GtkWidget *place; /* the line of layer and expert */
  GArray *layers;   /* owned: of Layer, as in the drop-down */
  bool filling;     /* what changes now, nobody asked for */
};

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsReadingPicker, ms_reading_picker, GTK_TYPE_BOX)

static MsReadingId
chosen_id (MsReadingPicker *self)
{
  return (MsReadingId) MIN (gtk_drop_down_get_selected (self->reading), MS_N_READINGS - 1);
}

static const Layer *
chosen_layer (MsReadingPicker *self)
{
  guint i = gtk_drop_down_get_selected (self->layer);

  return i < self->layers->len ? &g_array_index (self->layers, Layer, i) : NULL;
}

bool
ms_reading_picker_get (MsReadingPicker *self, MsReading *reading)
{
  MsReading chosen = { chosen_id (self), -1, -1, -1 };
  MsReadingScope scope = ms_reading_scope (chosen.id);
  const Layer *layer = chosen_layer (self);

  if (scope != MS_OF_RUN && layer == NULL)
    return false;
  if (scope != MS_OF_RUN)
    {
      chosen.block = layer->block;
      chosen.member = layer->member;
    }
  if (scope == MS_OF_EXPERT)
    chosen.expert = gtk_spin_button_get_value_as_int (self->expert);
  *reading = chosen;
  return true;
}

static void
changed_cb (MsReadingPicker *self)
{
  MsReadingScope scope = ms_reading_scope (chosen_id (self));
  const Layer *layer = chosen_layer (self);

  if (self->filling)
    return;
  gtk_widget_set_visible (self->place, scope != MS_OF_RUN);
  gtk_widget_set_visible (GTK_WIDGET (self->expert), scope == MS_OF_EXPERT);
  if (layer != NULL)
    gtk_spin_button_set_range (self->expert, 0, layer->E - 1);
  g_signal_emit (self, signals[CHANGED], 0);
}

static bool
same_layers (const MsReadingPicker *self, const MsRecord *record)
{
  int n = record != NULL ? record->n_routing : 0;

  if (n != (int) self->layers->len)
    return false;
  for (int l = 0; l < n; l++)
    {
      const Layer *layer = &g_array_index (self->layers, Layer, l);
      const MsRouting *routing = record->routing[l];

      if (layer->block != routing->layer || layer->member != routing->member || layer->E != routing->E)
        return false;
    }
  return true;
}

void
ms_reading_picker_set_record (MsReadingPicker *self, const MsRecord *record)
{
  GtkStringList *names = GTK_STRING_LIST (gtk_drop_down_get_model (self->layer));

  if (same_layers (self, record))
    return;
  self->filling = true;
  g_array_set_size (self->layers, 0);
  gtk_string_list_splice (names, 0, g_list_model_get_n_items (G_LIST_MODEL (names)), NULL);
  for (int l = 0; record != NULL && l < record->n_routing; l++)
    {
      const MsRouting *routing = record->routing[l];
      const Layer layer = { routing->layer, routing->member, routing->E };

      g_array_append_val (self->layers, layer);
      gtk_string_list_take (names, layer.member >= 0
                                     ? g_strdup_printf ("block %d, member %d", layer.block, layer.member)
                                     : g_strdup_printf ("block %d", layer.block));
    }
  self->filling = false;
  changed_cb (self);
}

/* Titles of two readings are the same where one is of the layer and one of an expert in it. */
static GtkStringList *
list_readings (void)
{
  static const char *const of[]
    = { [MS_OF_RUN] = "", [MS_OF_LAYER] = ", of a block", [MS_OF_EXPERT] = ", of an expert" };
  GtkStringList *names = gtk_string_list_new (NULL);

  for (int id = 0; id < MS_N_READINGS; id++)
    gtk_string_list_take (names, g_strconcat (ms_reading_title (id), of[ms_reading_scope (id)], NULL));
  return names;
}

/* The button in a drop-down is what assistive programs press. */
static void
name_accessible (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (GTK_IS_DROP_DOWN (widget))
    name_accessible (gtk_widget_get_first_child (widget), name);
}

static void
ms_reading_picker_finalize (GObject *object)
{
  g_array_unref (MS_READING_PICKER (object)->layers);
  G_OBJECT_CLASS (ms_reading_picker_parent_class)->finalize (object);
}

static void
ms_reading_picker_class_init (MsReadingPickerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ms_reading_picker_finalize;
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_READING_PICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
ms_reading_picker_init (MsReadingPicker *self)
{
  GtkWidget *reading = gtk_drop_down_new (G_LIST_MODEL (list_readings ()), NULL);
  GtkWidget *layer = gtk_drop_down_new (G_LIST_MODEL (gtk_string_list_new (NULL)), NULL);
  GtkWidget *expert = gtk_spin_button_new_with_range (0, 0, 1);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->layers = g_array_new (FALSE, FALSE, sizeof (Layer));
  self->place = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->reading = GTK_DROP_DOWN (reading);
  self->layer = GTK_DROP_DOWN (layer);
  self->expert = GTK_SPIN_BUTTON (expert);
  name_accessible (reading, "Reading");
  name_accessible (layer, "Block of the reading");
  name_accessible (expert, "Expert of the reading");
  gtk_widget_set_tooltip_text (expert, "Number of the expert");
  gtk_widget_set_hexpand (layer, TRUE);
  gtk_box_append (GTK_BOX (self->place), layer);
  gtk_box_append (GTK_BOX (self->place), expert);
  gtk_box_append (GTK_BOX (self), reading);
  gtk_box_append (GTK_BOX (self), self->place);
  g_signal_connect_object (reading, "notify::selected", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (layer, "notify::selected", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (expert, "value-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

GtkWidget *
ms_reading_picker_new (void)
{
  return g_object_new (MS_TYPE_READING_PICKER, NULL);
}
