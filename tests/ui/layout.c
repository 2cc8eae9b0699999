/* SPDX-License-Identifier: MIT */

/* What needs no display: walking over a picture, columns of tiles, sliders, speeds, what is remembered. */
#include "ui/widgets/slider.h"
#include "ui/widgets/spot-walk.h"
#include "ui/widgets/tiles.h"
#include "ui/window/chosen-views.h"
#include "ui/window/speed.h"
#include "ui/window/state.h"

#include <glib/gstdio.h>

/* A picture of 4 x 3 tokens, 20 apart and 12 wide. */
static bool
pick_cell (double x, double y, double width, double height, const MsScene *scene, const MsPalette *palette,
           MsSpot *spot)
{
  int i = (int) (x / 20), j = (int) (y / 20);

  if (i > 3 || j > 2 || x - 20 * i > 12 || y - 20 * j > 12)
    return false;
  *spot = (MsSpot){ .kind = MS_SPOT_TOKEN, .token = 4 * j + i, .area = { 20 * i, 20 * j, 12, 12 } };
  return true;
}

static const MsPainter cells = { .pick = pick_cell };

static bool
walk (const MsSpot *from, int dx, int dy, MsSpot *to)
{
  MsScene scene = { .selection = MS_SELECTION_NONE };

  return ms_spot_walk (&cells, 100, 70, &scene, ms_palette_light (), from, dx, dy, to);
}

static void
test_walk (void)
{
  MsSpot at, next;

  g_assert_true (walk (NULL, 1, 0, &at));
  g_assert_cmpint (at.token, ==, 0);
  g_assert_false (walk (&at, -1, 0, &next));
  g_assert_false (walk (&at, 0, -1, &next));
  for (int token = 1; token < 4; token++)
    {
      g_assert_true (walk (&at, 1, 0, &next));
      g_assert_cmpint (next.token, ==, token);
      at = next;
    }
  g_assert_false (walk (&at, 1, 0, &next));
  g_assert_true (walk (&at, 0, 1, &next));
  g_assert_cmpint (next.token, ==, 7);
}

static void
test_find (void)
{
  MsScene scene = { .selection = MS_SELECTION_NONE };
  MsSpot spot;

  g_assert_false (ms_spot_find (&cells, 100, 70, &scene, ms_palette_light (), &spot));
  scene.selection.token = 6;
  g_assert_true (ms_spot_find (&cells, 100, 70, &scene, ms_palette_light (), &spot));
  g_assert_cmpint (spot.token, ==, 6);
}

static void
test_columns (void)
{
  g_assert_cmpint (ms_tiles_columns (1, 800, 600), ==, 1);
  g_assert_cmpint (ms_tiles_columns (2, 1200, 600), ==, 2);
  g_assert_cmpint (ms_tiles_columns (2, 500, 900), ==, 1);
  g_assert_cmpint (ms_tiles_columns (3, 1000, 700), ==, 2);
  g_assert_cmpint (ms_tiles_columns (4, 750, 560), ==, 2);
  g_assert_cmpint (ms_tiles_columns (4, 2400, 400), ==, 4);
}

/* There and back again, on every slider of the table; and where a slider stands is a value that the table allows. */
static void
test_sliders (void)
{
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      double last = -G_MAXDOUBLE;

      if (key->type != MS_TYPE_REAL)
        continue;
      for (int j = 0; j <= 100; j++)
        {
          double value = ms_slider_value (key, j / 100.0), position = ms_slider_position (key, value);
          char text[G_ASCII_DTOSTR_BUF_SIZE];
          g_autoptr (GError) error = NULL;
          g_autofree char *canonical = ms_key_parse (key, g_ascii_dtostr (text, sizeof text, value), &error);

          g_assert_no_error (error);
          g_assert_cmpfloat (value, >=, last);
          g_assert_cmpfloat_with_epsilon (position, j / 100.0, 0.05);
          last = value;
        }
    }
}

static void
test_slider_zero (void)
{
  const MsKey *weight = ms_key (MS_KEY_ROUTING_LOAD_WEIGHT);

  g_assert_cmpfloat (ms_slider_value (weight, 0), ==, 0);
  g_assert_cmpfloat (ms_slider_position (weight, 0), ==, 0);
  g_assert_cmpfloat (ms_slider_position (weight, 1e9), ==, 1);
}

static void
test_speed (void)
{
  g_autofree char *slow = ms_speed_words (0.5), *most = ms_speed_words (MS_SPEED_UNLIMITED);

  g_assert_cmpfloat (ms_speed_at (0), ==, 0.5);
  g_assert_cmpfloat (ms_speed_at (1), ==, MS_SPEED_UNLIMITED);
  g_assert_cmpstr (slow, ==, "One batch in 2 seconds");
  g_assert_cmpstr (most, ==, "As fast as it goes");
  for (int digit = 1; digit <= 5; digit++)
    g_assert_cmpfloat (ms_speed_at (ms_speed_position (ms_speed_digit (digit))), ==, ms_speed_digit (digit));
}

static void
test_state (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (dir, "moescope", NULL), *path = NULL;
  g_autoptr (MsWindowState) state = NULL, again = NULL, nonsense = NULL;
  g_autoptr (GError) error = NULL;

  path = g_build_filename (folder, "window.ini", NULL);
  state = ms_window_state_load (path); /* a first run */
  g_assert_cmpint (state->width, >, 0);
  g_assert_true (state->panel);
  g_assert_null (state->name);
  state->width = 1234;
  state->panel = false;
  state->speed = 0;
  state->views = g_strdup ("load;curves");
  state->name = g_strdup ("a name; with = signs");
  state->experiment = g_strdup ("{\n  \"x\": 1\n}");
  g_assert_true (ms_window_state_save (state, path, &error));
  again = ms_window_state_load (path);
  g_assert_cmpint (again->width, ==, 1234);
  g_assert_false (again->panel);
  g_assert_cmpfloat (again->speed, ==, 0);
  g_assert_cmpstr (again->views, ==, "load;curves");
  g_assert_cmpstr (again->name, ==, state->name);
  g_assert_cmpstr (again->experiment, ==, state->experiment);

  g_assert_true (g_file_set_contents (path, "[window]\nwidth=-7\nheight=ninety\nspeed=inf\n", -1, NULL));
  nonsense = ms_window_state_load (path);
  g_assert_cmpint (nonsense->width, >, 0);
  g_assert_cmpint (nonsense->height, >, 0);
  g_assert_cmpfloat (nonsense->speed, <=, 1000);
  g_unlink (path);
  g_rmdir (folder);
  g_rmdir (dir);
}

/* Up to four of what applies, until somebody chooses; then that, as far as it applies; never nothing. */
static void
test_chosen_views (void)
{
  MsChosenViews chosen = { false, 0 };

  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0x2e), ==, 0x2e);
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0xff), ==, 0x0f);
  g_assert_true (ms_chosen_views_set (&chosen, 0xff, 6, true));
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0xff), ==, 0x4f);
  g_assert_true (ms_chosen_views_set (&chosen, 0xff, 0, false));
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0xff), ==, 0x4e);
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0x43), ==, 0x42);
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0x21), ==, 0x21);
  g_assert_true (ms_chosen_views_set (&chosen, 0x03, 0, true));
  g_assert_true (ms_chosen_views_set (&chosen, 0x03, 1, false));
  g_assert_false (ms_chosen_views_set (&chosen, 0x03, 0, false));
  g_assert_cmphex (ms_chosen_views_shown (&chosen, 0xff), ==, 0x4d);
}

static void
test_chosen_views_as_text (void)
{
  MsChosenViews none = ms_chosen_views_from_text (""), unknown = ms_chosen_views_from_text ("sundial");
  MsChosenViews two = ms_chosen_views_from_text ("curves;load;sundial");
  g_autofree char *nothing = ms_chosen_views_to_text (&none), *text = ms_chosen_views_to_text (&two);

  g_assert_false (none.own);
  g_assert_false (unknown.own);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (text, ==, "load;curves");
  g_assert_false (ms_chosen_views_from_text (NULL).own);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spot-walk/walk", test_walk);
  g_test_add_func ("/spot-walk/chosen-views", test_chosen_views);
  g_test_add_func ("/spot-walk/chosen-views-as-text", test_chosen_views_as_text);
  g_test_add_func ("/spot-walk/find", test_find);
  g_test_add_func ("/tiles/columns", test_columns);
  g_test_add_func ("/slider/there-and-back", test_sliders);
  g_test_add_func ("/slider/zero", test_slider_zero);
  g_test_add_func ("/speed/slider", test_speed);
  g_test_add_func ("/state/round-trip", test_state);
  return g_test_run ();
}
