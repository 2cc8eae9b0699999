/* SPDX-License-Identifier: MIT */

/* Rectangles collected by expert: however many there are, each expert is one filled path. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>

G_BEGIN_DECLS

typedef struct MsAreas MsAreas;

MsAreas *ms_areas_new (int E);
void ms_areas_free (MsAreas *areas);
/* @expert < 0: no expert's. */
void ms_areas_add (MsAreas *areas, int expert, const cairo_rectangle_t *area);
/* In the experts' colours, mixed into the panel's with @strength; what is no expert's is grey. */
void ms_areas_fill (const MsAreas *areas, cairo_t *cr, const MsPalette *palette, double strength);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsAreas, ms_areas_free)

G_END_DECLS
