/* SPDX-License-Identifier: MIT */

/* The past of one routed layer: experts down, steps across, colour is the load relative to the fair share. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* Experts in the past of the layer that the selection asks for; 0: there is no past to draw. */
int ms_strip_rows (const MsScene *scene);

/* Cells, the experts' numbers on the left (outside of @area), the steps below (inside). */
void ms_strip_paint (cairo_t *cr, const cairo_rectangle_t *area, const MsScene *scene, const MsPalette *palette);
double ms_strip_key_width (const MsPalette *palette);
/* The colours' meaning, from @x on around @middle, at most @width wide. */
void ms_strip_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double width);
bool ms_strip_pick (const cairo_rectangle_t *area, const MsScene *scene, double x, double y, MsSpot *spot);
char *ms_strip_describe (const MsScene *scene, const MsSpot *spot);

G_END_DECLS
