/* SPDX-License-Identifier: MIT */

#include "ui/paint/timeline-data.h"

#include "ui/paint/moment.h"

#include <math.h>

bool
ms_timeline_steps (const MsScene *scene, gint64 *first, gint64 *last)
{
  const MsHistory *history = scene->history;

  if (history == NULL || history->n_points < 1)
    return false;
  *first = history->points[0].first_step;
  *last = MAX (*first, history->points[history->n_points - 1].last_step);
  return true;
}

gint64
ms_timeline_end (const MsScene *scene)
{
  gint64 first = 0, end = 0;

  ms_timeline_steps (scene, &first, &end);
  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    {
      const MsBranch *branch = &scene->branches->branch[i];

      if (ms_timeline_other (scene, branch) != NULL && ms_timeline_related (scene->branches, branch))
        end = MAX (end, branch->to);
    }
  return end;
}

gint64
ms_timeline_cursor (const MsScene *scene)
{
  const MsRecord *record = scene->record;
  gint64 first = 0, last = 0, step = scene->selection.step;

  ms_timeline_steps (scene, &first, &last);
  if (step != MS_NONE)
    return CLAMP (step, first, last);
  /* A run that was taken back stands there until it goes on; only then is the rest of the line a branch of its own. */
  return record != NULL && record->provenance == MS_PROVENANCE_LIVE ? CLAMP (record->step, first - 1, last) : last;
}

MsLine
ms_timeline_line (const MsHistory *history, gint64 from)
{
  int first = ms_moment_point (history, MAX (0, from)), n = first < 0 ? 0 : history->n_points - first;
  double *x = g_new (double, MAX (1, n)), *y = g_new (double, MAX (1, n));

  for (int i = 0; i < n; i++)
    {
      const MsHistoryPoint *point = &history->points[first + i];

      x[i] = (double) (point->first_step + point->last_step) / 2;
      y[i] = point->loss;
    }
  return (MsLine) { n, x, y };
}

void
ms_timeline_line_clear (MsLine *line)
{
  g_free ((double *) line->x);
  g_free ((double *) line->y);
  *line = (MsLine) { 0 };
}

double
ms_timeline_loss (const MsHistory *history, gint64 step)
{
  int i = ms_moment_point (history, MAX (0, step));

  return i < 0 ? NAN : history->points[i].loss;
}

const MsHistory *
ms_timeline_other (const MsScene *scene, const MsBranch *branch)
{
  const MsBranches *branches = scene->branches;
  const MsHistory *history;

  if (branches == NULL || scene->past == NULL || branch == &branches->branch[branches->current])
    return NULL;
  history = ms_past_history (scene->past, branch->id);
  return history != NULL && history->n_points > 0 ? history : NULL;
}

/* The branch that began anew, from which @branch comes. A list that leads in circles ends after its length. */
static const MsBranch *
root_of (const MsBranches *branches, const MsBranch *branch)
{
  for (int i = 0; i < branches->n && branch->parent >= 0; i++)
    {
      const MsBranch *parent = ms_branches_find (branches, branch->parent);

      if (parent == NULL)
        break;
      branch = parent;
    }
  return branch;
}

bool
ms_timeline_related (const MsBranches *branches, const MsBranch *branch)
{
  return root_of (branches, branch) == root_of (branches, &branches->branch[branches->current]);
}

bool
ms_timeline_leads (const MsBranches *branches, const MsBranchChange *change)
{
  const MsBranch *branch = branches->n > 0 ? &branches->branch[branches->current] : NULL;
  gint64 until = G_MAXINT64; /* what came later on this branch did not lead to the one that left it */

  for (int i = 0; i < branches->n && branch != NULL; i++)
    {
      if (change->branch == branch->id)
        return change->step < until;
      until = MIN (until, branch->from);
      branch = branch->parent >= 0 ? ms_branches_find (branches, branch->parent) : NULL;
    }
  return false;
}

float *
ms_timeline_violations (const MsScene *scene, double v0, double v1, int n)
{
  const MsHistory *history = scene->history;
  int layer = ms_moment_layer (scene);
  float *most = g_new (float, MAX (1, n));

  for (int c = 0; c < n; c++)
    most[c] = NAN;
  for (int i = 0; layer >= 0 && n > 0 && i < history->n_points; i++)
    {
      const MsHistoryPoint *point = &history->points[i];
      float violation = (float) ms_moment_violation (history, i, layer);
      double from = ((double) point->first_step - 1 - v0) / (v1 - v0) * n;
      double to = ((double) point->last_step - v0) / (v1 - v0) * n;

      for (int c = (int) CLAMP (floor (from), 0, n - 1); c < n && (c < to || c <= from); c++)
        if (!isnan (violation) && !(violation <= most[c]))
          most[c] = violation;
    }
  return most;
}
