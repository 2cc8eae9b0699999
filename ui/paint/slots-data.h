/* SPDX-License-Identifier: MIT */

/* The group of a soft layer that the Slots view shows, its sums, and which slot and token it explains. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef struct {
  const MsRecord *record;   /* borrowed */
  const MsRouting *routing; /* borrowed */
  int first, rows;          /* the group's tokens: batch-wide index of the first, how many */
  int slots, per_expert;
  const float *dispatch, *combine, *logits; /* (rows, slots) of the group, borrowed; logits NULL: not captured */
  /* What is shown: what was chosen, or else what speaks for itself: example 0, the slot with the sharpest dispatch, the
   * token of this example that it reads most. */
  int example, token, slot;
  double most_dispatch, most_combine; /* largest weights */
  double *column_sum;                 /* (slots) of dispatch, owned */
  double *row_sum;                    /* (rows) of combine, owned */
} MsSlots;

/* The selected layer, if it is soft and has slots; NULL otherwise. */
const MsRouting *ms_slots_routing (const MsScene *scene);

/* False: the weights were not captured (and @self holds nothing). */
bool ms_slots_read (MsSlots *self, const MsScene *scene);
void ms_slots_clear (MsSlots *self);

double ms_slots_dispatch (const MsSlots *self, int token, int slot); /* @token is batch-wide and of this group */
double ms_slots_combine (const MsSlots *self, int token, int slot);
int ms_slots_expert (const MsSlots *self, int slot);

/* The @n largest weights: of the tokens (batch-wide) that @slot reads, of the slots that @token uses; returns how many
 * there are, at most @n. */
int ms_slots_top_tokens (const MsSlots *self, int slot, int *tokens, int n);
int ms_slots_top_slots (const MsSlots *self, int token, int *slots, int n);

/* The largest distance of a sum from 1; infinite if a sum is no number. */
double ms_slots_column_fault (const MsSlots *self);
double ms_slots_row_fault (const MsSlots *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsSlots, ms_slots_clear)

G_END_DECLS
