/* SPDX-License-Identifier: MIT */

/* Pairs of experts in words and as a table. */
#include "ui/paint/coactivation-data.h"

#include "ui/paint/tokens.h"

#include <math.h>

/* Why there is no number for the two; NULL: there is one. */
static const char *
why_absent (const MsCoactivation *self, int i, int j)
{
  if (i / self->part != j / self->part)
    return "They serve different members: no token can choose both";
  if (self->tokens[i] == 0 || self->tokens[j] == 0)
    return "An expert that no token of this batch chose has no companions";
  return NULL;
}

static void
describe_pair (GString *text, const MsCoactivation *self, int i, int j)
{
  gsize at = (gsize) i * (gsize) self->E + (gsize) j;
  const char *absent = why_absent (self, i, j);

  g_string_append_printf (text, "experts %d and %d, %s", i, j, ms_routing_name (self->routing).text);
  if (absent != NULL)
    {
      g_string_append_printf (text, "\n%s", absent);
      return;
    }
  g_string_append_printf (text, "\nof %s tokens that chose %d, %s chose %d, too (%s %%)",
                          ms_number_count (self->tokens[i]).text, i,
                          ms_number_count (llround (self->rate[at] * self->tokens[i])).text, j,
                          ms_number_fixed (100 * self->rate[at], 1).text);
  g_string_append_printf (text, "\nexpected by the other experts' loads: %s %%\ndifference %s points",
                          ms_number_fixed (100 * (self->rate[at] - self->excess[at]), 1).text,
                          ms_number_signed (100 * self->excess[at], 1).text);
  if (self->tokens[i] < MS_COACTIVATION_LEAST)
    g_string_append (text, "\nvery few tokens: this may be chance");
}

static void
describe_expert (GString *text, const MsCoactivation *self, int e)
{
  g_string_append_printf (text, "expert %d, %s\nchosen by %s of %s tokens", e, ms_routing_name (self->routing).text,
                          ms_number_count (self->tokens[e]).text, ms_number_count (self->T).text);
}

char *
ms_coactivation_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  g_auto (MsCoactivation) pairs = { 0 };
  bool known = ms_coactivation_read (&pairs, scene) && spot->kind == MS_SPOT_EXPERTS && spot->expert >= 0
               && spot->expert < pairs.E && spot->other >= 0 && spot->other < pairs.E;

  if (known && spot->expert == spot->other)
    describe_expert (text, &pairs, spot->expert);
  else if (known)
    describe_pair (text, &pairs, spot->expert, spot->other);
  return g_string_free (text, FALSE);
}

static void
append_number (GString *text, double value)
{
  g_string_append_printf (text, "\t%s", isfinite (value) ? ms_number_fixed (value, 6).text : "");
}

char *
ms_coactivation_table (const MsScene *scene)
{
  GString *text = g_string_new ("expert\tother\ttokens\trate\texpected\texcess\n");
  g_auto (MsCoactivation) pairs = { 0 };

  if (!ms_coactivation_read (&pairs, scene))
    return g_string_free (text, FALSE);
  for (int i = 0; i < pairs.E; i++)
    for (int j = 0; j < pairs.E; j++)
      {
        gsize at = (gsize) i * (gsize) pairs.E + (gsize) j;

        if (i == j || i / pairs.part != j / pairs.part)
          continue;
        g_string_append_printf (text, "%d\t%d\t%d", i, j, pairs.tokens[i]);
        append_number (text, pairs.rate[at]);
        append_number (text, pairs.rate[at] - pairs.excess[at]);
        append_number (text, pairs.excess[at]);
        g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}
