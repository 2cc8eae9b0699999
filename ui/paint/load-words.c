/* SPDX-License-Identifier: MIT */

#include "ui/paint/load-words.h"

#include "ui/paint/strip.h"
#include "ui/paint/tokens.h"

double
ms_load_total (const MsRouting *routing)
{
  double total = 0;

  for (int e = 0; e < routing->E; e++)
    total += routing->load[e];
  return total;
}

MsLoadMetrics
ms_load_of (const MsRouting *routing)
{
  g_autofree double *count = g_new (double, routing->E);

  for (int e = 0; e < routing->E; e++)
    count[e] = routing->load[e];
  return ms_load_metrics (count, routing->E);
}

static char *
describe_expert (const MsRouting *routing, int e)
{
  double total = ms_load_total (routing), places = (double) routing->capacity * routing->groups;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "expert %d, block %d\n%s of %s assignments", e, routing->layer,
                          ms_number_count (routing->load[e]).text, ms_number_count ((gint64) total).text);
  if (total > 0)
    g_string_append_printf (text, " (%s %%)", ms_number_fixed (100 * routing->load[e] / total, 1).text);
  g_string_append_printf (text, "\n%s dropped\nfair share %s %%", ms_number_count (routing->dropped[e]).text,
                          ms_number_fixed (100.0 / routing->E, 1).text);
  if (routing->capacity > 0)
    g_string_append_printf (text, "\ncapacity %s places", ms_number_count ((gint64) places).text);
  else
    g_string_append (text, "\nno capacity limit");
  return g_string_free (text, FALSE);
}

char *
ms_load_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsRouting *routing = ms_scene_routing (scene);

  if (routing != NULL && spot->kind == MS_SPOT_EXPERT && spot->expert >= 0 && spot->expert < routing->E)
    return describe_expert (routing, spot->expert);
  if (spot->kind == MS_SPOT_STEP)
    return ms_strip_describe (scene, spot);
  return g_strdup ("");
}

char *
ms_load_table (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);
  GString *text = g_string_new ("expert\tassignments\tshare %\tdropped\n");

  double total = routing != NULL ? ms_load_total (routing) : 0;

  for (int e = 0; routing != NULL && e < routing->E; e++)
    g_string_append_printf (text, "%d\t%d\t%s\t%d\n", e, routing->load[e],
                            total > 0 ? ms_number_fixed (100 * routing->load[e] / total, 3).text : "",
                            routing->dropped[e]);
  return g_string_free (text, FALSE);
}
