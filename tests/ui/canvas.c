/* SPDX-License-Identifier: MIT */

/* The canvas with every painter's sample: it paints once for each new scene and never without, says in words what it
 * shows, and lets go of its record. */
#include "ui/widgets/canvas.h"
#include "ui/widgets/tile.h"

#include <adwaita.h>

static void
wait_a_moment (int ms)
{
  gint64 end = g_get_monotonic_time () + 1000 * ms;

  while (g_get_monotonic_time () < end)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

static GtkWidget *
show (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 500, 400);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  for (int i = 0; i < 100 && !gtk_widget_get_mapped (child); i++)
    wait_a_moment (20);
  g_assert_true (gtk_widget_get_mapped (child));
  wait_a_moment (100);
  return window;
}

static void
test_paints_what_is_new (void)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      MsScene *scene = (*p)->sample ();
      GtkWidget *canvas = ms_canvas_new (*p), *window = show (canvas);

      ms_canvas_take_paint_time (MS_CANVAS (canvas));
      ms_canvas_set_scene (MS_CANVAS (canvas), scene);
      wait_a_moment (100);
      g_assert_cmpint (ms_canvas_take_paint_time (MS_CANVAS (canvas)), >, 0);
      gtk_widget_queue_draw (canvas); /* a frame, but nothing new to show */
      wait_a_moment (100);
      g_assert_cmpint (ms_canvas_take_paint_time (MS_CANVAS (canvas)), ==, 0);
      gtk_window_destroy (GTK_WINDOW (window));
      ms_scene_free (scene);
    }
}

static void
test_any_size (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 3, 400 }, { 400, 3 }, { 1500, 900 } };

  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        GtkWidget *canvas = g_object_ref_sink (ms_canvas_new (*p));
        MsScene *scene = (*p)->sample ();
        GtkSnapshot *snapshot = gtk_snapshot_new ();

        ms_canvas_set_scene (MS_CANVAS (canvas), scene);
        gtk_widget_size_allocate (canvas, &(GtkAllocation){ 0, 0, sizes[i][0], sizes[i][1] }, -1);
        GTK_WIDGET_GET_CLASS (canvas)->snapshot (canvas, snapshot);
        g_assert_cmpint (ms_canvas_take_paint_time (MS_CANVAS (canvas)), >=, 0);
        g_object_unref (snapshot);
        g_object_unref (canvas);
        ms_scene_free (scene);
      }
}

static void
test_lets_go (void)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      MsScene *scene = (*p)->sample ();
      MsRecord *record = ms_record_ref ((MsRecord *) scene->record);
      GtkWidget *canvas = g_object_ref_sink (ms_canvas_new (*p));
      MsScene nothing = { .selection = MS_SELECTION_NONE };

      ms_canvas_set_scene (MS_CANVAS (canvas), scene);
      g_assert_cmpint (record->ref_count, ==, 3);
      ms_canvas_set_scene (MS_CANVAS (canvas), scene);
      g_assert_cmpint (record->ref_count, ==, 3);
      ms_canvas_set_scene (MS_CANVAS (canvas), &nothing);
      g_assert_cmpint (record->ref_count, ==, 2);
      ms_canvas_set_scene (MS_CANVAS (canvas), scene);
      g_assert_finalize_object (canvas);
      g_assert_cmpint (record->ref_count, ==, 2);
      ms_scene_free (scene);
      ms_record_unref (record);
    }
}

static void
test_words (void)
{
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    {
      GtkWidget *canvas = g_object_ref_sink (ms_canvas_new (*p));

      gtk_test_accessible_assert_role (canvas, GTK_ACCESSIBLE_ROLE_IMG);
      gtk_test_accessible_assert_property (canvas, GTK_ACCESSIBLE_PROPERTY_LABEL, (*p)->title);
      g_object_unref (canvas);
    }
}

static void
clipboard_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
asked_cb (MsCanvas *canvas, const char *what, GString *asked)
{
  g_string_append_printf (asked, "%s ", what);
}

/* The menu of the tile reaches the canvas. */
static void
test_menu (void)
{
  const MsPainter *painter = ms_painters ()[0];
  MsScene *scene = painter->sample ();
  GtkWidget *tile = ms_tile_new (painter), *window = show (tile);
  MsCanvas *canvas = ms_tile_canvas (MS_TILE (tile));
  g_autofree char *table = painter->table (scene), *copied = NULL;
  g_autoptr (GString) asked = g_string_new (NULL);

  ms_canvas_set_scene (canvas, scene);
  g_signal_connect (canvas, "asked", G_CALLBACK (asked_cb), asked);
  for (int i = 0; ms_canvas_actions[i] != NULL; i++)
    g_assert_true (gtk_widget_activate_action (tile, ms_canvas_actions[i], NULL));
  g_assert_cmpstr (asked->str, ==, "table picture ");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (tile), NULL, clipboard_cb, &copied);
  for (int i = 0; i < 100 && copied == NULL; i++)
    wait_a_moment (10);
  g_assert_cmpstr (copied, ==, table);
  gtk_window_destroy (GTK_WINDOW (window));
  ms_scene_free (scene);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/canvas/paints-what-is-new", test_paints_what_is_new);
  g_test_add_func ("/canvas/any-size", test_any_size);
  g_test_add_func ("/canvas/lets-go", test_lets_go);
  g_test_add_func ("/canvas/words", test_words);
  g_test_add_func ("/canvas/menu", test_menu);
  return g_test_run ();
}
