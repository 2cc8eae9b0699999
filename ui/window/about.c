/* SPDX-License-Identifier: MIT */

#include "ui/window/about.h"

#include "core/base/blas.h"

static char *
debug_info (GtkWindow *parent, int n_threads)
{
  const MsBlasInfo *blas = ms_blas_info ();
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (parent));

  return g_strdup_printf ("Moescope %s\n%s, kernel %s, %d threads\nGTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\n"
                          "Renderer %s\n",
                          MS_VERSION, blas->library, blas->kernel, n_threads, gtk_get_major_version (),
                          gtk_get_minor_version (), gtk_get_micro_version (), adw_get_major_version (),
                          adw_get_minor_version (), adw_get_micro_version (), glib_major_version, glib_minor_version,
                          glib_micro_version, renderer != NULL ? G_OBJECT_TYPE_NAME (renderer) : "none");
}

void
ms_about_show (GtkWindow *parent, int n_threads)
{
  g_autofree char *info = debug_info (parent, n_threads);

  adw_show_about_window (parent,
                         "application-name", "Moescope",
                         "application-icon", "org.moescope.Moescope",
                         "version", MS_VERSION,
                         "license-type", GTK_LICENSE_MIT_X11,
                         "comments", "Watch tokens being routed to experts while a network learns.",
                         "debug-info", info,
                         "debug-info-filename", "moescope.txt",
                         NULL);
}
