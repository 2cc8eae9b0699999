/* SPDX-License-Identifier: MIT */

/* The loads of all layers in words and numbers. */
#pragma once

#include "ui/paint/share-map.h"

G_BEGIN_DECLS

/* Steps over which an expert must have got nothing to be called dead: as alerts do. */
gint64 ms_heatmap_window (const MsScene *scene);
/* (n_layers) the newest alert of each layer that had been raised and was not over at the moment of @map; NULL: none.
 * Free the array. */
const MsAlert **ms_heatmap_alerts (const MsScene *scene, const MsShareMap *map);

char *ms_heatmap_describe (const MsScene *scene, const MsSpot *spot);
char *ms_heatmap_table (const MsScene *scene);

G_END_DECLS
