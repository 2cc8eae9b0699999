/* SPDX-License-Identifier: MIT */

/* Weight decay by the names of tensors, as V-MoE's add_decayed_weights: "head/.*=0.1, .*kernel=0.01". Rules are
 * separated by commas; the number behind a rule's last = is the decay of the tensors in whose names its regular
 * expression is found, anywhere unless it is anchored by ^ or $. The first rule that matches counts, and what none
 * matches does not decay. */
#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct MsDecayRules MsDecayRules;

/* NULL and an @error that names the rule. An empty text gives no rules. */
MsDecayRules *ms_decay_rules_new (const char *text, GError **error);
void ms_decay_rules_free (MsDecayRules *rules);
int ms_decay_rules_count (const MsDecayRules *rules);

/* The decay of the tensor @name; 0 where no rule matches. */
double ms_decay_rules_find (const MsDecayRules *rules, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsDecayRules, ms_decay_rules_free)

G_END_DECLS
