/* SPDX-License-Identifier: MIT */

/* The one way to put text into a picture: one line, anchored at a point, with an ellipsis where it would not fit.
 * Layouts are kept per thread, because shaping costs 100 times as much as drawing. Positions do not depend on hinting,
 * so a picture is laid out the same at every scale and in every file format. */
#pragma once

#include "ui/paint/palette.h"
#include <cairo.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
  MS_TEXT_LABEL,  /* 11 units at scale 1 */
  MS_TEXT_SMALL,  /* 10: ticks, provenance */
  MS_TEXT_FIGURE, /* 11 bold */
  MS_TEXT_TITLE,  /* 13.5 bold */
} MsTextStyle;

typedef struct {
  MsTextStyle style;
  MsColour colour;
  double ax, ay;    /* which point of the text's box stands at (x, y): 0 left or top, 0.5 middle, 1 right or bottom */
  double max_width; /* > 0: cut with an ellipsis beyond it */
} MsText;

double ms_text_width (const MsPalette *palette, MsTextStyle style, const char *text);
double ms_text_height (const MsPalette *palette, MsTextStyle style); /* of a line; its middle is that of a capital */

/* Returns the width drawn. */
double ms_text_draw (cairo_t *cr, const MsPalette *palette, const MsText *look, double x, double y, const char *text);

/* For picture tests, which must not depend on installed fonts: this thread draws each text as a box of a fixed advance.
 */
void ms_text_set_boxes (bool boxes);

G_END_DECLS
