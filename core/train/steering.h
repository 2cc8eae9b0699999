/* SPDX-License-Identifier: MIT */

/* Interventions on a model: whether it has what they speak of, those that stand, and edits of its experts' weights. */
#pragma once

#include "core/routing/intervention.h"
#include "core/train/model.h"
#include "core/train/optimiser.h"

G_BEGIN_DECLS

/* Whether @model has the layer, experts, tokens and classes that @intervention names, and a router that can do it; the
 * error says what it has. */
bool ms_model_check_intervention (const MsModel *model, const MsIntervention *intervention, GError **error);

/* From the next pass on these stand, and no others. False: one of them does not fit, or together they leave no expert
 * to choose; nothing changed. */
bool ms_model_intervene (MsModel *model, const MsInterventions *set, GError **error);

/* The layer that a fitting intervention speaks of. Borrowed; NULL: there is none. */
MsMoe *ms_model_find_layer (const MsModel *model, const MsIntervention *intervention);

/* SWAP or CLONE the slices of the layer's expert tensors, and with them the moments in @optimiser (NULL: only the
 * weights). @edit was checked. */
void ms_model_edit (MsModel *model, MsOptimiser *optimiser, const MsIntervention *edit);

G_END_DECLS
