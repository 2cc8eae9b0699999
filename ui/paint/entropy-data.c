/* SPDX-License-Identifier: MIT */

#include "ui/paint/entropy-data.h"

#include "ui/paint/load-words.h"
#include "ui/paint/tokens.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

bool
ms_entropy_has_gates (const MsRouting *routing)
{
  return routing->T > 0 && (routing->slots > 0 ? routing->combine != NULL && routing->slots >= routing->E
                                               : routing->probs != NULL);
}

/* Of the weight that a token gives each expert, on all of its slots together. */
static double
soft_entropy (const MsRouting *routing, int token)
{
  const float *combine = routing->combine + (gsize) token * (gsize) routing->slots;
  int per = routing->slots / routing->E;
  g_autofree float *weight = g_new0 (float, routing->E);

  for (int s = 0; s < per * routing->E; s++)
    weight[s / per] += combine[s];
  return ms_row_entropy (weight, routing->E);
}

double
ms_token_entropy (const MsRouting *routing, int token)
{
  if (!ms_entropy_has_gates (routing) || token < 0 || token >= routing->T)
    return NAN;
  if (routing->mask != NULL && routing->mask[token] == 0)
    return NAN;
  if (routing->slots > 0)
    return soft_entropy (routing, token);
  return ms_row_entropy (routing->probs + (gsize) token * (gsize) routing->E, routing->E);
}

/* Of the load alone: all of its metrics would sort the experts. */
static double
load_entropy (const MsRouting *routing)
{
  g_autofree float *load = g_new (float, MAX (1, routing->E));

  for (int e = 0; e < routing->E; e++)
    load[e] = (float) ms_load_value (routing, e);
  return ms_row_entropy (load, routing->E);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
read_gates (MsLayerEntropy *entropy, const MsRouting *routing, int most)
{
  int n = 0;
  double sum = 0;
  g_autofree double *value = NULL;

  entropy->every = MAX (1, (int) (((gint64) routing->T + most - 1) / MAX (1, most)));
  value = g_new (double, routing->T / entropy->every + 1);
  for (int t = 0; t < routing->T; t += entropy->every)
    {
      double v = ms_token_entropy (routing, t);

      if (isnan (v))
        continue;
      value[n++] = v;
      sum += v;
    }
  entropy->tokens = n;
  if (n < 1)
    return;
  qsort (value, (size_t) n, sizeof *value, compare);
  entropy->gate = sum / n;
  entropy->low = value[(int) (0.1 * (n - 1) + 0.5)];
  entropy->high = value[(int) (0.9 * (n - 1) + 0.5)];
}

MsLayerEntropy
ms_layer_entropy (const MsRouting *routing, int most)
{
  int part = routing->M > 1 && routing->E % routing->M == 0 ? routing->E / routing->M : routing->E;
  MsLayerEntropy entropy = { .load = NAN, .gate = NAN, .low = NAN, .high = NAN, .every = 1 };

  entropy.load_top = log (MAX (1, routing->E));
  entropy.gate_top = log (MAX (1, part));
  if (routing->E > 0)
    entropy.load = load_entropy (routing);
  if (routing->E > 0 && ms_entropy_has_gates (routing))
    read_gates (&entropy, routing, most);
  return entropy;
}

const char *
ms_entropy_reading (const MsLayerEntropy *entropy)
{
  bool sure = entropy->gate < MS_ENTROPY_SURE * entropy->gate_top;
  bool even = entropy->load >= MS_ENTROPY_EVEN * entropy->load_top;

  if (isnan (entropy->load) || entropy->load_top <= 0)
    return "";
  if (isnan (entropy->gate) || entropy->gate_top <= 0)
    return even ? "even load" : "uneven load";
  if (sure)
    return even ? "sure, even load" : "sure, uneven load";
  return even ? "unsure, even load" : "unsure, uneven load";
}

static void
describe_gates (GString *text, const MsRouting *routing, const MsLayerEntropy *entropy)
{
  if (isnan (entropy->gate))
    {
      g_string_append (text, routing->slots > 0 ? "\nits combine weights were not captured"
                                                : "\nthe gates' probabilities were not captured");
      return;
    }
  g_string_append_printf (text, "\n%s of a token: mean %s, a tenth of them below %s and a tenth above %s",
                          routing->slots > 0 ? "combine weights" : "gates",
                          ms_number_fixed (entropy->gate, 3).text, ms_number_fixed (entropy->low, 3).text,
                          ms_number_fixed (entropy->high, 3).text);
  if (entropy->every > 1)
    g_string_append_printf (text, " (1 token in %d)", entropy->every);
}

char *
ms_entropy_describe_layer (const MsScene *scene, int layer, int most)
{
  GString *text = g_string_new (NULL);
  const MsRouting *routing;
  MsLayerEntropy entropy;

  if (scene->record == NULL || layer < 0 || layer >= scene->record->n_routing)
    return g_string_free (text, FALSE);
  routing = scene->record->routing[layer];
  entropy = ms_layer_entropy (routing, most);
  g_string_append_printf (text, "%s: entropy in nats, at most ln %d = %s", ms_routing_name (routing).text, routing->E,
                          ms_number_fixed (entropy.load_top, 3).text);
  if (entropy.gate_top < entropy.load_top)
    g_string_append_printf (text, ", of a token %s", ms_number_fixed (entropy.gate_top, 3).text);
  describe_gates (text, routing, &entropy);
  if (isnan (entropy.load))
    g_string_append (text, "\nload: no assignments");
  else
    g_string_append_printf (text, "\nload: %s", ms_number_fixed (entropy.load, 3).text);
  if (*ms_entropy_reading (&entropy) != '\0')
    g_string_append_printf (text, "\n%s (sure: gates below %s of their most; even: load from %s of its most)",
                            ms_entropy_reading (&entropy), ms_number_fixed (MS_ENTROPY_SURE, 1).text,
                            ms_number_fixed (MS_ENTROPY_EVEN, 1).text);
  return g_string_free (text, FALSE);
}

static void
append_number (GString *text, double value)
{
  g_string_append_printf (text, "\t%s", isfinite (value) ? ms_number_fixed (value, 6).text : "");
}

char *
ms_entropy_table (const MsScene *scene)
{
  GString *text = g_string_new ("layer\texperts\ttokens\tgate entropy\tlowest tenth\thighest tenth\tmost\t"
                                "load entropy\tmost\treading\n");

  for (int l = 0; scene->record != NULL && l < scene->record->n_routing; l++)
    {
      const MsRouting *routing = scene->record->routing[l];
      MsLayerEntropy entropy = ms_layer_entropy (routing, INT_MAX);

      g_string_append_printf (text, "%s\t%d\t%d", ms_routing_name (routing).text, routing->E, entropy.tokens);
      append_number (text, entropy.gate);
      append_number (text, entropy.low);
      append_number (text, entropy.high);
      append_number (text, entropy.gate_top);
      append_number (text, entropy.load);
      append_number (text, entropy.load_top);
      g_string_append_printf (text, "\t%s\n", ms_entropy_reading (&entropy));
    }
  return g_string_free (text, FALSE);
}
