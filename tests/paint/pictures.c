/* SPDX-License-Identifier: MIT */

/* Each painter's sample, light and dark, against tests/golden/paint. MS_UPDATE_GOLDEN=1 rewrites them: then look at
 * every one of them. Edges may be smoothed differently by another version of cairo; what is drawn may not differ. */
#include "ui/paint/painters.h"
#include "ui/paint/text.h"

#include <stdlib.h>

#define WIDTH 560
#define HEIGHT 400

typedef struct {
  const MsPainter *painter;
  bool dark;
} Case;

static cairo_surface_t *
draw (const Case *c)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  MsScene *scene = c->painter->sample ();

  c->painter->paint (cr, WIDTH, HEIGHT, scene, NULL, c->dark ? ms_palette_dark () : ms_palette_light ());
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  ms_scene_free (scene);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* The largest difference of a pixel's channels. */
static int
difference (const unsigned char *a, const unsigned char *b)
{
  int most = 0;

  for (int i = 0; i < 3; i++)
    most = MAX (most, ABS (a[i] - b[i]));
  return most;
}

static void
compare (cairo_surface_t *drawn, cairo_surface_t *golden, const char *path)
{
  int visible = 0, strong = 0;

  g_assert_cmpint (cairo_image_surface_get_width (golden), ==, WIDTH);
  g_assert_cmpint (cairo_image_surface_get_height (golden), ==, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    {
      const unsigned char *a = cairo_image_surface_get_data (drawn) + y * cairo_image_surface_get_stride (drawn);
      const unsigned char *b = cairo_image_surface_get_data (golden) + y * cairo_image_surface_get_stride (golden);

      for (int x = 0; x < WIDTH; x++)
        {
          int d = difference (a + 4 * x, b + 4 * x);

          visible += d > 2;
          strong += d > 64;
        }
    }
  if (visible > WIDTH * HEIGHT / 100 || strong > 40)
    {
      g_autofree char *name = g_path_get_basename (path);
      g_autofree char *saved = g_test_build_filename (G_TEST_BUILT, name, NULL);

      cairo_surface_write_to_png (drawn, saved);
      g_test_message ("%d pixels differ, %d of them strongly; compare %s with %s", visible, strong, saved, path);
      g_test_fail ();
    }
}

static void
test_picture (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *name = g_strdup_printf ("%s-%s.png", c->painter->name, c->dark ? "dark" : "light");
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", "paint", name, NULL);
  cairo_surface_t *drawn = draw (c), *golden;

  if (g_getenv ("MS_UPDATE_GOLDEN") != NULL)
    g_assert_cmpint (cairo_surface_write_to_png (drawn, path), ==, CAIRO_STATUS_SUCCESS);
  golden = cairo_image_surface_create_from_png (path);
  if (cairo_surface_status (golden) != CAIRO_STATUS_SUCCESS)
    {
      g_test_message ("%s: %s", path, cairo_status_to_string (cairo_surface_status (golden)));
      g_test_fail ();
    }
  else
    compare (drawn, golden, path);
  cairo_surface_destroy (golden);
  cairo_surface_destroy (drawn);
}

/* The same inputs give the same pixels: nothing is kept from one picture to the next. */
static void
test_pure (gconstpointer data)
{
  const Case *c = data;
  Case other = { c->painter, !c->dark };
  cairo_surface_t *first = draw (c), *between = draw (&other), *again = draw (c);
  gsize size = (gsize) cairo_image_surface_get_stride (first) * HEIGHT;

  g_assert_cmpmem (cairo_image_surface_get_data (first), size, cairo_image_surface_get_data (again), size);
  cairo_surface_destroy (first);
  cairo_surface_destroy (between);
  cairo_surface_destroy (again);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    for (int dark = 0; dark < 2; dark++)
      {
        Case c = { *p, dark };
        g_autofree char *golden = g_strdup_printf ("/pictures/golden/%s/%s", (*p)->name, dark ? "dark" : "light");
        g_autofree char *pure = g_strdup_printf ("/pictures/pure/%s/%s", (*p)->name, dark ? "dark" : "light");

        g_test_add_data_func_full (golden, g_memdup2 (&c, sizeof c), test_picture, g_free);
        g_test_add_data_func_full (pure, g_memdup2 (&c, sizeof c), test_pure, g_free);
      }
  return g_test_run ();
}
