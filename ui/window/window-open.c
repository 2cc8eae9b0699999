/* SPDX-License-Identifier: MIT */

/* Opening: presets, files of three kinds that are told apart by their first bytes, the dialog, and files dropped on
 * the window. Files are read on another thread. */
#include "core/train/presets.h"
#include "ui/window/window-private.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_HEADER (100u << 20) /* of a safetensors file, bytes */

typedef enum {
  FILE_EXPERIMENT,
  FILE_CHECKPOINT,
  FILE_TRACE,
} FileKind;

/* What another thread has found out about a file. */
typedef struct {
  char *path; /* owned */
  FileKind kind;
  MsExperiment *experiment; /* owned; FILE_EXPERIMENT only */
  char *layout;             /* owned: likewise; NULL: the file has none */
} Found;

static void
found_free (Found *found)
{
  g_free (found->path);
  g_clear_pointer (&found->experiment, ms_experiment_unref);
  g_free (found->layout);
  g_free (found);
}

/* A zip begins with "PK"; safetensors with the length of the JSON that follows. */
static FileKind
kind_of (const guint8 *head, gssize n)
{
  guint64 length;

  if (n >= 4 && memcmp (head, "PK\003\004", 4) == 0)
    return FILE_TRACE;
  if (n < 9)
    return FILE_EXPERIMENT;
  memcpy (&length, head, sizeof length);
  return GUINT64_FROM_LE (length) <= LARGEST_HEADER && head[8] == '{' ? FILE_CHECKPOINT : FILE_EXPERIMENT;
}

static gssize
read_head (const char *path, guint8 *head, gsize size, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n = fd >= 0 ? read (fd, head, size) : -1;

  if (n < 0)
    g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s cannot be read: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return n;
}

static void
look_at_file (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *path = data;
  guint8 head[16];
  GError *error = NULL;
  gssize n = read_head (path, head, sizeof head, &error);
  Found *found = NULL;

  if (n >= 0)
    {
      found = g_new0 (Found, 1);
      found->path = g_strdup (path);
      found->kind = kind_of (head, n);
      if (found->kind == FILE_EXPERIMENT)
        found->experiment = ms_experiment_load_arranged (path, &found->layout, &error);
    }
  if (error == NULL)
    {
      g_task_return_pointer (task, found, (GDestroyNotify) found_free);
      return;
    }
  g_clear_pointer (&found, found_free);
  g_task_return_error (task, error);
}

static void
set_name (MsWindow *self, const char *name)
{
  const char *shown;

  if (self->name == name)
    return;
  if (g_strcmp0 (self->name, name) != 0)
    ms_window_open_layout (self, name);
  g_free (self->name);
  self->name = g_strdup (name);
  shown = ms_preset_find (name) != NULL ? name : "Presets";
  gtk_menu_button_set_label (self->preset_button, shown);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->preset_button), GTK_ACCESSIBLE_PROPERTY_LABEL, shown, -1);
}

void
ms_window_open_experiment (MsWindow *self, const MsExperiment *experiment, const char *name)
{
  MsExperiment *opening = ms_experiment_ref ((MsExperiment *) experiment);

  ms_window_end_compare (self);
  set_name (self, name);
  g_clear_pointer (&self->awaited, g_free);
  g_clear_pointer (&self->sent, ms_experiment_unref);
  g_clear_pointer (&self->opening, ms_experiment_unref);
  self->opening = opening;
  ms_runner_open (ms_live_runner (self->live), experiment, name);
}

/* A file that may be refused: until it is there, what is shown keeps its name. */
static void
await (MsWindow *self, const char *name)
{
  if (self->name == NULL)
    set_name (self, name);
  g_free (self->awaited);
  self->awaited = g_strdup (name);
}

void
ms_window_take_awaited (MsWindow *self)
{
  g_autofree char *name = g_steal_pointer (&self->awaited);

  if (name != NULL)
    set_name (self, name);
}

static bool
needs_path (const MsExperiment *experiment)
{
  const MsKey *key = ms_key (MS_KEY_TASK_PATH);

  return experiment != NULL && key->applies (experiment);
}

/* In place of the views: why there is nothing to see, and the settings that may put it right. */
void
ms_window_show_failure (MsWindow *self, const char *sentence)
{
  g_autofree char *markup = g_markup_escape_text (sentence, -1);

  if (self->opening == NULL && ms_live_record (self->live) != NULL)
    {
      ms_window_toast (self, sentence);
      return;
    }
  if (self->opening != NULL)
    ms_rows_set_experiment (self->rows, self->opening);
  gtk_label_set_text (self->title_label, self->name != NULL ? self->name : "Moescope");
  gtk_label_set_text (self->origin_label, "");
  gtk_label_set_text (self->epoch_label, "");
  adw_status_page_set_description (self->failed_page, markup);
  gtk_widget_set_visible (GTK_WIDGET (self->folder_button), needs_path (self->opening));
  gtk_stack_set_visible_child_name (self->stack, "failed");
  ms_window_update_actions (self);
}

/* What was found out is opened in the place of the run, or beside it. */
static void
open_found (MsWindow *self, const Found *found, const char *name)
{
  if (found->kind == FILE_EXPERIMENT)
    {
      ms_window_open_experiment (self, found->experiment, name);
      if (found->layout != NULL)
        ms_window_use_layout (self, found->layout);
    }
  else
    {
      ms_window_end_compare (self);
      await (self, name);
      if (found->kind == FILE_CHECKPOINT)
        ms_runner_open_checkpoint (ms_live_runner (self->live), found->path);
      else
        ms_runner_open_trace (ms_live_runner (self->live), found->path);
    }
}

static void
compare_found (MsWindow *self, const Found *found, const char *name)
{
  if (found->kind == FILE_EXPERIMENT)
    ms_window_compare_experiment (self, found->experiment, name);
  else if (found->kind == FILE_CHECKPOINT)
    ms_window_compare_checkpoint (self, found->path);
  else
    ms_window_compare_trace (self, found->path);
}

static void
looked_at_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  MsWindow *self = MS_WINDOW (source);
  g_autoptr (GError) error = NULL;
  Found *found = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *name = found != NULL ? g_path_get_basename (found->path) : NULL;

  if (ms_live_runner (self->live) == NULL) /* closed meanwhile */
    {
      g_clear_pointer (&found, found_free);
      return;
    }
  if (found == NULL)
    ms_window_show_failure (self, error->message);
  else if (data != NULL)
    compare_found (self, found, name);
  else
    open_found (self, found, name);
  g_clear_pointer (&found, found_free);
}

void
ms_window_open_preset (MsWindow *self, const char *name)
{
  const MsPreset *preset = ms_preset_find (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) experiment = NULL;

  g_return_if_fail (preset != NULL);
  experiment = ms_preset_load (preset, &error); /* compiled in: no file is read */
  if (experiment == NULL)
    ms_window_show_failure (self, error->message);
  else
    ms_window_open_experiment (self, experiment, name);
}

static void
look_at (MsWindow *self, GFile *file, bool compare)
{
  char *path = g_file_get_path (file);
  g_autoptr (GTask) task = g_task_new (self, NULL, looked_at_cb, compare ? self : NULL);

  if (path == NULL)
    {
      ms_window_show_failure (self, "Only files in folders of this computer can be opened");
      return;
    }
  g_task_set_task_data (task, path, g_free);
  g_task_run_in_thread (task, look_at_file);
}

void
ms_window_open_file (MsWindow *self, GFile *file)
{
  look_at (self, file, false);
}

/* The experiment of the last time, with its changes; if that makes no sense any more, the default preset. */
static void
open_remembered (MsWindow *self)
{
  g_autoptr (MsExperiment) experiment = NULL;

  if (self->state->name != NULL && self->state->experiment != NULL)
    experiment = ms_experiment_from_json (self->state->experiment, -1, self->state->name, NULL);
  if (experiment != NULL && ms_experiment_validate (experiment, NULL))
    ms_window_open_experiment (self, experiment, self->state->name);
  else
    ms_window_open_preset (self, MS_DEFAULT_PRESET);
}

void
ms_window_open (MsWindow *self, const char *source)
{
  if (source == NULL)
    open_remembered (self);
  else if (ms_preset_find (source) != NULL)
    ms_window_open_preset (self, source);
  else
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (source);
      ms_window_open_file (self, file);
    }
}

/* The dialog */

static void
file_chosen_cb (GtkNativeDialog *dialog, int response, MsWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      look_at (self, file, g_object_get_data (G_OBJECT (dialog), "compare") != NULL);
    }
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (int i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
ask_file (MsWindow *self, const char *title, bool compare)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                              "_Open", "_Cancel");

  g_object_set_data (G_OBJECT (dialog), "compare", compare ? self : NULL);
  add_filter (GTK_FILE_CHOOSER (dialog), "Experiments, checkpoints and traces",
              (const char *const[]){ "*.json", "*.safetensors", "*.moescope", "*.npz", NULL });
  add_filter (GTK_FILE_CHOOSER (dialog), "All files", (const char *const[]){ "*", NULL });
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (file_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
ms_window_ask_open (MsWindow *self)
{
  ask_file (self, "Open", false);
}

void
ms_window_ask_compare (MsWindow *self)
{
  ask_file (self, "Compare With", true);
}

static void
folder_chosen_cb (GtkNativeDialog *dialog, int response, MsWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT && self->opening != NULL)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (folder), *name = g_strdup (self->name);
      g_autoptr (GError) error = NULL;
      g_autoptr (MsExperiment) experiment = NULL;

      experiment = ms_experiment_with (self->opening, ms_key (MS_KEY_TASK_PATH)->key, path != NULL ? path : "", &error);
      if (experiment != NULL)
        ms_window_open_experiment (self, experiment, name);
      else
        ms_window_toast (self, error->message);
    }
  g_object_unref (dialog);
}

/* Where the data are that the experiment could not find. */
void
ms_window_ask_folder (MsWindow *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
    "Folder of the Data", GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, "_Choose", "_Cancel");

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (folder_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, MsWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  ms_window_open_file (self, files->data);
  return TRUE;
}

void
ms_window_add_drop_target (MsWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* The list of presets */

static GtkWidget *
new_preset_row (const MsPreset *preset)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *name = gtk_label_new (preset->name), *description = gtk_label_new (preset->description);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_add_css_class (name, "heading");
  gtk_label_set_xalign (GTK_LABEL (description), 0);
  gtk_label_set_wrap (GTK_LABEL (description), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (description), 48);
  gtk_widget_add_css_class (description, "description");
  gtk_widget_add_css_class (description, "dim-label");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), description);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, preset->name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, preset->description, -1);
  return row;
}

static void
preset_chosen_cb (GtkListBox *list, GtkListBoxRow *row, MsWindow *self)
{
  gtk_menu_button_popdown (self->preset_button);
  ms_window_open_preset (self, ms_preset_at (gtk_list_box_row_get_index (row))->name);
}

GtkWidget *
ms_window_new_preset_popover (MsWindow *self)
{
  GtkWidget *popover = gtk_popover_new (), *list = gtk_list_box_new ();

  for (int i = 0; i < ms_presets_count (); i++)
    gtk_list_box_append (GTK_LIST_BOX (list), new_preset_row (ms_preset_at (i)));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "preset-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, "Presets", -1);
  g_signal_connect (list, "row-activated", G_CALLBACK (preset_chosen_cb), self);
  gtk_popover_set_child (GTK_POPOVER (popover), list);
  return popover;
}
