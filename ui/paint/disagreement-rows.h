/* SPDX-License-Identifier: MIT */

/* Examples below each other, the most disputed first: what it is, what each member makes of it, and by how much they
 * differ. */
#pragma once

#include "ui/paint/disagreement-data.h"

G_BEGIN_DECLS

typedef struct {
  const MsDisputes *disputes; /* borrowed */
  int n;                /* rows */
  int wanted;           /* an example that takes the last row if it would not be seen; < 0: none */
  double head;          /* middle of the headings' line; 0: no room */
  double x, y, width, pitch, height; /* rows: left edge, top of the first, from one to the next */
  double thumb, label, bars, bars_width, mutual, mutual_width; /* the columns' left edges and widths; 0: none */
} MsDisputeRows;

MsDisputeRows ms_dispute_rows_fit (const cairo_rectangle_t *area, const MsDisputes *disputes, int wanted,
                                   const MsPalette *palette);
void ms_dispute_rows_paint (cairo_t *cr, const MsDisputeRows *rows, int chosen, const MsPalette *palette);
bool ms_dispute_rows_pick (const MsDisputeRows *rows, double x, double y, MsSpot *spot);

/* What the bars' colours mean, from @x on around @middle, at most @width wide. */
double ms_dispute_key_width (const MsPalette *palette);
void ms_dispute_key (cairo_t *cr, const MsPalette *palette, double x, double middle, double width);

G_END_DECLS
