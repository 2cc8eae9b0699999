/* SPDX-License-Identifier: MIT */

#include "ui/paint/slots-data.h"

#include "ui/paint/tokens.h"

#include <math.h>

const MsRouting *
ms_slots_routing (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  return routing != NULL && routing->slots > 0 && routing->E > 0 ? routing : NULL;
}

double
ms_slots_dispatch (const MsSlots *self, int token, int slot)
{
  return (double) self->dispatch[(gsize) (token - self->first) * (gsize) self->slots + (gsize) slot];
}

double
ms_slots_combine (const MsSlots *self, int token, int slot)
{
  return (double) self->combine[(gsize) (token - self->first) * (gsize) self->slots + (gsize) slot];
}

int
ms_slots_expert (const MsSlots *self, int slot)
{
  return MIN (slot / self->per_expert, self->routing->E - 1);
}

/* Sums and largest weights in one pass; @peak (slots) is each slot's largest dispatch weight. */
static void
add_up (MsSlots *self, float *peak)
{
  float most_combine = 0;

  for (int r = 0; r < self->rows; r++)
    {
      const float *d = self->dispatch + (gsize) r * (gsize) self->slots;
      const float *c = self->combine + (gsize) r * (gsize) self->slots;
      double sum = 0;

      for (int s = 0; s < self->slots; s++)
        {
          self->column_sum[s] += (double) d[s];
          peak[s] = d[s] > peak[s] ? d[s] : peak[s];
          sum += (double) c[s];
          most_combine = c[s] > most_combine ? c[s] : most_combine;
        }
      self->row_sum[r] = sum;
    }
  for (int s = 0; s < self->slots; s++)
    self->most_dispatch = MAX (self->most_dispatch, (double) peak[s]);
  self->most_combine = (double) most_combine;
}

/* The best slot by @score (slots), of the chosen expert if there is one. */
static int
best_slot (const MsSlots *self, const float *score, int expert)
{
  int best = -1;

  for (int s = 0; s < self->slots; s++)
    if ((expert < 0 || expert >= self->routing->E || ms_slots_expert (self, s) == expert)
        && (best < 0 || score[s] > score[best]))
      best = s;
  return MAX (best, 0);
}

/* The token of the shown example, within the group, that the slot reads most. */
static int
most_read (const MsSlots *self)
{
  int best = -1;

  for (int t = self->first; t < self->first + self->rows; t++)
    if (ms_token_example (self->record, t) == self->example
        && (best < 0 || ms_slots_dispatch (self, t, self->slot) > ms_slots_dispatch (self, best, self->slot)))
      best = t;
  return best >= 0 ? best : self->first;
}

/* The first token of the group that the selection asks for. */
static int
find_group (MsSlots *self, const MsSelection *selection)
{
  const MsRouting *routing = self->routing;
  gint64 copy = (gint64) self->record->N * self->record->tokens;
  int member = ms_scene_copy (&(MsScene) { .record = self->record, .selection = *selection }, routing);
  gint64 token = selection->token;

  if (token < 0 || token >= routing->T)
    {
      self->example = selection->example >= 0 && selection->example < self->record->N ? selection->example : 0;
      token = member * copy + (gint64) self->example * self->record->tokens;
    }
  else
    self->example = ms_token_example (self->record, (int) token);
  token = CLAMP (token, 0, routing->T - 1);
  return (int) (token / self->rows) * self->rows;
}

static void
choose (MsSlots *self, const MsSelection *selection, const float *peak)
{
  bool has_token = selection->token >= self->first && selection->token < self->first + self->rows;

  if (selection->slot >= 0 && selection->slot < self->slots)
    self->slot = selection->slot;
  else if (has_token)
    self->slot = best_slot (self, self->combine + (gsize) (selection->token - self->first) * (gsize) self->slots,
                            selection->expert);
  else
    self->slot = best_slot (self, peak, selection->expert);
  self->token = has_token ? selection->token : most_read (self);
}

bool
ms_slots_read (MsSlots *self, const MsScene *scene)
{
  const MsRouting *routing = ms_slots_routing (scene);
  g_autofree float *peak = NULL;

  *self = (MsSlots) { .record = scene->record, .routing = routing };
  if (routing == NULL || routing->dispatch == NULL || routing->combine == NULL || routing->T < 1
      || scene->record->N < 1 || scene->record->tokens < 1)
    return false;
  self->rows = MAX (1, routing->T / MAX (1, routing->groups));
  self->slots = routing->slots;
  self->per_expert = MAX (1, routing->slots / routing->E);
  self->first = MIN (find_group (self, &scene->selection), routing->T - self->rows);

  gsize from = (gsize) self->first * (gsize) self->slots;

  self->dispatch = routing->dispatch + from;
  self->combine = routing->combine + from;
  self->logits = routing->logits != NULL ? routing->logits + from : NULL;
  self->column_sum = g_new0 (double, self->slots);
  self->row_sum = g_new0 (double, self->rows);
  peak = g_new0 (float, self->slots);
  add_up (self, peak);
  choose (self, &scene->selection, peak);
  return true;
}

void
ms_slots_clear (MsSlots *self)
{
  g_clear_pointer (&self->column_sum, g_free);
  g_clear_pointer (&self->row_sum, g_free);
}

/* The indices of the @n largest of @count values, @stride apart; the first of equal ones comes first. */
static int
top (const float *values, int count, int stride, int *index, int n)
{
  int found = 0;

  for (int i = 0; i < count; i++)
    {
      float v = values[(gsize) i * (gsize) stride];
      int at = found;

      while (at > 0 && v > values[(gsize) index[at - 1] * (gsize) stride])
        at--;
      if (at >= n)
        continue;
      found = MIN (found + 1, n);
      for (int k = found - 1; k > at; k--)
        index[k] = index[k - 1];
      index[at] = i;
    }
  return found;
}

int
ms_slots_top_tokens (const MsSlots *self, int slot, int *tokens, int n)
{
  int found = top (self->dispatch + slot, self->rows, self->slots, tokens, n);

  for (int i = 0; i < found; i++)
    tokens[i] += self->first;
  return found;
}

int
ms_slots_top_slots (const MsSlots *self, int token, int *slots, int n)
{
  return top (self->combine + (gsize) (token - self->first) * (gsize) self->slots, self->slots, 1, slots, n);
}

static double
fault (const double *sum, int n)
{
  double most = 0;

  for (int i = 0; i < n; i++)
    most = isfinite (sum[i]) ? MAX (most, fabs (sum[i] - 1)) : INFINITY;
  return most;
}

double
ms_slots_column_fault (const MsSlots *self)
{
  return fault (self->column_sum, self->slots);
}

double
ms_slots_row_fault (const MsSlots *self)
{
  return fault (self->row_sum, self->rows);
}
