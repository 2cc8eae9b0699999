/* SPDX-License-Identifier: MIT */

/* The views: which of them apply, what they show, and the one selection that they share. */
#include "ui/window/window-private.h"

/* A surface costs much and comes less often: the plane is drawn from the newest record that has one. */
static const MsRecord *
record_for (MsWindow *self, MsLive *live, const MsPainter *painter)
{
  const MsRecord *record = ms_live_record (live), *surface = ms_live_surface (live);

  if (self->selection.step != MS_NONE)
    return ms_live_record_at (live, self->selection.step);
  if (record != NULL && record->plane && surface != NULL && g_str_equal (painter->name, "plane"))
    return surface;
  return record;
}

static MsScene
scene_of (MsWindow *self, MsLive *live, const MsPainter *painter)
{
  return (MsScene){ .record = record_for (self, live, painter),
                    .history = ms_live_history (live),
                    .selection = self->selection,
                    .branches = ms_live_branches (live),
                    .past = ms_live_past (live),
                    .alerts = ms_live_alerts (live),
                    .stage = MS_STAGE_WHOLE };
}

MsScene
ms_window_scene (MsWindow *self, const MsPainter *painter)
{
  MsScene scene = scene_of (self, self->live, painter);

  if (self->second != NULL)
    {
      self->other = scene_of (self, self->second, painter);
      scene.other = &self->other;
    }
  return scene;
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
      MsScene scene = ms_window_scene (self, painter);

      if (painter->applies == NULL || painter->applies (&scene))
        applying |= G_GUINT64_CONSTANT (1) << i;
    }
  return applying;
}

static void
show_scenes (MsWindow *self)
{
  MsScene nothing = { .selection = MS_SELECTION_NONE };
  MsScene below = ms_window_scene (self, ms_canvas_painter (self->timeline));
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
      MsScene scene = is_shown ? ms_window_scene (self, ms_canvas_painter (canvas)) : nothing;

      if (is_shown || ms_canvas_scene (canvas)->record != NULL)
        ms_canvas_set_scene (canvas, &scene);
    }
  ms_window_show_timeline (self, &below);
  ms_window_show_watch (self, &below);
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
  ms_window_show_choosers (self, ms_live_record (self->live));
  show_scenes (self);
}

void
ms_window_select (MsWindow *self, MsSelection selection)
{
  self->selection = selection;
  show_scenes (self);
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
  adw_bin_set_child (self->timeline_place, ms_window_build_timeline (self));
  self->views_menu = MS_VIEWS_MENU (ms_views_menu_new ());
  g_signal_connect_object (self->views_menu, "toggled", G_CALLBACK (view_toggled_cb), self, 0);
  g_signal_connect_object (self->views_menu, "automatic", G_CALLBACK (views_automatic_cb), self, 0);
  gtk_menu_button_set_popover (self->views_button, GTK_WIDGET (self->views_menu));
  ms_window_build_choosers (self);
}

/* What was chosen may not be there any more: another model, a smaller batch. */
static void
fit_selection (MsWindow *self)
{
  const MsRecord *record = ms_live_record (self->live);
  MsSelection *s = &self->selection;
  const MsRouting *routing;

  if (record == NULL)
    return;
  if (s->example >= record->N)
    s->example = s->token = MS_NONE;
  if (s->layer >= record->n_routing)
    s->expert = s->token = s->slot = MS_NONE;
  else
    {
      routing = record->routing[s->layer];
      s->expert = s->expert < routing->E ? s->expert : MS_NONE;
      s->token = s->token < routing->T ? s->token : MS_NONE;
      s->slot = s->slot < routing->slots ? s->slot : MS_NONE;
    }
}

void
ms_window_show_record (MsWindow *self)
{
  fit_selection (self);
  ms_window_show_choosers (self, ms_live_record (self->live));
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

int
ms_window_count_views (MsWindow *self)
{
  int n = 0;

  for (guint i = 0; i < self->canvases->len; i++)
    n += gtk_widget_get_mapped (self->canvases->pdata[i]) ? 1 : 0;
  return n;
}
