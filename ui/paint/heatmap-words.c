/* SPDX-License-Identifier: MIT */

#include "ui/paint/heatmap-words.h"

#include "core/metrics/load.h"

#include <math.h>

gint64
ms_heatmap_window (const MsScene *scene)
{
  return scene->alerts != NULL ? ms_alerts_limits (scene->alerts)->window : ms_alert_limits_default ().window;
}

/* Alerts of one moment come in the order of the layers: the next one is mostly that of @from, or close to it. */
static int
layer_of (const MsShareMap *map, const MsAlert *alert, int from)
{
  for (int i = 0; i < map->n_layers; i++)
    {
      int l = (from + i) % map->n_layers;

      if (alert->block == map->block[l] && (alert->member == map->member[l] || map->member[l] < 0))
        return l;
    }
  return MS_NONE;
}

const MsAlert **
ms_heatmap_alerts (const MsScene *scene, const MsShareMap *map)
{
  const MsAlert **newest = g_new0 (const MsAlert *, MAX (1, map->n_layers));
  gint64 step = scene->selection.step >= 0 ? map->last_step : G_MAXINT64;
  int n = scene->alerts != NULL ? ms_alerts_count (scene->alerts) : 0, layer = 0;

  for (int i = 0; i < n; i++)
    {
      const MsAlert *alert = ms_alerts_at (scene->alerts, i);
      int found;

      if (alert->step > step || (alert->over >= 0 && alert->over <= step))
        continue;
      found = layer_of (map, alert, layer);
      if (found >= 0)
        newest[layer = found] = alert;
    }
  return newest;
}

/* Whole assignments as such, means and weights with a decimal. */
static MsNumber
amount (const MsShareMap *map, int layer, double value)
{
  if (map->soft[layer] || map->first_step < map->last_step)
    return ms_number_fixed (value, 1);
  return ms_number_count ((gint64) value);
}

/* Why a layer has no load. */
static const char *
absent (const MsScene *scene)
{
  return scene->stage.partial ? "not computed yet" : "load not captured";
}

static char *
describe_expert (const MsScene *scene, const MsShareMap *map, int l, int e)
{
  GString *text = g_string_new (NULL);
  g_autofree char *moment = ms_share_map_moment (map);
  gsize cell = (gsize) l * (gsize) map->E + (gsize) e;

  g_string_append_printf (text, "expert %d, %s", e, ms_share_map_layer_name (map, l).text);
  if (!(map->total[l] > 0))
    {
      g_string_append_printf (text, "\n%s\n%s", absent (scene), moment);
      return g_string_free (text, FALSE);
    }

  g_autofree guint8 *dead = ms_share_map_dead (map, scene->history, ms_heatmap_window (scene));

  g_string_append_printf (text, "\n%s × an even share\n%s of %s %s (%s %%)",
                          ms_number_fixed (ms_share_map_value (map, l, e), 2).text,
                          amount (map, l, (double) map->load[cell]).text, amount (map, l, map->total[l]).text,
                          map->soft[l] ? "combine weight" : "assignments",
                          ms_number_fixed (100 * (double) map->load[cell] / map->total[l], 1).text);
  if (map->dropped[cell] > 0)
    g_string_append_printf (text, "\n%s dropped", amount (map, l, (double) map->dropped[cell]).text);
  g_string_append_printf (text, "\n%s", moment);
  if (dead[cell])
    g_string_append_printf (text, "\ndead: nothing in %s steps", ms_number_count (ms_heatmap_window (scene)).text);
  return g_string_free (text, FALSE);
}

static MsLoadMetrics
metrics_of (const MsShareMap *map, int l)
{
  g_autofree double *count = g_new (double, MAX (1, map->experts[l]));

  for (int e = 0; e < map->experts[l]; e++)
    count[e] = (double) map->load[(gsize) l * (gsize) map->E + (gsize) e];
  return ms_load_metrics (count, map->experts[l]);
}

static char *
describe_layer (const MsScene *scene, const MsShareMap *map, int l)
{
  static const MsLoadMetricId shown[]
    = { MS_LOAD_METRIC_max_violation, MS_LOAD_METRIC_cv, MS_LOAD_METRIC_entropy_normalised };
  GString *text = g_string_new (NULL);
  MsLoadMetrics metrics = metrics_of (map, l);
  g_autofree const MsAlert **alerts = ms_heatmap_alerts (scene, map);
  g_autofree char *moment = ms_share_map_moment (map);

  g_string_append_printf (text, "%s: %d experts", ms_share_map_layer_name (map, l).text, map->experts[l]);
  if (!(metrics.total > 0))
    g_string_append_printf (text, "\n%s", absent (scene));
  for (gsize i = 0; metrics.total > 0 && i < G_N_ELEMENTS (shown); i++)
    g_string_append_printf (text, "\n%s %s", ms_load_metric_title (shown[i]),
                            ms_number_fixed (ms_load_metric_value (&metrics, shown[i]), 2).text);
  g_string_append_printf (text, "\n%s", moment);
  if (alerts[l] != NULL)
    {
      g_autofree char *words = ms_alert_words (alerts[l], ms_alerts_limits (scene->alerts));

      g_string_append_printf (text, "\n%s", words);
    }
  return g_string_free (text, FALSE);
}

static char *
describe_scale (const MsScene *scene)
{
  return g_strdup_printf ("u = c E / N: the assignments of an expert over an even share of its layer's\n"
                          "1: even, 0: nothing; in Soft MoE c is the combine weight\n"
                          "Where a pixel holds several cells it has the colour of the one farthest from even; a dead "
                          "expert always shows\n"
                          "dead: nothing in %s steps that had at least 10 assignments for each expert",
                          ms_number_count (ms_heatmap_window (scene)).text);
}

char *
ms_heatmap_describe (const MsScene *scene, const MsSpot *spot)
{
  g_autoptr (MsShareMap) map = ms_share_map_new (scene);
  bool layer = spot->layer >= 0 && spot->layer < map->n_layers;

  if (spot->kind == MS_SPOT_EXPERT && layer && spot->expert >= 0 && spot->expert < map->experts[spot->layer])
    return describe_expert (scene, map, spot->layer, spot->expert);
  if (spot->kind == MS_SPOT_LAYER && layer)
    return describe_layer (scene, map, spot->layer);
  if (spot->kind == MS_SPOT_FIGURES)
    return describe_scale (scene);
  return g_strdup ("");
}

char *
ms_heatmap_table (const MsScene *scene)
{
  g_autoptr (MsShareMap) map = ms_share_map_new (scene);
  g_autofree guint8 *dead = ms_share_map_dead (map, scene->history, ms_heatmap_window (scene));
  GString *text = g_string_new ("layer\texpert\tload\tshare of even\tdropped\tdead\n");

  for (int l = 0; l < map->n_layers; l++)
    for (int e = 0; e < map->experts[l]; e++)
      {
        gsize cell = (gsize) l * (gsize) map->E + (gsize) e;

        g_string_append_printf (text, "%s\t%d\t", ms_share_map_layer_name (map, l).text, e);
        if (map->total[l] > 0)
          g_string_append_printf (text, "%s\t%s\t%s\t%s\n", amount (map, l, (double) map->load[cell]).text,
                                  ms_number_fixed (ms_share_map_value (map, l, e), 4).text,
                                  amount (map, l, (double) map->dropped[cell]).text, dead[cell] ? "yes" : "");
        else
          g_string_append (text, "\t\t\t\n");
      }
  return g_string_free (text, FALSE);
}
