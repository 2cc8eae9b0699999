/* SPDX-License-Identifier: MIT */

/* Where things stand on the timeline. */
#pragma once

#include "ui/paint/axis.h"
#include "ui/paint/frame.h"

G_BEGIN_DECLS

typedef struct {
  MsFrame frame;
  cairo_rectangle_t marks, plot, strip, labels; /* all as wide; height 0: no room, or nothing to show */
  MsAxis steps, loss;
} MsTimelineLayout;

MsTimelineLayout ms_timeline_layout (double width, double height, const MsScene *scene, const MsPalette *palette);
double ms_timeline_x (const MsTimelineLayout *layout, gint64 step);

/* There is a line for branch @i of the scene's. */
bool ms_timeline_draws (const MsScene *scene, int i);
/* Where branch @i left its parent; false: it did not, or not on this timeline. */
bool ms_timeline_fork (const MsTimelineLayout *layout, const MsScene *scene, int i, double *x, double *y);

bool ms_timeline_pick (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette,
                       MsSpot *spot);

G_END_DECLS
