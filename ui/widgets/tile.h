/* SPDX-License-Identifier: MIT */

/* A canvas in a card, with the button that opens its menu. */
#pragma once

#include "ui/widgets/canvas.h"

G_BEGIN_DECLS

#define MS_TYPE_TILE (ms_tile_get_type ())
G_DECLARE_FINAL_TYPE (MsTile, ms_tile, MS, TILE, GtkWidget)

GtkWidget *ms_tile_new (const MsPainter *painter);
MsCanvas *ms_tile_canvas (MsTile *tile);

G_END_DECLS
