/* SPDX-License-Identifier: MIT */

#include "core/routing/rank.h"

#include <string.h>

#define RUN 8 /* items that are sorted by insertion before the runs are merged */

static void
insert_run (MsRanked *items, gsize n)
{
  for (gsize i = 1; i < n; i++)
    {
      MsRanked moved = items[i];
      gsize at = i;

      for (; at > 0 && moved.key > items[at - 1].key; at--)
        items[at] = items[at - 1];
      items[at] = moved;
    }
}

/* to (n) from two sorted runs of @left and n - @left; of equals the left one goes first. */
static void
merge (MsRanked *to, const MsRanked *from, gsize left, gsize n)
{
  gsize i = 0, j = left;

  for (gsize k = 0; k < n; k++)
    to[k] = i < left && (j == n || !(from[j].key > from[i].key)) ? from[i++] : from[j++];
}

void
ms_rank (MsRanked *items, MsRanked *scratch, gsize n)
{
  MsRanked *from = items, *to = scratch;

  for (gsize at = 0; at < n; at += RUN)
    insert_run (items + at, MIN (RUN, n - at));
  for (gsize run = RUN; run < n; run *= 2)
    {
      MsRanked *swapped = from;

      for (gsize at = 0; at < n; at += 2 * run)
        merge (to + at, from + at, MIN (run, n - at), MIN (2 * run, n - at));
      from = to;
      to = swapped;
    }
  if (from != items)
    memcpy (items, from, n * sizeof *items);
}
