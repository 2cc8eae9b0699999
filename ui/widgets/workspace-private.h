/* SPDX-License-Identifier: MIT */

/* What the files of the workspace share. */
#pragma once

#include "ui/widgets/workspace.h"

G_BEGIN_DECLS

/* What the pointer is doing. */
typedef struct {
  enum { MS_DRAG_NOTHING, MS_DRAG_CUT, MS_DRAG_TILE } kind;
  int cut;
  double x, y; /* where it began, in the workspace; of a cut, its middle then */
  bool moved;  /* far enough to be meant */
  MsTile *tile, *onto; /* borrowed children; onto NULL: it is dropped nowhere */
  bool beside;         /* on an edge: onto is split on the side; else the two change places */
  MsSide side;
} MsDrag;

struct _MsWorkspace {
  GtkWidget parent;

  GPtrArray *tiles; /* of MsTile, children, or NULL where the painter is docked; the array is owned */
  GtkWidget *mark;  /* child: where a tile would be dropped; the last, so that it lies above all */
  MsLayout *layout; /* owned; NULL: none yet */
  guint64 applying;
  MsTile *alone, *pointed; /* children, or NULL */
  MsDrag drag;
};

MsRoom ms_workspace_room (MsWorkspace *self); /* as it is now */
bool ms_workspace_place (MsWorkspace *self, MsTile *tile, MsPlace *place); /* of a tile that is seen */
MsTile *ms_workspace_tile_at (MsWorkspace *self, double x, double y);
const char *ms_workspace_name (MsTile *tile);
void ms_workspace_update (MsWorkspace *self);  /* the layout or what is shown of it has changed */
void ms_workspace_changed (MsWorkspace *self); /* somebody changed it */

/* workspace-drag.c */
void ms_workspace_add_gestures (MsWorkspace *self);
void ms_workspace_place_mark (MsWorkspace *self);

G_END_DECLS
