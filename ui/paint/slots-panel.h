/* SPDX-License-Identifier: MIT */

/* One of the two readings of a soft layer's logits: a matrix of weights, tokens down and slots across, under the
 * experts that the slots belong to, beside the sums that prove which way it is normalised. */
#pragma once

#include "ui/paint/slots-data.h"

G_BEGIN_DECLS

typedef struct {
  bool combine;             /* sums along the rows; else dispatch, whose columns are summed */
  double x, title, note, width; /* middles of the lines above and below; 0: no room */
  cairo_rectangle_t experts, matrix, sums; /* empty: no room */
} MsSlotsPanel;

MsSlotsPanel ms_slots_panel_fit (const cairo_rectangle_t *area, const MsSlots *slots, bool combine,
                                 const MsPalette *palette);
void ms_slots_panel_paint (cairo_t *cr, const MsSlotsPanel *panel, const MsSlots *slots, const MsPalette *palette);
bool ms_slots_panel_pick (const MsSlotsPanel *panel, const MsSlots *slots, double x, double y, MsSpot *spot);

G_END_DECLS
