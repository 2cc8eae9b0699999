/* SPDX-License-Identifier: MIT */

/* The lines of the Token view for a soft layer, where nothing is chosen: what the token's result is made of, and how
 * much of each slot it is. */
#include "ui/paint/slots-data.h"
#include "ui/paint/token-lines.h"
#include "ui/paint/token-words.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define BARS 8
#define EXACT 1e-4

static MsTokenLine *
add (GArray *lines, MsTokenLineKind kind, MsStageKind stage, int layer)
{
  MsTokenLine line = { .kind = kind, .block = MS_TOKEN_GATES, .stage = stage, .layer = layer, .expert = MS_NONE,
                       .slot = MS_NONE, .value = NAN };

  g_array_append_val (lines, line);
  return &g_array_index (lines, MsTokenLine, lines->len - 1);
}

static double
weight_of (const float *weights, const MsTokenRoute *route, int slot)
{
  return weights != NULL ? (double) weights[(gsize) route->token * (gsize) route->routing->slots + (gsize) slot] : NAN;
}

static int
expert_of (const MsTokenRoute *route, int slot)
{
  const MsRouting *routing = route->routing;

  return MIN (slot / MAX (1, routing->slots / MAX (1, routing->E)), MAX (1, routing->E) - 1);
}

/* "slot 3: exp (2.31) / 40.20 = 0.249", where the logits give the weight: not if noise was added that is not here. */
static void
add_equation (GArray *lines, const MsTokenRoute *route, int slot)
{
  const MsRouting *routing = route->routing;
  double largest = -INFINITY, sum = 0, logit = weight_of (routing->logits, route, slot);

  for (int s = 0; s < routing->slots; s++)
    largest = MAX (largest, weight_of (routing->logits, route, s));
  for (int s = 0; s < routing->slots; s++)
    sum += exp (weight_of (routing->logits, route, s) - largest);
  if (!(fabs (exp (logit - largest) / sum - weight_of (routing->combine, route, slot)) <= EXACT))
    return;
  g_snprintf (add (lines, MS_TOKEN_LINE_TEXT, MS_STAGE_SOFTMAX, route->layer)->text, 200,
              "slot %d: exp (%s) / %s = %s", slot, ms_number_fixed (logit, 2).text,
              ms_number_short (sum * exp (largest), 4).text,
              ms_number_fixed (weight_of (routing->combine, route, slot), 3).text);
}

static void
add_slot (GArray *lines, const MsTokenRoute *route, int slot)
{
  const MsRouting *routing = route->routing;
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_BAR, MS_STAGE_LOGITS, route->layer);

  line->slot = slot;
  line->expert = expert_of (route, slot);
  line->value = weight_of (routing->combine, route, slot);
  line->strong = true;
  g_snprintf (line->text, sizeof line->text, "%d", slot);
  g_strlcpy (line->cell[0], ms_number_fixed (weight_of (routing->logits, route, slot), 2).text, 12);
  g_strlcpy (line->cell[1], ms_number_fixed (weight_of (routing->dispatch, route, slot), 3).text, 12);
  g_strlcpy (line->number, ms_number_fixed (line->value, 3).text, sizeof line->number);
}

void
ms_token_add_slots (GArray *lines, const MsScene *scene, const MsTokenRoute *route)
{
  const MsRouting *routing = route->routing;
  g_auto (MsSlots) slots = { 0 };
  MsScene here = *scene;
  int best[BARS], n = 0;
  double rest = 1;
  MsTokenLine *line = add (lines, MS_TOKEN_LINE_HEADING, MS_STAGE_LOGITS, route->layer);

  here.selection.token = route->token;
  if (!ms_slots_read (&slots, &here))
    {
      g_snprintf (line->text, sizeof line->text, "its slots' weights were not captured");
      return;
    }
  g_snprintf (line->text, sizeof line->text, "combine = softmax over %s slots",
              ms_number_count (routing->slots).text);
  n = ms_slots_top_slots (&slots, route->token, best, MIN (BARS, routing->slots));
  line = add (lines, MS_TOKEN_LINE_COLUMNS, MS_STAGE_LOGITS, route->layer);
  g_strlcpy (line->text, "slot", sizeof line->text);
  g_strlcpy (line->cell[0], "logit", 12);
  g_strlcpy (line->cell[1], "dispatch", 12);
  g_strlcpy (line->number, "combine", sizeof line->number);
  for (int i = 0; i < n; i++)
    {
      add_slot (lines, route, best[i]);
      rest -= weight_of (routing->combine, route, best[i]);
    }
  if (n < routing->slots)
    g_snprintf (add (lines, MS_TOKEN_LINE_MUTED, MS_STAGE_SOFTMAX, route->layer)->text, 200,
                "the other %s slots: %s together", ms_number_count (routing->slots - n).text,
                ms_number_fixed (MAX (0, rest), 3).text);
  if (routing->logits != NULL && n > 0)
    add_equation (lines, route, best[0]);
  g_snprintf (add (lines, MS_TOKEN_LINE_MUTED, MS_STAGE_SOFTMAX, route->layer)->text, 200,
              "dispatch: its share of %s tokens in a slot", ms_number_count (slots.rows).text);
}

void
ms_token_append_slot (GString *text, const MsTokenRoute *route, int slot)
{
  const MsRouting *routing = route->routing;

  if (slot < 0 || slot >= routing->slots)
    return;
  g_string_append_printf (text, "slot %d of expert %d, %s", slot, expert_of (route, slot),
                          ms_routing_name (routing).text);
  g_string_append_printf (text, "\nlogit %s", ms_number_fixed (weight_of (routing->logits, route, slot), 3).text);
  g_string_append_printf (text, "\ndispatch %s: the token's share of what the slot reads",
                          ms_number_fixed (weight_of (routing->dispatch, route, slot), 4).text);
  g_string_append_printf (text, "\ncombine %s: the slot's share of the token's result",
                          ms_number_fixed (weight_of (routing->combine, route, slot), 4).text);
}

void
ms_token_append_slots_table (GString *text, const MsTokenRoute *route)
{
  g_string_append (text, "slot\texpert\tlogit\tdispatch\tcombine\n");
  for (int s = 0; route != NULL && s < route->routing->slots; s++)
    g_string_append_printf (text, "%d\t%d\t%s\t%s\t%s\n", s, expert_of (route, s),
                            ms_number_fixed (weight_of (route->routing->logits, route, s), 6).text,
                            ms_number_fixed (weight_of (route->routing->dispatch, route, s), 6).text,
                            ms_number_fixed (weight_of (route->routing->combine, route, s), 6).text);
}
