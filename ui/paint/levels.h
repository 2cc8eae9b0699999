/* SPDX-License-Identifier: MIT */

/* What bars of load are read against: an axis of percent, the fair share, the capacity. */
#pragma once

#include "ui/paint/axis.h"

G_BEGIN_DECLS

typedef struct {
  cairo_rectangle_t plot;
  MsAxis axis;           /* percent of assignments -> y */
  double fair, capacity; /* percent; capacity NaN without one */
  bool names;            /* whether there is room for words left of the plot */
} MsLevels;

void ms_levels_axis (cairo_t *cr, const MsLevels *levels, const MsPalette *palette);  /* below the bars */
void ms_levels_lines (cairo_t *cr, const MsLevels *levels, const MsPalette *palette); /* above them */

G_END_DECLS
