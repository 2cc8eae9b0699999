/* SPDX-License-Identifier: MIT */

#include "ui/paint/token-data.h"

#include "ui/paint/tokens.h"

#include <math.h>

#define EXACT 1e-4 /* a recorded gate is a float, made from inputs that are floats */

static double
value_at (const float *values, const MsTokenRoute *self, int expert, double absent)
{
  gsize i = (gsize) self->token * (gsize) self->routing->E + (gsize) expert;

  return values != NULL ? (double) values[i] : absent;
}

static MsGatesKind
kind_of (const MsRouting *routing)
{
  static const char *const softmax[] = { "top-k", "switch", "experts-choose", NULL };

  if (routing->probs == NULL || routing->router == NULL)
    return MS_GATES_UNKNOWN;
  if (g_str_equal (routing->router, "sigmoid"))
    return MS_GATES_SIGMOID;
  return g_strv_contains (softmax, routing->router) ? MS_GATES_SOFTMAX : MS_GATES_UNKNOWN;
}

static void
read_gates (MsTokenRoute *self, int first)
{
  const MsRouting *routing = self->routing;

  self->has_offset = routing->offset != NULL;
  self->has_noise = routing->noise != NULL;
  self->has_bias = routing->bias != NULL;
  self->largest = -INFINITY;
  for (int i = 0; i < self->n; i++)
    {
      int e = first + i;
      MsTokenGate *gate = &self->gate[i];

      *gate = (MsTokenGate) {
        .expert = e,
        .logit = value_at (routing->logits, self, e, NAN),
        .offset = value_at (routing->offset, self, e, 0),
        .noise = value_at (routing->noise, self, e, 0),
        .gate = value_at (routing->probs, self, e, NAN),
        .bias = routing->bias != NULL ? (double) routing->bias[e] : NAN,
        .rank = MS_NONE,
      };
      gate->input = gate->logit + gate->offset + gate->noise;
      self->largest = MAX (self->largest, gate->input);
    }
  for (int i = 0; i < self->n; i++)
    self->sum += exp (self->gate[i].input - self->largest);
  self->explained = self->kind != MS_GATES_UNKNOWN && routing->logits != NULL;
  for (int i = 0; i < self->n && self->explained; i++)
    self->explained = fabs (ms_token_route_gate (self, &self->gate[i]) - self->gate[i].gate) <= EXACT;
}

static void
read_choices (MsTokenRoute *self, int first)
{
  const MsRouting *routing = self->routing;

  self->choice = g_new0 (MsTokenChoice, MAX (1, routing->K));
  for (int k = 0; k < routing->K; k++)
    {
      gsize i = (gsize) self->token * (gsize) routing->K + (gsize) k;
      int e = ms_token_expert (routing, self->token, k);
      MsTokenChoice *choice = &self->choice[self->n_choices];

      if (e < 0)
        continue;
      choice->expert = e;
      choice->gate = ms_token_probability (routing, self->token, e);
      choice->weight = routing->gate != NULL ? (double) routing->gate[i] : NAN;
      choice->place = routing->place != NULL && routing->place[i] >= 0 ? routing->place[i] : MS_NONE;
      choice->kept = routing->kept != NULL ? routing->kept[i] != 0 : MS_NONE;
      choice->out_norm = routing->out_norm != NULL ? (double) routing->out_norm[i] : NAN;
      self->chosen_sum += choice->gate;
      if (e >= first && e < first + self->n)
        self->gate[e - first].rank = self->n_choices;
      self->n_choices++;
    }
}

/* The chosen token's index here: a layer before the copies are made knows all of them as one. MS_NONE: there is no such
 * token in any layer. */
static int
find_token (const MsRecord *record, const MsRouting *routing, int token)
{
  gint64 each = (gint64) record->N * record->tokens;

  if (token < 0 || each < 1 || token < routing->T)
    return token < 0 || each < 1 ? MS_NONE : token;
  for (int l = 0; l < record->n_routing; l++)
    if (token < record->routing[l]->T && token % each < routing->T)
      return (int) (token % each);
  return MS_NONE;
}

bool
ms_token_route_read (MsTokenRoute *self, const MsScene *scene)
{
  const MsRecord *record = scene->record;
  const MsRouting *routing = ms_scene_routing (scene);
  int token = routing != NULL ? find_token (record, routing, scene->selection.token) : MS_NONE, first = 0;

  *self = (MsTokenRoute) { .record = record, .routing = routing };
  if (token == MS_NONE || routing->T < 1)
    return false;
  self->layer = CLAMP (scene->selection.layer, 0, record->n_routing - 1);
  self->token = token;
  self->example = ms_token_example (record, token);
  self->copy = ms_scene_copy (scene, routing);
  self->member = routing->member >= 0 ? routing->member : routing->copies > 1 ? self->copy : MS_NONE;
  self->in_norm = routing->in_norm != NULL ? (double) routing->in_norm[token] : NAN;
  self->added_norm = routing->added_norm != NULL ? (double) routing->added_norm[token] : NAN;
  self->routed = (routing->mask == NULL || routing->mask[token]) && (routing->expert != NULL || routing->slots > 0);
  if (!self->routed || routing->slots > 0 || routing->E < 1)
    return true;
  self->kind = kind_of (routing);
  self->n = ms_routing_experts (routing, self->copy, &first);
  first = CLAMP (first, 0, routing->E - 1);
  self->n = CLAMP (self->n, 1, routing->E - first);
  self->gate = g_new0 (MsTokenGate, self->n);
  read_gates (self, first);
  read_choices (self, first);
  return true;
}

void
ms_token_route_clear (MsTokenRoute *self)
{
  g_clear_pointer (&self->gate, g_free);
  g_clear_pointer (&self->choice, g_free);
}

double
ms_token_route_gate (const MsTokenRoute *self, const MsTokenGate *gate)
{
  switch (self->kind)
    {
    case MS_GATES_SOFTMAX: return exp (gate->input - self->largest) / self->sum;
    case MS_GATES_SIGMOID: return 1 / (1 + exp (-gate->input));
    case MS_GATES_UNKNOWN: break;
    }
  return NAN;
}

const MsTokenGate *
ms_token_route_of (const MsTokenRoute *self, int expert)
{
  int i = self->n > 0 ? expert - self->gate[0].expert : -1;

  return i >= 0 && i < self->n ? &self->gate[i] : NULL;
}

/* What was chosen comes before the rest; then the larger gate, or the smaller number. */
static bool
comes_before (const MsTokenGate *a, const MsTokenGate *b)
{
  if ((a->rank >= 0) != (b->rank >= 0))
    return a->rank >= 0;
  return a->gate > b->gate;
}

int
ms_token_route_list (const MsTokenRoute *self, int *index, int n)
{
  int found = 0;

  if (self->n <= n)
    {
      for (int i = 0; i < self->n; i++)
        index[i] = i;
      return self->n;
    }
  for (int i = 0; i < self->n && n > 0; i++)
    {
      int at = found;

      while (at > 0 && comes_before (&self->gate[i], &self->gate[index[at - 1]]))
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
ms_token_route_elsewhere (const MsTokenRoute *self, int layer, int token)
{
  const MsRouting *routing = self->record->routing[layer];
  int best = 0;

  if (token < 0 || token >= routing->T)
    return MS_NONE;
  if (routing->slots < 1)
    return ms_token_expert (routing, token, 0);
  if (routing->combine == NULL || routing->E < 1)
    return MS_NONE;

  const float *combine = routing->combine + (gsize) token * (gsize) routing->slots;

  for (int s = 1; s < routing->slots; s++)
    best = combine[s] > combine[best] ? s : best;
  return MIN (best / MAX (1, routing->slots / routing->E), routing->E - 1);
}

int
ms_token_route_next_layer (const MsTokenRoute *self, int layer)
{
  for (int l = MAX (0, layer); l < self->record->n_routing; l++)
    if (self->record->routing[l]->member == self->routing->member)
      return l;
  return MS_NONE;
}

bool
ms_token_route_other (const MsTokenRoute *self, int i, int *member, int *layer, int *token)
{
  const MsRecord *record = self->record;
  gint64 each = (gint64) record->N * record->tokens;

  if (self->routing->copies > 1)
    {
      *member = i < self->copy ? i : i + 1;
      *layer = self->layer;
      *token = (int) MIN (*member * each + self->token % each, G_MAXINT);
      return *member < self->routing->copies;
    }
  *token = self->token;
  for (int l = 0; self->routing->member >= 0 && l < record->n_routing; l++)
    if (l != self->layer && record->routing[l]->layer == self->routing->layer && i-- == 0)
      {
        *member = record->routing[l]->member;
        *layer = l;
        return true;
      }
  return false;
}
