/* SPDX-License-Identifier: MIT */

#include "ui/paint/draw.h"
#include "ui/paint/timeline-data.h"
#include "ui/paint/timeline-layout.h"

#include <math.h>

#define REACH 6.0        /* a mark is picked from this far */

/* The alert or change whose mark is nearest to @x. */
static bool
pick_mark (const MsTimelineLayout *layout, const MsScene *scene, double x, double reach, MsSpot *spot)
{
  double nearest = reach;

  for (int i = 0; scene->alerts != NULL && i < ms_alerts_count (scene->alerts); i++)
    {
      gint64 step = ms_alerts_at (scene->alerts, i)->step;
      double distance = fabs (ms_timeline_x (layout, step) - x);

      if (distance > nearest || (distance == nearest && spot->kind != MS_SPOT_NOTHING))
        continue;
      nearest = distance;
      spot->kind = MS_SPOT_ALERT;
      spot->bin = i;
      spot->step = step;
    }
  for (int i = 0; scene->branches != NULL && i < scene->branches->n_changes; i++)
    {
      const MsBranchChange *change = &scene->branches->change[i];
      double distance = fabs (ms_timeline_x (layout, change->step) - x);

      if (distance >= nearest || !ms_timeline_leads (scene->branches, change))
        continue;
      nearest = distance;
      spot->kind = MS_SPOT_CHANGE;
      spot->bin = i;
      spot->step = change->step;
    }
  if (spot->kind == MS_SPOT_NOTHING)
    return false;
  spot->area = (cairo_rectangle_t) { ms_timeline_x (layout, spot->step) - reach, layout->marks.y, 2 * reach,
                                     layout->marks.height };
  return true;
}

static void
take_branch (MsSpot *spot, int id, gint64 step, double x, double y, double reach)
{
  spot->kind = MS_SPOT_BRANCH;
  spot->bin = id;
  spot->step = step;
  spot->area = (cairo_rectangle_t) { x - reach, y - reach, 2 * reach, 2 * reach };
}

/* A branch by the point where it left. */
static bool
pick_fork (const MsTimelineLayout *layout, const MsScene *scene, double x, double y, double reach, MsSpot *spot)
{
  double at_x, at_y, nearest = reach;

  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    if (ms_timeline_fork (layout, scene, i, &at_x, &at_y) && hypot (at_x - x, at_y - y) < nearest)
      {
        const MsBranch *branch = &scene->branches->branch[i];

        nearest = hypot (at_x - x, at_y - y);
        take_branch (spot, branch->id, branch->from, at_x, at_y, reach);
      }
  return spot->kind == MS_SPOT_BRANCH;
}

/* A branch by its line, where that is nearer than the current one's. */
static bool
pick_line (const MsTimelineLayout *layout, const MsScene *scene, double x, double y, double reach, MsSpot *spot)
{
  double step = ms_axis_value (&layout->steps, x), nearest = reach;
  double here = ms_axis_at (&layout->loss, ms_timeline_loss (scene->history, (gint64) step));
  gint64 first = 0, last = 0;

  ms_timeline_steps (scene, &first, &last);
  if (step <= (double) last && fabs (here - y) < nearest)
    nearest = fabs (here - y);
  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    {
      const MsBranch *branch = &scene->branches->branch[i];

      if (!ms_timeline_draws (scene, i) || step < (double) branch->from || step > (double) branch->to)
        continue;

      double loss = ms_timeline_loss (ms_timeline_other (scene, branch), (gint64) step);
      double at = ms_axis_at (&layout->loss, loss);

      if (!(fabs (at - y) < nearest))
        continue;
      nearest = fabs (at - y);
      take_branch (spot, branch->id, (gint64) round (step), x, at, reach);
    }
  return spot->kind == MS_SPOT_BRANCH;
}

bool
ms_timeline_pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette,
                  MsSpot *spot)
{
  MsTimelineLayout layout = ms_timeline_layout (width, height, scene, palette);
  double reach = REACH * palette->scale;
  gint64 first, last;

  if (layout.plot.width <= 0 || !ms_timeline_steps (scene, &first, &last))
    return false;
  *spot = MS_SPOT_NONE;
  if (layout.marks.height > 0 && ms_inside (&layout.marks, x, y) && pick_mark (&layout, scene, x, reach, spot))
    return true;
  if (ms_inside (&layout.plot, x, y)
      && (pick_fork (&layout, scene, x, y, reach, spot) || pick_line (&layout, scene, x, y, reach, spot)))
    return true;

  double step = ms_axis_value (&layout.steps, CLAMP (x, layout.plot.x, layout.plot.x + layout.plot.width));

  spot->kind = MS_SPOT_STEP;
  spot->step = CLAMP ((gint64) round (step), first, last);
  spot->area = (cairo_rectangle_t) { ms_timeline_x (&layout, spot->step), layout.plot.y, 1,
                                     layout.strip.y + layout.strip.height - layout.plot.y };
  return true;
}
