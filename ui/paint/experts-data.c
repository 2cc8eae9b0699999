/* SPDX-License-Identifier: MIT */

#include "ui/paint/experts-data.h"

#include "ui/paint/axis.h"
#include "ui/paint/load-words.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define EACH 10 /* assignments an expert would have: with fewer, chance alone leaves experts unused */

/* The loads of the history's points up to the record's step, newest first, until the window is full. */
static void
sum_window (MsExperts *self, const MsScene *scene, int layer)
{
  const MsHistory *history = scene->history;

  if (history == NULL || history->n_layers != scene->record->n_routing || history->layer_experts[layer] != self->E)
    return;
  for (int p = history->n_points - 1; p >= 0 && self->steps < MS_EXPERTS_WINDOW; p--)
    {
      const MsHistoryPoint *point = &history->points[p];
      const float *load = history->load + ((gsize) p * (gsize) history->n_layers + (gsize) layer) * (gsize) history->E;

      if (point->last_step > scene->record->step)
        continue;
      for (int e = 0; e < self->E; e++)
        self->count[e] += point->n_records * (double) load[e];
      self->steps += point->n_records;
    }
}

bool
ms_experts_read (MsExperts *self, const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  *self = (MsExperts) { 0 };
  if (routing == NULL || routing->E < 1)
    return false;
  self->routing = routing;
  self->E = routing->E;
  self->weight = ms_load_is_weight (routing);
  self->count = g_new0 (double, self->E);
  if (!self->weight)
    sum_window (self, scene, CLAMP (scene->selection.layer, 0, scene->record->n_routing - 1));
  if (self->steps == 0)
    {
      self->steps = 1;
      for (int e = 0; e < self->E; e++)
        self->count[e] = ms_load_value (routing, e);
    }
  for (int e = 0; e < self->E; e++)
    {
      self->total += self->count[e];
      self->unused += self->count[e] <= 0;
    }
  self->enough = self->total / self->E >= EACH;
  self->chance = self->E * pow (1 - 1.0 / self->E, self->total);
  return true;
}

void
ms_experts_clear (MsExperts *self)
{
  g_clear_pointer (&self->count, g_free);
}

MsExpertState
ms_experts_state (const MsExperts *self, int e)
{
  if (self->count[e] > 0 || self->weight)
    return MS_EXPERT_USED;
  return self->enough ? MS_EXPERT_DEAD : MS_EXPERT_UNUSED;
}

double *
ms_experts_likeness (const MsRouting *routing, double *most)
{
  int E = routing->E;
  double *square, largest = 0;

  if ((routing->expert_cosine == NULL && routing->router_cosine == NULL) || E < 1 || E > MS_EXPERTS_MOST)
    return NULL;
  square = g_new (double, (gsize) E * (gsize) E);
  for (int i = 0; i < E; i++)
    for (int j = 0; j < E; j++)
      {
        gsize at = (gsize) i * (gsize) E + (gsize) j;
        const float *cosine = i > j ? routing->expert_cosine : routing->router_cosine;
        double value = i == j ? 0 : cosine != NULL ? (double) cosine[at] : NAN;

        square[at] = value;
        largest = fabs (value) > largest ? fabs (value) : largest; /* NaN is not */
      }
  *most = MIN (1, ms_axis_round_up (MAX (largest, 0.1), 5));
  return square;
}

static void
describe_use (GString *text, const MsExperts *self, int e)
{
  MsNumber even = ms_number_fixed (self->total / self->E, self->total / self->E < 10 ? 1 : 0);

  if (self->weight)
    {
      g_string_append_printf (text, "\n%s %% of the combine weight, an even share would be %s %%",
                              ms_number_fixed (self->total > 0 ? 100 * self->count[e] / self->total : NAN, 1).text,
                              ms_number_fixed (100.0 / self->E, 1).text);
      return;
    }
  g_string_append_printf (text, "\n%s of %s assignments in %s %s: an even share would be %s",
                          ms_number_count (llround (self->count[e])).text, ms_number_count (llround (self->total)).text,
                          ms_number_count (self->steps).text, self->steps == 1 ? "step" : "steps", even.text);
  if (ms_experts_state (self, e) == MS_EXPERT_UNUSED)
    g_string_append (text, ", too few to call it dead");
  if (ms_experts_state (self, e) == MS_EXPERT_DEAD)
    g_string_append (text, ": it is dead");
  if (self->count[e] <= 0)
    g_string_append_printf (text, "\nby chance %s of %d would be unused: E (1 − 1/E)^N",
                            ms_number_short (self->chance, 2).text, self->E);
}

/* The expert that is most like @e by @cosine (E, E). */
static void
describe_nearest (GString *text, const MsExperts *self, const float *cosine, int e, const char *what)
{
  int nearest = MS_NONE;

  for (int j = 0; j < self->E && cosine != NULL; j++)
    if (j != e && isfinite (cosine[e * self->E + j])
        && (nearest < 0 || cosine[e * self->E + j] > cosine[e * self->E + nearest]))
      nearest = j;
  if (nearest >= 0)
    g_string_append_printf (text, "\n%s most like those of expert %d: cosine %s", what, nearest,
                            ms_number_fixed ((double) cosine[e * self->E + nearest], 3).text);
}

static void
describe_cosine (GString *text, const float *cosine, int at, const char *what)
{
  if (cosine != NULL && isfinite (cosine[at]))
    g_string_append_printf (text, "\ncosine of their %s: %s", what, ms_number_fixed ((double) cosine[at], 3).text);
  else
    g_string_append_printf (text, "\ncosine of their %s: not captured", what);
}

char *
ms_experts_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  g_auto (MsExperts) experts = { 0 };
  int e = spot->expert, other = spot->kind == MS_SPOT_EXPERTS ? spot->other : e;

  if (!ms_experts_read (&experts, scene) || (spot->kind != MS_SPOT_EXPERTS && spot->kind != MS_SPOT_EXPERT) || e < 0
      || e >= experts.E || other < 0 || other >= experts.E)
    return g_string_free (text, FALSE);

  const MsRouting *routing = experts.routing;

  if (other != e)
    {
      g_string_append_printf (text, "experts %d and %d, %s", e, other, ms_routing_name (routing).text);
      describe_cosine (text, routing->expert_cosine, e * experts.E + other, "weights, less the mean of all experts");
      describe_cosine (text, routing->router_cosine, e * experts.E + other, "columns of the router");
      return g_string_free (text, FALSE);
    }
  g_string_append_printf (text, "expert %d, %s", e, ms_routing_name (routing).text);
  describe_use (text, &experts, e);
  describe_nearest (text, &experts, routing->expert_cosine, e, "weights");
  describe_nearest (text, &experts, routing->router_cosine, e, "router's column");
  return g_string_free (text, FALSE);
}

static const char *const states[] = { "used", "unused, too few assignments to call it dead", "dead" };

/* Each pair once, after the experts themselves. */
static void
append_pairs (GString *text, const MsRouting *routing)
{
  g_string_append (text, "\nexpert\tother\tcosine of weights\tcosine of the router's columns\n");
  for (int i = 0; i < MIN (routing->E, MS_EXPERTS_MOST); i++)
    for (int j = i + 1; j < MIN (routing->E, MS_EXPERTS_MOST); j++)
      {
        const float *both[] = { routing->expert_cosine, routing->router_cosine };

        g_string_append_printf (text, "%d\t%d", i, j);
        for (int k = 0; k < 2; k++)
          {
            double cosine = both[k] != NULL ? (double) both[k][i * routing->E + j] : NAN;

            g_string_append_printf (text, "\t%s", isfinite (cosine) ? ms_number_fixed (cosine, 6).text : "");
          }
        g_string_append_c (text, '\n');
      }
}

char *
ms_experts_table (const MsScene *scene)
{
  g_auto (MsExperts) experts = { 0 };
  bool read = ms_experts_read (&experts, scene);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "expert\t%s\tof\tsteps\tshare %%\tstate\n",
                          experts.weight ? "combine weight" : "assignments");
  for (int e = 0; read && e < experts.E; e++)
    g_string_append_printf (text, "%d\t%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\n", e,
                            ms_number_fixed (experts.count[e], experts.weight ? 4 : 0).text,
                            ms_number_fixed (experts.total, experts.weight ? 4 : 0).text, experts.steps,
                            experts.total > 0 ? ms_number_fixed (100 * experts.count[e] / experts.total, 3).text : "",
                            states[ms_experts_state (&experts, e)]);
  if (read && (experts.routing->expert_cosine != NULL || experts.routing->router_cosine != NULL))
    append_pairs (text, experts.routing);
  return g_string_free (text, FALSE);
}
