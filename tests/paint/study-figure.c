/* SPDX-License-Identifier: MIT */

/* The figure of a study: values stand where the axis says, what is absent does no harm, and no size is too small. */
#include "tests/fixture.h"
#include "ui/paint/study-figure.h"
#include "ui/paint/text.h"

#include <math.h>

#define VARIANTS 3
#define SEEDS 2

static const MsFigurePanel panels[] = { { "Test NLL", "nats", -1 }, { "OOD AUROC", "%", 1 } };
static const MsFigureVariant variants[VARIANTS]
  = { { "Dense", 0, 2, "2" }, { "Sparse", 0, 1, "1" }, { "Several", 1, 1, "1" } };
static const char *const groups[] = { "One", "More" };
static const double value[2][VARIANTS][SEEDS]
  = { { { 0.1, 0.12 }, { 0.3, 0.3 }, { 0.2, NAN } }, { { NAN, NAN }, { NAN, NAN }, { NAN, NAN } } };

static MsStudyFigure
figure (const char *axis)
{
  return (MsStudyFigure) { .title = "Title", .foot = "Foot", .n_panels = 2, .n_variants = VARIANTS, .n_seeds = SEEDS,
                           .n_groups = 2, .panels = panels, .variants = variants, .groups = groups,
                           .value = &value[0][0][0], .axis = axis };
}

/* The middle of what is drawn in exactly @colour inside columns [x0, x1) and rows [y0, y1): NaN if nothing is. */
static void
find_colour (cairo_surface_t *surface, MsColour colour, int x1, double *x, double *y)
{
  int stride = cairo_image_surface_get_stride (surface), n = 0;
  const guint8 *data = cairo_image_surface_get_data (surface);

  *x = *y = 0;
  for (int row = 70; row < cairo_image_surface_get_height (surface); row++) /* below the legend */
    for (int column = 0; column < x1; column++)
      {
        guint32 pixel = *(const guint32 *) (data + row * stride + 4 * column);
        int r = (int) (pixel >> 16 & 255), g = (int) (pixel >> 8 & 255), b = (int) (pixel & 255);

        if (abs (r - (int) lround (255 * colour.r)) + abs (g - (int) lround (255 * colour.g))
              + abs (b - (int) lround (255 * colour.b)) > 6)
          continue;
        *x += column + 0.5;
        *y += row + 0.5;
        n++;
      }
  g_assert_cmpint (n, >, 0);
  *x /= n;
  *y /= n;
}

static cairo_surface_t *
paint (const MsStudyFigure *drawn, double width, double height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);

  ms_study_figure_paint (cr, width, height, drawn, ms_palette_light ());
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* The second group's only marker: at 0.2, the middle of the first panel's range of 0.1 to 0.3, in the third row. */
static void
test_rows (void)
{
  MsStudyFigure drawn = figure (NULL);
  double width, height, x, y;

  ms_study_figure_size (&drawn, ms_palette_light (), &width, &height);
  g_assert_cmpfloat (width, ==, 2 * 16 + 190 + 2 * 236 + 34);
  cairo_surface_t *surface = paint (&drawn, width, height);

  find_colour (surface, ms_palette_category (ms_palette_light (), 1), (int) width / 2, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 16 + 190 + 236 / 2.0, 2);
  g_assert_cmpfloat_with_epsilon (y, 16 + 34 + 22 + 26 + 3 + 2.5 * 19, 2);
  cairo_surface_destroy (surface);
}

/* With an axis it stands over place 1, the first of two, beside the other group's. */
static void
test_lines (void)
{
  MsStudyFigure drawn = figure ("Active per token K");
  double width, height, x, y;

  ms_study_figure_size (&drawn, ms_palette_light (), &width, &height);
  cairo_surface_t *surface = paint (&drawn, width, height);

  find_colour (surface, ms_palette_category (ms_palette_light (), 1), (int) width / 2, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 16 + 52 + 236 / 4.0 + 3, 2);
  g_assert_cmpfloat_with_epsilon (y, 16 + 34 + 22 + 26 + 168 / 2.0, 2);
  cairo_surface_destroy (surface);
}

static void
test_sizes (void)
{
  static const double sizes[][2] = { { 1, 1 }, { 40, 300 }, { 300, 40 }, { 2000, 30 } };
  MsStudyFigure rows = figure (NULL), lines = figure ("K");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      cairo_surface_destroy (paint (&rows, sizes[i][0], sizes[i][1]));
      cairo_surface_destroy (paint (&lines, sizes[i][0], sizes[i][1]));
    }
}

static void
test_save (void)
{
  MsStudyFigure drawn = figure (NULL);
  g_autofree char *svg = fixture_path ("figure.svg");
  g_autofree char *wrong = fixture_path ("figure.txt");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_study_figure_save (&drawn, ms_palette_light (), svg, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (svg, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "<svg"));
  g_assert_false (ms_study_figure_save (&drawn, ms_palette_light (), wrong, &error));
  fixture_assert_refused (error, "figure.txt", "no kind of picture");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/paint/study-figure/rows", test_rows);
  g_test_add_func ("/paint/study-figure/lines", test_lines);
  g_test_add_func ("/paint/study-figure/sizes", test_sizes);
  g_test_add_func ("/paint/study-figure/save", test_save);
  return fixture_run ();
}
