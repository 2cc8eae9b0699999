/* SPDX-License-Identifier: MIT */

/* The few strokes of cairo that all pictures share, and arithmetic with colours. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

MsColour ms_colour_mix (MsColour a, MsColour b, double t); /* a at t = 0, b at t = 1 */
MsColour ms_colour_alpha (MsColour colour, double alpha);
/* Black or white, whichever is read more easily on @ground. */
MsColour ms_colour_ink (MsColour ground);
guint32 ms_colour_pixel (MsColour colour); /* opaque CAIRO_FORMAT_RGB24 or ARGB32 */

void ms_draw_colour (cairo_t *cr, MsColour colour);
void ms_draw_rect (cairo_t *cr, const cairo_rectangle_t *area, MsColour colour);
/* Adds a path with round corners. */
void ms_draw_rounded (cairo_t *cr, double x, double y, double width, double height, double radius);
/* An outline of @line units just outside @area, with a thin halo of the opposite lightness: visible on any ground. */
void ms_draw_outline (cairo_t *cr, const cairo_rectangle_t *area, const MsPalette *palette, MsColour colour,
                      double line);
/* Diagonal lines, @gap units apart. */
void ms_draw_hatch (cairo_t *cr, const cairo_rectangle_t *area, MsColour colour, double gap, double line);
/* A straight line of whole pixels, horizontal or vertical. */
void ms_draw_rule (cairo_t *cr, double x, double y, double width, double height, MsColour colour);

/* The mark of something to look at: a triangle around (x, y). */
void ms_draw_warning (cairo_t *cr, double x, double y, double side, const MsPalette *palette);

/* Pixels (height, width), rows @width apart, stretched over @area; they are not kept. */
void ms_draw_pixels (cairo_t *cr, guint32 *pixels, int width, int height, const cairo_rectangle_t *area,
                     cairo_filter_t filter);

/* The same with alpha, premultiplied: 0 is clear. */
void ms_draw_pixels_clear (cairo_t *cr, guint32 *pixels, int width, int height, const cairo_rectangle_t *area,
                           cairo_filter_t filter);

bool ms_inside (const cairo_rectangle_t *area, double x, double y);

G_END_DECLS
