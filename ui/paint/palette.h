/* SPDX-License-Identifier: MIT */

/* All colours of all pictures. Categorical colours are safe for the common colour blindnesses and never the only
 * carrier of meaning. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double r, g, b, a;
} MsColour;

typedef struct {
  gboolean dark;
  MsColour background, panel, text, muted, grid, outline, accent, warning, missing;
  double scale; /* text size factor: 1 = the base size of 11 px labels */
} MsPalette;

const MsPalette *ms_palette_light (void);
const MsPalette *ms_palette_dark (void);

/* Colour of expert or class @i of any number: 8 Okabe-Ito-like hues, then the same with other lightness. */
MsColour ms_palette_category (const MsPalette *palette, int i);
/* A sequential map, t in [0, 1]: low is near the panel colour, in both light and dark. */
MsColour ms_palette_sequential (const MsPalette *palette, double t);
/* A diverging map, t in [-1, 1]: blue below, near the panel colour at 0, orange above; both ends are equally far from
 * the panel. */
MsColour ms_palette_diverging (const MsPalette *palette, double t);

G_END_DECLS
