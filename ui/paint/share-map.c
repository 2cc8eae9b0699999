/* SPDX-License-Identifier: MIT */

#include "ui/paint/share-map.h"

#include "core/metrics/load.h"
#include "ui/paint/load-words.h"
#include "ui/paint/moment.h"

#include <math.h>

static MsShareMap *
map_new (int n_layers, int E, bool loads)
{
  MsShareMap *map = g_new0 (MsShareMap, 1);
  gsize n = (gsize) n_layers * (gsize) E;

  map->n_layers = n_layers;
  map->E = E;
  map->experts = g_new0 (int, n_layers);
  map->block = g_new0 (int, n_layers);
  map->member = g_new0 (int, n_layers);
  map->soft = g_new0 (bool, n_layers);
  map->total = g_new0 (double, n_layers);
  map->point = MS_NONE;
  map->load = loads ? g_new (float, n) : NULL;
  map->dropped = loads ? g_new (float, n) : NULL;
  for (gsize i = 0; loads && i < n; i++)
    map->load[i] = map->dropped[i] = NAN;
  return map;
}

void
ms_share_map_free (MsShareMap *map)
{
  if (map == NULL)
    return;
  g_free (map->experts);
  g_free (map->block);
  g_free (map->member);
  g_free (map->soft);
  g_free (map->total);
  g_free (map->load);
  g_free (map->dropped);
  g_free (map);
}

/* Of layers that the pass which is walked through has not come to, nothing is known. */
static MsShareMap *
map_of_record (const MsRecord *record, const MsStage *stage, bool loads)
{
  int E = 0;

  for (int l = 0; l < record->n_routing; l++)
    E = MAX (E, record->routing[l]->E);

  MsShareMap *map = map_new (record->n_routing, E, loads);

  map->first_step = map->last_step = record->step;
  for (int l = 0; l < map->n_layers; l++)
    {
      const MsRouting *routing = record->routing[l];
      gsize row = (gsize) l * (gsize) E;

      map->experts[l] = routing->E;
      map->block[l] = routing->layer;
      map->member[l] = routing->member;
      map->soft[l] = ms_load_is_weight (routing);
      if (ms_stage_time (stage, l, MS_STAGE_TOP_K) == MS_STAGE_AHEAD)
        continue;
      map->total[l] = loads ? ms_load_total (routing) : 0;
      for (int e = 0; loads && e < routing->E; e++)
        {
          map->load[row + (gsize) e] = (float) ms_load_value (routing, e);
          if (ms_stage_time (stage, l, MS_STAGE_DISPATCH) != MS_STAGE_AHEAD)
            map->dropped[row + (gsize) e] = (float) routing->dropped[e];
        }
    }
  return map;
}

/* Members and the kind of load are the record's, which has the same layers unless the model was another one. */
static void
name_layers (MsShareMap *map, const MsRecord *record)
{
  bool same = record != NULL && record->n_routing == map->n_layers;

  for (int l = 0; l < map->n_layers; l++)
    {
      const MsRouting *routing = same && record->routing[l]->layer == map->block[l] ? record->routing[l] : NULL;

      map->member[l] = routing != NULL ? routing->member : MS_NONE;
      map->soft[l] = routing != NULL && ms_load_is_weight (routing);
    }
}

static MsShareMap *
map_of_point (const MsHistory *history, int i, const MsRecord *record, bool loads)
{
  MsShareMap *map = map_new (history->n_layers, history->E, loads);

  map->first_step = history->points[i].first_step;
  map->last_step = history->points[i].last_step;
  for (int l = 0; l < map->n_layers; l++)
    {
      const float *load = ms_moment_load (history, i, l), *dropped = ms_moment_dropped (history, i, l);
      gsize row = (gsize) l * (gsize) map->E;

      map->experts[l] = history->layer_experts[l];
      map->block[l] = history->layer_block[l];
      for (int e = 0; loads && e < map->experts[l]; e++)
        {
          map->load[row + (gsize) e] = load[e];
          map->dropped[row + (gsize) e] = dropped[e];
          map->total[l] += (double) load[e];
        }
    }
  name_layers (map, record);
  return map;
}

static MsShareMap *
read_map (const MsScene *scene, bool loads)
{
  const MsRecord *record = scene->record;
  int point = ms_moment_point (scene->history, scene->selection.step);
  bool past = point >= 0 && scene->history->n_layers > 0, now = record != NULL && record->n_routing > 0;
  MsShareMap *map;

  if (past && (scene->selection.step >= 0 || !now))
    map = map_of_point (scene->history, point, record, loads);
  else if (now)
    map = map_of_record (record, &scene->stage, loads);
  else
    map = map_new (0, 0, loads);
  if (past && scene->history->n_layers == map->n_layers)
    map->point = point;
  return map;
}

MsShareMap *
ms_share_map_new (const MsScene *scene)
{
  return read_map (scene, true);
}

MsShareMap *
ms_share_map_new_shape (const MsScene *scene)
{
  return read_map (scene, false);
}

double
ms_share_map_value (const MsShareMap *map, int layer, int e)
{
  if (layer < 0 || layer >= map->n_layers || e < 0 || e >= map->experts[layer] || !(map->total[layer] > 0))
    return NAN;
  return (double) map->load[(gsize) layer * (gsize) map->E + (gsize) e] * map->experts[layer] / map->total[layer];
}

float
ms_share_map_shade (float u)
{
  return u <= 1 ? u - 1 : MIN (1, log2f (u) / 2);
}

/* The points up to the moment that together hold @steps steps: (from, map->point]. */
static int
window_start (const MsShareMap *map, const MsHistory *history, gint64 steps)
{
  gint64 n = 0;
  int i = map->point;

  for (; i >= 0 && n < steps; i--)
    n += history->points[i].n_records;
  return i;
}

/* The assignments of a layer in the window, newest first, are enough to call an expert without any dead. */
static bool
says_enough (const MsHistory *history, int from, int to, int layer)
{
  int E = history->layer_experts[layer];
  double sum = 0;

  for (int i = to; i > from && !ms_load_dead_is_meaningful (sum, E); i--)
    {
      const float *load = ms_moment_load (history, i, layer);
      double step = 0;

      for (int e = 0; e < E; e++)
        step += (double) load[e];
      sum += step * history->points[i].n_records;
    }
  return ms_load_dead_is_meaningful (sum, E);
}

guint8 *
ms_share_map_dead (const MsShareMap *map, const MsHistory *history, gint64 steps)
{
  guint8 *dead = g_new0 (guint8, (gsize) map->n_layers * (gsize) map->E);
  int to = map->point, from;

  if (to < 0)
    return dead;
  from = window_start (map, history, steps);
  for (int l = 0; l < map->n_layers; l++)
    {
      int E = MIN (map->experts[l], history->layer_experts[l]), n = 0;
      g_autofree int *idle = g_new (int, MAX (1, E)); /* the experts without any so far */

      for (int e = 0; e < E && !map->soft[l]; e++)
        if (!(map->load[(gsize) l * (gsize) map->E + (gsize) e] > 0))
          idle[n++] = e;
      if (n > 0 && !says_enough (history, from, to, l))
        continue;
      for (int i = to; i > from && n > 0; i--)
        {
          const float *load = ms_moment_load (history, i, l);
          int left = 0;

          for (int k = 0; k < n; k++)
            if (!(load[idle[k]] > 0))
              idle[left++] = idle[k];
          n = left;
        }
      for (int k = 0; k < n; k++)
        dead[(gsize) l * (gsize) map->E + (gsize) idle[k]] = 1;
    }
  return dead;
}

MsNumber
ms_share_map_layer_name (const MsShareMap *map, int layer)
{
  MsNumber name;

  if (map->member[layer] >= 0)
    g_snprintf (name.text, sizeof name.text, "block %d of member %d", map->block[layer], map->member[layer]);
  else
    g_snprintf (name.text, sizeof name.text, "block %d", map->block[layer]);
  return name;
}

char *
ms_share_map_moment (const MsShareMap *map)
{
  if (map->first_step == map->last_step)
    return g_strdup_printf ("step %s", ms_number_count (map->last_step).text);
  return g_strdup_printf ("mean of steps %s to %s", ms_number_count (map->first_step).text,
                          ms_number_count (map->last_step).text);
}
