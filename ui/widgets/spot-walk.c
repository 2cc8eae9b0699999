/* SPDX-License-Identifier: MIT */

#include "ui/widgets/spot-walk.h"

#include "ui/widgets/thread-time.h"

#define STRIDE 3.0 /* px between two looks along the way: less than the smallest thing one can point at */
#define RASTER 6.0 /* px between two looks when searching the whole picture */
#define MOST 200000 /* us of processor time for that: some pictures look for long, or do not show the thing at all */

bool
ms_spot_find (const MsPainter *painter, double width, double height, const MsScene *scene, const MsPalette *palette,
              MsSpot *spot)
{
  gint64 end = ms_thread_time () + MOST;

  for (double y = RASTER / 2; y < height && ms_thread_time () < end; y += RASTER)
    for (double x = RASTER / 2; x < width; x += RASTER)
      if (painter->pick (x, y, width, height, scene, palette, spot) && ms_spot_selected (spot, &scene->selection))
        return true;
  return false;
}

static bool
find_first (const MsPainter *painter, double width, double height, const MsScene *scene, const MsPalette *palette,
            MsSpot *to)
{
  for (double y = RASTER / 2; y < height; y += RASTER)
    for (double x = RASTER / 2; x < width; x += RASTER)
      if (painter->pick (x, y, width, height, scene, palette, to) && ms_spot_selectable (to))
        return true;
  return false;
}

bool
ms_spot_walk (const MsPainter *painter, double width, double height, const MsScene *scene, const MsPalette *palette,
              const MsSpot *from, int dx, int dy, MsSpot *to)
{
  if (from == NULL)
    return find_first (painter, width, height, scene, palette, to);

  double x = from->area.x + from->area.width / 2, y = from->area.y + from->area.height / 2;

  for (;;)
    {
      x += dx * STRIDE;
      y += dy * STRIDE;
      if (x < 0 || y < 0 || x >= width || y >= height || (dx == 0 && dy == 0))
        return false;
      if (painter->pick (x, y, width, height, scene, palette, to) && ms_spot_selectable (to)
          && !ms_spot_equal (from, to))
        return true;
    }
}
