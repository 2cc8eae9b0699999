/* SPDX-License-Identifier: MIT */

/* The three products between the tokens and the slots of each group, which the ops of Soft MoE are made of. Slots stand
 * slot-major, slot s of group g in row s G + g, so that the slots of one expert are rows next to each other; those of
 * one group are then G rows apart, which a product takes as a leading dimension, and nothing is copied. */
#pragma once

#include "core/autodiff/tape.h"

typedef struct {
  gsize groups, tokens, slots, H; /* tokens and slots of a group */
} MsSlots;

/* With @add the products are added to what is there. token: (groups tokens, H), slot: (slots groups, H), weight:
 * (groups tokens, slots). The work is cut in pieces that depend on the shape only. */
void ms_slots_from_tokens (MsPool *pool, const MsSlots *shape, const MsReal *weight, const MsReal *token, MsReal *slot,
                           bool add); /* slot_s = sum_t w_ts token_t */
void ms_slots_to_tokens (MsPool *pool, const MsSlots *shape, const MsReal *weight, const MsReal *slot, MsReal *token,
                         bool add); /* token_t = sum_s w_ts slot_s */
void ms_slots_dots (MsPool *pool, const MsSlots *shape, const MsReal *token, const MsReal *slot, MsReal *weight,
                    bool add); /* w_ts = <token_t, slot_s> */

/* Of an op whose inputs are weights and what is multiplied by them. */
MsCost ms_slots_cost (const MsNode *y, bool backward);
