/* SPDX-License-Identifier: MIT */

/* An example as a small picture whose patches carry the colour of their expert. The colour is blended into the pixels
 * before they are scaled: one image a thumbnail instead of a translucent rectangle a patch. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The values of a batch that are drawn darkest and lightest: 0 and 1 for images as usual, else the extremes. */
typedef struct {
  double lo, hi;
} MsTone;

MsTone ms_thumbnail_tone (const MsRecord *record);

/* Draws example @n into @area. @tint (patches, row by row; NULL: none) is an expert's number, or < 0 for no colour. An
 * example that is no image is one row of its features. */
void ms_thumbnail_draw (cairo_t *cr, const cairo_rectangle_t *area, const MsRecord *record, int n, MsTone tone,
                        const int *tint, const MsPalette *palette);
/* The same with @heat (patches) in [0, 1] of one @hue over the patches. */
void ms_thumbnail_draw_heat (cairo_t *cr, const cairo_rectangle_t *area, const MsRecord *record, int n, MsTone tone,
                             const float *heat, MsColour hue, const MsPalette *palette);

G_END_DECLS
