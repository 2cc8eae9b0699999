/* SPDX-License-Identifier: MIT */

/* A band's edges are one cubic curve, moved: x (t) = 1.5 t (1 - t)^2 + 1.5 t^2 (1 - t) + t^3 of the way across is at
 * y (t) = t^2 (3 - 2 t) of the way down. cairo would cut each band into lines, sort these and find its spans; here the
 * curve is looked up once for each column of pixels, and a column of a band is its two ends and what lies between. */
#include "ui/paint/bands.h"

#include "ui/paint/draw.h"
#include "ui/paint/pixels.h"

#include <math.h>

#define BLOCK 8 /* columns at a time */
#define ONE 256  /* parts of a pixel, and of its cover */

/* The curve in the columns of pixels that lie between the edges. */
typedef struct {
  const MsPixels *pixels;
  int from, to; /* columns */
  float *way;   /* (to - from + BLOCK) owned: how far down in the middle of the column */
  float *slope; /* (to - from + BLOCK) owned: how far within the column */
} Curve;

/* A band in pixels. */
typedef struct {
  float y, fall, width;
  guint32 colour, rb, ag; /* whole, and its red and blue, alpha and green apart */
} Strip;

static double
way_at (double x)
{
  double t = x;

  /* x (t) grows with t: a few steps of Newton find it. */
  for (int i = 0; i < 6; i++)
    {
      double f = 1.5 * t * (1 - t) + t * t * t - x, slope = 1.5 - 3 * t + 3 * t * t;

      t = CLAMP (t - f / slope, 0, 1);
    }
  return t * t * (3 - 2 * t);
}

double
ms_band_top (const MsBand *band, double x0, double x1, double x)
{
  return band->y0 + (band->y1 - band->y0) * way_at ((x - x0) / (x1 - x0));
}

void
ms_band_path (cairo_t *cr, double x0, double x1, const MsBand *band)
{
  double middle = (x0 + x1) / 2, y0 = band->y0, y1 = band->y1, width = band->width;

  cairo_move_to (cr, x0, y0);
  cairo_curve_to (cr, middle, y0, middle, y1, x1, y1);
  cairo_line_to (cr, x1, y1 + width);
  cairo_curve_to (cr, middle, y1 + width, middle, y0 + width, x0, y0 + width);
  cairo_close_path (cr);
}

static void
draw_paths (cairo_t *cr, double x0, double x1, const MsBand *band, int n)
{
  for (int i = 0; i < n; i++)
    {
      ms_band_path (cr, x0, x1, &band[i]);
      ms_draw_colour (cr, band[i].colour);
      cairo_fill (cr);
    }
}

static void
find_curve (Curve *curve, const MsPixels *pixels, double x0, double x1)
{
  double from = x0 * pixels->axes.scale + pixels->axes.x0, to = x1 * pixels->axes.scale + pixels->axes.x0, before;

  curve->pixels = pixels;
  curve->from = CLAMP ((int) floor (from), pixels->left, pixels->right);
  curve->to = CLAMP ((int) ceil (to), curve->from, MAX (curve->from, pixels->right));
  curve->way = g_new0 (float, curve->to - curve->from + BLOCK);
  curve->slope = g_new0 (float, curve->to - curve->from + BLOCK);
  before = way_at (CLAMP ((curve->from - from) / (to - from), 0, 1));
  for (int x = curve->from; x < curve->to; x++)
    {
      double after = way_at (CLAMP ((x + 1 - from) / (to - from), 0, 1));

      curve->way[x - curve->from] = (float) ((before + after) / 2);
      curve->slope[x - curve->from] = (float) (after - before);
      before = after;
    }
}

/* @cover: of ONE. */
static inline void
blend (const MsPixels *pixels, int x, int y, const Strip *strip, int cover)
{
  if (y < pixels->top || y >= pixels->bottom)
    return;

  guint32 *pixel = pixels->data + (gsize) y * (gsize) pixels->stride + x;
  guint32 over = (guint32) cover, under = ONE - over, rb = *pixel & 0xff00ff, ag = *pixel >> 8 & 0xff00ff;

  rb = (rb * under + strip->rb * over) >> 8 & 0xff00ff;
  ag = (ag * under + strip->ag * over) & 0xff00ff00u;
  *pixel = rb | ag;
}

/* A block of rows [from, to), @n pixels wide. */
static void
fill_rows (const MsPixels *pixels, int x, int n, int from, int to, guint32 colour)
{
  guint32 *row = pixels->data + (gsize) from * (gsize) pixels->stride + x;

  for (int y = from; y < to; y++, row += pixels->stride)
    if (n == BLOCK)
      for (int i = 0; i < BLOCK; i++)
        row[i] = colour;
    else
      for (int i = 0; i < n; i++)
        row[i] = colour;
}

static inline void
fill (const MsPixels *pixels, int x, int from, int to, guint32 colour)
{
  guint32 *pixel;

  from = MAX (from, pixels->top);
  to = MIN (to, pixels->bottom);
  pixel = pixels->data + (gssize) from * pixels->stride + x;
  for (int y = from; y < to; y++, pixel += pixels->stride)
    *pixel = colour;
}

/* One column of a band that is nearly level there, from @top to @bottom in parts of a pixel; the rows from @done to
 * @until are filled already. */
static inline void
draw_level (const MsPixels *pixels, int x, int top, int bottom, int done, int until, const Strip *strip)
{
  int first = top >> 8, last = bottom >> 8;

  if (first == last)
    {
      blend (pixels, x, first, strip, bottom - top);
      return;
    }
  blend (pixels, x, first, strip, ONE - (top & (ONE - 1)));
  fill (pixels, x, first + 1, MIN (last, done), strip->colour);
  fill (pixels, x, MAX (first + 1, until), last, strip->colour);
  if ((bottom & (ONE - 1)) != 0)
    blend (pixels, x, last, strip, bottom & (ONE - 1));
}

/* The same where it is steep: an edge is @soft pixels high, as it crosses so many in the column. */
static void
draw_steep (const MsPixels *pixels, int x, float top, float bottom, float soft, int done, int until,
            const Strip *strip)
{
  int first = (int) floorf (top - soft / 2), last = (int) ceilf (bottom + soft / 2);
  float factor = ONE / soft;

  first = MAX (first, pixels->top);
  last = MIN (last, pixels->bottom);
  for (int y = first; y < last; y++)
    {
      float middle = (float) y + 0.5f;
      float above = CLAMP ((middle - top) * factor + ONE / 2, 0, ONE);
      float below = CLAMP ((middle - bottom) * factor + ONE / 2, 0, ONE);

      if (y == done && until > done)
        y = until - 1;
      else
        blend (pixels, x, y, strip, (int) (above - below));
    }
}

static void
draw_block (const Curve *curve, int x, const Strip *strip)
{
  const MsPixels *pixels = curve->pixels;
  const float *way = curve->way + (x - curve->from), *slope = curve->slope + (x - curve->from);
  int n = MIN (BLOCK - (x & (BLOCK - 1)), curve->to - x), top[BLOCK], high, low, width = (int) (strip->width * ONE);
  float most = 0, soft;

  for (int i = 0; i < BLOCK; i++)
    top[i] = (int) ((strip->y + strip->fall * way[i]) * ONE);
  for (int i = 0; i < n; i++)
    most = MAX (most, slope[i]);
  most *= fabsf (strip->fall);
  soft = most > 1 ? sqrtf (1 + most * most) : 0;
  high = MIN (top[0], top[n - 1]);
  low = MAX (top[0], top[n - 1]);

  /* What all of the columns share. */
  int margin = (int) (soft * ONE / 2), done = (low + margin + ONE - 1) >> 8, until = (high + width - margin) >> 8;

  if (until > done)
    fill_rows (pixels, x, n, MAX (done, pixels->top), MIN (until, pixels->bottom), strip->colour);
  else
    done = until = G_MAXINT;
  for (int i = 0; i < n; i++)
    {
      float step = slope[i] * strip->fall, y = strip->y + strip->fall * way[i];

      if (step * step <= 1)
        draw_level (pixels, x + i, top[i], top[i] + width, done, until, strip);
      else
        draw_steep (pixels, x + i, y, y + strip->width, sqrtf (1 + step * step), done, until, strip);
    }
}

static void
draw_pixels (const MsPixels *pixels, double x0, double x1, const MsBand *band, int n)
{
  const MsPixelAxes *axes = &pixels->axes;
  Curve curve;

  find_curve (&curve, pixels, x0, x1);
  for (int i = 0; i < n; i++)
    {
      guint32 colour = ms_colour_pixel (band[i].colour);
      Strip strip = { (float) (band[i].y0 * axes->scale + axes->y0), (float) ((band[i].y1 - band[i].y0) * axes->scale),
                      (float) (band[i].width * axes->scale), colour, colour & 0xff00ff, colour >> 8 & 0xff00ff };

      for (int x = curve.from; x < curve.to; x = (x | (BLOCK - 1)) + 1)
        draw_block (&curve, x, &strip);
    }
  g_free (curve.way);
  g_free (curve.slope);
}

void
ms_bands_draw (cairo_t *cr, double x0, double x1, const MsBand *band, int n)
{
  MsPixels pixels;

  if (n < 1 || !(x1 > x0))
    return;
  if (!ms_pixels_borrow (cr, &pixels))
    {
      draw_paths (cr, x0, x1, band, n);
      return;
    }
  draw_pixels (&pixels, x0, x1, band, n);
  ms_pixels_return (&pixels);
}
