/* SPDX-License-Identifier: MIT */

#include "core/routing/assign.h"

#include "core/autodiff/ops/rows.h"
#include "core/routing/rank.h"

#include <string.h>

typedef struct {
  int *choice;
  const MsReal *gates;
  gsize K, E;
} TopK;

MS_CLONES
static void
top_k_rows (gpointer data, gsize begin, gsize end)
{
  const TopK *t = data;

  for (gsize s = begin; s < end; s++)
    ms_row_largest (t->choice + s * t->K, t->K, t->gates + s * t->E, t->E);
}

static void
in_turn (int *choice, gsize n, int E)
{
  for (gsize i = 0; i < n; i++)
    choice[i] = (int)(i % (gsize)E);
}

void
ms_top_k (MsPool *pool, int *choice, const MsReal *gates, int T, int K, int E)
{
  TopK t = { choice, gates, (gsize)K, (gsize)E };

  if (gates == NULL)
    in_turn (choice, (gsize)T * (gsize)K, E);
  else
    ms_pool_for (pool, (gsize)T, MAX (1, 8192 / (gsize)E), top_k_rows, &t);
}

/* order (S): the tokens of group @g as they are served; ranked (2 S): scratch. A copy has T tokens. */
static void
visit_order (int *order, MsRanked *ranked, const MsReal *priority, int g, int S, int copies, int T)
{
  int first = g * (S / copies);

  for (int s = 0; s < S; s++)
    {
      order[s] = s % copies * T + first + s / copies;
      if (priority != NULL)
        ranked[s] = (MsRanked){ priority[order[s]], order[s] };
    }
  if (priority == NULL)
    return;
  ms_rank (ranked, ranked + S, (gsize)S);
  for (int s = 0; s < S; s++)
    order[s] = ranked[s].item;
}

/* What comes of it: kept (T, K), and how many each expert keeps in count (E); or only place (T, K). */
typedef struct {
  guint8 *kept;
  int *count, *place;
} Filled;

static inline void
fill_one (const Filled *filled, gsize slot, int e, int *asked, int capacity)
{
  if (filled->place != NULL)
    {
      filled->place[slot] = e >= 0 ? asked[e]++ : -1;
      return;
    }
  filled->kept[slot] = e >= 0 && (capacity == 0 || asked[e] < capacity);
  if (e >= 0)
    asked[e]++;
  if (filled->kept[slot])
    filled->count[e]++;
}

static void
fill_buffers (MsTape *tape, const Filled *filled, const int *choice, int T, int K, int E, const MsFill *fill)
{
  int S = T / fill->groups, copies = MAX (1, fill->copies);
  int *asked = ms_tape_alloc (tape, (gsize)E * sizeof (int)), *order = ms_tape_alloc (tape, (gsize)S * sizeof (int));
  MsRanked *ranked = fill->priority != NULL ? ms_tape_alloc (tape, 2 * (gsize)S * sizeof (MsRanked)) : NULL;

  for (int g = 0; g < fill->groups; g++)
    {
      memset (asked, 0, (gsize)E * sizeof (int));
      visit_order (order, ranked, fill->priority, g, S, copies, T / copies);
      for (int k = 0; k < K; k++)
        for (int s = 0; s < S; s++)
          {
            gsize slot = (gsize)order[s] * K + k;

            fill_one (filled, slot, choice[slot], asked, fill->capacity);
          }
    }
}

const MsPlan *
ms_assign (MsTape *tape, const int *choice, int T, int K, int E, const MsFill *fill)
{
  gsize slots = (gsize)T * K;
  MsPlan *plan = ms_tape_alloc (tape, sizeof *plan);
  guint8 *kept = ms_tape_alloc (tape, slots);
  int *offset = ms_tape_alloc (tape, ((gsize)E + 1) * sizeof (int));
  int *next = ms_tape_alloc (tape, (gsize)E * sizeof (int));
  int *row = ms_tape_alloc (tape, slots * sizeof (int)), *token = ms_tape_alloc (tape, slots * sizeof (int));
  int *slot = ms_tape_alloc (tape, slots * sizeof (int));

  g_assert (T % (fill->groups * MAX (1, fill->copies)) == 0);
  memset (next, 0, (gsize)E * sizeof (int));
  fill_buffers (tape, &(Filled){ kept, next, NULL }, choice, T, K, E, fill);
  offset[0] = 0;
  for (int e = 0; e < E; e++)
    {
      offset[e + 1] = offset[e] + next[e];
      next[e] = offset[e];
    }
  for (gsize i = 0; i < slots; i++)
    {
      row[i] = kept[i] ? next[choice[i]]++ : -1;
      if (kept[i])
        {
          token[row[i]] = (int)(i / (gsize)K);
          slot[row[i]] = (int)i;
        }
    }
  *plan = (MsPlan){ T, K, E, offset[E], choice, row, token, slot, offset };
  return plan;
}

void
ms_assign_places (MsTape *tape, int *place, const MsPlan *plan, const MsFill *fill)
{
  fill_buffers (tape, &(Filled){ NULL, NULL, place }, plan->choice, plan->T, plan->K, plan->E, fill);
}
