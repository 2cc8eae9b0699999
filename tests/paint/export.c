/* SPDX-License-Identifier: MIT */

/* Pictures as files: the right kind and size, clear refusals, and never half a file. */
#include "tests/fixture.h"
#include "ui/paint/export.h"
#include "ui/paint/painters.h"
#include "ui/paint/text.h"

#include <string.h>

static bool
export (const char *path, double width, double height, GError **error)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = painter->sample ();
  bool done = ms_paint_export (painter, scene, ms_palette_light (), width, height, path, error);

  ms_scene_free (scene);
  return done;
}

static void
test_kinds (void)
{
  static const struct {
    const char *name, *start;
  } kinds[] = { { "a.png", "\x89PNG" }, { "b.SVG", "<?xml" }, { "c.pdf", "%PDF" } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = fixture_path (kinds[i].name);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;

      g_assert_true (export (path, 320, 200, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      g_assert_cmpint (length, >, 1000);
      g_assert_cmpmem (text, strlen (kinds[i].start), kinds[i].start, strlen (kinds[i].start));
    }
}

static void
test_size (void)
{
  g_autofree char *path = fixture_path ("size.png");
  cairo_surface_t *surface;

  g_assert_true (export (path, 321, 123, NULL));
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 321);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 123);
  cairo_surface_destroy (surface);
}

static void
refuse (const char *name, double width, double height, int code, const char *says)
{
  g_autofree char *path = fixture_path (name);
  g_autoptr (GError) error = NULL;

  g_assert_false (export (path, width, height, &error));
  g_assert_error (error, MS_ERROR, code);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_refusals (void)
{
  refuse ("a.jpg", 300, 200, MS_ERROR_USAGE, "“.jpg”");
  refuse ("picture", 300, 200, MS_ERROR_USAGE, ".png, .svg or .pdf");
  refuse (".png", 300, 200, MS_ERROR_USAGE, ".png, .svg or .pdf");
  refuse ("big.png", 300, 1e6, MS_ERROR_USAGE, "300x1000000");
  refuse ("flat.png", 300, 0, MS_ERROR_USAGE, "300x0");
  refuse ("no-folder/a.png", 300, 200, MS_ERROR_FILE, "no-folder/a.png");
}

/* A refusal leaves the old file as it was. */
static void
test_old_file (void)
{
  g_autofree char *path = fixture_write ("old.png", "old", 3);
  g_autofree char *text = NULL;

  g_assert_false (export (path, -5, 200, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_assert_true (export (path, 50, 50, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/export/kinds", test_kinds);
  g_test_add_func ("/export/size", test_size);
  g_test_add_func ("/export/refusals", test_refusals);
  g_test_add_func ("/export/old-file", test_old_file);
  return g_test_run ();
}
