/* SPDX-License-Identifier: MIT */

#include "ui/paint/coactivation-data.h"

#include "core/metrics/choices.h"
#include "ui/paint/axis.h"
#include "ui/paint/tokens.h"

#include <math.h>

MsPairsState
ms_coactivation_state (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (scene->record == NULL)
    return MS_PAIRS_NO_RECORD;
  if (routing == NULL || routing->E < 1)
    return MS_PAIRS_DENSE;
  if (routing->slots > 0)
    return MS_PAIRS_SOFT;
  if (routing->K < 2 || routing->E < 2)
    return MS_PAIRS_SINGLE;
  if (routing->expert == NULL || routing->T < 1)
    return MS_PAIRS_ABSENT;
  return routing->E <= MS_COACTIVATION_EXPERTS ? MS_PAIRS_THERE : MS_PAIRS_TOO_MANY;
}

/* The tokens' choices among the @part experts from @first on, counted from there; others are none, and so are those of
 * tokens that are not real. */
static gint16 *
choices_within (const MsRouting *routing, int first, int part)
{
  gsize n = (gsize) routing->T * (gsize) routing->K;
  gint16 *choice = g_new (gint16, n);

  for (gsize i = 0; i < n; i++)
    {
      int e = routing->expert[i] - first;
      bool real = routing->mask == NULL || routing->mask[i / (gsize) routing->K] != 0;

      choice[i] = (gint16) (real && e >= 0 && e < part ? e : MS_NONE);
    }
  return choice;
}

static void
count_tokens (MsCoactivation *self, const gint16 *choice, int first)
{
  int K = self->routing->K;

  for (int t = 0; t < self->routing->T; t++)
    {
      bool any = false;

      for (int k = 0; k < K; k++)
        if (choice[t * K + k] >= 0)
          {
            self->tokens[first + choice[t * K + k]]++;
            any = true;
          }
      self->T += any;
    }
}

/* The pairs of the experts that serve one member, into their square of the whole. */
static void
read_part (MsCoactivation *self, int first)
{
  int n = self->part;
  bool whole = n == self->E;
  g_autofree gint16 *choice = choices_within (self->routing, first, n);
  g_autofree double *own = whole ? NULL : g_new (double, 2 * (gsize) n * (gsize) n);
  double *rate = whole ? self->rate : own, *excess = whole ? self->excess : own + (gsize) n * (gsize) n;

  count_tokens (self, choice, first);
  ms_coactivation (rate, excess, choice, self->routing->T, n, self->routing->K);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      {
        gsize from = (gsize) i * (gsize) n + (gsize) j;
        gsize to = (gsize) (first + i) * (gsize) self->E + (gsize) (first + j);
        bool used = self->tokens[first + i] > 0 && self->tokens[first + j] > 0;

        self->rate[to] = used ? rate[from] : NAN;
        self->excess[to] = used ? excess[from] : NAN;
      }
}

bool
ms_coactivation_read (MsCoactivation *self, const MsScene *scene)
{
  double most = 0;
  gsize cells;

  *self = (MsCoactivation) { 0 };
  if (ms_coactivation_state (scene) != MS_PAIRS_THERE)
    return false;
  self->routing = ms_scene_routing (scene);
  self->E = self->part = self->routing->E;
  if (self->routing->M > 1 && self->E % self->routing->M == 0)
    self->part = self->E / self->routing->M;
  cells = (gsize) self->E * (gsize) self->E;
  self->tokens = g_new0 (int, self->E);
  self->rate = g_new (double, cells);
  self->excess = g_new (double, cells);
  for (gsize i = 0; self->part < self->E && i < cells; i++)
    self->rate[i] = self->excess[i] = NAN;
  for (int first = 0; first < self->E; first += self->part)
    read_part (self, first);
  for (gsize i = 0; i < cells; i++)
    most = fabs (self->excess[i]) > most ? fabs (self->excess[i]) : most; /* NaN is not */
  self->most = ms_axis_round_up (MAX (most, 0.01), 5);
  return true;
}

void
ms_coactivation_clear (MsCoactivation *self)
{
  g_clear_pointer (&self->tokens, g_free);
  g_clear_pointer (&self->rate, g_free);
  g_clear_pointer (&self->excess, g_free);
}

/* Puts @pair among the @filled largest so far, of which @n are kept; returns how many there are then. */
static int
insert_pair (MsExpertPair *pairs, int filled, int n, const MsExpertPair *pair)
{
  int at = filled;

  while (at > 0 && pairs[at - 1].excess < pair->excess)
    at--;
  if (at >= n)
    return filled;
  filled = MIN (filled + 1, n);
  memmove (pairs + at + 1, pairs + at, sizeof *pairs * (gsize) (filled - 1 - at));
  pairs[at] = *pair;
  return filled;
}

int
ms_coactivation_top (const MsCoactivation *self, MsExpertPair *pairs, int n)
{
  int filled = 0;

  for (int i = 0; i < self->E && n > 0; i++)
    for (int j = 0; j < self->E && self->tokens[i] >= MS_COACTIVATION_LEAST; j++)
      {
        gsize at = (gsize) i * (gsize) self->E + (gsize) j;
        MsExpertPair pair = { i, j, self->rate[at], self->excess[at] };

        if (i != j && isfinite (pair.excess))
          filled = insert_pair (pairs, filled, n, &pair);
      }
  return filled;
}
