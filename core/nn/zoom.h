/* SPDX-License-Identifier: MIT */

/* Position embeddings for another grid of patches, as V-MoE's vit_zoom makes them: linear interpolation along both
 * sides, the corners staying corners. */
#pragma once

#include "core/base/real.h"
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  int height, width; /* patches */
} MsGrid;

/* to (to_grid, H) from @from (from_grid, H): row i of n reads at i (old - 1) / (n - 1) of the old rows, likewise the
 * columns; a side of one patch reads the first. */
void ms_zoom (MsReal *to, MsGrid to_grid, const MsReal *from, MsGrid from_grid, gsize H);

G_END_DECLS
