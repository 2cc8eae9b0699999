/* SPDX-License-Identifier: MIT */

#include "core/train/slots.h"

#include "core/routing/capacity.h"
#include "core/train/choices.h"

#include <string.h>

#define INT(id) ms_experiment_int (x, MS_KEY_##id)
#define TEXT(id) ms_experiment_text (x, MS_KEY_##id)
#define CHOICE(id) ms_experiment_choice (x, MS_KEY_##id)

#define MAX_WEIGHTS ((gint64)1 << 27) /* numbers in one matrix of tokens and slots: half a gigabyte */

static bool
has_slots (const MsExperiment *x)
{
  return CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_SOFT;
}

static gint64
group_tokens (const MsExperiment *x, int tokens)
{
  gint64 examples = INT (ROUTING_GROUP_EXAMPLES);

  return tokens * (examples > 0 ? examples : INT (OPTIMISER_BATCH));
}

static int
slots_by_capacity (const MsExperiment *x, gint64 S)
{
  const MsCapacityRule rule = {
    .factor = ms_experiment_real (x, MS_KEY_ROUTING_CAPACITY_FACTOR),
    .fixed = (int)INT (ROUTING_CAPACITY),
    .multiple = (int)INT (ROUTING_CAPACITY_MULTIPLE),
    .round = CHOICE (ROUTING_CAPACITY_ROUND) == MS_CHOICE_ROUND_CEIL ? MS_ROUND_CEIL : MS_ROUND_NEAREST_EVEN,
    .counts_tokens = true,
  };

  return ms_capacity (&rule, (int)MIN (S, G_MAXINT / 2), 1, (int)INT (ROUTING_EXPERTS));
}

/* Weights are a number for each token of a batch and slot of its group; the experts' rows are fewer. */
static bool
fits_memory (const MsExperiment *x, int tokens, int slots, GError **error)
{
  gint64 all = slots * INT (ROUTING_EXPERTS), T = tokens * INT (OPTIMISER_BATCH);

  if (all <= MAX_WEIGHTS / MAX (1, T))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "%" G_GINT64_FORMAT " slots (%d for each of routing.experts = %s) for batches of %" G_GINT64_FORMAT
               " tokens take too much memory: set routing.slots or routing.group_examples lower",
               all, slots, TEXT (ROUTING_EXPERTS), T);
  return false;
}

bool
ms_experiment_slots (const MsExperiment *x, int tokens, int *slots, GError **error)
{
  gint64 S = group_tokens (x, tokens);

  *slots = 0;
  if (!has_slots (x))
    return true;
  *slots = INT (ROUTING_SLOTS) > 0 ? (int)INT (ROUTING_SLOTS) : slots_by_capacity (x, S);
  if (*slots > 0)
    return fits_memory (x, tokens, *slots, error);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "routing.capacity_factor = %s gives each of routing.experts = %s less than one slot for a group of "
               "%" G_GINT64_FORMAT " tokens: raise it or routing.group_examples, or set routing.slots to 1 or more",
               TEXT (ROUTING_CAPACITY_FACTOR), TEXT (ROUTING_EXPERTS), S);
  return false;
}

bool
ms_experiment_slots_differ (const MsExperiment *a, const MsExperiment *b)
{
  static const MsKeyId keys[] = { MS_KEY_ROUTING_CAPACITY_FACTOR, MS_KEY_ROUTING_CAPACITY,
                                  MS_KEY_ROUTING_CAPACITY_MULTIPLE, MS_KEY_ROUTING_CAPACITY_ROUND,
                                  MS_KEY_ROUTING_GROUP_EXAMPLES };

  if (!has_slots (b) || ms_experiment_int (b, MS_KEY_ROUTING_SLOTS) > 0)
    return false;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (ms_experiment_text (a, keys[i]), ms_experiment_text (b, keys[i])) != 0)
      return true;
  return false;
}
