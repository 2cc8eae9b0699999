/* SPDX-License-Identifier: MIT */

#include "ui/paint/slots-words.h"

#include "ui/paint/example-words.h"
#include "ui/paint/format.h"
#include "ui/paint/slots-data.h"
#include "ui/paint/tokens.h"

static void
add_token (GString *text, const MsSlots *slots, int token)
{
  gsize before;

  ms_words_example (text, slots->record, ms_token_example (slots->record, token));
  g_string_append_c (text, '\n');
  before = text->len;
  ms_words_token (text, slots->record, token);
  if (text->len > before)
    g_string_append_c (text, '\n');
}

static void
describe_weight (GString *text, const MsSlots *slots, int token, int slot)
{
  add_token (text, slots, token);
  g_string_append_printf (text, "slot %d of expert %d, block %d", slot, ms_slots_expert (slots, slot),
                          slots->routing->layer);
  g_string_append_printf (text, "\ndispatch %s: its share of what the slot reads",
                          ms_number_fixed (ms_slots_dispatch (slots, token, slot), 4).text);
  g_string_append_printf (text, "\ncombine %s: the slot's share of its result",
                          ms_number_fixed (ms_slots_combine (slots, token, slot), 4).text);
  if (slots->logits != NULL)
    g_string_append_printf (
        text, "\nlogit %s",
        ms_number_fixed ((double) slots->logits[(gsize) (token - slots->first) * (gsize) slots->slots + (gsize) slot],
                         3).text);
}

static void
describe_slot (GString *text, const MsSlots *slots, int slot)
{
  int token;

  g_string_append_printf (text, "slot %d of expert %d, block %d", slot, ms_slots_expert (slots, slot),
                          slots->routing->layer);
  g_string_append_printf (text, "\ndispatch weights of %s tokens sum to %s", ms_number_count (slots->rows).text,
                          ms_number_fixed (slots->column_sum[slot], 6).text);
  if (ms_slots_top_tokens (slots, slot, &token, 1) == 1)
    {
      g_string_append (text, "\nreads most, ");
      g_string_append_printf (text, "%s, from ", ms_number_fixed (ms_slots_dispatch (slots, token, slot), 3).text);
      ms_words_example (text, slots->record, ms_token_example (slots->record, token));
      g_string_append (text, "\n");
      ms_words_token (text, slots->record, token);
    }
}

static void
describe_token (GString *text, const MsSlots *slots, int token)
{
  int slot;

  add_token (text, slots, token);
  g_string_append_printf (text, "combine weights of %s slots sum to %s", ms_number_count (slots->slots).text,
                          ms_number_fixed (slots->row_sum[token - slots->first], 6).text);
  if (ms_slots_top_slots (slots, token, &slot, 1) == 1)
    g_string_append_printf (text, "\nuses most, %s, slot %d of expert %d",
                            ms_number_fixed (ms_slots_combine (slots, token, slot), 3).text, slot,
                            ms_slots_expert (slots, slot));
}

static void
describe_expert (GString *text, const MsSlots *slots, int e)
{
  const MsRouting *routing = slots->routing;
  int from = e * slots->per_expert, to = MIN (from + slots->per_expert, slots->slots) - 1;

  g_string_append_printf (text, "expert %d, block %d\n", e, routing->layer);
  if (to > from)
    g_string_append_printf (text, "slots %d to %d", from, to);
  else
    g_string_append_printf (text, "slot %d", from);
  if (routing->use != NULL)
    g_string_append_printf (text, "\n%s of the combine weight of %s tokens",
                            ms_number_fixed (routing->use[e], 1).text, ms_number_count (routing->T).text);
}

char *
ms_slots_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  g_auto (MsSlots) slots = { 0 };

  if (!ms_slots_read (&slots, scene))
    return g_string_free (text, FALSE);

  bool token = spot->token >= slots.first && spot->token < slots.first + slots.rows;
  bool slot = spot->slot >= 0 && spot->slot < slots.slots;

  if (spot->kind == MS_SPOT_SLOT && slot && token)
    describe_weight (text, &slots, spot->token, spot->slot);
  else if (spot->kind == MS_SPOT_SLOT && slot)
    describe_slot (text, &slots, spot->slot);
  else if (spot->kind == MS_SPOT_TOKEN && token)
    describe_token (text, &slots, spot->token);
  else if (spot->kind == MS_SPOT_EXPERT && spot->expert >= 0 && spot->expert < slots.routing->E)
    describe_expert (text, &slots, spot->expert);
  return g_string_free (text, FALSE);
}

char *
ms_slots_table (const MsScene *scene)
{
  GString *text = g_string_new ("example\ttoken\tslot\texpert\tlogit\tdispatch\tcombine\n");
  g_auto (MsSlots) slots = { 0 };

  if (!ms_slots_read (&slots, scene))
    return g_string_free (text, FALSE);
  for (int t = slots.first; t < slots.first + slots.rows; t++)
    for (int s = 0; s < slots.slots; s++)
      {
        gsize i = (gsize) (t - slots.first) * (gsize) slots.slots + (gsize) s;

        g_string_append_printf (text, "%d\t%d\t%d\t%d\t%s\t%s\t%s\n", ms_token_example (slots.record, t),
                                t % slots.record->tokens, s, ms_slots_expert (&slots, s),
                                slots.logits != NULL ? ms_number_fixed ((double) slots.logits[i], 6).text : "",
                                ms_number_fixed ((double) slots.dispatch[i], 6).text,
                                ms_number_fixed ((double) slots.combine[i], 6).text);
      }
  return g_string_free (text, FALSE);
}
