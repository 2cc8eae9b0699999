/* SPDX-License-Identifier: MIT */

/* How many slots a Soft MoE layer is built with: their tensor needs the number before the first batch is seen. */
#pragma once

#include "core/train/experiment.h"

G_BEGIN_DECLS

/* Slots of each expert for examples of @tokens tokens: routing.slots, or else the capacity of a group by the configured
 * rule, which counts tokens here. 0 for routers without slots. False and @error: none, or more than memory holds. */
bool ms_experiment_slots (const MsExperiment *experiment, int tokens, int *slots, GError **error);

/* Whether a change from @a to @b changes what the slots are worked out from. */
bool ms_experiment_slots_differ (const MsExperiment *a, const MsExperiment *b);

G_END_DECLS
