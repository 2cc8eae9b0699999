/* SPDX-License-Identifier: MIT */

#include "ui/widgets/workspace-private.h"

#include <math.h>

#define GAP 12
#define LEAST_WIDTH 300 /* of a tile with text of the usual size */
#define LEAST_HEIGHT 200
#define KEY_STEP 24 /* px by which a key moves a cut */

G_DEFINE_FINAL_TYPE (MsWorkspace, ms_workspace, GTK_TYPE_WIDGET)

enum { CHANGED, MAXIMISED, N_SIGNALS };
static guint signals[N_SIGNALS];

const char *
ms_workspace_name (MsTile *tile)
{
  return ms_tile_painter (tile)->name;
}

MsTile *
ms_workspace_tile (MsWorkspace *self, int view)
{
  return view >= 0 && view < (int) self->tiles->len ? self->tiles->pdata[view] : NULL;
}

static bool
is_shown (MsWorkspace *self, MsTile *tile)
{
  return tile != NULL && self->layout != NULL && ms_layout_shows (self->layout, ms_workspace_name (tile));
}

static bool
is_seen (MsWorkspace *self, MsTile *tile)
{
  return is_shown (self, tile) && (self->alone == NULL || self->alone == tile);
}

guint64
ms_workspace_shown (MsWorkspace *self)
{
  guint64 shown = 0;

  for (guint i = 0; i < self->tiles->len; i++)
    shown |= is_shown (self, self->tiles->pdata[i]) ? G_GUINT64_CONSTANT (1) << i : 0;
  return shown;
}

guint64
ms_workspace_seen (MsWorkspace *self)
{
  guint64 seen = 0;

  for (guint i = 0; i < self->tiles->len; i++)
    seen |= is_seen (self, self->tiles->pdata[i]) ? G_GUINT64_CONSTANT (1) << i : 0;
  return seen;
}

/* Places */

static MsTile *
any_tile (MsWorkspace *self)
{
  for (guint i = 0; i < self->tiles->len; i++)
    if (self->tiles->pdata[i] != NULL)
      return self->tiles->pdata[i];
  return NULL;
}

MsRoom
ms_workspace_room (MsWorkspace *self)
{
  double scale = ms_canvas_palette (ms_tile_canvas (any_tile (self))).scale;

  return (MsRoom){ gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)), GAP,
                   round (LEAST_WIDTH * scale), round (LEAST_HEIGHT * scale) };
}

bool
ms_workspace_place (MsWorkspace *self, MsTile *tile, MsPlace *place)
{
  MsRoom room = ms_workspace_room (self);

  if (!is_seen (self, tile))
    return false;
  *place = (MsPlace){ 0, 0, room.width, room.height };
  return self->alone == tile || ms_layout_place (self->layout, ms_workspace_name (tile), &room, place);
}

MsTile *
ms_workspace_tile_at (MsWorkspace *self, double x, double y)
{
  MsPlace place;

  for (guint i = 0; i < self->tiles->len; i++)
    if (ms_workspace_place (self, self->tiles->pdata[i], &place) && x >= place.x && x < place.x + place.width
        && y >= place.y && y < place.y + place.height)
      return self->tiles->pdata[i];
  return NULL;
}

/* Rows give way to columns, so that one tile's width is enough; the height follows from it. */
static GtkSizeRequestMode
ms_workspace_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static double
least_height (MsWorkspace *self, const MsRoom *room)
{
  g_autoptr (MsLayout) fitted = self->alone == NULL ? ms_layout_copy (self->layout) : NULL;
  double width, height = room->least_height;

  if (fitted == NULL)
    return height;
  ms_layout_fit (fitted, room);
  ms_layout_least (fitted, room, &width, &height);
  return height;
}

static void
ms_workspace_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  MsWorkspace *self = MS_WORKSPACE (widget);
  MsRoom room = ms_workspace_room (self);
  int ignored;

  for (guint i = 0; i < self->tiles->len; i++) /* GTK wants to have asked all that is allocated */
    if (is_seen (self, self->tiles->pdata[i]))
      gtk_widget_measure (self->tiles->pdata[i], orientation, -1, &ignored, NULL, NULL, NULL);
  gtk_widget_measure (self->mark, orientation, -1, &ignored, NULL, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size > 0)
    room.width = for_size;
  *minimum = (int) ceil (orientation == GTK_ORIENTATION_HORIZONTAL ? room.least_width : least_height (self, &room));
  *natural = *minimum;
}

static void
ms_workspace_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MsWorkspace *self = MS_WORKSPACE (widget);
  MsRoom room = ms_workspace_room (self);
  MsPlace place;

  room.width = width;
  if (self->layout != NULL)
    ms_layout_fit (self->layout, &room);
  for (guint i = 0; i < self->tiles->len; i++)
    {
      MsTile *tile = self->tiles->pdata[i];

      if (tile == NULL || !ms_workspace_place (self, tile, &place))
        continue;
      int x0 = (int) round (place.x), x1 = (int) round (place.x + place.width);
      int y0 = (int) round (place.y), y1 = (int) round (place.y + place.height);

      gtk_widget_size_allocate (GTK_WIDGET (tile), &(GtkAllocation){ x0, y0, MAX (x1 - x0, 1), MAX (y1 - y0, 1) }, -1);
    }
  ms_workspace_place_mark (self);
}

/* What is shown */

static guint64
bit_of (MsWorkspace *self, MsTile *tile)
{
  guint i;

  return g_ptr_array_find (self->tiles, tile, &i) ? G_GUINT64_CONSTANT (1) << i : 0;
}

void
ms_workspace_update (MsWorkspace *self)
{
  guint64 shown = ms_workspace_shown (self);
  MsTile *before = self->alone;

  if (!is_shown (self, self->alone))
    self->alone = NULL;
  for (guint i = 0; i < self->tiles->len; i++)
    {
      MsTile *tile = self->tiles->pdata[i];

      if (tile == NULL)
        continue;
      gtk_widget_set_visible (GTK_WIDGET (tile), is_seen (self, tile));
      if (is_seen (self, tile))
        ms_tile_offer (tile, self->applying & ~shown, self->applying & ~bit_of (self, tile), self->alone == tile,
                       (shown & (shown - 1)) != 0);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
  if (self->alone != before)
    g_signal_emit (self, signals[MAXIMISED], 0);
}

void
ms_workspace_changed (MsWorkspace *self)
{
  ms_workspace_update (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Docked painters have no tile, and nothing applies of them here. */
static guint64
with_tile (MsWorkspace *self, guint64 views)
{
  for (guint i = 0; i < self->tiles->len; i++)
    if (self->tiles->pdata[i] == NULL)
      views &= ~(G_GUINT64_CONSTANT (1) << i);
  return views;
}

void
ms_workspace_arrange (MsWorkspace *self, const MsLayout *layout, guint64 applying)
{
  bool same = self->layout != NULL && ms_layout_equal (self->layout, layout);

  applying = with_tile (self, applying);
  if (applying == self->applying && (same || self->drag.kind == MS_DRAG_CUT)) /* the hand has the last word */
    return;
  self->applying = applying;
  self->drag.kind = MS_DRAG_NOTHING; /* what was dragged may be elsewhere */
  if (!same)
    {
      ms_layout_free (self->layout);
      self->layout = ms_layout_copy (layout);
    }
  for (int i = 0; i < ms_layout_count (self->layout); i++)
    ms_layout_set_shown (self->layout, ms_layout_view_at (self->layout, i), false);
  for (guint i = 0; i < self->tiles->len; i++)
    if (applying >> i & 1)
      ms_layout_set_shown (self->layout, ms_workspace_name (self->tiles->pdata[i]), true);
  ms_workspace_update (self);
}

const MsLayout *
ms_workspace_layout (MsWorkspace *self)
{
  return self->layout;
}

bool
ms_workspace_toggle (MsWorkspace *self, int view, bool shown)
{
  MsTile *tile = ms_workspace_tile (self, view);
  MsRoom room = ms_workspace_room (self);

  if (tile == NULL || self->layout == NULL || is_shown (self, tile) == shown)
    return true;
  if (!shown && ms_layout_count_shown (self->layout) < 2)
    return false;
  if (shown)
    ms_layout_add (self->layout, ms_workspace_name (tile), &room);
  else
    ms_layout_remove (self->layout, ms_workspace_name (tile));
  if (shown)
    self->alone = NULL; /* who asks for another view wants to see it */
  ms_workspace_changed (self);
  return true;
}

void
ms_workspace_maximise (MsWorkspace *self, MsTile *tile)
{
  if (self->alone == tile)
    return;
  self->alone = tile;
  ms_workspace_update (self);
  g_signal_emit (self, signals[MAXIMISED], 0);
}

MsTile *
ms_workspace_maximised (MsWorkspace *self)
{
  return self->alone;
}

static MsTile *
focused (MsWorkspace *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *tile = focus != NULL ? gtk_widget_get_ancestor (focus, MS_TYPE_TILE) : NULL;

  return tile != NULL && is_seen (self, MS_TILE (tile)) ? MS_TILE (tile) : NULL;
}

MsTile *
ms_workspace_active (MsWorkspace *self)
{
  MsTile *tile = focused (self);

  if (tile == NULL && is_seen (self, self->pointed))
    tile = self->pointed;
  for (guint i = 0; tile == NULL && i < self->tiles->len; i++)
    if (is_seen (self, self->tiles->pdata[i]))
      tile = self->tiles->pdata[i];
  return tile;
}

/* What a tile's menu asks for */

static void
arrange_cb (MsTile *tile, int wish, const MsPainter *other, MsWorkspace *self)
{
  const char *name = ms_workspace_name (tile);

  if (wish == MS_TILE_MAXIMISE)
    {
      ms_workspace_maximise (self, self->alone == tile ? NULL : tile);
      return;
    }
  self->alone = NULL;
  if (wish == MS_TILE_CLOSE && ms_layout_count_shown (self->layout) > 1)
    ms_layout_remove (self->layout, name);
  else if (wish == MS_TILE_SHOW_INSTEAD && other != NULL)
    ms_layout_replace (self->layout, name, other->name);
  else if (other != NULL)
    ms_layout_split (self->layout, name, wish == MS_TILE_SPLIT_RIGHT ? MS_SIDE_RIGHT : MS_SIDE_BELOW, other->name);
  ms_workspace_changed (self);
}

static bool
nudge (MsWorkspace *self, MsSide towards)
{
  bool row = towards == MS_SIDE_RIGHT || towards == MS_SIDE_LEFT;
  double by = towards == MS_SIDE_RIGHT || towards == MS_SIDE_BELOW ? KEY_STEP : -KEY_STEP;
  MsTile *tile = focused (self);
  MsRoom room = ms_workspace_room (self);
  MsPlace gap;
  int cut;

  if (tile == NULL || self->alone != NULL)
    return false;
  cut = ms_layout_cut_beside (self->layout, ms_workspace_name (tile), row ? MS_SIDE_RIGHT : MS_SIDE_BELOW);
  if (cut < 0)
    cut = ms_layout_cut_beside (self->layout, ms_workspace_name (tile), row ? MS_SIDE_LEFT : MS_SIDE_ABOVE);
  if (cut < 0 || !ms_layout_cut_place (self->layout, cut, &room, &gap))
    return true;
  ms_layout_move_cut (self->layout, cut, gap.x + gap.width / 2 + (row ? by : 0),
                      gap.y + gap.height / 2 + (row ? 0 : by), &room);
  ms_workspace_changed (self);
  return true;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, MsWorkspace *self)
{
  GdkModifierType mask = GDK_CONTROL_MASK | GDK_SHIFT_MASK;

  if ((state & mask) != mask)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Left: return nudge (self, MS_SIDE_LEFT);
    case GDK_KEY_Right: return nudge (self, MS_SIDE_RIGHT);
    case GDK_KEY_Up: return nudge (self, MS_SIDE_ABOVE);
    case GDK_KEY_Down: return nudge (self, MS_SIDE_BELOW);
    default: return FALSE;
    }
}

/* Making and unmaking */

GtkWidget *
ms_workspace_new (void)
{
  return g_object_new (MS_TYPE_WORKSPACE, NULL);
}

static void
ms_workspace_dispose (GObject *object)
{
  MsWorkspace *self = MS_WORKSPACE (object);
  GtkWidget *child;

  g_ptr_array_set_size (self->tiles, 0);
  self->alone = self->pointed = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->layout, ms_layout_free);
  G_OBJECT_CLASS (ms_workspace_parent_class)->dispose (object);
}

static void
ms_workspace_finalize (GObject *object)
{
  g_ptr_array_unref (MS_WORKSPACE (object)->tiles);
  G_OBJECT_CLASS (ms_workspace_parent_class)->finalize (object);
}

static void
ms_workspace_class_init (MsWorkspaceClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = ms_workspace_dispose;
  G_OBJECT_CLASS (class)->finalize = ms_workspace_finalize;
  widget_class->get_request_mode = ms_workspace_get_request_mode;
  widget_class->measure = ms_workspace_measure;
  widget_class->size_allocate = ms_workspace_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "workspace");
  signals[CHANGED] = g_signal_new ("changed", MS_TYPE_WORKSPACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   0);
  signals[MAXIMISED] = g_signal_new ("maximised", MS_TYPE_WORKSPACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);
}

static void
add_tile (MsWorkspace *self, const MsPainter *painter)
{
  GtkWidget *tile = painter->docked ? NULL : ms_tile_new (painter);

  g_ptr_array_add (self->tiles, tile);
  if (tile == NULL)
    return;
  gtk_widget_set_visible (tile, FALSE);
  gtk_widget_set_parent (tile, GTK_WIDGET (self));
  g_signal_connect_object (tile, "arrange", G_CALLBACK (arrange_cb), self, 0);
}

static void
ms_workspace_init (MsWorkspace *self)
{
  const MsPainter *const *painters = ms_painters ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->tiles = g_ptr_array_new ();
  for (int i = 0; painters[i] != NULL; i++)
    add_tile (self, painters[i]);
  self->mark = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->mark, "drop-mark");
  gtk_widget_set_can_target (self->mark, FALSE);
  gtk_widget_set_visible (self->mark, FALSE);
  gtk_widget_set_parent (self->mark, GTK_WIDGET (self));
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  ms_workspace_add_gestures (self);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi", G_CALLBACK (gtk_widget_queue_resize),
                           self, G_CONNECT_SWAPPED);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}
