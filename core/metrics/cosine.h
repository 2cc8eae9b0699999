/* SPDX-License-Identifier: MIT */

/* How alike vectors are that come in pieces: cosines of all pairs, from a Gram matrix that grows with each piece. */
#pragma once

#include "core/base/pool.h"
#include "core/base/real.h"
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* gram (n, n) += X X^T, where X (n, width) is a piece of @n vectors, its rows @ld apart. @centred: of what is left of
 * them when their mean is taken away, which for equal vectors is exactly nothing. @pool may be NULL. */
void ms_cosine_add (MsPool *pool, MsReal *gram, const MsReal *x, gsize n, gsize width, gsize ld, bool centred);

/* cosine (n, n) = gram_ij / sqrt (gram_ii gram_jj), within [-1, 1]; NaN where one of the two vectors is zero. */
void ms_cosine_finish (float *cosine, const MsReal *gram, gsize n);

G_END_DECLS
