/* SPDX-License-Identifier: MIT */

#include "core/routing/assign.h"

#include "core/routing/rank.h"

#include <string.h>

#define MOST_CHUNKS 16

/* A column is one expert's in one group: column g E + e. */
typedef struct {
  const MsReal *gates; /* (T, E) */
  guint8 *taken;       /* (T, E) */
  MsRanked *ranked;    /* (chunks, 2 S) */
  gsize S, E, capacity, grain;
} Columns;

static void
take_columns (gpointer data, gsize begin, gsize end)
{
  const Columns *c = data;
  MsRanked *ranked = c->ranked + begin / c->grain * 2 * c->S;

  for (gsize i = begin; i < end; i++)
    {
      gsize first = i / c->E * c->S * c->E + i % c->E;

      if (c->gates == NULL)
        {
          for (gsize k = 0; k < c->capacity; k++)
            c->taken[first + (i % c->E * c->capacity + k) % c->S * c->E] = 1;
          continue;
        }
      for (gsize s = 0; s < c->S; s++)
        ranked[s] = (MsRanked){ c->gates[first + s * c->E], (int)s };
      ms_rank (ranked, ranked + c->S, c->S);
      for (gsize k = 0; k < c->capacity; k++)
        c->taken[first + (gsize)ranked[k].item * c->E] = 1;
    }
}

/* (T, E) 1: the expert takes the token. */
static guint8 *
take_tokens (MsTape *tape, const MsReal *gates, gsize T, gsize E, int groups, int capacity)
{
  gsize S = T / (gsize)groups, columns = (gsize)groups * E;
  gsize grain = (columns + MOST_CHUNKS - 1) / MOST_CHUNKS;
  Columns c = { .gates = gates, .S = S, .E = E, .grain = grain };

  g_assert (T % (gsize)groups == 0);
  c.capacity = capacity > 0 ? MIN ((gsize)capacity, S) : S;
  c.taken = ms_tape_alloc (tape, T * E);
  c.ranked = ms_tape_alloc (tape, MOST_CHUNKS * 2 * S * sizeof (MsRanked));
  memset (c.taken, 0, T * E);
  ms_pool_for (ms_tape_pool (tape), columns, grain, take_columns, &c);
  return c.taken;
}

/* The most experts that took the same token; 1 if that is none. */
static int
count_choices (const guint8 *taken, int T, int E)
{
  int most = 1;

  for (int t = 0; t < T; t++)
    {
      int n = 0;

      for (int e = 0; e < E; e++)
        n += taken[(gsize)t * E + e];
      most = MAX (most, n);
    }
  return most;
}

/* choice (K): a token's experts by descending gate, equal ones in order, then -1. */
static void
list_choices (int *choice, int K, const guint8 *taken, const MsReal *gates, int E)
{
  int n = 0;

  for (int e = 0; e < E; e++)
    if (taken[e])
      {
        int at = n++;

        for (; gates != NULL && at > 0 && gates[e] > gates[choice[at - 1]]; at--)
          choice[at] = choice[at - 1];
        choice[at] = e;
      }
  for (; n < K; n++)
    choice[n] = -1;
}

int *
ms_top_tokens (MsTape *tape, const MsReal *gates, int T, int E, int groups, int capacity, int *K)
{
  const guint8 *taken = take_tokens (tape, gates, (gsize)T, (gsize)E, groups, capacity);
  int *choice;

  *K = count_choices (taken, T, E);
  choice = ms_tape_alloc (tape, (gsize)T * *K * sizeof (int));
  for (gsize t = 0; t < (gsize)T; t++)
    list_choices (choice + t * *K, *K, taken + t * E, gates != NULL ? gates + t * E : NULL, E);
  return choice;
}
