/* SPDX-License-Identifier: MIT */

/* Bands written as pixels look like the same bands as cairo's paths: wide and narrow, level and steep, where the
 * picture is moved, scaled and clipped. */
#include "ui/paint/bands.h"
#include "ui/paint/draw.h"
#include "ui/paint/pixels.h"

#include <math.h>

#define SIDE 240
#define X0 10.3
#define X1 101.6

typedef struct {
  double device; /* pixels for each unit of the image */
  double scale, move;
  bool clip;
} Case;

static const Case cases[]
  = { { 1, 1, 0, false }, { 1, 1, 0, true }, { 2, 1, 0.5, false }, { 1, 1.7, 20.25, true }, { 1, 2.3, -30, false } };

static const MsBand bands[] = {
  { 60, 60.4, 1.3 }, { 20.2, 130.7, 0.8 }, { 150.6, 10.1, 3 },    { 30, 80, 40.5 },
  { -40, 60, 25 },   { 90, 300, 60 },      { 110, 20.5, 0.6 }, { 10, 11, 130 },
};

static cairo_surface_t *
start (const Case *c, cairo_t **cr)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, SIDE, SIDE);

  cairo_surface_set_device_scale (surface, c->device, c->device);
  *cr = cairo_create (surface);
  ms_draw_colour (*cr, (MsColour) { 1, 1, 1, 1 });
  cairo_paint (*cr);
  if (c->clip)
    {
      cairo_rectangle (*cr, 40 / c->device, 30 / c->device, 90 / c->device, 70 / c->device);
      cairo_clip (*cr);
    }
  cairo_translate (*cr, c->move, c->move);
  cairo_scale (*cr, c->scale, c->scale);
  return surface;
}

/* Mean difference of green, and the largest, but at the ends: they stand behind nodes, where whole pixels will do. */
static double
differ (const Case *c, cairo_surface_t *a, cairo_surface_t *b, int *most)
{
  const guint32 *x = (const guint32 *) (gpointer) cairo_image_surface_get_data (a);
  const guint32 *y = (const guint32 *) (gpointer) cairo_image_surface_get_data (b);
  int from = MAX (0, (int) ceil ((X0 * c->scale + c->move) * c->device) + 1);
  int to = MIN (SIDE, (int) floor ((X1 * c->scale + c->move) * c->device) - 1);
  double sum = 0;

  *most = 0;
  for (int row = 0; row < SIDE; row++)
    for (int column = from; column < to; column++)
      {
        int i = row * SIDE + column, d = ABS ((int) (x[i] >> 8 & 255) - (int) (y[i] >> 8 & 255));

        sum += d;
        *most = MAX (*most, d);
      }
  return sum / (SIDE * (to - from));
}

static void
test_pixels (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (bands); k++)
      {
        MsBand band = bands[k];
        cairo_t *cr, *paths;
        cairo_surface_t *drawn = start (&cases[i], &cr), *wanted = start (&cases[i], &paths);
        MsPixels pixels;
        double mean;
        int most;

        band.colour = (MsColour) { 0.2, 0, 0.6, 1 };
        g_assert_true (ms_pixels_borrow (cr, &pixels));
        ms_pixels_return (&pixels);
        ms_bands_draw (cr, X0, X1, &band, 1);
        ms_band_path (paths, X0, X1, &band);
        ms_draw_colour (paths, band.colour);
        cairo_set_antialias (paths, CAIRO_ANTIALIAS_BEST);
        cairo_fill (paths);
        cairo_surface_flush (drawn);
        cairo_surface_flush (wanted);
        mean = differ (&cases[i], drawn, wanted, &most);
        g_test_message ("case %d, band %d: mean %.2f, most %d", (int) i, (int) k, mean, most);
        g_assert_cmpfloat (mean, <, 0.25);
        g_assert_cmpint (most, <, 56);
        cairo_destroy (cr);
        cairo_destroy (paths);
        cairo_surface_destroy (drawn);
        cairo_surface_destroy (wanted);
      }
}

/* Nothing outside of the clip, and paths where the image's pixels do not stand as the picture's. */
static void
test_no_pixels (void)
{
  cairo_t *cr;
  cairo_surface_t *surface = start (&cases[0], &cr);
  MsPixels pixels;

  cairo_rotate (cr, 0.1);
  g_assert_false (ms_pixels_borrow (cr, &pixels));
  cairo_identity_matrix (cr);
  cairo_arc (cr, 100, 100, 50, 0, 6);
  cairo_clip (cr);
  g_assert_false (ms_pixels_borrow (cr, &pixels));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR, NULL);
  cr = cairo_create (surface);
  g_assert_false (ms_pixels_borrow (cr, &pixels));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Pointing finds the edge where it is drawn. */
static void
test_top (void)
{
  MsBand band = { 20, 120, 30, { 0, 0, 0, 1 } };

  g_assert_cmpfloat_with_epsilon (ms_band_top (&band, X0, X1, X0), 20, 1e-9);
  g_assert_cmpfloat_with_epsilon (ms_band_top (&band, X0, X1, X1), 120, 1e-9);
  for (double x = X0 + 1; x < X1; x += 7)
    {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, SIDE, SIDE);
      cairo_t *cr = cairo_create (surface);
      double top = ms_band_top (&band, X0, X1, x);

      ms_band_path (cr, X0, X1, &band);
      g_assert_true (cairo_in_fill (cr, x, top + 0.3) && cairo_in_fill (cr, x, top + 29.7));
      g_assert_false (cairo_in_fill (cr, x, top - 0.3) || cairo_in_fill (cr, x, top + 30.3));
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bands/pixels", test_pixels);
  g_test_add_func ("/bands/no-pixels", test_no_pixels);
  g_test_add_func ("/bands/top", test_top);
  return g_test_run ();
}
