/* SPDX-License-Identifier: MIT */

#include "ui/paint/line.h"

#include "ui/paint/draw.h"

#include <math.h>

/* What the curve covers within one pixel column. */
typedef struct {
  double lo, hi;
} Span;

static void
cover (Span *span, double y)
{
  span->lo = isnan (span->lo) || y < span->lo ? y : span->lo;
  span->hi = isnan (span->hi) || y > span->hi ? y : span->hi;
}

/* Marks the straight piece from (xa, ya) to (xb, yb) in all columns it crosses. */
static void
cover_piece (Span *spans, int n, double xa, double ya, double xb, double yb)
{
  int first = (int) CLAMP (floor (xa), 0, n - 1), last = (int) CLAMP (floor (xb), 0, n - 1);

  for (int c = first; c <= last; c++)
    {
      double t0 = xb > xa ? CLAMP ((c - xa) / (xb - xa), 0, 1) : 0;
      double t1 = xb > xa ? CLAMP ((c + 1 - xa) / (xb - xa), 0, 1) : 1;

      cover (&spans[c], ya + (yb - ya) * t0);
      cover (&spans[c], ya + (yb - ya) * t1);
    }
}

static Span *
reduce (const MsLine *line, const MsAxis *across, const MsAxis *up, int n)
{
  Span *spans = g_new (Span, n);
  double left = MIN (across->p0, across->p1), xa = NAN, ya = NAN;

  for (int c = 0; c < n; c++)
    spans[c] = (Span) { NAN, NAN };
  for (int i = 0; i < line->n; i++)
    {
      double x = ms_axis_at (across, line->x[i]) - left, y = ms_axis_at (up, line->y[i]);

      if (isfinite (line->y[i]) && isfinite (x))
        {
          cover_piece (spans, n, isnan (xa) ? x : xa, isnan (ya) ? y : ya, x, y);
          xa = x;
          ya = y;
        }
      else
        xa = ya = NAN;
    }
  return spans;
}

/* The upper edge of columns [from, to) forth, the lower edge back. */
static void
add_band (cairo_t *cr, const Span *spans, int from, int to, double left, double half)
{
  cairo_new_sub_path (cr);
  cairo_line_to (cr, left + from, spans[from].lo - half);
  for (int c = from; c < to; c++)
    cairo_line_to (cr, left + c + 0.5, spans[c].lo - half);
  cairo_line_to (cr, left + to, spans[to - 1].lo - half);
  cairo_line_to (cr, left + to, spans[to - 1].hi + half);
  for (int c = to - 1; c >= from; c--)
    cairo_line_to (cr, left + c + 0.5, spans[c].hi + half);
  cairo_line_to (cr, left + from, spans[from].hi + half);
  cairo_close_path (cr);
}

static void
draw_reduced (cairo_t *cr, const MsLine *line, const MsAxis *across, const MsAxis *up, double width)
{
  double left = MIN (across->p0, across->p1);
  int n = MAX (1, (int) ceil (fabs (across->p1 - across->p0)));
  g_autofree Span *spans = reduce (line, across, up, n);

  for (int c = 0; c < n; c++)
    {
      int from = c;

      while (c < n && !isnan (spans[c].lo))
        c++;
      if (c > from)
        add_band (cr, spans, from, c, left, width / 2);
    }
  cairo_fill (cr);
}

/* Few points: a plain polyline, with round joins. */
static void
draw_polyline (cairo_t *cr, const MsLine *line, const MsAxis *across, const MsAxis *up, double width)
{
  bool drawing = false;

  for (int i = 0; i < line->n; i++)
    {
      double x = ms_axis_at (across, line->x[i]), y = ms_axis_at (up, line->y[i]);
      bool alone = isfinite (line->y[i]) && !drawing && (i + 1 == line->n || !isfinite (line->y[i + 1]));

      if (!isfinite (line->y[i]))
        drawing = false;
      else if (drawing)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      if (alone)
        cairo_line_to (cr, x, y);
      drawing = isfinite (line->y[i]);
    }
  cairo_set_line_width (cr, width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
}

void
ms_line_draw (cairo_t *cr, const MsLine *line, const MsAxis *across, const MsAxis *up, double width, MsColour colour)
{
  double x0 = MIN (across->p0, across->p1), x1 = MAX (across->p0, across->p1);
  double y0 = MIN (up->p0, up->p1), y1 = MAX (up->p0, up->p1);

  if (line->n < 1 || x1 - x0 < 1 || y1 - y0 < 1)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x0 - width, y0 - width, x1 - x0 + 2 * width, y1 - y0 + 2 * width);
  cairo_clip (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_FAST);
  cairo_new_path (cr);
  ms_draw_colour (cr, colour);
  if (line->n < (x1 - x0) / 3)
    draw_polyline (cr, line, across, up, width);
  else
    draw_reduced (cr, line, across, up, width);
  cairo_restore (cr);
}

double
ms_line_last (const MsLine *line)
{
  for (int i = line->n - 1; i >= 0; i--)
    if (isfinite (line->y[i]))
      return line->y[i];
  return NAN;
}

double
ms_line_max (const MsLine *line)
{
  double most = NAN;

  for (int i = 0; i < line->n; i++)
    if (isfinite (line->y[i]) && !(line->y[i] <= most))
      most = line->y[i];
  return most;
}

void
ms_spread_labels (double *wanted, int n, double height, double top, double bottom)
{
  /* Down from the top, then up from the bottom: each pass leaves what already stands apart. */
  for (int i = 0; i < n; i++)
    wanted[i] = MAX (wanted[i], i == 0 ? top + height / 2 : wanted[i - 1] + height);
  for (int i = n - 1; i >= 0; i--)
    wanted[i] = MIN (wanted[i], i == n - 1 ? bottom - height / 2 : wanted[i + 1] - height);
}
