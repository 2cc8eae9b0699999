/* SPDX-License-Identifier: MIT */

#include "ui/paint/areas.h"

#include "ui/paint/draw.h"

struct MsAreas {
  int E;
  GArray **lists; /* (E + 1) of cairo_rectangle_t, owned, NULL: none yet; the first is no expert's */
};

MsAreas *
ms_areas_new (int E)
{
  MsAreas *areas = g_new0 (MsAreas, 1);

  areas->E = E;
  areas->lists = g_new0 (GArray *, E + 1);
  return areas;
}

void
ms_areas_free (MsAreas *areas)
{
  if (areas == NULL)
    return;
  for (int e = 0; e <= areas->E; e++)
    g_clear_pointer (&areas->lists[e], g_array_unref);
  g_free (areas->lists);
  g_free (areas);
}

void
ms_areas_add (MsAreas *areas, int expert, const cairo_rectangle_t *area)
{
  GArray **list = &areas->lists[CLAMP (expert, -1, areas->E - 1) + 1];

  if (*list == NULL)
    *list = g_array_new (FALSE, FALSE, sizeof (cairo_rectangle_t));
  g_array_append_vals (*list, area, 1);
}

void
ms_areas_fill (const MsAreas *areas, cairo_t *cr, const MsPalette *palette, double strength)
{
  for (int e = -1; e < areas->E; e++)
    {
      const GArray *list = areas->lists[e + 1];

      if (list == NULL)
        continue;
      cairo_new_path (cr);
      for (guint i = 0; i < list->len; i++)
        {
          const cairo_rectangle_t *area = &g_array_index (list, cairo_rectangle_t, i);

          cairo_rectangle (cr, area->x, area->y, area->width, area->height);
        }
      ms_draw_colour (cr, e < 0 ? ms_colour_mix (palette->panel, palette->missing, 0.35)
                                : ms_colour_mix (palette->panel, ms_palette_category (palette, e), strength));
      cairo_fill (cr);
    }
}
