/* SPDX-License-Identifier: MIT */

/* The chosen slot and the chosen token of a soft layer on the image itself: where the slot reads, and which slots the
 * token's result is put together from. */
#pragma once

#include "ui/paint/slots-data.h"

G_BEGIN_DECLS

typedef struct {
  bool uses;               /* the token's slots; else the slot's tokens */
  double x, title, width;  /* title: middle of the line above; 0: no room */
  cairo_rectangle_t image; /* empty: no image, or no room */
  cairo_rectangle_t list;  /* of bars, each @row high */
  double row;
  int n;                   /* bars */
} MsSlotsSide;

MsSlotsSide ms_slots_side_fit (const cairo_rectangle_t *area, const MsSlots *slots, bool uses,
                               const MsPalette *palette);
double ms_slots_side_height (const MsSlotsSide *side, const MsPalette *palette); /* what it takes up of the area */
void ms_slots_side_paint (cairo_t *cr, const MsSlotsSide *side, const MsSlots *slots, const MsPalette *palette);
bool ms_slots_side_pick (const MsSlotsSide *side, const MsSlots *slots, double x, double y, MsSpot *spot);

G_END_DECLS
