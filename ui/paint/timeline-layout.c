/* SPDX-License-Identifier: MIT */

#include "ui/paint/timeline-layout.h"

#include "ui/paint/moment.h"
#include "ui/paint/timeline-data.h"

#include <math.h>

#define MOST_BRANCHES 24 /* more lines than these cannot be told apart in a band; the newest are drawn */

/* A band has no room for a frame: a line for the title where that leaves enough. */
static MsFrame
lay_out_frame (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  double s = palette->scale, pad = MIN (14 * s, width / 10), head = height >= 84 * s ? 20 * s : 0;
  MsFrame frame = {
    .head = { pad, -9 * s, MAX (0, width - 2 * pad), head }, /* whose text stands 20 s below its top */
    .content = { pad, head + MIN (4 * s, height / 10), MAX (0, width - 2 * pad), 0 },
    .foot = { pad, height, 0, 0 },
  };

  if (height >= 150 * s)
    frame = ms_frame_layout (width, height, palette);
  frame.head.width = MAX (0, frame.head.width - scene->corner);
  if (height >= 150 * s)
    return frame;
  frame.content.height = MAX (0, height - frame.content.y - MIN (2 * s, height / 10));
  return frame;
}

/* From 0, or from a reward's depth, to the largest loss of the current branch. */
static MsAxis
loss_axis (const MsScene *scene, const cairo_rectangle_t *plot)
{
  double lo = 0, hi = NAN;

  for (int i = 0; scene->history != NULL && i < scene->history->n_points; i++)
    {
      double loss = scene->history->points[i].loss;

      if (!isfinite (loss))
        continue;
      lo = MIN (lo, loss);
      hi = isnan (hi) ? loss : MAX (hi, loss);
    }
  return (MsAxis) { lo, hi > lo ? hi : lo + 1, plot->y + plot->height, plot->y };
}

/* Rows below each other, the least important ones only where there is room. */
static void
place_rows (MsTimelineLayout *layout, bool has_load, double s)
{
  cairo_rectangle_t area = layout->frame.content;
  double inset = MIN (6 * s, area.width / 10), marks = area.height >= 34 * s ? 11 * s : 0;
  double labels = area.height >= 46 * s ? 14 * s : 0, rest, strip;

  area.x += inset;
  area.width = MAX (0, area.width - 2 * inset);
  rest = area.height - marks - labels;
  strip = has_load ? floor (rest >= 20 * s ? CLAMP (0.18 * rest, 7 * s, 40 * s) : 0.3 * rest) : 0;
  layout->marks = (cairo_rectangle_t) { area.x, area.y, area.width, marks };
  layout->strip = (cairo_rectangle_t) { area.x, floor (area.y + area.height - labels - strip), area.width, strip };
  layout->labels = (cairo_rectangle_t) { area.x, area.y + area.height - labels, area.width, labels };
  layout->plot = (cairo_rectangle_t) { area.x, area.y + marks + MIN (2, rest / 8), area.width, 0 };
  layout->plot.height = MAX (0, layout->strip.y - MIN (3 * s, rest / 8) - layout->plot.y);
}

MsTimelineLayout
ms_timeline_layout (double width, double height, const MsScene *scene, const MsPalette *palette)
{
  MsTimelineLayout layout = { .frame = lay_out_frame (width, height, scene, palette) };
  gint64 first, last, end;

  if (!ms_timeline_steps (scene, &first, &last) || layout.frame.content.width < 8 || layout.frame.content.height < 4)
    return layout;
  place_rows (&layout, ms_moment_layer (scene) >= 0, palette->scale);
  end = ms_timeline_end (scene);
  layout.steps = (MsAxis) { (double) first - 1, (double) MAX (end, first + 19), layout.plot.x,
                            layout.plot.x + layout.plot.width };
  layout.loss = loss_axis (scene, &layout.plot);
  return layout;
}

double
ms_timeline_x (const MsTimelineLayout *layout, gint64 step)
{
  return CLAMP (ms_axis_at (&layout->steps, (double) step), layout->plot.x, layout->plot.x + layout->plot.width);
}

bool
ms_timeline_draws (const MsScene *scene, int i)
{
  return i >= scene->branches->n - MOST_BRANCHES && ms_timeline_other (scene, &scene->branches->branch[i]) != NULL;
}

bool
ms_timeline_fork (const MsTimelineLayout *layout, const MsScene *scene, int i, double *x, double *y)
{
  const MsBranch *branch = &scene->branches->branch[i];
  const MsHistory *history = ms_timeline_other (scene, branch);
  double loss;

  if (branch->parent < 0 || !ms_timeline_related (scene->branches, branch)
      || (i != scene->branches->current && !ms_timeline_draws (scene, i)))
    return false;
  loss = ms_timeline_loss (history != NULL ? history : scene->history, branch->from);
  *x = ms_timeline_x (layout, branch->from);
  *y = isfinite (loss) ? CLAMP (ms_axis_at (&layout->loss, loss), layout->plot.y, layout->plot.y + layout->plot.height)
                       : layout->plot.y + layout->plot.height;
  return true;
}
