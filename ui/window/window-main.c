/* SPDX-License-Identifier: MIT */

#include "ui/window/window-main.h"

#include "ui/window/about.h"
#include "ui/window/window.h"
#include <stdio.h>

static void
measured (JsonNode *result, gpointer data)
{
  g_autofree char *text = json_to_string (result, TRUE);

  printf ("%s\n", text);
  fflush (stdout);
}

static void
activate_cb (GtkApplication *application, const MsWindowOptions *options)
{
  MsWindow *window = ms_window_new (application, options->n_threads);

  ms_window_open (window, options->source);
  gtk_window_present (GTK_WINDOW (window));
  if (options->measure > 0)
    ms_window_measure (window, options->measure, measured, NULL);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkApplication *application = GTK_APPLICATION (g_application_get_default ());
  const MsWindowOptions *options = data;

  ms_about_show (gtk_application_get_active_window (application), options->n_threads);
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (g_application_get_default ()));

  while (window != NULL && gtk_window_get_transient_for (window) != NULL)
    window = gtk_window_get_transient_for (window);
  if (window != NULL)
    gtk_window_close (window);
}

int
ms_window_main (const MsWindowOptions *options, GError **error)
{
  static const GActionEntry actions[] = { { "about", about_cb }, { "quit", quit_cb } };
  g_autoptr (AdwApplication) application = NULL;

  if (!gtk_init_check ())
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "there is no display to open a window on; moescope run and moescope render work without one");
      return 1;
    }
  g_set_application_name ("Moescope");
  /* Each start is a program of its own: two experiments side by side are two processes. */
  application = adw_application_new ("org.moescope.Moescope", G_APPLICATION_NON_UNIQUE);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), (gpointer) options);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), (gpointer) options);
  return g_application_run (G_APPLICATION (application), 0, NULL);
}
