/* SPDX-License-Identifier: MIT */

/* Which expert is asked first at each place of a plane: areas, their borders, their numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The experts (height, width) of the layer that the selection asks for; NULL: not captured. */
const gint16 *ms_territory_of (const MsScene *scene);
int ms_territory_at (const MsScene *scene, double x, double y); /* MS_NONE outside */

void ms_territory_fill (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette);
void ms_territory_borders (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette);
/* An expert's number in each of its parts that has room for it. */
void ms_territory_numbers (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette);

G_END_DECLS
