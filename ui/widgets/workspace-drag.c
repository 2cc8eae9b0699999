/* SPDX-License-Identifier: MIT */

/* The pointer in the workspace: on a cut it resizes, on a tile's head it takes the tile elsewhere. A press on a head
 * is only meant as a drag once it has moved; until then it is the picture's. */
#include "ui/widgets/workspace-private.h"

#include <math.h>

#define MEANT 8   /* px that a drag has moved when it is one */
#define EDGE 0.25 /* of a tile's width or height: dropped there, a tile splits this one */

static void
set_cursor (MsWorkspace *self, const char *name)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

static int
cut_at (MsWorkspace *self, double x, double y)
{
  MsRoom room = ms_workspace_room (self);

  return self->layout != NULL && self->alone == NULL ? ms_layout_cut_at (self->layout, x, y, &room) : -1;
}

/* The mark of where a tile would be dropped */

void
ms_workspace_place_mark (MsWorkspace *self)
{
  const MsDrag *drag = &self->drag;
  MsPlace place;

  if (drag->kind != MS_DRAG_TILE || drag->onto == NULL || !ms_workspace_place (self, drag->onto, &place))
    return;
  if (drag->beside && (drag->side == MS_SIDE_RIGHT || drag->side == MS_SIDE_LEFT))
    {
      place.width /= 2;
      place.x += drag->side == MS_SIDE_RIGHT ? place.width : 0;
    }
  else if (drag->beside)
    {
      place.height /= 2;
      place.y += drag->side == MS_SIDE_BELOW ? place.height : 0;
    }
  gtk_widget_size_allocate (
    self->mark,
    &(GtkAllocation){ (int) place.x, (int) place.y, MAX ((int) place.width, 1), MAX ((int) place.height, 1) }, -1);
}

static void
show_mark (MsWorkspace *self)
{
  gtk_widget_set_visible (self->mark, self->drag.kind == MS_DRAG_TILE && self->drag.onto != NULL);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Near an edge of another tile: beside it; in its middle: both change places. */
static void
look_where (MsWorkspace *self, double x, double y)
{
  MsDrag *drag = &self->drag;
  double to_edge[4];
  MsPlace place;

  drag->onto = ms_workspace_tile_at (self, x, y);
  if (drag->onto == drag->tile || drag->onto == NULL || !ms_workspace_place (self, drag->onto, &place))
    {
      drag->onto = NULL;
      return;
    }
  to_edge[MS_SIDE_LEFT] = (x - place.x) / place.width;
  to_edge[MS_SIDE_RIGHT] = 1 - to_edge[MS_SIDE_LEFT];
  to_edge[MS_SIDE_ABOVE] = (y - place.y) / place.height;
  to_edge[MS_SIDE_BELOW] = 1 - to_edge[MS_SIDE_ABOVE];
  drag->side = MS_SIDE_RIGHT;
  for (int side = 0; side < 4; side++)
    if (to_edge[side] < to_edge[drag->side])
      drag->side = (MsSide) side;
  drag->beside = to_edge[drag->side] < EDGE;
}

static void
drop (MsWorkspace *self)
{
  const MsDrag *drag = &self->drag;

  if (drag->onto == NULL)
    return;
  if (drag->beside)
    ms_layout_split (self->layout, ms_workspace_name (drag->onto), drag->side, ms_workspace_name (drag->tile));
  else
    ms_layout_swap (self->layout, ms_workspace_name (drag->onto), ms_workspace_name (drag->tile));
}

/* Dragging */

static void
end (MsWorkspace *self)
{
  self->drag = (MsDrag){ .kind = MS_DRAG_NOTHING };
  set_cursor (self, NULL);
  show_mark (self);
}

/* Menus of tiles are below them in the tree of widgets, but not in the workspace. */
static bool
is_elsewhere (MsWorkspace *self, GtkGesture *gesture)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (gesture));
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  return event == NULL || gdk_event_get_surface (event) != gtk_native_get_surface (native);
}

static bool
is_button (MsWorkspace *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  return widget != NULL && gtk_widget_get_ancestor (widget, GTK_TYPE_MENU_BUTTON) != NULL;
}

static bool
is_head (MsWorkspace *self, MsTile *tile, double x, double y)
{
  double in_x, in_y;

  return gtk_widget_translate_coordinates (GTK_WIDGET (self), GTK_WIDGET (tile), x, y, &in_x, &in_y)
         && ms_tile_is_head (tile, in_x, in_y) && !is_button (self, x, y);
}

/* The cut moves with the pointer, not to it: wherever in the gap it was taken, it does not jump. */
static void
take_cut (MsWorkspace *self, int cut)
{
  MsRoom room = ms_workspace_room (self);
  MsPlace gap;

  self->drag.kind = MS_DRAG_CUT;
  self->drag.cut = cut;
  if (!ms_layout_cut_place (self->layout, cut, &room, &gap))
    return;
  self->drag.x = gap.x + gap.width / 2;
  self->drag.y = gap.y + gap.height / 2;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, MsWorkspace *self)
{
  int cut = cut_at (self, x, y);
  MsTile *tile = ms_workspace_tile_at (self, x, y);

  self->drag = (MsDrag){ .kind = MS_DRAG_NOTHING, .x = x, .y = y };
  if (is_elsewhere (self, GTK_GESTURE (gesture)))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
  else if (cut >= 0)
    {
      take_cut (self, cut);
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    }
  else if (tile != NULL && self->alone == NULL && is_head (self, tile, x, y))
    {
      self->drag.kind = MS_DRAG_TILE;
      self->drag.tile = tile;
    }
  else
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, MsWorkspace *self)
{
  MsDrag *drag = &self->drag;
  MsRoom room = ms_workspace_room (self);

  if (drag->kind == MS_DRAG_CUT)
    {
      drag->moved = true;
      ms_layout_move_cut (self->layout, drag->cut, drag->x + dx, drag->y + dy, &room);
      gtk_widget_queue_allocate (GTK_WIDGET (self));
    }
  if (drag->kind != MS_DRAG_TILE || (!drag->moved && hypot (dx, dy) < MEANT))
    return;
  if (!drag->moved)
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      set_cursor (self, "grabbing");
    }
  drag->moved = true;
  look_where (self, drag->x + dx, drag->y + dy);
  show_mark (self);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, MsWorkspace *self)
{
  bool moved = self->drag.moved && (self->drag.kind == MS_DRAG_CUT || self->drag.onto != NULL);

  if (moved && self->drag.kind == MS_DRAG_TILE)
    drop (self);
  end (self);
  if (moved)
    ms_workspace_changed (self);
}

static void
drag_cancel_cb (GtkGesture *gesture, GdkEventSequence *sequence, MsWorkspace *self)
{
  end (self);
}

/* The cursor says what can be dragged. */
static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, MsWorkspace *self)
{
  int cut = cut_at (self, x, y);

  self->pointed = ms_workspace_tile_at (self, x, y);
  if (self->drag.kind != MS_DRAG_NOTHING)
    return;
  if (cut >= 0)
    set_cursor (self, ms_layout_cut_is_row (self->layout, cut) ? "col-resize" : "row-resize");
  else
    set_cursor (self, NULL);
}

static void
leave_cb (GtkEventControllerMotion *motion, MsWorkspace *self)
{
  self->pointed = NULL;
  if (self->drag.kind == MS_DRAG_NOTHING)
    set_cursor (self, NULL);
}

void
ms_workspace_add_gestures (MsWorkspace *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}
