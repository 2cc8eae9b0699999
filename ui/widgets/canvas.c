/* SPDX-License-Identifier: MIT */

/* The picture is painted into an image of its own, once for each new scene, size or hover; a frame without news only
 * shows that image again. Painting straight into a cairo node would record everything first and play it back then; and
 * a texture node is converted pixel by pixel on its way to the screen where there is no graphics card.
 *
 * A picture that is out of date waits for its turn in the frame's budget and is shown as it was until then: only a
 * canvas with another picture costs its frame anything. One without a picture of its size is painted at once. */
#include "ui/widgets/canvas.h"

#include "ui/paint/frame.h"
#include "ui/widgets/paint-budget.h"
#include "ui/widgets/spot-walk.h"
#include "ui/widgets/thread-time.h"
#include <adwaita.h>

#define DESCRIBE_AFTER 200 /* ms */
#define SHOW_PIXEL 0.002   /* us of processor time until a pixel of a new picture is on the screen */

struct _MsCanvas {
  GtkWidget parent;

  const MsPainter *painter;
  char *name; /* owned; NULL: the painter's title */
  MsScene scene; /* the record and the branches are referenced */
  MsSpot hover;
  double pointer_x, pointer_y; /* negative: elsewhere */
  bool hovering, settled;
  cairo_surface_t *picture; /* owned; NULL: to be painted before anything is shown */
  gint64 paint_time;    /* us, since it was last asked for */
  gint64 cost;          /* us, of the last picture, until it is on the screen */
  MsPaintBudget *budget; /* borrowed from the frame clock; NULL: not mapped */
  guint describe_source;
  GMenu *menu;          /* owned */
  GtkWidget *popover;   /* child */
};

enum {
  SELECT,
  ASKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MsCanvas, ms_canvas, GTK_TYPE_WIDGET)

/* Painting */

MsPalette
ms_canvas_palette (MsCanvas *self)
{
  bool dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  MsPalette palette = dark ? *ms_palette_dark () : *ms_palette_light ();
  int dpi = 0;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);
  if (dpi > 0)
    palette.scale = CLAMP (dpi / (96.0 * 1024.0), 0.5, 4);
  return palette;
}

static cairo_surface_t *
paint (MsCanvas *self, int width, int height)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  MsPalette palette = ms_canvas_palette (self);
  gint64 began = ms_thread_time ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width * scale, height * scale);
  cairo_t *cr;

  cairo_surface_set_device_scale (surface, scale, scale);
  cr = cairo_create (surface);
  self->painter->paint (cr, width, height, &self->scene, self->hovering ? &self->hover : NULL, &palette);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  began = ms_thread_time () - began;
  self->paint_time += began;
  self->cost = began + (gint64) (SHOW_PIXEL * width * height * scale * scale);
  return surface;
}

static void
take_turn (gpointer data)
{
  MsCanvas *self = data;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->picture == NULL) /* has another size now: painted in this frame, anyway */
    return;
  cairo_surface_destroy (self->picture);
  self->picture = paint (self, width, height);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* What is shown is out of date. */
static void
repaint (MsCanvas *self)
{
  if (self->picture == NULL)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else if (self->budget != NULL)
    ms_paint_budget_ask (self->budget, self, take_turn, self->cost);
  else
    g_clear_pointer (&self->picture, cairo_surface_destroy);
}

/* What is shown is wrong: it is not shown once more. */
static void
repaint_at_once (MsCanvas *self)
{
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
ms_canvas_map (GtkWidget *widget)
{
  MsCanvas *self = MS_CANVAS (widget);

  GTK_WIDGET_CLASS (ms_canvas_parent_class)->map (widget);
  self->budget = ms_paint_budget_of (gtk_widget_get_frame_clock (widget));
}

/* Its turn would come too late: by then its scene may be gone. */
static void
ms_canvas_unmap (GtkWidget *widget)
{
  MsCanvas *self = MS_CANVAS (widget);

  ms_paint_budget_withdraw (self->budget, self);
  self->budget = NULL;
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  GTK_WIDGET_CLASS (ms_canvas_parent_class)->unmap (widget);
}

static void
ms_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MsCanvas *self = MS_CANVAS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr;

  if (width < 1 || height < 1)
    return;
  if (self->picture == NULL)
    self->picture = paint (self, width, height);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_set_source_surface (cr, self->picture, 0, 0);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  cairo_destroy (cr);
}

static void
ms_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MsCanvas *self = MS_CANVAS (widget);

  g_clear_pointer (&self->picture, cairo_surface_destroy);
  self->hovering = false;
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
}

/* Words */

static char *
words_for_selection (MsCanvas *self)
{
  MsPalette palette = ms_canvas_palette (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  const MsSelection *selection = &self->scene.selection;
  MsSpot spot;

  if (selection->example == MS_NONE && selection->token == MS_NONE && selection->expert == MS_NONE
      && selection->step == MS_NONE)
    return NULL;
  if (!ms_spot_find (self->painter, width, height, &self->scene, &palette, &spot))
    return NULL;
  return self->painter->describe (&self->scene, &spot);
}

static gboolean
describe_cb (gpointer data)
{
  MsCanvas *self = data;
  g_autofree char *caption = self->scene.record != NULL ? ms_record_caption (self->scene.record) : NULL;
  g_autofree char *selected = words_for_selection (self);
  const char *from = caption != NULL ? caption : "no data yet";
  g_autofree char *text = g_strjoin ("\n", self->painter->help, from, selected, NULL);

  self->describe_source = 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  return G_SOURCE_REMOVE;
}

/* Looking for the chosen thing takes longer than painting it, so it waits until things stand still. */
static void
update_description (MsCanvas *self)
{
  g_clear_handle_id (&self->describe_source, g_source_remove);
  if (self->settled)
    self->describe_source = g_timeout_add (DESCRIBE_AFTER, describe_cb, self);
}

static gboolean
query_tooltip_cb (MsCanvas *self, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip, gpointer data)
{
  MsPalette palette = ms_canvas_palette (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  g_autofree char *text = NULL;
  MsSpot spot;

  if (self->popover != NULL && gtk_widget_get_visible (self->popover))
    return FALSE;
  if (by_keyboard)
    text = words_for_selection (self);
  else if (self->painter->pick (x, y, width, height, &self->scene, &palette, &spot))
    {
      GdkRectangle area = { (int) spot.area.x, (int) spot.area.y, MAX ((int) spot.area.width, 1),
                            MAX ((int) spot.area.height, 1) };
      text = self->painter->describe (&self->scene, &spot);
      gtk_tooltip_set_tip_area (tooltip, &area);
    }
  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* Pointer and keyboard */

static bool
pick (MsCanvas *self, double x, double y, MsSpot *spot)
{
  MsPalette palette = ms_canvas_palette (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  return self->painter->pick (x, y, width, height, &self->scene, &palette, spot);
}

/* Whether something else is now under the pointer. */
static bool
look_under (MsCanvas *self, double x, double y)
{
  MsSpot spot = { 0 };
  bool hovering = pick (self, x, y, &spot) && spot.kind != MS_SPOT_PLACE;
  bool same = hovering == self->hovering && (!hovering || ms_spot_equal (&spot, &self->hover));

  self->hovering = hovering;
  self->hover = spot;
  return !same;
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, MsCanvas *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (look_under (self, x, y))
    repaint (self);
}

static void
leave_cb (GtkEventControllerMotion *controller, MsCanvas *self)
{
  self->pointer_x = -1;
  if (!self->hovering)
    return;
  self->hovering = false;
  repaint (self);
}

static void
show_menu (MsCanvas *self, double x, double y)
{
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (self->menu));
      gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
      gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

double
ms_canvas_head (MsCanvas *self)
{
  MsPalette palette = ms_canvas_palette (self);
  MsFrame frame = ms_frame_layout (gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)),
                                   &palette);

  return frame.head.y + frame.head.height;
}

/* A click chooses but does not take the keyboard: the arrow keys keep stepping the model until somebody tabs here. On
 * the head, by which the tile is taken, it does not drop the choice, and where there is nothing to choose, a double
 * click maximises. */
static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, MsCanvas *self)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  MsSpot spot = { 0 };
  bool found = pick (self, x, y, &spot), choosable = found && ms_spot_selectable (&spot);

  if (button == GDK_BUTTON_SECONDARY)
    show_menu (self, x, y);
  if (button != GDK_BUTTON_PRIMARY)
    return;
  if (n_press == 2 && !choosable)
    g_signal_emit (self, signals[ASKED], 0, "maximise");
  else if (n_press == 1 && (choosable || y >= ms_canvas_head (self)))
    g_signal_emit (self, signals[SELECT], 0, found ? &spot : NULL);
}

static bool
walk (MsCanvas *self, int dx, int dy)
{
  MsPalette palette = ms_canvas_palette (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  MsSpot from, to = { 0 };
  bool found = ms_spot_find (self->painter, width, height, &self->scene, &palette, &from);

  if (ms_spot_walk (self->painter, width, height, &self->scene, &palette, found ? &from : NULL, dx, dy, &to))
    g_signal_emit (self, signals[SELECT], 0, &to);
  return true;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, MsCanvas *self)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Left: return walk (self, -1, 0);
    case GDK_KEY_Right: return walk (self, 1, 0);
    case GDK_KEY_Up: return walk (self, 0, -1);
    case GDK_KEY_Down: return walk (self, 0, 1);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter: g_signal_emit (self, signals[ASKED], 0, "maximise"); return TRUE;
    case GDK_KEY_F10:
      if (!(state & GDK_SHIFT_MASK))
        return FALSE;
      show_menu (self, 12, 12);
      return TRUE;
    case GDK_KEY_Menu: show_menu (self, 12, 12); return TRUE;
    default: return FALSE;
    }
}

/* The menu's actions */

static void
copy_table_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  MsCanvas *self = MS_CANVAS (widget);
  g_autofree char *table = self->painter->table (&self->scene);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), table);
}

static void
asked_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, signals[ASKED], 0, g_str_equal (action, "canvas.show-table") ? "table" : "picture");
}

const char *const ms_canvas_actions[] = {
  "canvas.show-table", "canvas.copy-table", "canvas.save-picture", NULL,
};

static GMenu *
new_menu (void)
{
  GMenu *whole = g_menu_new (), *menu = g_menu_new ();

  g_menu_append (menu, "Show _Table", "canvas.show-table");
  g_menu_append (menu, "_Copy Table", "canvas.copy-table");
  g_menu_append (menu, "_Save Picture…", "canvas.save-picture");
  g_menu_append_section (whole, NULL, G_MENU_MODEL (menu));
  g_object_unref (menu);
  return whole;
}

/* Public */

GtkWidget *
ms_canvas_new (const MsPainter *painter)
{
  MsCanvas *self = g_object_new (MS_TYPE_CANVAS, NULL);

  self->painter = painter;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, painter->title, -1);
  update_description (self);
  return GTK_WIDGET (self);
}

void
ms_canvas_set_name (MsCanvas *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

const char *
ms_canvas_name (MsCanvas *self)
{
  return self->name != NULL ? self->name : self->painter->title;
}

const MsPainter *
ms_canvas_painter (MsCanvas *self)
{
  return self->painter;
}

static void
release (MsScene *scene)
{
  ms_record_unref ((MsRecord *) scene->record);
  ms_branches_unref ((MsBranches *) scene->branches);
  *scene = (MsScene){ .selection = MS_SELECTION_NONE };
}

void
ms_canvas_set_scene (MsCanvas *self, const MsScene *scene)
{
  MsScene old = self->scene;

  self->scene = *scene;
  if (scene->record != NULL)
    ms_record_ref ((MsRecord *) scene->record);
  if (scene->branches != NULL)
    ms_branches_ref ((MsBranches *) scene->branches);
  release (&old);
  if (self->pointer_x >= 0)
    look_under (self, self->pointer_x, self->pointer_y);
  repaint (self);
  update_description (self);
}

const MsScene *
ms_canvas_scene (MsCanvas *self)
{
  return &self->scene;
}

void
ms_canvas_set_settled (MsCanvas *self, bool settled)
{
  if (self->settled == settled)
    return;
  self->settled = settled;
  update_description (self);
}

bool
ms_canvas_has_pointer (MsCanvas *self)
{
  return self->pointer_x >= 0;
}

char *
ms_canvas_words (MsCanvas *self)
{
  MsSpot spot;

  if (ms_canvas_has_pointer (self) && pick (self, self->pointer_x, self->pointer_y, &spot))
    return self->painter->describe (&self->scene, &spot);
  return words_for_selection (self);
}

GMenu *
ms_canvas_menu (MsCanvas *self)
{
  return self->menu;
}

gint64
ms_canvas_take_paint_time (MsCanvas *self)
{
  gint64 time = self->paint_time;

  self->paint_time = 0;
  return time;
}

static void
add_controllers (MsCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
ms_canvas_dispose (GObject *object)
{
  MsCanvas *self = MS_CANVAS (object);

  g_clear_handle_id (&self->describe_source, g_source_remove);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->picture, cairo_surface_destroy);
  g_clear_object (&self->menu);
  g_clear_pointer (&self->name, g_free);
  release (&self->scene);
  G_OBJECT_CLASS (ms_canvas_parent_class)->dispose (object);
}

static void
ms_canvas_class_init (MsCanvasClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = ms_canvas_dispose;
  widget_class->map = ms_canvas_map;
  widget_class->unmap = ms_canvas_unmap;
  widget_class->snapshot = ms_canvas_snapshot;
  widget_class->size_allocate = ms_canvas_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_install_action (widget_class, "canvas.copy-table", NULL, copy_table_cb);
  gtk_widget_class_install_action (widget_class, "canvas.show-table", NULL, asked_cb);
  gtk_widget_class_install_action (widget_class, "canvas.save-picture", NULL, asked_cb);
  signals[SELECT] = g_signal_new ("select", MS_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_POINTER);
  signals[ASKED] = g_signal_new ("asked", MS_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
ms_canvas_init (MsCanvas *self)
{
  self->scene.selection = MS_SELECTION_NONE;
  self->settled = true;
  self->pointer_x = -1;
  self->menu = new_menu ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (repaint_at_once), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (repaint_at_once), self,
                           G_CONNECT_SWAPPED);
  add_controllers (self);
}
