/* SPDX-License-Identifier: MIT */

/* What tokens' choices of experts say beside the load. Letters: T tokens, E experts, K choices per token; an expert of
 * -1 is no choice. */
#pragma once

#include <glib.h>

/* Mean combine weight of the assignments that were processed: @gate (T, K), @kept (T, K) 1 or 0. NaN: none was. */
double ms_router_confidence (const float *gate, const guint8 *kept, int T, int K);

/* Which experts are chosen together, over all pairs of a token's choices (@expert (T, K)):
 *   rate (E, E)   entry (i, j) = tokens that chose both i and j / tokens that chose i; 1 on the diagonal
 *   excess (E, E) rate minus what is expected if the companions of i were drawn by the other experts' loads: as many
 *                 as i has on average, times c_j / (N - c_i). 0 on the diagonal and, summed, in each row.
 * Rows of an expert that nobody chose are NaN. */
void ms_coactivation (double *rate, double *excess, const gint16 *expert, int T, int E, int K);

/* Mean over tokens of |choices of a and b in common| / K, @a and @b (T, K): how far routing is from its final state, or
 * from another model's. Tokens without any choice in both are left out; NaN: all are. */
double ms_choice_overlap (const gint16 *a, const gint16 *b, int T, int K);
