/* SPDX-License-Identifier: MIT */

/* A view in other forms: its table in a window of its own, its picture in a file. */
#include "ui/paint/export.h"
#include "ui/window/table-window.h"
#include "ui/window/window-private.h"

/* A picture as it stood when it was asked for, while a thread writes it: what a scene points to goes on changing, so it
 * is the strokes that are kept. */
typedef struct {
  cairo_surface_t *strokes; /* owned */
  const char *name;
  double width, height;
  char *path; /* owned */
} Picture;

static void
picture_free (Picture *picture)
{
  cairo_surface_destroy (picture->strokes);
  g_free (picture->path);
  g_free (picture);
}

static Picture *
picture_new (MsCanvas *canvas, const char *path)
{
  Picture *picture = g_new0 (Picture, 1);
  const MsPainter *painter = ms_canvas_painter (canvas);
  MsPalette palette = ms_canvas_palette (canvas);
  cairo_t *cr;

  picture->name = painter->name;
  picture->width = gtk_widget_get_width (GTK_WIDGET (canvas));
  picture->height = gtk_widget_get_height (GTK_WIDGET (canvas));
  picture->path = g_strdup (path);
  picture->strokes = cairo_recording_surface_create (
    CAIRO_CONTENT_COLOR_ALPHA, &(cairo_rectangle_t){ 0, 0, picture->width, picture->height });
  cr = cairo_create (picture->strokes);
  painter->paint (cr, picture->width, picture->height, ms_canvas_scene (canvas), NULL, &palette);
  cairo_destroy (cr);
  return picture;
}

static void
draw_strokes (cairo_t *cr, double width, double height, gconstpointer data)
{
  const Picture *picture = data;

  cairo_set_source_surface (cr, picture->strokes, 0, 0);
  cairo_paint (cr);
}

static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Picture *picture = data;
  GError *error = NULL;

  if (ms_paint_export_drawing (draw_strokes, picture, picture->name, picture->width, picture->height, picture->path,
                               &error))
    g_task_return_pointer (task, g_path_get_basename (picture->path), g_free);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *sentence = name != NULL ? g_strdup_printf ("Saved %s", name) : NULL;

  ms_window_toast (MS_WINDOW (source), sentence != NULL ? sentence : error->message);
}

static void
path_chosen_cb (GtkNativeDialog *dialog, int response, MsCanvas *canvas)
{
  GtkWidget *window = GTK_WIDGET (gtk_native_dialog_get_transient_for (dialog));

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);
      g_autoptr (GTask) task = g_task_new (window, NULL, written_cb, NULL);

      if (path == NULL)
        ms_window_toast (MS_WINDOW (window), "A picture can only be saved in a folder of this computer");
      else
        {
          g_task_set_task_data (task, picture_new (canvas, path), (GDestroyNotify) picture_free);
          g_task_run_in_thread (task, write_picture);
        }
    }
  g_object_unref (dialog);
}

void
ms_window_save_picture (MsWindow *self, MsCanvas *canvas)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new ("Save Picture", GTK_WINDOW (self),
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  g_autofree char *name = g_strdup_printf ("%s.png", ms_canvas_painter (canvas)->name);
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "PNG, SVG or PDF");
  gtk_file_filter_add_pattern (filter, "*.png");
  gtk_file_filter_add_pattern (filter, "*.svg");
  gtk_file_filter_add_pattern (filter, "*.pdf");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_object_unref (filter);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (path_chosen_cb), canvas, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
ms_window_show_table (MsWindow *self, MsCanvas *canvas)
{
  const MsPainter *painter = ms_canvas_painter (canvas);
  const MsScene *scene = ms_canvas_scene (canvas);
  g_autofree char *table = painter->table (scene);
  g_autofree char *caption = scene->record != NULL ? ms_record_caption (scene->record) : NULL;

  gtk_window_present (GTK_WINDOW (ms_table_window_new (GTK_WINDOW (self), ms_canvas_name (canvas), caption, table)));
}
