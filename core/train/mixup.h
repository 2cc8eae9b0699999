/* SPDX-License-Identifier: MIT */

/* Mixup (Zhang et al., 2018) as V-MoE's trainer does it: every example of a batch is mixed with the next one, the last
 * with the first, all by the same shares, and so are the labels, which the loss takes as two. */
#pragma once

#include "core/base/real.h"
#include <glib.h>

G_BEGIN_DECLS

/* The share of an example in its own mixture, in [1/2, 1]: the larger of a draw from Beta (m, m) and its complement,
 * so that no example is lost. A function of (@seed, @step). 1 for m = 0. */
double ms_mixup_share (double m, guint64 seed, gint64 step);

/* x_n = share x_n + (1 - share) x_(n + 1 mod N), in place. @x (N, size). */
void ms_mixup_inputs (MsReal *x, int N, gsize size, double share);

/* partner (N) = the labels of those that the examples are mixed with. */
void ms_mixup_partners (int *partner, const int *labels, int N);

G_END_DECLS
