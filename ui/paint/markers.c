/* SPDX-License-Identifier: MIT */

#include "ui/paint/markers.h"

#include "ui/paint/draw.h"
#include "ui/paint/text.h"
#include "ui/paint/tokens.h"

#include <math.h>

#define HALOES 500 /* more markers than these overlap anyway, and a second fill costs as much as the first */

/* Corners on the unit circle, scaled so that all shapes look equally large. A disc is an octagon: at this size nobody
 * sees the difference, and hundreds of arcs would cost more than all the rest. */
static const struct {
  int corners;
  double turn, radius;
} shapes[MS_MARKER_SHAPES] = {
  { 8, G_PI / 8, 1 }, { 4, G_PI / 4, 1.2 }, { 3, -G_PI / 2, 1.3 }, { 4, 0, 1.3 }, { 3, G_PI / 2, 1.3 },
};

void
ms_marker_add (cairo_t *cr, const double (*corner)[2], int n, double x, double y)
{
  cairo_new_sub_path (cr);
  for (int i = 0; i < n; i++)
    cairo_line_to (cr, x + corner[i][0], y + corner[i][1]);
  cairo_close_path (cr);
}

int
ms_marker_shape (int kind, double size, double corner[MS_MARKER_CORNERS][2])
{
  int shape = kind % MS_MARKER_SHAPES, n = shapes[shape].corners;

  for (int i = 0; i < n; i++)
    {
      double angle = shapes[shape].turn + 2 * G_PI * i / n;

      corner[i][0] = size * shapes[shape].radius * cos (angle);
      corner[i][1] = size * shapes[shape].radius * sin (angle);
    }
  return n;
}

static void
add_markers (cairo_t *cr, const MsMarkers *markers, int kind, const MsAxis *across, const MsAxis *up, double size)
{
  double corner[MS_MARKER_CORNERS][2];
  int n = ms_marker_shape (kind, size, corner);

  cairo_new_path (cr);
  for (int i = 0; i < markers->n; i++)
    {
      double x = ms_axis_at (across, (double) markers->xy[2 * i]), y = ms_axis_at (up, (double) markers->xy[2 * i + 1]);

      if ((markers->kind != NULL ? markers->kind[i] : 0) == kind && isfinite (x) && isfinite (y))
        ms_marker_add (cr, corner, n, x, y);
    }
}

static void
clip (cairo_t *cr, const MsAxis *across, const MsAxis *up)
{
  cairo_rectangle (cr, MIN (across->p0, across->p1), MIN (up->p0, up->p1), fabs (across->p1 - across->p0),
                   fabs (up->p1 - up->p0));
  cairo_clip (cr);
}

void
ms_markers_draw (cairo_t *cr, const MsMarkers *markers, const MsAxis *across, const MsAxis *up, double size,
                 const MsPalette *palette)
{
  MsColour edge = palette->dark ? (MsColour) { 0.05, 0.05, 0.06, 0.9 } : (MsColour) { 1, 1, 1, 0.9 };
  bool haloes = size >= 2.5 && markers->n <= HALOES;
  int kinds = 1;

  for (int i = 0; markers->kind != NULL && i < markers->n; i++)
    kinds = MAX (kinds, MIN (markers->kind[i], 255) + 1);
  cairo_save (cr);
  clip (cr, across, up);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  for (int kind = 0; kind < kinds; kind++)
    {
      if (haloes)
        {
          add_markers (cr, markers, kind, across, up, size + 1);
          ms_draw_colour (cr, edge);
          cairo_fill (cr);
        }
      /* Towards the text's colour, to stand out from the surface of the same hue. */
      add_markers (cr, markers, kind, across, up, size);
      ms_draw_colour (cr, ms_colour_mix (ms_palette_category (palette, kind), palette->text, haloes ? 0.12 : 0.4));
      cairo_fill (cr);
    }
  cairo_restore (cr);
}

void
ms_markers_dots (cairo_t *cr, const MsMarkers *markers, const MsAxis *across, const MsAxis *up, MsColour colour)
{
  cairo_save (cr);
  clip (cr, across, up);
  cairo_new_path (cr);
  for (int i = 0; i < markers->n; i++)
    {
      double x = ms_axis_at (across, (double) markers->xy[2 * i]), y = ms_axis_at (up, (double) markers->xy[2 * i + 1]);

      if (isfinite (x) && isfinite (y))
        cairo_rectangle (cr, floor (x) - 1, floor (y) - 1, 2, 2);
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  ms_draw_colour (cr, colour);
  cairo_fill (cr);
  cairo_restore (cr);
}

void
ms_markers_legend (cairo_t *cr, const MsPalette *palette, const MsRecord *record, double x, double middle, double width)
{
  double s = palette->scale, end = x + width, corner[MS_MARKER_CORNERS][2];
  MsText look = { MS_TEXT_SMALL, palette->muted, .ay = 0.5 };

  if (width < 60 * s)
    return;
  x += ms_text_draw (cr, palette, &look, x, middle, "class") + 8 * s;
  for (int c = 0; c < record->C; c++)
    {
      MsNumber name = ms_record_class (record, c);
      double next = x + 14 * s + ms_text_width (palette, MS_TEXT_SMALL, name.text) + 9 * s;

      if (next > end)
        {
          ms_text_draw (cr, palette, &look, x, middle, "…");
          return;
        }
      cairo_new_path (cr);
      ms_marker_add (cr, corner, ms_marker_shape (c, 4.2 * s, corner), x + 5 * s, round (middle));
      ms_draw_colour (cr, ms_palette_category (palette, c));
      cairo_fill (cr);
      ms_text_draw (cr, palette, &look, x + 13 * s, middle, name.text);
      x = next;
    }
}
