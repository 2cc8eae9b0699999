/* SPDX-License-Identifier: MIT */

/* Axes: round ticks, and labels that neither collide nor leave the picture. */
#pragma once

#include "ui/paint/format.h"
#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* A linear map: value @v0 stands at @p0, @v1 at @p1. */
typedef struct {
  double v0, v1;
  double p0, p1;
} MsAxis;

double ms_axis_at (const MsAxis *axis, double value);
double ms_axis_value (const MsAxis *axis, double position);

/* Ticks at first, first + step, ... (n of them), step one of 1, 2, 5 times a power of ten. */
typedef struct {
  double first, step;
  int n, decimals;
} MsTicks;

/* At most @most ticks inside [lo, hi]; @whole: steps of at least 1. None for an empty or non-finite range. */
MsTicks ms_ticks (double lo, double hi, int most, bool whole);
double ms_ticks_value (const MsTicks *ticks, int i);
MsNumber ms_ticks_label (const MsTicks *ticks, int i);

/* The end of a range that starts at 0 and holds @top: a multiple of the step that @most ticks would have. */
double ms_axis_round_up (double top, int most);

/* Which of many things that stand side by side are numbered: every n-th, n the smallest of 1, 2, 5 times a power of ten
 * that is at least @least. */
int ms_axis_every (double least);

/* Rules from @left to @right at the ticks, labels to the left of @left where they fit into the picture; @suffix ("%")
 * follows each number. */
void ms_axis_draw_y (cairo_t *cr, const MsPalette *palette, const MsAxis *axis, const MsTicks *ticks, double left,
                     double right, const char *suffix);

/* Labels under @y, kept within [from, to]; those that would touch the one before are left out. */
void ms_axis_draw_x (cairo_t *cr, const MsPalette *palette, const MsAxis *axis, const MsTicks *ticks, double y,
                     double from, double to);

G_END_DECLS
