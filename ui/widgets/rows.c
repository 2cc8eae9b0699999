/* SPDX-License-Identifier: MIT */

#include "ui/widgets/rows.h"

/* Rows under one heading. The advanced ones are in a list of their own. */
typedef struct {
  const char *name;
  GtkWidget *box, *list, *expander, *more; /* borrowed from the widget tree */
} Group;

struct _MsRows {
  GtkWidget parent;

  GtkWidget *box;
  GArray *groups;             /* of Group */
  MsRow *rows[MS_KEY_COUNT];  /* borrowed from the widget tree */
  MsExperiment *experiment;   /* owned */
};

enum {
  CHANGED,
  REFUSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsRows, ms_rows, GTK_TYPE_WIDGET)

/* What applies to the experiment is shown; a group or an expander with nothing to show is hidden. */

static bool
applies (const MsKey *key, const MsExperiment *experiment)
{
  return key->applies == NULL || key->applies (experiment);
}

static bool
any_visible (GtkWidget *list)
{
  for (GtkWidget *child = gtk_widget_get_first_child (list); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child))
      return true;
  return false;
}

static void
show_experiment (MsRows *self)
{
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);

      ms_row_set_text (self->rows[i], ms_experiment_text (self->experiment, key->id));
      gtk_widget_set_visible (GTK_WIDGET (self->rows[i]), applies (key, self->experiment));
    }
  for (guint i = 0; i < self->groups->len; i++)
    {
      Group *group = &g_array_index (self->groups, Group, i);
      bool plain = any_visible (group->list), advanced = any_visible (group->more);

      gtk_widget_set_visible (group->list, plain);
      gtk_widget_set_visible (group->expander, advanced);
      gtk_widget_set_visible (group->box, plain || advanced);
    }
}

static void
edited_cb (MsRow *row, const char *text, MsRows *self)
{
  const MsKey *key = ms_row_key (row);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) experiment = NULL;

  if (self->experiment == NULL)
    return;
  experiment = ms_experiment_with (self->experiment, key->key, text, &error);
  if (experiment == NULL || !ms_experiment_validate (experiment, &error))
    {
      ms_row_set_text (row, ms_experiment_text (self->experiment, key->id));
      g_signal_emit (self, signals[REFUSED], 0, error->message);
      return;
    }
  if (ms_experiment_equal (experiment, self->experiment))
    {
      ms_row_set_text (row, ms_experiment_text (self->experiment, key->id));
      return;
    }
  ms_rows_set_experiment (self, experiment);
  g_signal_emit (self, signals[CHANGED], 0, experiment);
}

/* Building */

static GtkWidget *
new_list (const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "settings");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return list;
}

static Group *
add_group (MsRows *self, const char *name)
{
  Group group = { .name = name };
  GtkWidget *heading = gtk_label_new (name);
  g_autofree char *more = g_strdup_printf ("More %s settings", name);

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  group.box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  group.list = new_list (name);
  group.more = new_list (more);
  group.expander = gtk_expander_new ("More");
  gtk_expander_set_child (GTK_EXPANDER (group.expander), group.more);
  gtk_widget_add_css_class (group.expander, "more");
  gtk_accessible_update_property (GTK_ACCESSIBLE (group.expander), GTK_ACCESSIBLE_PROPERTY_LABEL, "More",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, more, -1);
  gtk_box_append (GTK_BOX (group.box), heading);
  gtk_box_append (GTK_BOX (group.box), group.list);
  gtk_box_append (GTK_BOX (group.box), group.expander);
  gtk_box_append (GTK_BOX (self->box), group.box);
  g_array_append_val (self->groups, group);
  return &g_array_index (self->groups, Group, self->groups->len - 1);
}

static Group *
group_of (MsRows *self, const char *name)
{
  for (guint i = 0; i < self->groups->len; i++)
    if (g_str_equal (g_array_index (self->groups, Group, i).name, name))
      return &g_array_index (self->groups, Group, i);
  return add_group (self, name);
}

static void
add_row (MsRows *self, int i)
{
  const MsKey *key = ms_key_at (i);
  Group *group = group_of (self, key->group);
  GtkWidget *row = ms_row_new (key);

  self->rows[i] = MS_ROW (row);
  gtk_list_box_append (GTK_LIST_BOX (key->advanced ? group->more : group->list), row);
  g_signal_connect (row, "edited", G_CALLBACK (edited_cb), self);
}

static GtkWidget *
new_note (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "view-refresh-symbolic",
                                  "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  GtkWidget *label = gtk_label_new ("rebuilds the model; all else acts at the next step");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (icon, "rebuild");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "note");
  gtk_widget_add_css_class (box, "dim-label");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

GtkWidget *
ms_rows_new (void)
{
  return g_object_new (MS_TYPE_ROWS, NULL);
}

void
ms_rows_set_experiment (MsRows *self, const MsExperiment *experiment)
{
  MsExperiment *old = self->experiment;

  self->experiment = ms_experiment_ref ((MsExperiment *) experiment);
  g_clear_pointer (&old, ms_experiment_unref);
  show_experiment (self);
}

const MsExperiment *
ms_rows_experiment (MsRows *self)
{
  return self->experiment;
}

MsRow *
ms_rows_row (MsRows *self, MsKeyId id)
{
  return self->rows[id]; /* the table is in the order of its ids */
}

static void
ms_rows_dispose (GObject *object)
{
  MsRows *self = MS_ROWS (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->groups, g_array_unref);
  g_clear_pointer (&self->experiment, ms_experiment_unref);
  G_OBJECT_CLASS (ms_rows_parent_class)->dispose (object);
}

static void
ms_rows_class_init (MsRowsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ms_rows_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "rows");
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_ROWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_POINTER);
  signals[REFUSED] = g_signal_new ("refused", MS_TYPE_ROWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
ms_rows_init (MsRows *self)
{
  self->groups = g_array_new (FALSE, FALSE, sizeof (Group));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  for (int i = 0; i < ms_keys_count (); i++)
    add_row (self, i);
  gtk_box_append (GTK_BOX (self->box), new_note ());
}
