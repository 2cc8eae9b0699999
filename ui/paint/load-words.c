/* SPDX-License-Identifier: MIT */

#include "ui/paint/load-words.h"

#include "ui/paint/strip.h"
#include "ui/paint/tokens.h"

#define MOST_ALERTS 4 /* in a tooltip */

bool
ms_load_is_weight (const MsRouting *routing)
{
  return routing->slots > 0 && routing->use != NULL;
}

double
ms_load_value (const MsRouting *routing, int e)
{
  return ms_load_is_weight (routing) ? routing->use[e] : (double) routing->load[e];
}

double
ms_load_total (const MsRouting *routing)
{
  double total = 0;

  for (int e = 0; e < routing->E; e++)
    total += ms_load_value (routing, e);
  return total;
}

MsLoadMetrics
ms_load_of (const MsRouting *routing)
{
  g_autofree double *count = g_new (double, routing->E);

  for (int e = 0; e < routing->E; e++)
    count[e] = ms_load_value (routing, e);
  return ms_load_metrics (count, routing->E);
}

bool
ms_load_is_masked (const MsRouting *routing, int e)
{
  return routing->masked != NULL && routing->masked[e];
}

int
ms_load_masked (const MsRouting *routing)
{
  int n = 0;

  for (int e = 0; e < routing->E; e++)
    n += ms_load_is_masked (routing, e);
  return n;
}

int
ms_load_unused (const MsRouting *routing)
{
  int n = 0;

  for (int e = 0; e < routing->E; e++)
    n += ms_load_value (routing, e) <= 0 && !ms_load_is_masked (routing, e);
  return n;
}

static void
describe_weight (GString *text, const MsRouting *routing, int e, double total)
{
  g_string_append_printf (text, "\n%s of the combine weight of %s tokens",
                          ms_number_fixed (ms_load_value (routing, e), 1).text, ms_number_count (routing->T).text);
  if (total > 0)
    g_string_append_printf (text, " (%s %%)", ms_number_fixed (100 * ms_load_value (routing, e) / total, 1).text);
  g_string_append_printf (text, "\nfair share %s %%\nall of its %d slots are always full",
                          ms_number_fixed (100.0 / routing->E, 1).text, routing->slots / routing->E);
}

static void
describe_assignments (GString *text, const MsRouting *routing, int e, double total)
{
  double places = (double) routing->capacity * routing->groups;

  g_string_append_printf (text, "\n%s of %s assignments", ms_number_count (routing->load[e]).text,
                          ms_number_count ((gint64) total).text);
  if (total > 0)
    g_string_append_printf (text, " (%s %%)", ms_number_fixed (100 * routing->load[e] / total, 1).text);
  g_string_append_printf (text, "\n%s dropped\nfair share %s %%", ms_number_count (routing->dropped[e]).text,
                          ms_number_fixed (100.0 / routing->E, 1).text);
  if (routing->capacity > 0)
    g_string_append_printf (text, "\ncapacity %s places", ms_number_count ((gint64) places).text);
  else
    g_string_append (text, "\nno capacity limit");
}

static char *
describe_expert (const MsRouting *routing, int e)
{
  GString *text = g_string_new (NULL);
  double total = ms_load_total (routing);

  g_string_append_printf (text, "expert %d, %s", e, ms_routing_name (routing).text);
  if (routing->M > 1 && routing->E % routing->M == 0)
    g_string_append_printf (text, "\nserves member %d", e / (routing->E / routing->M));
  if (ms_load_is_masked (routing, e))
    g_string_append (text, "\nmasked: an intervention keeps all tokens from it");
  if (ms_load_is_weight (routing))
    describe_weight (text, routing, e, total);
  else
    describe_assignments (text, routing, e, total);
  return g_string_free (text, FALSE);
}

const MsLoadMetricId ms_load_figures[MS_LOAD_FIGURES]
  = { MS_LOAD_METRIC_max_violation, MS_LOAD_METRIC_cv, MS_LOAD_METRIC_entropy_normalised };

const char *
ms_load_unit (const MsRouting *routing)
{
  return ms_load_is_weight (routing) ? "c = combine weight that tokens give an expert" : "c = assignments of an expert";
}

const MsAlert *
ms_load_alert (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (scene->alerts == NULL || routing == NULL)
    return NULL;
  return ms_alerts_of (scene->alerts, routing->layer, routing->member, -1);
}

/* All of the layer that is not over: the mark in the head stands for the newest of them. */
static void
describe_alerts (GString *text, const MsScene *scene, const MsRouting *routing)
{
  int n = scene->alerts != NULL ? ms_alerts_count (scene->alerts) : 0, more = 0;

  for (int i = n - 1; i >= 0; i--)
    {
      const MsAlert *alert = ms_alerts_at (scene->alerts, i);
      g_autofree char *words = ms_alert_words (alert, ms_alerts_limits (scene->alerts));

      if (alert->over >= 0 || alert->block != routing->layer || alert->member != routing->member)
        continue;
      if (more++ < MOST_ALERTS)
        g_string_append_printf (text, "alert at step %" G_GINT64_FORMAT ": %s\n", alert->step, words);
    }
  if (more > MOST_ALERTS)
    g_string_append_printf (text, "and %d more\n", more - MOST_ALERTS);
}

static char *
describe_figures (const MsScene *scene, const MsRouting *routing)
{
  MsLoadMetrics metrics = ms_load_of (routing);
  GString *text = g_string_new (NULL);

  describe_alerts (text, scene, routing);
  for (int i = 0; i < MS_LOAD_FIGURES; i++)
    g_string_append_printf (text, "%s %s: %s\n", ms_load_metric_title (ms_load_figures[i]),
                            ms_number_fixed (ms_load_metric_value (&metrics, ms_load_figures[i]), 4).text,
                            ms_load_metric_formula (ms_load_figures[i]));
  g_string_append_printf (text, "H = −Σ p ln p, p = c / N\n%s, N = their sum, E = %d experts", ms_load_unit (routing),
                          routing->E);
  return g_string_free (text, FALSE);
}

char *
ms_load_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (routing != NULL && spot->kind == MS_SPOT_EXPERT && spot->expert >= 0 && spot->expert < routing->E)
    return describe_expert (routing, spot->expert);
  if (routing != NULL && routing->E > 0 && spot->kind == MS_SPOT_FIGURES)
    return describe_figures (scene, routing);
  if (spot->kind == MS_SPOT_STEP)
    return ms_strip_describe (scene, spot);
  return g_strdup ("");
}

char *
ms_load_table (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);
  bool weight = routing != NULL && ms_load_is_weight (routing);
  bool masks = routing != NULL && routing->masked != NULL;
  GString *text = g_string_new (weight ? "expert\tcombine weight\tshare %" : "expert\tassignments\tshare %\tdropped");
  double total = routing != NULL ? ms_load_total (routing) : 0;

  g_string_append (text, masks ? "\tmasked\n" : "\n");
  for (int e = 0; routing != NULL && e < routing->E; e++)
    {
      double value = ms_load_value (routing, e);

      g_string_append_printf (text, "%d\t%s\t%s", e, ms_number_fixed (value, weight ? 4 : 0).text,
                              total > 0 ? ms_number_fixed (100 * value / total, 3).text : "");
      if (!weight)
        g_string_append_printf (text, "\t%d", routing->dropped[e]);
      if (masks)
        g_string_append (text, ms_load_is_masked (routing, e) ? "\tyes" : "\t");
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
