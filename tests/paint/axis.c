/* SPDX-License-Identifier: MIT */

/* Ticks, numbers, texts and lines, by themselves. */
#include "ui/paint/axis.h"
#include "ui/paint/format.h"
#include "ui/paint/line.h"
#include "ui/paint/text.h"

#include <math.h>

static void
test_ticks (void)
{
  const double ranges[][2]
    = { { 0, 1 }, { 0, 2.37 }, { 1163, 1284 }, { 0, 1e-7 }, { -1.2, 1.2 }, { 0, 1e12 }, { 5, 5.0001 } };

  for (gsize r = 0; r < G_N_ELEMENTS (ranges); r++)
    for (int most = 2; most < 12; most++)
      {
        double lo = ranges[r][0], hi = ranges[r][1];
        MsTicks ticks = ms_ticks (lo, hi, most, false);

        g_assert_cmpint (ticks.n, >=, 1);
        g_assert_cmpint (ticks.n, <=, most);
        g_assert_cmpfloat (ms_ticks_value (&ticks, 0), >=, lo - 1e-6 * (hi - lo));
        g_assert_cmpfloat (ms_ticks_value (&ticks, ticks.n - 1), <=, hi + 1e-6 * (hi - lo));
        for (int i = 1; i < ticks.n; i++)
          {
            MsNumber a = ms_ticks_label (&ticks, i - 1), b = ms_ticks_label (&ticks, i);

            if (ticks.decimals <= 6)
              g_assert_cmpstr (a.text, !=, b.text);
          }
      }
}

static void
test_ticks_odd (void)
{
  g_assert_cmpint (ms_ticks (0, 0, 5, false).n, ==, 0);
  g_assert_cmpint (ms_ticks (0, NAN, 5, false).n, ==, 0);
  g_assert_cmpint (ms_ticks (0, INFINITY, 5, false).n, ==, 0);
  g_assert_cmpint (ms_ticks (2, 1, 5, false).n, ==, 0);
  g_assert_cmpint (ms_ticks (1e15, 1e15 + 1e-3, 5, false).n, ==, 0);
  g_assert_cmpfloat (ms_ticks (0, 3, 20, true).step, ==, 1);
  g_assert_cmpint (ms_ticks (0.2, 0.83, 4, false).n, ==, 4); /* in steps of 0.5 there would be one */
  g_assert_cmpint (ms_ticks (0, 187, 2, true).n, ==, 2);
  g_assert_cmpint (ms_ticks (0.4, 1.7, 2, true).n, ==, 1);
  g_assert_cmpfloat (ms_axis_round_up (2.33, 6), ==, 2.5);
  g_assert_cmpfloat (ms_axis_round_up (NAN, 6), ==, 1);
  g_assert_cmpfloat (ms_axis_round_up (0, 6), ==, 1);
}

static void
test_axis (void)
{
  MsAxis axis = { 10, 20, 300, 100 }, flat = { 5, 5, 0, 10 };

  g_assert_cmpfloat (ms_axis_at (&axis, 15), ==, 200);
  g_assert_cmpfloat (ms_axis_value (&axis, 250), ==, 12.5);
  g_assert_cmpfloat (ms_axis_at (&flat, 7), ==, 0);
}

static void
test_numbers (void)
{
  g_assert_cmpstr (ms_number_count (0).text, ==, "0");
  g_assert_cmpstr (ms_number_count (999).text, ==, "999");
  g_assert_cmpstr (ms_number_count (1284).text, ==, "1,284");
  g_assert_cmpstr (ms_number_count (-1234567).text, ==, "-1,234,567");
  g_assert_cmpstr (ms_number_count (G_MININT64).text, ==, "-9,223,372,036,854,775,808");
  g_assert_cmpstr (ms_number_fixed (0.125, 2).text, ==, "0.12");
  g_assert_cmpstr (ms_number_fixed (-0.001, 2).text, ==, "0.00");
  g_assert_cmpstr (ms_number_fixed (NAN, 2).text, ==, "–");
  g_assert_cmpstr (ms_number_fixed (1e300, 2).text, ==, "1e+300");
  g_assert_cmpstr (ms_number_short (0.031234, 3).text, ==, "0.0312");
  g_assert_cmpstr (ms_number_short (14.21, 3).text, ==, "14.2");
  g_assert_cmpstr (ms_number_short (1234.5, 3).text, ==, "1234");
  g_assert_cmpstr (ms_number_short (1.3e-5, 2).text, ==, "1.3e-05");
  g_assert_cmpstr (ms_number_short (0, 3).text, ==, "0");
}

static void
test_spread (void)
{
  double y[] = { 50, 51, 52, 99 };

  ms_spread_labels (y, 4, 10, 0, 100);
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat (y[i], >=, 5);
      g_assert_cmpfloat (y[i], <=, 95);
      if (i > 0)
        g_assert_cmpfloat (y[i] - y[i - 1], >=, 10);
    }
  g_assert_cmpfloat (y[0], ==, 50);
}

/* 100,000 points that alternate between 0 and 1: each column shows both extremes, nothing beyond them. */
static void
test_line (void)
{
  enum { N = 100000, W = 200, H = 100 };
  g_autofree double *x = g_new (double, N);
  g_autofree double *y = g_new (double, N);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, W, H);
  cairo_t *cr = cairo_create (surface);
  MsLine line = { N, x, y };
  MsAxis across = { 0, N, 0, W }, up = { 0, 1, 80, 20 };

  for (int i = 0; i < N; i++)
    {
      x[i] = i;
      y[i] = i > N / 2 && i < N / 2 + 2000 ? NAN : i % 2;
    }
  g_assert_cmpfloat (ms_line_max (&line), ==, 1);
  g_assert_cmpfloat (ms_line_last (&line), ==, 1);
  ms_line_draw (cr, &line, &across, &up, 2, (MsColour) { 0, 0, 0, 1 });
  cairo_surface_flush (surface);

  const unsigned char *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  for (int c = 3; c < W - 3; c++)
    {
      bool gap = c > W / 2 && c < W / 2 + 3;

      if (c == W / 2 - 1 || c == W / 2 || c == W / 2 + 3 || c == W / 2 + 4)
        continue; /* where the line ends and starts again */
      g_assert_cmpint (data[50 * stride + c] > 200, ==, !gap);
      g_assert_cmpint (data[21 * stride + c] > 200, ==, !gap);
      g_assert_cmpint (data[16 * stride + c], ==, 0);
      g_assert_cmpint (data[84 * stride + c], ==, 0);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Boxes and real text obey the same rules: no wider than asked for. */
static void
test_text (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 300, 40);
  cairo_t *cr = cairo_create (surface);
  const MsPalette *palette = ms_palette_light ();
  MsText look = { MS_TEXT_LABEL, palette->text, .max_width = 60 };

  g_assert_cmpfloat (ms_text_draw (cr, palette, &look, 0, 0, "a rather long piece of text"), <=, 61);
  g_assert_cmpfloat (ms_text_draw (cr, palette, &look, 0, 0, ""), ==, 0);
  look.max_width = -1;
  g_assert_cmpfloat (ms_text_draw (cr, palette, &look, 0, 0, "no room"), ==, 0);
  g_assert_cmpfloat (ms_text_width (palette, MS_TEXT_LABEL, "ab"), >, ms_text_width (palette, MS_TEXT_SMALL, "ab"));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/axis/ticks", test_ticks);
  g_test_add_func ("/axis/ticks-odd", test_ticks_odd);
  g_test_add_func ("/axis/axis", test_axis);
  g_test_add_func ("/axis/numbers", test_numbers);
  g_test_add_func ("/axis/spread", test_spread);
  g_test_add_func ("/axis/line", test_line);
  g_test_add_func ("/axis/text", test_text);
  return g_test_run ();
}
