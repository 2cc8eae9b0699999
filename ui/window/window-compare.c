/* SPDX-License-Identifier: MIT */

/* Comparing: a second run beside the first, of which every view shows its own picture, with one step cursor and one
 * selection. The settings steer one of the two. A copy begins where the first run stands, and a control is a copy in
 * which other experts, drawn by chance, stand in for those that are intervened with. */
#include "core/train/presets.h"
#include "core/train/undo.h"
#include "ui/window/window-private.h"

/* The run that settings, undo and interventions act on. */
MsLive *
ms_window_steered (MsWindow *self)
{
  return self->second != NULL && self->steers_second ? self->second : self->live;
}

void
ms_window_steer_second (MsWindow *self, bool second)
{
  const MsExperiment *experiment;

  self->steers_second = second && self->second != NULL;
  gtk_drop_down_set_selected (self->steered, self->steers_second ? 1 : 0);
  g_clear_pointer (&self->sent, ms_experiment_unref);
  experiment = ms_live_experiment (ms_window_steered (self));
  if (experiment != NULL)
    ms_rows_set_experiment (self->rows, experiment);
  ms_window_show_what_if (self);
  ms_window_show_undo (self);
  ms_window_update_actions (self);
}

static void
show_names (MsWindow *self)
{
  g_autofree char *first = g_strdup_printf ("A: %s", self->name);
  g_autofree char *second = g_strdup_printf ("B: %s", self->second_name);
  GtkStringList *list = gtk_string_list_new ((const char *const[]){ first, second, NULL });

  gtk_drop_down_set_model (self->steered, G_LIST_MODEL (list));
  g_object_unref (list);
}

/* NULL: the same hands are in both. Transfer full. */
static char *
contrast_of_hands (MsWindow *self)
{
  const MsInterventions *a = ms_live_interventions (self->live), *b = ms_live_interventions (self->second);
  g_autofree char *in_a = a != NULL ? ms_interventions_words (a) : g_strdup ("");
  g_autofree char *in_b = b != NULL ? ms_interventions_words (b) : g_strdup ("");

  if (g_str_equal (in_a, in_b))
    return NULL;
  return g_strdup_printf ("From A to B: %s → %s", *in_a != '\0' ? in_a : "nothing in force",
                          *in_b != '\0' ? in_b : "nothing in force");
}

/* In what B differs from A, without which nobody knows what is compared. */
void
ms_window_show_contrast (MsWindow *self)
{
  const MsExperiment *a = ms_live_experiment (self->live);
  const MsExperiment *b = self->second != NULL ? ms_live_experiment (self->second) : NULL;
  g_autofree char *words = a != NULL && b != NULL ? ms_undo_words (a, b) : NULL;
  g_autofree char *hands = self->second != NULL ? contrast_of_hands (self) : NULL;
  g_autofree char *settings = words != NULL ? g_strdup_printf ("From A to B: %s", words) : NULL;
  const char *first = settings != NULL ? settings : hands;
  g_autofree char *sentence = first == NULL ? g_strdup ("A and B have the same settings")
                                            : g_strjoin ("\n", first, settings != NULL ? hands : NULL, NULL);

  gtk_label_set_text (self->contrast, sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->contrast), a != NULL && b != NULL);
}

static void
update_menu (MsWindow *self)
{
  gtk_widget_set_visible (self->compare_off, self->second == NULL);
  gtk_widget_set_visible (self->compare_on, self->second != NULL);
  gtk_widget_set_visible (self->steered_row, self->second != NULL);
  if (self->live != NULL)
    ms_window_update_actions (self);
}

/* The tile for the difference comes and goes with the comparison: it makes nobody's layout an own one. */

static void
show_difference (MsWindow *self)
{
  bool own = self->arrangement.own != NULL;
  g_autofree char *before = ms_window_layout_text (self);

  self->shows_difference = ms_window_toggle_view (self, "difference", true);
  if (self->shows_difference && !own)
    self->usual_layout = g_steal_pointer (&before);
}

static void
hide_difference (MsWindow *self)
{
  g_autofree char *before = g_steal_pointer (&self->usual_layout), *now = NULL;

  if (!self->shows_difference)
    return;
  self->shows_difference = false;
  ms_window_toggle_view (self, "difference", false);
  now = ms_window_layout_text (self);
  if (before != NULL && g_strcmp0 (before, now) == 0)
    ms_window_use_usual_layout (self);
}

/* News of the second run */

static void
news_cb (MsLive *live, MsWindow *self)
{
  if (live != self->second)
    return;
  ms_window_follow_rows (self);
  ms_window_show_play_state (self);
  ms_window_show_undo (self);
  ms_window_show_record (self);
  if (!self->shows_difference && ms_live_record (live) != NULL)
    show_difference (self);
}

static void
failed_cb (MsLive *live, const char *sentence, MsWindow *self)
{
  g_autofree char *whole = g_strdup_printf ("B, the second run: %s", sentence);

  if (live != self->second)
    return;
  if (self->steers_second)
    ms_window_sync_rows (self, true);
  ms_window_toast (self, whole);
  if (ms_live_record (live) == NULL)
    ms_window_end_compare (self);
}

/* The first run stands still until both go on together. */
static MsRunner *
begin (MsWindow *self, const char *name)
{
  ms_window_end_compare (self);
  ms_window_look_at_now (self);
  ms_runner_pause (ms_live_runner (self->live));
  self->second = ms_live_new (GTK_WIDGET (self), self->n_threads);
  ms_live_set_budget (self->second, (gsize) self->state->memory << 20);
  self->second_name = g_strdup (name);
  self->compare = ms_compare_new (self->live, self->second);
  ms_compare_set_speed (self->compare, self->speed);
  ms_live_set_detail (self->second, self->detail);
  g_signal_connect_object (self->compare, "changed", G_CALLBACK (ms_window_show_play_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->second, "news", G_CALLBACK (news_cb), self, 0);
  g_signal_connect_object (self->second, "failed", G_CALLBACK (failed_cb), self, 0);
  show_names (self);
  update_menu (self);
  return ms_live_runner (self->second);
}

void
ms_window_end_compare (MsWindow *self)
{
  MsLive *second = g_steal_pointer (&self->second);

  if (second == NULL)
    return;
  ms_compare_stop (self->compare);
  g_clear_object (&self->compare);
  hide_difference (self);
  ms_window_steer_second (self, false);
  ms_window_show_record (self); /* no picture reads the second run any more */
  ms_live_leave (second);
  g_object_unref (second);
  g_clear_pointer (&self->second_name, g_free);
  update_menu (self);
  ms_window_show_play_state (self);
}

/* What to compare with */

void
ms_window_compare_experiment (MsWindow *self, const MsExperiment *experiment, const char *name)
{
  ms_runner_open (begin (self, name), experiment, name);
}

void
ms_window_compare_checkpoint (MsWindow *self, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  ms_runner_open_checkpoint (begin (self, name), path);
}

void
ms_window_compare_trace (MsWindow *self, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  ms_runner_open_trace (begin (self, name), path);
}

/* Every standing intervention is made on another expert. */
static void
control_all (MsWindow *self, MsRunner *runner)
{
  const MsInterventions *set = ms_live_interventions (self->live);
  const MsRecord *record = ms_live_record (self->live);

  for (int i = 0; set != NULL && i < ms_interventions_count (set); i++)
    {
      const MsIntervention *one = ms_interventions_at (set, i);
      MsIntervention control;

      for (int l = 0; l < record->n_routing; l++)
        if (record->routing[l]->layer == one->block && record->routing[l]->member == one->member
            && ms_intervention_control (one, record->routing[l]->E, record->seed + (guint64) record->step, &control))
          {
            ms_runner_intervene (runner, one, false);
            ms_runner_intervene (runner, &control, true);
          }
    }
}

/* A copy that was asked for has come. */
void
ms_window_compare_copy (MsWindow *self, const MsCopy *copy)
{
  bool control = self->wants_control;
  MsRunner *runner;

  if (self->opening != NULL || self->awaited != NULL) /* of a run that is being left */
    return;
  runner = begin (self, control ? "control" : "copy");
  ms_runner_open_copy (runner, copy, self->second_name);
  if (control)
    control_all (self, runner);
  else
    ms_window_steer_second (self, true);
  ms_window_toast (self, control ? "B is the control: the same on experts drawn by chance"
                                 : "B is a copy of this run: the settings now change B");
}

static void
ask_copy (MsWindow *self, bool control)
{
  gtk_menu_button_popdown (self->compare_button);
  self->wants_control = control;
  ms_runner_pause (ms_live_runner (self->live));
  ms_runner_tell_copy (ms_live_runner (self->live));
}

static void
copy_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask_copy (MS_WINDOW (widget), false);
}

static void
control_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ask_copy (MS_WINDOW (widget), true);
}

static void
seed_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  const MsExperiment *now = ms_live_experiment (self->live);
  gint64 seed = (ms_experiment_int (now, MS_KEY_RUN_SEED) + 1) % G_MAXUINT32;
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, seed), *name = g_strdup (self->name);
  g_autoptr (MsExperiment) other = ms_experiment_with (now, ms_key (MS_KEY_RUN_SEED)->key, text, NULL);

  gtk_menu_button_popdown (self->compare_button);
  ms_window_compare_experiment (self, other, name);
}

static void
preset_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  const MsPreset *preset = ms_preset_find (g_variant_get_string (parameter, NULL));
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) experiment = preset != NULL ? ms_preset_load (preset, &error) : NULL;

  gtk_menu_button_popdown (self->compare_button);
  if (experiment != NULL)
    ms_window_compare_experiment (self, experiment, preset->name);
  else if (error != NULL)
    ms_window_toast (self, error->message);
}

static void
file_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_menu_button_popdown (MS_WINDOW (widget)->compare_button);
  ms_window_ask_compare (MS_WINDOW (widget));
}

static void
end_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_menu_button_popdown (MS_WINDOW (widget)->compare_button);
  ms_window_end_compare (MS_WINDOW (widget));
}

static void
steered_cb (MsWindow *self)
{
  bool second = gtk_drop_down_get_selected (self->steered) == 1;

  if (self->second != NULL && second != self->steers_second)
    ms_window_steer_second (self, second);
}

/* The menu */

static GtkWidget *
new_item (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_label_set_xalign (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), 0);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tip);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
new_presets (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *expander = gtk_expander_new ("A preset");

  for (int i = 0; i < ms_presets_count (); i++)
    {
      const MsPreset *preset = ms_preset_at (i);
      g_autofree char *action = g_strdup_printf ("win.compare-preset::%s", preset->name);
      GtkWidget *item = new_item (preset->name, NULL, preset->description);

      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (item), action);
      gtk_box_append (GTK_BOX (box), item);
    }
  gtk_expander_set_child (GTK_EXPANDER (expander), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (expander), GTK_ACCESSIBLE_PROPERTY_LABEL, "A preset", -1);
  return expander;
}

static GtkWidget *
new_off (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *heading = gtk_label_new ("Compare this run with");

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "dim-label");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), new_item ("A copy, to be changed", "win.compare-copy",
                                           "It stands where this run stands; the settings then change it"));
  gtk_box_append (GTK_BOX (box), new_item ("Another seed", "win.compare-seed", "The same from other initial weights"));
  gtk_box_append (GTK_BOX (box), new_item ("The control of the interventions", "win.compare-control",
                                           "A copy with the same interventions on experts drawn by chance"));
  gtk_box_append (GTK_BOX (box), new_item ("A file…", "win.compare-file", "An experiment, checkpoint or trace"));
  gtk_box_append (GTK_BOX (box), new_presets ());
  return box;
}

void
ms_window_build_compare (MsWindow *self)
{
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->compare_off = new_off ();
  self->compare_on = new_item ("End the comparison", "win.compare-end", "Only the first run stays");
  gtk_box_append (GTK_BOX (box), self->compare_off);
  gtk_box_append (GTK_BOX (box), self->compare_on);
  gtk_widget_add_css_class (box, "steps-menu");
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (self->compare_button, popover);
  g_signal_connect_object (self->steered, "notify::selected", G_CALLBACK (steered_cb), self, G_CONNECT_SWAPPED);
  update_menu (self);
}

void
ms_window_class_install_compare (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.compare-copy", NULL, copy_cb);
  gtk_widget_class_install_action (class, "win.compare-control", NULL, control_cb);
  gtk_widget_class_install_action (class, "win.compare-seed", NULL, seed_cb);
  gtk_widget_class_install_action (class, "win.compare-preset", "s", preset_cb);
  gtk_widget_class_install_action (class, "win.compare-file", NULL, file_cb);
  gtk_widget_class_install_action (class, "win.compare-end", NULL, end_cb);
}
