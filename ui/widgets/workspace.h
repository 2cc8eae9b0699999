/* SPDX-License-Identifier: MIT */

/* The views as tiles: laid out by an MsLayout, each at least as large as a picture needs to be read; where that is too
 * much for the room there is, put it into a scrolled window. Cuts are dragged, or moved with Ctrl+Shift and the arrow
 * keys; a tile is dragged by its head onto another one to change places, or onto its edge to split it; its menu does
 * the same. One can stand alone for a while. Views are bits in the order of the list of painters.
 *
 * Signals: "changed": somebody changed the layout. "maximised": one stands alone now, or all are back. */
#pragma once

#include "ui/widgets/layout.h"
#include "ui/widgets/tile.h"

G_BEGIN_DECLS

#define MS_TYPE_WORKSPACE (ms_workspace_get_type ())
G_DECLARE_FINAL_TYPE (MsWorkspace, ms_workspace, MS, WORKSPACE, GtkWidget)

/* With a tile for each painter that is not docked; none is shown yet. */
GtkWidget *ms_workspace_new (void);
MsTile *ms_workspace_tile (MsWorkspace *workspace, int view); /* NULL: docked */

/* Shows those views of @layout (copied) that are @applying; names that no painter has are kept and not shown. */
void ms_workspace_arrange (MsWorkspace *workspace, const MsLayout *layout, guint64 applying);
const MsLayout *ms_workspace_layout (MsWorkspace *workspace); /* NULL: none yet */
guint64 ms_workspace_shown (MsWorkspace *workspace);          /* also behind one that stands alone */
guint64 ms_workspace_seen (MsWorkspace *workspace);           /* only that, if one does */

/* A view gets a tile, half of the largest one, or loses it. False: it is the last one shown. */
bool ms_workspace_toggle (MsWorkspace *workspace, int view, bool shown);

/* Shows the tile alone; NULL: all again. */
void ms_workspace_maximise (MsWorkspace *workspace, MsTile *tile);
MsTile *ms_workspace_maximised (MsWorkspace *workspace);

/* The tile that keys are meant for: the one with the keyboard, else the one under the pointer, else the first. */
MsTile *ms_workspace_active (MsWorkspace *workspace);

G_END_DECLS
