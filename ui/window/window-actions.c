/* SPDX-License-Identifier: MIT */

/* What buttons, menus and keys ask of the window. */
#include "core/train/presets.h"
#include "ui/window/speed.h"
#include "ui/window/window-private.h"

static void
play_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  if (self->compare != NULL && ms_compare_is_playing (self->compare))
    ms_compare_pause (self->compare);
  else if (self->compare != NULL)
    ms_compare_play (self->compare);
  else if (ms_live_state (self->live) == MS_RUNNER_PLAYING)
    ms_runner_pause (ms_live_runner (self->live));
  else
    ms_runner_play (ms_live_runner (self->live));
}

/* In the past one step further is there already. */
static void
step_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  if (self->selection.step != MS_NONE)
    ms_window_move_step (self, 1);
  else if (self->compare != NULL)
    ms_compare_step (self->compare, 1);
  else
    ms_runner_step (ms_live_runner (self->live), 1);
}

static void
reset_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  if (self->compare != NULL)
    ms_compare_halt (self->compare);
  ms_runner_reset (ms_live_runner (self->live));
  if (self->second != NULL)
    ms_runner_reset (ms_live_runner (self->second));
}

/* Sends @experiment to the runner, which answers with a restart, an error or nothing. */
void
ms_window_change (MsWindow *self, const MsExperiment *experiment)
{
  MsLive *live = ms_window_steered (self);
  const MsExperiment *now = ms_live_experiment (live);

  if (self->opening != NULL) /* what could not be opened is tried again with other settings */
    {
      g_autofree char *name = g_strdup (self->name);

      ms_window_open_experiment (self, experiment, name);
      return;
    }
  self->rebuilding = live == self->live && now != NULL && ms_experiment_needs_rebuild (now, experiment);
  g_clear_pointer (&self->sent, ms_experiment_unref);
  self->sent = ms_experiment_ref ((MsExperiment *) experiment);
  ms_runner_change (ms_live_runner (live), experiment);
}

static void
new_seed_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  const MsExperiment *now = ms_rows_experiment (self->rows);
  g_autoptr (MsExperiment) other = NULL;
  g_autofree char *seed = NULL;

  if (now == NULL)
    return;
  seed = g_strdup_printf ("%" G_GINT64_FORMAT, (ms_experiment_int (now, MS_KEY_RUN_SEED) + 1) % G_MAXUINT32);
  other = ms_experiment_with (now, ms_key (MS_KEY_RUN_SEED)->key, seed, NULL);
  ms_rows_set_experiment (self->rows, other);
  ms_window_change (self, other);
  self->rebuilding = false; /* the seed in the header says it */
}

static void
choose_folder_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_ask_folder (MS_WINDOW (widget));
}

static void
open_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_ask_open (MS_WINDOW (widget));
}

/* Saving */

static void
experiment_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *sentence = name != NULL ? g_strdup_printf ("Saved %s", name) : NULL;

  ms_window_toast (MS_WINDOW (source), sentence != NULL ? sentence : error->message);
}

static void
write_experiment (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const MsExperiment *experiment = g_object_get_data (G_OBJECT (task), "experiment");
  const char *layout = g_object_get_data (G_OBJECT (task), "layout");
  GError *error = NULL;

  if (ms_experiment_save_arranged (experiment, layout, data, &error))
    g_task_return_pointer (task, g_path_get_basename (data), g_free);
  else
    g_task_return_error (task, error);
}

static void
save_experiment (MsWindow *self, const char *path)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, experiment_saved_cb, NULL);
  MsExperiment *experiment = ms_experiment_ref ((MsExperiment *) ms_live_experiment (self->live));

  g_object_set_data_full (G_OBJECT (task), "experiment", experiment, (GDestroyNotify) ms_experiment_unref);
  g_object_set_data_full (G_OBJECT (task), "layout", ms_window_layout_text (self), g_free);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, write_experiment);
}

typedef void (*SaveTo) (MsWindow *self, const char *path);

static void
save_checkpoint (MsWindow *self, const char *path)
{
  ms_runner_save (ms_live_runner (self->live), path);
}

static void
save_chosen_cb (GtkNativeDialog *dialog, int response, MsWindow *self)
{
  SaveTo save_to = (SaveTo) g_object_get_data (G_OBJECT (dialog), "save-to");

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        save_to (self, path);
      else
        ms_window_toast (self, "Files can only be saved in a folder of this computer");
    }
  g_object_unref (dialog);
}

static void
ask_save (MsWindow *self, const char *title, const char *extension, SaveTo save_to)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              "_Save", "_Cancel");
  bool has_one = g_str_has_suffix (self->name, extension);
  g_autofree char *name = g_strconcat (self->name, has_one ? "" : extension, NULL);

  g_object_set_data (G_OBJECT (dialog), "save-to", save_to);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save_checkpoint_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask_save (MS_WINDOW (widget), "Save Checkpoint", ".safetensors", save_checkpoint);
}

static void
save_session_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask_save (MS_WINDOW (widget), "Save Session", ".moescope", ms_window_save_session);
}

static void
save_experiment_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask_save (MS_WINDOW (widget), "Save Experiment", ".json", save_experiment);
}

/* The command that gets to where the window is: the preset and what differs from it, or from the default preset, and
 * every change on the way. */
static void
copy_command_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  const MsPreset *preset = ms_preset_find (self->name);
  g_autoptr (MsExperiment) base = NULL;

  if (preset == NULL)
    preset = ms_preset_find (MS_DEFAULT_PRESET);
  base = ms_preset_load (preset, NULL);
  ms_runner_tell_command (ms_live_runner (self->live), preset->name, base);
}

/* Keys */

static void
views_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (MS_WINDOW (widget)->views_button);
}

static void
maximise_view_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWorkspace *workspace = MS_WINDOW (widget)->workspace;
  bool alone = ms_workspace_maximised (workspace) != NULL;

  ms_workspace_maximise (workspace, alone ? NULL : ms_workspace_active (workspace));
}

/* First a walk through the stages ends, then the tile that stands alone goes back to the others, then the choice is
 * dropped. */
static void
escape_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);

  if (ms_window_in_stages (self))
    ms_window_leave_stages (self);
  else if (ms_workspace_maximised (self->workspace) != NULL)
    ms_workspace_maximise (self->workspace, NULL);
  else
    ms_window_select (self, ms_selection_after (&self->selection, NULL));
}

static void
speed_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_set_speed (MS_WINDOW (widget), ms_speed_digit (g_variant_get_int32 (parameter)));
}

static void
block_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ms_window_move_block (MS_WINDOW (widget), g_variant_get_int32 (parameter));
}

/* Plain letters and arrows act only where nothing else wants them: in an entry they are text, on a slider they move
 * it. So they are looked at last, and are no application accelerators, which come first. */
static const struct {
  const char *keys, *action;
  int parameter; /* 0: none */
} shortcuts[] = {
  { "space", "win.play" }, { "Right", "win.step" }, { "r", "win.reset" }, { "n", "win.new-seed" },
  { "Left", "win.earlier" }, { "Home", "win.first" }, { "End", "win.now" }, { "Return|KP_Enter", "win.continue" },
  { "e", "win.step-epoch" }, { "m", "win.more-steps" }, { "b", "win.branches" },
  { "<Control>z", "win.undo" }, { "<Control><Shift>z|<Control>y", "win.redo" },
  { "v", "win.views" }, { "p", "win.pin" },
    { "1|KP_1", "win.speed", 1 }, { "2|KP_2", "win.speed", 2 }, { "3|KP_3", "win.speed", 3 },
  { "4|KP_4", "win.speed", 4 }, { "5|KP_5", "win.speed", 5 },
  { "bracketleft", "win.block", -1 }, { "bracketright", "win.block", 1 },
  { "<Control>o", "win.open" }, { "<Control>s", "win.save-session" }, { "<Control><Shift>s", "win.save-checkpoint" },
  { "F9", "win.panel" }, { "F10", "win.inspector" }, { "i|<Shift>Right", "win.step-into" },
  { "<Control>c", "win.copy" }, { "<Control><Shift>c", "win.copy-table" },
  { "F11", "win.maximise-view" }, { "<Shift>F11", "win.fullscreen" },
  { "Escape", "win.escape" },
  { "question|<Shift>question|F1", "win.show-help-overlay" },
  { "<Control>q", "app.quit" }, { "<Control>w", "window.close" },
};

void
ms_window_add_shortcuts (MsWindow *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (shortcuts[i].keys),
                                                gtk_named_action_new (shortcuts[i].action));

      if (shortcuts[i].parameter != 0)
        gtk_shortcut_set_arguments (shortcut, g_variant_new_int32 (shortcuts[i].parameter));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

/* Properties that menus and toggle buttons show the state of. */
void
ms_window_add_states (MsWindow *self)
{
  g_autoptr (GPropertyAction) panel = g_property_action_new ("panel", self->flap, "reveal-flap");
  g_autoptr (GPropertyAction) inspector = g_property_action_new ("inspector", self->inspector_flap, "reveal-flap");
  g_autoptr (GPropertyAction) fullscreen = g_property_action_new ("fullscreen", self, "fullscreened");

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (panel));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (inspector));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (fullscreen));
}

static void
enable (MsWindow *self, bool enabled, const char *const *names)
{
  for (int i = 0; names[i] != NULL; i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), names[i], enabled);
}

void
ms_window_update_actions (MsWindow *self)
{
  bool open = ms_live_record (self->live) != NULL && self->opening == NULL, opened = open && !self->focused;
  bool has_model = open && ms_live_experiment (self->live) != NULL, alone = self->second == NULL;
  const MsInterventions *hands = ms_live_interventions (self->live);

  enable (self, open,
          (const char *const[]){ "win.play", "win.step", "win.steps", "win.step-into", "win.reset",
                                 "win.earlier", "win.first", "win.pin", NULL });
  enable (self, has_model,
          (const char *const[]){ "win.new-seed", "win.save-checkpoint", "win.save-session", "win.save-experiment",
                                 "win.copy-command", "win.compare-copy", "win.compare-seed", NULL });
  enable (self, has_model && alone, (const char *const[]){ "win.step-epoch", NULL }); /* two may differ in its length */
  enable (self, has_model && hands != NULL && ms_interventions_count (hands) > 0,
          (const char *const[]){ "win.compare-control", NULL });
  enable (self, open, (const char *const[]){ "win.compare-preset", "win.compare-file", NULL });
  gtk_widget_set_sensitive (GTK_WIDGET (self->rows), has_model || self->opening != NULL);
  if (opened)
    gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->play_button));
  self->focused = open;
}

void
ms_window_class_install_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.play", NULL, play_cb);
  gtk_widget_class_install_action (class, "win.step", NULL, step_cb);
  gtk_widget_class_install_action (class, "win.reset", NULL, reset_cb);
  gtk_widget_class_install_action (class, "win.new-seed", NULL, new_seed_cb);
  gtk_widget_class_install_action (class, "win.open", NULL, open_cb);
  gtk_widget_class_install_action (class, "win.choose-folder", NULL, choose_folder_cb);
  gtk_widget_class_install_action (class, "win.save-checkpoint", NULL, save_checkpoint_cb);
  gtk_widget_class_install_action (class, "win.save-session", NULL, save_session_cb);
  gtk_widget_class_install_action (class, "win.save-experiment", NULL, save_experiment_cb);
  gtk_widget_class_install_action (class, "win.copy-command", NULL, copy_command_cb);
  gtk_widget_class_install_action (class, "win.views", NULL, views_cb);
  gtk_widget_class_install_action (class, "win.maximise-view", NULL, maximise_view_cb);
  gtk_widget_class_install_action (class, "win.escape", NULL, escape_cb);
  gtk_widget_class_install_action (class, "win.speed", "i", speed_cb);
  gtk_widget_class_install_action (class, "win.block", "i", block_cb);
}
