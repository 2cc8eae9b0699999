/* SPDX-License-Identifier: MIT */

/* Walking over a picture by the arrow keys: a painter only says what lies under a point, so the walk looks along a
 * line until it meets something else. Works for every painter alike. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The thing that the selection names, where @painter shows it. False: nowhere, or it was not found in a fifth of a
 * second. */
bool ms_spot_find (const MsPainter *painter, double width, double height, const MsScene *scene,
                   const MsPalette *palette, MsSpot *spot);

/* The next thing from @from in the direction (@dx, @dy), each -1, 0 or 1. NULL @from: the first thing from the top
 * left. False: there is none. */
bool ms_spot_walk (const MsPainter *painter, double width, double height, const MsScene *scene,
                   const MsPalette *palette, const MsSpot *from, int dx, int dy, MsSpot *to);

G_END_DECLS
