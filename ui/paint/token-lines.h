/* SPDX-License-Identifier: MIT */

/* Sums and equations of the Token view with the record's numbers put in. */
#pragma once

#include "ui/paint/token-data.h"

G_BEGIN_DECLS

/* "1.83 − 0.12 + 2.00": logit, offset and noise, as far as there are any. */
void ms_token_append_sum (GString *text, const MsTokenRoute *route, const MsTokenGate *gate, int decimals);
/* "g₂ = exp (1.83 + 0.12) / 15.28 = 0.460"; "g₂ = 0.460" where the inputs do not give the gate. */
void ms_token_append_equation (GString *text, const MsTokenRoute *route, const MsTokenGate *gate);

/* Soft layers: a slot's weights for the token, and all of them as TSV. @route NULL: the head only. */
void ms_token_append_slot (GString *text, const MsTokenRoute *route, int slot);
void ms_token_append_slots_table (GString *text, const MsTokenRoute *route);

/* The lines of a soft layer between who the token is and its route. */
void ms_token_add_slots (GArray *lines, const MsScene *scene, const MsTokenRoute *route);

G_END_DECLS
