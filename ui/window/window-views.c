/* SPDX-License-Identifier: MIT */

/* The views: which of them apply, what they show, and the one selection that they share. */
#include "ui/window/window-private.h"

/* A surface costs much and comes less often: the plane is drawn from the newest record that has one. */
static MsScene
scene_for (MsWindow *self, const MsPainter *painter)
{
  const MsRecord *record = ms_live_record (self->live), *surface = ms_live_surface (self->live);
  bool wants_surface = record != NULL && record->plane && surface != NULL && g_str_equal (painter->name, "plane");

  return (MsScene){ wants_surface ? surface : record, ms_live_history (self->live), self->selection };
}

static GtkWidget *
tile_of (MsCanvas *canvas)
{
  return gtk_widget_get_ancestor (GTK_WIDGET (canvas), MS_TYPE_TILE);
}

/* Views of which the scene has something to show, as bits. */
static guint64
find_applying (MsWindow *self)
{
  guint64 applying = 0;

  for (guint i = 0; i < self->canvases->len; i++)
    {
      const MsPainter *painter = ms_canvas_painter (self->canvases->pdata[i]);
      MsScene scene = scene_for (self, painter);

      if (painter->applies == NULL || painter->applies (&scene))
        applying |= G_GUINT64_CONSTANT (1) << i;
    }
  return applying;
}

static void
show_scenes (MsWindow *self)
{
  guint64 shown;

  self->applying = find_applying (self);
  shown = ms_chosen_views_shown (&self->chosen, self->applying);
  for (guint i = 0; i < self->canvases->len; i++)
    {
      MsCanvas *canvas = self->canvases->pdata[i];
      bool is_shown = shown >> i & 1;
      GtkWidget *tile = tile_of (canvas);

      if (!is_shown && ms_tiles_alone (self->tiles) == tile)
        ms_tiles_set_alone (self->tiles, NULL);
      if (gtk_widget_get_visible (tile) != is_shown)
        gtk_widget_set_visible (tile, is_shown);
      if (is_shown)
        {
          MsScene scene = scene_for (self, ms_canvas_painter (canvas));

          ms_canvas_set_scene (canvas, &scene);
        }
    }
  ms_views_menu_update (self->views_menu, self->applying, shown, self->chosen.own);
}

/* The choice of views */

static void
view_toggled_cb (MsViewsMenu *menu, int view, gboolean shown, MsWindow *self)
{
  if (!ms_chosen_views_set (&self->chosen, self->applying, view, shown))
    ms_window_toast (self, "The last view stays: something must be there to look at");
  show_scenes (self);
}

static void
views_automatic_cb (MsViewsMenu *menu, MsWindow *self)
{
  self->chosen = (MsChosenViews){ false, 0 };
  show_scenes (self);
}

void
ms_window_choose_views (MsWindow *self, MsChosenViews chosen)
{
  self->chosen = chosen;
  show_scenes (self);
}

/* Selection */

static void
select_cb (MsCanvas *canvas, const MsSpot *spot, MsWindow *self)
{
  self->selection = ms_selection_after (&self->selection, spot);
  show_scenes (self);
}

/* The routed block that is shown */

/* The members of a deep ensemble have blocks of their own. */
static char *
block_name (const MsRouting *routing)
{
  if (routing->member >= 0)
    return g_strdup_printf ("%d, member %d", routing->layer, routing->member);
  return g_strdup_printf ("%d", routing->layer);
}

static bool
names_blocks (GtkStringList *names, const MsRecord *record)
{
  guint n = record != NULL ? (guint) record->n_routing : 0;

  if (g_list_model_get_n_items (G_LIST_MODEL (names)) != n)
    return false;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = block_name (record->routing[i]);

      if (!g_str_equal (gtk_string_list_get_string (names, i), name))
        return false;
    }
  return true;
}

static void
update_blocks (MsWindow *self, const MsRecord *record)
{
  GtkStringList *names = GTK_STRING_LIST (gtk_drop_down_get_model (self->block));
  int n = record != NULL ? record->n_routing : 0;

  if (names_blocks (names, record))
    return;
  /* Filling the list chooses one item after the other; the choice comes last. */
  while (g_list_model_get_n_items (G_LIST_MODEL (names)) > 0)
    gtk_string_list_remove (names, 0);
  for (int i = 0; i < n; i++)
    gtk_string_list_take (names, block_name (record->routing[i]));
  self->selection.layer = MAX (n - 1, 0); /* deeper experts specialise more visibly */
  gtk_drop_down_set_selected (self->block, (guint) self->selection.layer);
  gtk_widget_set_visible (self->block_row, n > 1);
}

static void
block_changed_cb (MsWindow *self)
{
  guint i = gtk_drop_down_get_selected (self->block);

  if (i == GTK_INVALID_LIST_POSITION || (int) i == self->selection.layer)
    return;
  self->selection.layer = (int) i;
  show_scenes (self);
}

void
ms_window_move_block (MsWindow *self, int by)
{
  int n = (int) g_list_model_get_n_items (gtk_drop_down_get_model (self->block));

  if (n > 0)
    gtk_drop_down_set_selected (self->block, (guint) CLAMP (self->selection.layer + by, 0, n - 1));
}

static GtkWidget *
new_block_row (MsWindow *self)
{
  GtkWidget *list = gtk_list_box_new (), *row = gtk_list_box_row_new ();
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new ("Block shown");
  GtkWidget *block = gtk_drop_down_new_from_strings ((const char *const[]){ NULL });

  self->block = GTK_DROP_DOWN (block);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (block, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), block);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_widget_add_css_class (list, "settings");
  gtk_widget_add_css_class (row, "setting");
  gtk_widget_set_tooltip_text (row, "Which routed block the views show ([ and ])");
  gtk_accessible_update_property (GTK_ACCESSIBLE (block), GTK_ACCESSIBLE_PROPERTY_LABEL, "Block shown", -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (block)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Block shown", -1);
  g_signal_connect_object (block, "notify::selected", G_CALLBACK (block_changed_cb), self, G_CONNECT_SWAPPED);
  return list;
}

/* What a view's menu asks for */

static void
asked_cb (MsCanvas *canvas, const char *what, MsWindow *self)
{
  GtkWidget *tile = tile_of (canvas);

  if (g_str_equal (what, "table"))
    ms_window_show_table (self, canvas);
  else if (g_str_equal (what, "picture"))
    ms_window_save_picture (self, canvas);
  else
    ms_tiles_set_alone (self->tiles, ms_tiles_alone (self->tiles) == tile ? NULL : tile);
}

void
ms_window_build_views (MsWindow *self)
{
  const MsPainter *const *painters = ms_painters ();

  self->canvases = g_ptr_array_new ();
  self->tiles = MS_TILES (ms_tiles_new ());
  for (int i = 0; painters[i] != NULL; i++)
    {
      GtkWidget *tile = ms_tile_new (painters[i]);
      MsCanvas *canvas = ms_tile_canvas (MS_TILE (tile));

      ms_tiles_append (self->tiles, tile);
      g_ptr_array_add (self->canvases, canvas);
      g_signal_connect_object (canvas, "select", G_CALLBACK (select_cb), self, 0);
      g_signal_connect_object (canvas, "asked", G_CALLBACK (asked_cb), self, 0);
    }
  adw_bin_set_child (self->views, GTK_WIDGET (self->tiles));
  self->views_menu = MS_VIEWS_MENU (ms_views_menu_new ());
  g_signal_connect_object (self->views_menu, "toggled", G_CALLBACK (view_toggled_cb), self, 0);
  g_signal_connect_object (self->views_menu, "automatic", G_CALLBACK (views_automatic_cb), self, 0);
  gtk_menu_button_set_popover (self->views_button, GTK_WIDGET (self->views_menu));
  self->block_row = new_block_row (self);
  gtk_widget_set_visible (self->block_row, FALSE);
  gtk_box_append (self->panel, self->block_row);
}

void
ms_window_show_record (MsWindow *self)
{
  update_blocks (self, ms_live_record (self->live));
  show_scenes (self);
}

void
ms_window_set_settled (MsWindow *self, bool settled)
{
  for (guint i = 0; i < self->canvases->len; i++)
    ms_canvas_set_settled (self->canvases->pdata[i], settled);
}

gint64
ms_window_take_paint_time (MsWindow *self)
{
  gint64 time = 0;

  for (guint i = 0; i < self->canvases->len; i++)
    time += ms_canvas_take_paint_time (self->canvases->pdata[i]);
  return time;
}
