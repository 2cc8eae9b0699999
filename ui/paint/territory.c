/* SPDX-License-Identifier: MIT */

#include "ui/paint/territory.h"

#include "ui/paint/draw.h"
#include "ui/paint/format.h"
#include "ui/paint/text.h"

#include <math.h>

const gint16 *
ms_territory_of (const MsScene *scene)
{
  const MsSurface *surface = scene->record != NULL ? scene->record->surface : NULL;

  if (surface == NULL || surface->expert == NULL || surface->n_layers < 1)
    return NULL;
  return surface->expert + (gsize) CLAMP (scene->selection.layer, 0, surface->n_layers - 1) * (gsize) surface->width
                               * (gsize) surface->height;
}

int
ms_territory_at (const MsScene *scene, double x, double y)
{
  const gint16 *expert = ms_territory_of (scene);
  const MsSurface *surface = scene->record != NULL ? scene->record->surface : NULL;

  if (expert == NULL || !(x >= surface->x0 && x <= surface->x1 && y >= surface->y0 && y <= surface->y1))
    return MS_NONE;

  int column = (int) ((x - surface->x0) / (surface->x1 - surface->x0) * surface->width);
  int row = (int) ((surface->y1 - y) / (surface->y1 - surface->y0) * surface->height);

  return expert[MIN (row, surface->height - 1) * surface->width + MIN (column, surface->width - 1)];
}

void
ms_territory_fill (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette)
{
  const gint16 *expert = ms_territory_of (scene);
  const MsSurface *surface = scene->record->surface;
  int n = surface->width * surface->height, chosen = scene->selection.expert;
  g_autofree guint32 *pixels = g_new (guint32, n);

  for (int i = 0; i < n; i++)
    {
      double strength = expert[i] < 0 ? 0.2 : chosen >= 0 && expert[i] != chosen ? 0.12 : palette->dark ? 0.55 : 0.45;

      pixels[i] = ms_colour_pixel (ms_colour_mix (palette->panel, ms_palette_category (palette, expert[i]), strength));
    }
  ms_draw_pixels (cr, pixels, surface->width, surface->height, plot, CAIRO_FILTER_NEAREST);
}

/* Upright borders between neighbouring columns, joined where they go on; then the same lying, with the roles of rows
 * and columns changed. */
static void
add_borders (cairo_t *cr, const gint16 *expert, int across, int down, int step_across, int step_down,
             const cairo_rectangle_t *plot, bool upright)
{
  double w = plot->width / (upright ? across : down), h = plot->height / (upright ? down : across);

  for (int i = 1; i < across; i++)
    for (int j = 0; j < down; j++)
      {
        int start = j;

        while (j < down && expert[i * step_across + j * step_down] != expert[(i - 1) * step_across + j * step_down])
          j++;
        if (j == start)
          continue;
        if (upright)
          {
            double x = round (plot->x + i * w);

            cairo_rectangle (cr, x - 0.5, round (plot->y + start * h) - 0.5, 1, round ((j - start) * h) + 1);
          }
        else
          {
            double y = round (plot->y + i * h);

            cairo_rectangle (cr, round (plot->x + start * w) - 0.5, y - 0.5, round ((j - start) * w) + 1, 1);
          }
      }
}

void
ms_territory_borders (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette)
{
  const gint16 *expert = ms_territory_of (scene);
  int W = scene->record->surface->width, H = scene->record->surface->height;

  cairo_save (cr);
  cairo_new_path (cr);
  add_borders (cr, expert, W, H, 1, W, plot, true);
  add_borders (cr, expert, H, W, W, 1, plot, false);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  ms_draw_colour (cr, ms_colour_alpha (palette->text, 0.75));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* How many cells it is from each cell to one of another expert or to the edge, by whole steps. */
static int *
depths (const gint16 *expert, int W, int H)
{
  int *depth = g_new (int, W * H);

  for (int i = 0; i < W * H; i++)
    {
      int x = i % W, y = i / W;
      bool open = x > 0 && y > 0 && expert[i - 1] == expert[i] && expert[i - W] == expert[i];

      depth[i] = open ? MIN (depth[i - 1], depth[i - W]) + 1 : 1;
    }
  for (int i = W * H - 1; i >= 0; i--)
    {
      int x = i % W, y = i / W;
      bool open = x + 1 < W && y + 1 < H && expert[i + 1] == expert[i] && expert[i + W] == expert[i];

      depth[i] = open ? MIN (depth[i], MIN (depth[i + 1], depth[i + W]) + 1) : 1;
    }
  return depth;
}

/* Collects the connected part that holds @start into @cells; @seen marks cells that are done. Returns its size. */
static int
collect_part (const gint16 *expert, int W, int H, int start, guint8 *seen, int *cells)
{
  int n = 0;

  cells[n++] = start;
  seen[start] = 1;
  for (int done = 0; done < n; done++)
    {
      int i = cells[done], x = i % W, y = i / W;
      const int next[] = { x > 0 ? i - 1 : -1, x + 1 < W ? i + 1 : -1, y > 0 ? i - W : -1, y + 1 < H ? i + W : -1 };

      for (int k = 0; k < 4; k++)
        if (next[k] >= 0 && !seen[next[k]] && expert[next[k]] == expert[start])
          {
            seen[next[k]] = 1;
            cells[n++] = next[k];
          }
    }
  return n;
}

/* Where a number has most room: far from the borders, and rather in the middle. */
static int
best_cell (const int *cells, int n, const int *depth, int W)
{
  double cx = 0, cy = 0, best_score = -INFINITY;
  int best = cells[0];

  for (int k = 0; k < n; k++)
    {
      cx += (double) (cells[k] % W) / n;
      cy += (double) (cells[k] / W) / n;
    }
  for (int k = 0; k < n; k++)
    {
      double score = depth[cells[k]] - 0.5 * hypot (cells[k] % W - cx, cells[k] / W - cy);

      if (score > best_score)
        {
          best_score = score;
          best = cells[k];
        }
    }
  return best;
}

/* A chip in the expert's colour with its number. */
static void
draw_number (cairo_t *cr, const cairo_rectangle_t *plot, double x, double y, int expert, const MsPalette *palette)
{
  MsNumber number = ms_number_count (expert);
  double line = ms_text_height (palette, MS_TEXT_FIGURE), height = line + 2;
  double width = MAX (height, ms_text_width (palette, MS_TEXT_FIGURE, number.text) + 8);
  MsColour ground = ms_palette_category (palette, expert);
  MsText look = { MS_TEXT_FIGURE, ms_colour_ink (ground), .ax = 0.5, .ay = 0.5 };

  x = CLAMP (x, plot->x + width / 2 + 2, plot->x + plot->width - width / 2 - 2);
  y = CLAMP (y, plot->y + height / 2 + 2, plot->y + plot->height - height / 2 - 2);
  ms_draw_colour (cr, palette->panel);
  ms_draw_rounded (cr, x - width / 2 - 1.5, y - height / 2 - 1.5, width + 3, height + 3, height);
  cairo_fill (cr);
  ms_draw_colour (cr, ground);
  ms_draw_rounded (cr, x - width / 2, y - height / 2, width, height, height);
  cairo_fill (cr);
  ms_text_draw (cr, palette, &look, x, y, number.text);
}

void
ms_territory_numbers (cairo_t *cr, const MsScene *scene, const cairo_rectangle_t *plot, const MsPalette *palette)
{
  const gint16 *expert = ms_territory_of (scene);
  const MsSurface *surface = scene->record->surface;
  int W = surface->width, H = surface->height;
  g_autofree guint8 *seen = g_new0 (guint8, W * H);
  g_autofree int *cells = g_new (int, W * H);
  g_autofree int *depth = depths (expert, W, H);
  double line = ms_text_height (palette, MS_TEXT_FIGURE);
  /* A part that cannot hold its number, or is a speck, stays without. */
  int least = MAX (W * H / 150, (int) (line * line * W * H / (plot->width * plot->height)));

  for (int i = 0; i < W * H; i++)
    {
      int n, cell;

      if (seen[i] || expert[i] < 0)
        continue;
      n = collect_part (expert, W, H, i, seen, cells);
      if (n < least)
        continue;
      cell = best_cell (cells, n, depth, W);
      draw_number (cr, plot, plot->x + (cell % W + 0.5) / W * plot->width,
                   plot->y + (cell / W + 0.5) / H * plot->height, expert[i], palette);
    }
}
