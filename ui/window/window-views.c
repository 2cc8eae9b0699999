/* SPDX-License-Identifier: MIT */

/* The views: which of them apply, what they show, and the one selection that they share. */
#include "core/train/presets.h"
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
                    .stage = self->stage };
}

MsScene
ms_window_scene (MsWindow *self, const MsPainter *painter)
{
  MsScene scene = scene_of (self, self->live, painter);

  if (self->second != NULL)
    {
      self->other = scene_of (self, self->second, ms_canvas_painter (self->timeline)); /* one for all views */
      scene.other = &self->other;
    }
  return scene;
}

/* The canvas of a view; NULL: it is docked and has none here. */
static MsCanvas *
canvas_at (MsWindow *self, int view)
{
  MsTile *tile = ms_workspace_tile (self->workspace, view);

  return tile != NULL ? ms_tile_canvas (tile) : NULL;
}

/* Of a view that has a tile, the canvas of the run that is compared. */
static MsCanvas *
second_at (MsWindow *self, int view)
{
  return ms_tile_second (ms_workspace_tile (self->workspace, view));
}

/* Views of which the scene has something to show, as bits. */
static guint64
find_applying (MsWindow *self)
{
  const MsPainter *const *painters = ms_painters ();
  guint64 applying = 0;

  for (int i = 0; painters[i] != NULL; i++)
    {
      MsScene scene = ms_window_scene (self, painters[i]);

      if (!painters[i]->docked && (painters[i]->applies == NULL || painters[i]->applies (&scene)))
        applying |= G_GUINT64_CONSTANT (1) << i;
    }
  return applying;
}

/* Some pictures show both runs in one. */
static bool
shows_both (const MsPainter *painter)
{
  return g_str_equal (painter->name, "difference") || g_str_equal (painter->name, "frontier");
}

/* Histories and alerts are borrowed, and there before the first record is. */
static bool
holds_scene (MsCanvas *canvas)
{
  const MsScene *scene = ms_canvas_scene (canvas);

  return scene->record != NULL || scene->history != NULL;
}

/* The picture of the run that is compared, beside the first one's. */
static void
show_second (MsWindow *self, MsTile *tile, bool is_seen)
{
  const MsPainter *painter = ms_tile_painter (tile);
  bool paired = is_seen && self->second != NULL && !shows_both (painter);
  MsScene nothing = { .selection = MS_SELECTION_NONE };
  MsScene scene = paired ? scene_of (self, self->second, painter) : nothing;

  ms_tile_set_paired (tile, paired);
  if (paired || holds_scene (ms_tile_second (tile)))
    ms_canvas_set_scene (ms_tile_second (tile), &scene);
}

/* Those that are not shown let go of what they had: it will not stay for them. */
static void
show_scenes (MsWindow *self)
{
  const MsPainter *const *painters = ms_painters ();
  MsScene nothing = { .selection = MS_SELECTION_NONE };
  MsScene below = ms_window_scene (self, ms_canvas_painter (self->timeline));
  guint64 seen = ms_workspace_seen (self->workspace);

  for (int i = 0; painters[i] != NULL; i++)
    {
      MsCanvas *canvas = canvas_at (self, i);
      bool is_seen = seen >> i & 1;
      MsScene scene = is_seen ? ms_window_scene (self, painters[i]) : nothing;

      if (canvas != NULL && (is_seen || holds_scene (canvas)))
        ms_canvas_set_scene (canvas, &scene);
      if (canvas != NULL)
        show_second (self, ms_workspace_tile (self->workspace, i), is_seen);
    }
  ms_window_show_timeline (self, &below);
  ms_window_show_watch (self, &below);
  ms_window_show_inspector (self);
  ms_window_show_what_if (self);
}

/* What the records must hold for the pictures that are seen. */
static void
want_detail (MsWindow *self)
{
  const MsPainter *const *painters = ms_painters ();
  guint64 seen = ms_workspace_seen (self->workspace);
  guint detail = ms_window_inspector_detail (self);

  for (int i = 0; painters[i] != NULL; i++)
    detail |= seen >> i & 1 ? painters[i]->detail : 0;
  if (detail == self->detail)
    return;
  self->detail = detail;
  ms_live_set_detail (self->live, detail);
  if (self->second != NULL)
    ms_live_set_detail (self->second, detail);
}

/* After any change of what is seen. */
static void
show_views (MsWindow *self)
{
  want_detail (self);
  show_scenes (self);
  ms_views_menu_update (self->views_menu, self->applying, ms_workspace_shown (self->workspace),
                        self->arrangement.own != NULL);
}

/* What applies may be other views than before. */
static void
arrange (MsWindow *self)
{
  GtkWidget *workspace = GTK_WIDGET (self->workspace);
  int width = MAX (gtk_widget_get_width (workspace), 1), height = MAX (gtk_widget_get_height (workspace), 1);
  g_autoptr (MsLayout) layout = NULL;

  self->applying = find_applying (self);
  layout = ms_arrangement_layout (&self->arrangement, self->applying, width, height);
  if (layout != NULL)
    ms_workspace_arrange (self->workspace, layout, self->applying);
  show_views (self);
}

/* The layout */

static void
changed_cb (MsWorkspace *workspace, MsWindow *self)
{
  ms_arrangement_set_own (&self->arrangement, ms_workspace_layout (workspace));
  show_views (self);
}

static void
view_toggled_cb (MsViewsMenu *menu, int view, gboolean shown, MsWindow *self)
{
  if (ms_workspace_toggle (self->workspace, view, shown))
    return;
  ms_window_toast (self, "The last view stays: something must be there to look at");
  show_views (self);
}

void
ms_window_use_usual_layout (MsWindow *self)
{
  ms_arrangement_set_own (&self->arrangement, NULL);
  arrange (self);
}

void
ms_window_open_layout (MsWindow *self, const char *name)
{
  const MsPreset *preset = ms_preset_find (name);
  g_autofree char *own = NULL;

  ms_window_remember_layout (self);
  own = ms_window_state_layout (self->state, name);
  ms_arrangement_open (&self->arrangement, own, preset != NULL ? preset->layout : NULL, NULL);
  ms_workspace_maximise (self->workspace, NULL);
}

void
ms_window_use_layout (MsWindow *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (!ms_arrangement_open (&self->arrangement, text, NULL, &error))
    ms_window_toast (self, error->message);
}

char *
ms_window_layout_text (MsWindow *self)
{
  const MsLayout *layout = ms_workspace_layout (self->workspace);

  return layout != NULL ? ms_layout_to_text (layout) : NULL;
}

void
ms_window_remember_layout (MsWindow *self)
{
  g_autofree char *text = ms_arrangement_own_text (&self->arrangement);

  if (self->name != NULL)
    ms_window_state_set_layout (self->state, self->name, text);
}

/* Selection */

/* A run that is shown as one point is gone to, as from the timeline: there is nothing else of it to be shown. A click
 * beside everything lets go of what was chosen in the batch, but not of the past: Escape does both. */
static void
select_cb (MsCanvas *canvas, const MsSpot *spot, MsWindow *self)
{
  static const MsSpot beside = { .kind = MS_SPOT_PLACE };

  if (spot != NULL && spot->kind == MS_SPOT_BRANCH)
    {
      ms_window_go_to_branch (self, spot->bin);
      return;
    }
  self->selection = ms_selection_after (&self->selection, spot != NULL ? spot : &beside);
  ms_window_show_choosers (self, ms_live_record (self->live));
  show_scenes (self);
}

void
ms_window_select (MsWindow *self, MsSelection selection)
{
  self->selection = selection;
  show_scenes (self);
}

/* What a view's menu asks for; the workspace has seen to what it asks of the tile. */

static void
asked_cb (MsCanvas *canvas, const char *what, MsWindow *self)
{
  if (g_str_equal (what, "table"))
    ms_window_show_table (self, canvas);
  else if (g_str_equal (what, "picture"))
    ms_window_save_picture (self, canvas);
}

static void
build_workspace (MsWindow *self)
{
  const MsPainter *const *painters = ms_painters ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->workspace = MS_WORKSPACE (ms_workspace_new ());
  for (int i = 0; painters[i] != NULL; i++)
    {
      MsCanvas *canvas = canvas_at (self, i);

      if (canvas == NULL)
        continue;
      g_signal_connect_object (canvas, "select", G_CALLBACK (select_cb), self, 0);
      g_signal_connect_object (canvas, "asked", G_CALLBACK (asked_cb), self, 0);
      g_signal_connect_object (second_at (self, i), "select", G_CALLBACK (select_cb), self, 0);
      g_signal_connect_object (second_at (self, i), "asked", G_CALLBACK (asked_cb), self, 0);
    }
  g_signal_connect_object (self->workspace, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (self->workspace, "maximised", G_CALLBACK (show_views), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->workspace));
  adw_bin_set_child (self->views, scroller);
}

bool
ms_window_toggle_view (MsWindow *self, const char *name, bool shown)
{
  const MsPainter *const *painters = ms_painters ();

  for (int i = 0; painters[i] != NULL; i++)
    if (g_str_equal (painters[i]->name, name) && (ms_workspace_shown (self->workspace) >> i & 1) != shown)
      return ms_workspace_toggle (self->workspace, i, shown);
  return false;
}

void
ms_window_build_views (MsWindow *self)
{
  build_workspace (self);
  adw_bin_set_child (self->timeline_place, ms_window_build_timeline (self));
  self->views_menu = MS_VIEWS_MENU (ms_views_menu_new ());
  g_signal_connect_object (self->views_menu, "toggled", G_CALLBACK (view_toggled_cb), self, 0);
  g_signal_connect_object (self->views_menu, "automatic", G_CALLBACK (ms_window_use_usual_layout), self,
                           G_CONNECT_SWAPPED);
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
  arrange (self);
}

void
ms_window_set_settled (MsWindow *self, bool settled)
{
  for (int i = 0; ms_painters ()[i] != NULL; i++)
    if (canvas_at (self, i) != NULL)
      {
        ms_canvas_set_settled (canvas_at (self, i), settled);
        ms_canvas_set_settled (second_at (self, i), settled);
      }
}

gint64
ms_window_take_paint_time (MsWindow *self)
{
  gint64 time = 0;

  for (int i = 0; ms_painters ()[i] != NULL; i++)
    if (canvas_at (self, i) != NULL)
      time += ms_canvas_take_paint_time (canvas_at (self, i)) + ms_canvas_take_paint_time (second_at (self, i));
  return time;
}

int
ms_window_count_views (MsWindow *self)
{
  int n = 0;

  for (guint64 seen = ms_workspace_seen (self->workspace); seen != 0; seen &= seen - 1)
    n++;
  return n;
}
