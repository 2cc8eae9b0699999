/* SPDX-License-Identifier: MIT */

#include "ui/paint/timeline-words.h"

#include "ui/paint/moment.h"
#include "ui/paint/timeline-data.h"

#include <math.h>

/* A new line, unless it is the first. */
static void
begin_line (GString *text)
{
  if (text->len > 0)
    g_string_append_c (text, '\n');
}

static void
append_alert (GString *text, const MsScene *scene, const MsAlert *alert)
{
  g_autofree char *words = ms_alert_words (alert, ms_alerts_limits (scene->alerts));

  g_string_append (text, words);
  if (alert->over >= 0)
    g_string_append_printf (text, ", until step %s", ms_number_count (alert->over).text);
}

/* What was noticed or changed in the steps [from, to], each in a line of its own, or after @between. */
static void
append_events (GString *text, const MsScene *scene, gint64 from, gint64 to, const char *between)
{
  const char *before = "";

  for (int i = 0; scene->alerts != NULL && i < ms_alerts_count (scene->alerts); i++)
    {
      const MsAlert *alert = ms_alerts_at (scene->alerts, i);

      if (alert->step < from || alert->step > to)
        continue;
      g_string_append (text, before);
      append_alert (text, scene, alert);
      before = between;
    }
  for (int i = 0; scene->branches != NULL && i < scene->branches->n_changes; i++)
    {
      const MsBranchChange *change = &scene->branches->change[i];

      if (change->step < from || change->step > to || !ms_timeline_leads (scene->branches, change))
        continue;
      g_string_append_printf (text, "%s%s", before, change->words);
      before = between;
    }
}

static void
append_load (GString *text, const MsScene *scene, int i)
{
  int layer = ms_moment_layer (scene);
  MsLoadMetrics metrics = ms_moment_metrics (scene->history, i, layer);

  if (layer < 0)
    return;
  if (!(metrics.total > 0))
    {
      g_string_append_printf (text, "\nload of %s not captured", ms_moment_layer_name (scene, layer).text);
      return;
    }
  g_string_append_printf (text, "\nmax violation %s in %s", ms_number_fixed (metrics.max_violation, 2).text,
                          ms_moment_layer_name (scene, layer).text);
  if (metrics.dead > 0)
    g_string_append_printf (text, "\n%d of %d experts without tokens", metrics.dead, metrics.E);
}

static char *
describe_step (const MsScene *scene, gint64 step)
{
  GString *text = g_string_new (NULL);
  int i = ms_moment_point (scene->history, step);

  if (i < 0)
    return g_string_free (text, FALSE);

  const MsHistoryPoint *point = &scene->history->points[i];
  g_autoptr (GString) events = g_string_new (NULL);

  g_string_append_printf (text, "step %s", ms_number_count (CLAMP (step, point->first_step, point->last_step)).text);
  if (point->first_step < point->last_step)
    {
      g_string_append (text, "\n");
      ms_moment_append_words (text, point);
    }
  if (isfinite (point->loss))
    g_string_append_printf (text, "\nloss %s", ms_number_short (point->loss, 3).text);
  append_load (text, scene, i);
  append_events (events, scene, point->first_step, point->last_step, "\n");
  if (events->len > 0)
    g_string_append_printf (text, "\n%s", events->str);
  return g_string_free (text, FALSE);
}

static char *
describe_alert (const MsScene *scene, int i)
{
  GString *text = g_string_new (NULL);

  if (scene->alerts != NULL && i >= 0 && i < ms_alerts_count (scene->alerts))
    {
      const MsAlert *alert = ms_alerts_at (scene->alerts, i);

      append_alert (text, scene, alert);
      g_string_append_printf (text, "\nnoticed at step %s", ms_number_count (alert->step).text);
    }
  return g_string_free (text, FALSE);
}

static char *
describe_change (const MsScene *scene, int i)
{
  const MsBranches *branches = scene->branches;

  if (branches == NULL || i < 0 || i >= branches->n_changes)
    return g_strdup ("");
  return g_strdup_printf ("%s\nin force after step %s", branches->change[i].words,
                          ms_number_count (branches->change[i].step).text);
}

static char *
describe_branch (const MsScene *scene, int id)
{
  const MsBranch *branch = ms_branches_find (scene->branches, id);
  GString *text = g_string_new (NULL);

  if (branch == NULL)
    return g_string_free (text, FALSE);
  if (branch == &scene->branches->branch[scene->branches->current])
    g_string_append (text, "this branch: ");
  g_string_append (text, branch->label != NULL && *branch->label != '\0' ? branch->label : "branch");
  begin_line (text);
  if (branch->parent >= 0)
    g_string_append_printf (text, "left after step %s, ", ms_number_count (branch->from).text);
  g_string_append_printf (text, "went to step %s", ms_number_count (branch->to).text);
  if (branch->evaluation != NULL)
    g_string_append_printf (text, "\ntest error %s %% at step %s",
                            ms_number_fixed (100 * branch->evaluation->error, 1).text,
                            ms_number_count (branch->evaluation->step).text);
  return g_string_free (text, FALSE);
}

char *
ms_timeline_describe (const MsScene *scene, const MsSpot *spot)
{
  switch (spot->kind)
    {
    case MS_SPOT_STEP: return describe_step (scene, spot->step);
    case MS_SPOT_ALERT: return describe_alert (scene, spot->bin);
    case MS_SPOT_CHANGE: return describe_change (scene, spot->bin);
    case MS_SPOT_BRANCH: return describe_branch (scene, spot->bin);
    default: return g_strdup ("");
    }
}

char *
ms_timeline_table (const MsScene *scene)
{
  const MsHistory *history = scene->history;
  GString *text = g_string_new ("first step\tlast step\tloss\tmax violation\texperts without tokens\tevents\n");
  int layer = ms_moment_layer (scene);

  for (int i = 0; history != NULL && i < history->n_points; i++)
    {
      const MsHistoryPoint *point = &history->points[i];
      MsLoadMetrics metrics = ms_moment_metrics (history, i, layer);

      g_string_append_printf (text, "%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s", point->first_step,
                              point->last_step, isfinite (point->loss) ? ms_number_short (point->loss, 6).text : "");
      if (metrics.total > 0)
        g_string_append_printf (text, "\t%s\t%d\t", ms_number_fixed (metrics.max_violation, 4).text, metrics.dead);
      else
        g_string_append (text, "\t\t\t");
      append_events (text, scene, point->first_step, point->last_step, "; ");
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
