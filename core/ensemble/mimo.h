/* SPDX-License-Identifier: MIT */

/* What MIMO (Havasi et al., 2021) does to a batch before the model sees it: M examples side by side in the channels of
 * one row, of which every member answers for its own. */
#pragma once

#include "core/base/real.h"
#include <glib.h>

G_BEGIN_DECLS

/* Which example member m finds in row r = repetition * N + place: order (M, R), R = N * repetitions. The first member
 * sees the batch in its order. Of each repetition's rows a share of @input_repeat holds the same example for all
 * members; in the others every further member has a permutation of its own. A function of (@seed, @step). */
void ms_mimo_order (int *order, int M, int N, int repetitions, double input_repeat, guint64 seed, gint64 step);

/* to (R, pixels, M * channels): channels [m * channels, (m + 1) * channels) of row r are those of x (N, pixels,
 * channels) at order[m * R + r]; @order NULL: R = N, every member sees the row's own example. */
void ms_mimo_inputs (MsReal *to, const MsReal *x, const int *order, int M, int R, gsize pixels, gsize channels);

/* row (M, N) = the first row m * R + r in which member m finds example n. */
void ms_mimo_rows (int *row, const int *order, int M, int N, int R);

G_END_DECLS
