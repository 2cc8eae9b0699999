/* SPDX-License-Identifier: MIT */

/* The panel on the right: where it stands, when there is room for it, and what it shows. */
#include "ui/window/window-private.h"

#define ROOM 1180    /* px of the window, with usual text, below which it would leave the views too little */
#define ROOMY 1280   /* from which it comes back by itself */

static void
select_cb (MsCanvas *canvas, const MsSpot *spot, MsWindow *self)
{
  ms_window_select (self, ms_selection_after (&self->selection, spot));
  ms_window_show_choosers (self, ms_live_record (self->live));
}

static void
asked_cb (MsCanvas *canvas, const char *what, MsWindow *self)
{
  if (g_str_equal (what, "table"))
    ms_window_show_table (self, canvas);
  else if (g_str_equal (what, "picture"))
    ms_window_save_picture (self, canvas);
}

static bool
is_revealed (MsWindow *self)
{
  return adw_flap_get_reveal_flap (self->inspector_flap);
}

/* Somebody opened or closed it; over the views it is only open for a while. */
static void
revealed_cb (MsWindow *self)
{
  if (self->state != NULL && !self->narrow)
    self->state->inspector = is_revealed (self);
  if (self->state != NULL)
    ms_window_show_record (self);
}

void
ms_window_show_inspector (MsWindow *self)
{
  MsCanvas *canvas = ms_inspector_canvas (self->inspector);
  MsScene scene = { .selection = MS_SELECTION_NONE, .stage = MS_STAGE_WHOLE };

  if (is_revealed (self))
    scene = ms_window_scene (self, ms_canvas_painter (canvas));
  if (is_revealed (self) || ms_canvas_scene (canvas)->record != NULL)
    ms_inspector_set_scene (self->inspector, &scene);
}

guint
ms_window_inspector_detail (MsWindow *self)
{
  return is_revealed (self) ? ms_canvas_painter (ms_inspector_canvas (self->inspector))->detail : 0;
}

void
ms_window_fit_inspector (MsWindow *self, int width)
{
  bool narrow = self->narrow ? width < ROOMY : width < ROOM;

  if (narrow == self->narrow)
    return;
  self->narrow = narrow;
  adw_flap_set_fold_policy (self->inspector_flap, narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER);
  adw_flap_set_reveal_flap (self->inspector_flap, !narrow && self->state->inspector);
}

/* Copying */

/* The picture that a key is meant for: that with the keyboard, else that under the pointer, else the tile at hand. */
static MsCanvas *
meant_canvas (MsWindow *self)
{
  MsCanvas *token = ms_inspector_canvas (self->inspector);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  MsTile *tile = ms_workspace_active (self->workspace);

  if (focus != NULL && MS_IS_CANVAS (focus))
    return MS_CANVAS (focus);
  if (ms_canvas_has_pointer (token))
    return token;
  if (ms_canvas_has_pointer (self->timeline))
    return self->timeline;
  if (tile != NULL && ms_canvas_has_pointer (ms_tile_second (tile)))
    return ms_tile_second (tile);
  return tile != NULL ? ms_tile_canvas (tile) : token;
}

static void
copy_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  g_autofree char *words = ms_canvas_words (meant_canvas (self));

  if (words == NULL || *words == '\0')
    {
      g_free (words);
      words = ms_canvas_words (ms_inspector_canvas (self->inspector));
    }
  if (words == NULL || *words == '\0')
    {
      ms_window_toast (self, "Nothing to copy: point at something, or choose it");
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), words);
  ms_window_toast (self, "Copied");
}

static void
copy_table_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MsWindow *self = MS_WINDOW (widget);
  MsCanvas *canvas = meant_canvas (self);
  g_autofree char *sentence = g_strdup_printf ("Copied %s as a table", ms_canvas_painter (canvas)->title);

  gtk_widget_activate_action (GTK_WIDGET (canvas), "canvas.copy-table", NULL);
  ms_window_toast (self, sentence);
}

void
ms_window_class_install_inspector (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.copy", NULL, copy_cb);
  gtk_widget_class_install_action (class, "win.copy-table", NULL, copy_table_cb);
}

/* The views and what stands above them get the panel beside them. */
void
ms_window_build_inspector (MsWindow *self)
{
  GtkWidget *flap = adw_flap_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *stack = g_object_ref (GTK_WIDGET (self->stack)), *inspector = ms_inspector_new ();
  MsCanvas *canvas = ms_inspector_canvas (MS_INSPECTOR (inspector));

  self->inspector_flap = ADW_FLAP (flap);
  self->inspector = MS_INSPECTOR (inspector);
  adw_flap_set_content (self->flap, NULL);
  ms_window_build_stages (self, GTK_BOX (box));
  gtk_widget_set_vexpand (stack, TRUE);
  gtk_box_append (GTK_BOX (box), stack);
  g_object_unref (stack);
  adw_flap_set_flap_position (self->inspector_flap, GTK_PACK_END);
  adw_flap_set_fold_policy (self->inspector_flap, ADW_FLAP_FOLD_POLICY_NEVER);
  adw_flap_set_swipe_to_open (self->inspector_flap, FALSE);
  adw_flap_set_swipe_to_close (self->inspector_flap, FALSE);
  adw_flap_set_modal (self->inspector_flap, FALSE); /* what lies beside it can still be chosen */
  adw_flap_set_flap (self->inspector_flap, inspector);
  adw_flap_set_separator (self->inspector_flap, gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_content (self->inspector_flap, box);
  adw_flap_set_content (self->flap, flap);
  ms_inspector_append (self->inspector, ms_window_build_what_if (self));
  ms_inspector_append (self->inspector, ms_window_build_watch (self));
  g_signal_connect_object (canvas, "select", G_CALLBACK (select_cb), self, 0);
  g_signal_connect_object (canvas, "asked", G_CALLBACK (asked_cb), self, 0);
  g_signal_connect_object (flap, "notify::reveal-flap", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
}
