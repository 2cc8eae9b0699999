/* SPDX-License-Identifier: MIT */

/* The half of the MoE layer that Soft MoE has of its own: from a decision without choices to the layer's output. */
#pragma once

#include "core/experts/expert.h"
#include "core/routing/router.h"

G_BEGIN_DECLS

/* @x (T, H) in @groups of consecutive rows: each slot of @decision is filled, goes through its expert, and is mixed
 * into the tokens of its group, plus @residual (T, H) unless NULL. *plan says which rows are whose: K = 0, no
 * choices; *rows (plan->n, H) is what the experts gave. */
MsNode *ms_soft_forward (const MsExperts *experts, MsTape *tape, MsNode *x, const MsDecision *decision, int groups,
                         double dropout, const MsPass *pass, MsNode *residual, const MsPlan **plan,
                         MsNode **rows);

G_END_DECLS
