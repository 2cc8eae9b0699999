/* SPDX-License-Identifier: MIT */

/* Sorting by a number, the largest first, in memory that the caller has: a routing step allocates nothing. */
#pragma once

#include "core/base/real.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  MsReal key;
  int item;
} MsRanked;

/* Sorts @items (n) by descending key; what is equal keeps its order. @scratch (n). A NaN is larger than nothing: it
 * stays somewhere, and everything is still there once. */
void ms_rank (MsRanked *items, MsRanked *scratch, gsize n);

G_END_DECLS
