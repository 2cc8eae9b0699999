/* SPDX-License-Identifier: MIT */

/* A canvas in a card, with the button that opens its menu: what one can do with the picture, and with the tile.
 *
 * Signal "arrange" (MsTileWish wish, const MsPainter *other): somebody wants the tile elsewhere or otherwise; @other is
 * the view to be put beside it or in its place, NULL with other wishes. */
#pragma once

#include "ui/widgets/canvas.h"

G_BEGIN_DECLS

#define MS_TYPE_TILE (ms_tile_get_type ())
G_DECLARE_FINAL_TYPE (MsTile, ms_tile, MS, TILE, GtkWidget)

typedef enum {
  MS_TILE_MAXIMISE, /* or restore */
  MS_TILE_SPLIT_RIGHT,
  MS_TILE_SPLIT_BELOW,
  MS_TILE_SHOW_INSTEAD,
  MS_TILE_CLOSE,
} MsTileWish;

GtkWidget *ms_tile_new (const MsPainter *painter);
MsCanvas *ms_tile_canvas (MsTile *tile);
MsCanvas *ms_tile_second (MsTile *tile); /* of the same painter, for a run that is compared */

/* Shows the second canvas beside the first, and letters that tell them apart. */
void ms_tile_set_paired (MsTile *tile, bool paired);
const MsPainter *ms_tile_painter (MsTile *tile);

/* What the menu offers: views that could stand beside it and in its place (bits in the order of the list of painters),
 * whether the tile is maximised, and whether it is not the last. */
void ms_tile_offer (MsTile *tile, guint64 beside, guint64 instead, bool maximised, bool closable);

/* Whether a point of the tile is on the picture's head, by which it can be taken. */
bool ms_tile_is_head (MsTile *tile, double x, double y);

G_END_DECLS
