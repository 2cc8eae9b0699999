/* SPDX-License-Identifier: MIT */

#include "core/nn/zoom.h"

/* Between which two of the old places a new one lies. */
typedef struct {
  gsize low, high;
  double share; /* of high */
} Place;

static Place
find_place (int i, int n, int old)
{
  double at = n > 1 ? (double)i * (old - 1) / (n - 1) : 0;
  int low = MIN ((int)at, old - 1);

  return (Place){ (gsize)low, (gsize)MIN (low + 1, old - 1), at - low };
}

void
ms_zoom (MsReal *to, MsGrid to_grid, const MsReal *from, MsGrid from_grid, gsize H)
{
  for (int i = 0; i < to_grid.height; i++)
    for (int j = 0; j < to_grid.width; j++, to += H)
      {
        Place y = find_place (i, to_grid.height, from_grid.height), x = find_place (j, to_grid.width, from_grid.width);
        const gsize width = (gsize)from_grid.width;
        const MsReal *corner[] = { from + (y.low * width + x.low) * H, from + (y.low * width + x.high) * H,
                                   from + (y.high * width + x.low) * H, from + (y.high * width + x.high) * H };
        const double weight[] = { (1 - y.share) * (1 - x.share), (1 - y.share) * x.share, y.share * (1 - x.share),
                                  y.share * x.share };

        for (gsize h = 0; h < H; h++)
          {
            double sum = 0;

            for (int c = 0; c < 4; c++)
              sum += weight[c] * (double)corner[c][h];
            to[h] = (MsReal)sum;
          }
      }
}
