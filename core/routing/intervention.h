/* SPDX-License-Identifier: MIT */

/* Interventions: hands in the routing. Standing ones (mask, force, bias, freeze) are in force from the next step until
 * they are withdrawn; edits (swap, clone) change weights once. As text, KIND:BLOCK[.MEMBER]:…
 *
 *   mask:1:3            expert 3 of block 1 is never chosen: -INFINITY is added to its logits
 *   force:1:3           every token goes to expert 3 first: its logit becomes the row's largest plus the margin
 *   force:1:3:token=5   … of the tokens, only number 5 of each example; label=7: only those of examples of class 7;
 *                       margin=4 (the default)
 *   bias:1:3:1.5        1.5 is added to its logits
 *   freeze:1            the router of block 1 learns no more: neither gradients, decay, moments nor biases move it
 *   swap:1:3,5          the weights of experts 3 and 5 change places, the router's stay
 *   clone:1:3,5         expert 5 gets the weights of expert 3
 *
 * Offsets are added to the clean logits before noise and softmax, and count as constants in the gradients: first
 * biases and masks, then forces in their order, so that of two the later is the largest, and a mask wins over a force.
 * label= needs labels: a pass over unlabelled examples goes on without such a force. Where masks leave fewer than K
 * experts, a token has fewer choices. Hash and random routers have no logits: mask, force and bias are refused there.
 * Soft MoE has those of slots: a mask takes away all that tokens get back from the expert's slots, and force and bias
 * are refused. See ms_session_check_intervention in core/train/session.h. */
#pragma once

#include "core/base/error.h"
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_INTERVENTIONS(X) X (MASK, "mask") X (FORCE, "force") X (BIAS, "bias") X (FREEZE, "freeze") X (SWAP, "swap") \
  X (CLONE, "clone")

typedef enum {
#define MS_INTERVENTION_ENUM(id, name) MS_INTERVENE_##id,
  MS_INTERVENTIONS (MS_INTERVENTION_ENUM)
#undef MS_INTERVENTION_ENUM
  MS_N_INTERVENTIONS,
} MsInterventionKind;

typedef struct {
  MsInterventionKind kind;
  int block, member; /* of the layer; member -1: all members share it */
  int expert, other; /* expert -1: FREEZE; other: SWAP and CLONE, else -1 */
  int token;         /* FORCE: index in its example; -1: all */
  int label;         /* FORCE: class of the example; -1: all */
  double value;      /* BIAS: what is added; FORCE: the margin; else 0 */
} MsIntervention;

/* On failure @intervention stays untouched: the error names what was found and what would be right. Biases are from
 * -10000 to 10000, margins above 0 up to 10000. */
bool ms_intervention_parse (MsIntervention *intervention, const char *text, GError **error);
char *ms_intervention_to_text (const MsIntervention *intervention); /* transfer full */
char *ms_intervention_words (const MsIntervention *intervention);   /* "mask expert 3 in block 1"; transfer full */
bool ms_intervention_equal (const MsIntervention *a, const MsIntervention *b);
bool ms_intervention_is_edit (const MsIntervention *intervention);

/* The same with another of the layer's @E experts in the place of @expert, drawn by @seed among those that it does not
 * name; FREEZE has no other. False: there is none. */
bool ms_intervention_control (const MsIntervention *intervention, int E, guint64 seed, MsIntervention *control);

/* An immutable, shared set of standing interventions, in the order in which they were made. */
typedef struct MsInterventions MsInterventions;

MsInterventions *ms_interventions_new (void); /* none */
MsInterventions *ms_interventions_ref (MsInterventions *set);
void ms_interventions_unref (MsInterventions *set); /* NULL is fine */
int ms_interventions_count (const MsInterventions *set);
const MsIntervention *ms_interventions_at (const MsInterventions *set, int i);
/* One that speaks of the same kind, layer, expert, token and label takes the older one's place, and withdraws it,
 * whatever their values. Edits never stand. */
MsInterventions *ms_interventions_with (const MsInterventions *set, const MsIntervention *intervention);
MsInterventions *ms_interventions_without (const MsInterventions *set, const MsIntervention *intervention);
bool ms_interventions_equal (const MsInterventions *a, const MsInterventions *b);
char *ms_interventions_to_text (const MsInterventions *set); /* with blanks between; "" for none; transfer full */
MsInterventions *ms_interventions_parse (const char *text, GError **error);
char *ms_interventions_words (const MsInterventions *set); /* with "; " between; transfer full */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsInterventions, ms_interventions_unref)

G_END_DECLS
