/* SPDX-License-Identifier: MIT */

/* What needs no display: walking over a picture, which layout is shown, sliders, speeds, what is remembered. */
#include "core/train/presets.h"
#include "ui/paint/painter.h"
#include "ui/widgets/slider.h"
#include "ui/widgets/spot-walk.h"
#include "ui/window/arrangement.h"
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
  g_autofree char *folder = g_build_filename (dir, "moescope", NULL), *path = NULL, *layout = NULL;
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
  ms_window_state_set_layout (state, "a [file] = ü.json", "row(0.5 load curves)");
  ms_window_state_set_layout (state, "another", "load");
  ms_window_state_set_layout (state, "another", NULL);
  state->name = g_strdup ("a name; with = signs");
  state->experiment = g_strdup ("{\n  \"x\": 1\n}");
  g_assert_true (ms_window_state_save (state, path, &error));
  again = ms_window_state_load (path);
  g_assert_cmpint (again->width, ==, 1234);
  g_assert_false (again->panel);
  g_assert_cmpfloat (again->speed, ==, 0);
  layout = ms_window_state_layout (again, "a [file] = ü.json");
  g_assert_cmpstr (layout, ==, "row(0.5 load curves)");
  g_assert_null (ms_window_state_layout (again, "another"));
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

/* However many experiments are opened, the file stays small, and the newest are remembered. */
static void
test_many_layouts (void)
{
  g_autoptr (MsWindowState) state = ms_window_state_load ("/nowhere/window.ini");
  g_autofree char *newest = NULL;

  for (int i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      ms_window_state_set_layout (state, name, "load");
    }
  newest = ms_window_state_layout (state, "299");
  g_assert_cmpstr (newest, ==, "load");
  g_assert_null (ms_window_state_layout (state, "100"));
}

static guint64
bits_of (const char *const *names)
{
  const MsPainter *const *painters = ms_painters ();
  guint64 bits = 0;

  for (int i = 0; painters[i] != NULL; i++)
    bits |= g_strv_contains (names, painters[i]->name) ? G_GUINT64_CONSTANT (1) << i : 0;
  return bits;
}

static void
assert_layout (const MsArrangement *arrangement, const char *const *applying, const char *expected)
{
  g_autoptr (MsLayout) layout = ms_arrangement_layout (arrangement, bits_of (applying), 800, 600);
  g_autofree char *text = layout != NULL ? ms_layout_to_text (layout) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* One's own, else the preset's, else the first of what applies; and never one of which nothing applies. */
static void
test_arrangement (void)
{
  const char *const two[] = { "curves", "load", NULL }, *const one[] = { "plane", NULL }, *const none[] = { NULL };
  MsArrangement arrangement = { NULL, NULL };
  g_autoptr (MsLayout) own = ms_layout_new ("curves");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  assert_layout (&arrangement, two, "row(0.5 load curves)");
  assert_layout (&arrangement, none, NULL);
  g_assert_true (ms_arrangement_open (&arrangement, NULL, "row(0.3 load sundial)", &error));
  assert_layout (&arrangement, two, "row(0.3 load sundial)");
  assert_layout (&arrangement, one, "plane");
  g_assert_null (ms_arrangement_own_text (&arrangement));
  ms_arrangement_set_own (&arrangement, own);
  text = ms_arrangement_own_text (&arrangement);
  g_assert_cmpstr (text, ==, "curves");
  assert_layout (&arrangement, two, "curves");
  ms_arrangement_set_own (&arrangement, NULL);
  assert_layout (&arrangement, two, "row(0.3 load sundial)");
  g_assert_false (ms_arrangement_open (&arrangement, "row(", NULL, &error));
  g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
  assert_layout (&arrangement, two, "row(0.5 load curves)");
  ms_arrangement_clear (&arrangement);
}

/* A preset's layout is part of the program: a view in it that there is not is a mistake of ours. */
static void
test_layouts_of_presets (void)
{
  for (int i = 0; i < ms_presets_count (); i++)
    {
      const MsPreset *preset = ms_preset_at (i);
      g_autoptr (GError) error = NULL;
      g_autoptr (MsLayout) layout = NULL;

      g_assert_nonnull (preset->layout);
      layout = ms_layout_parse (preset->layout, &error);
      g_assert_no_error (error);
      for (int j = 0; j < ms_layout_count (layout); j++)
        {
          const MsPainter *painter = ms_painter_find (ms_layout_view_at (layout, j));

          g_assert_nonnull (painter);
          g_assert_false (painter->docked);
        }
    }
}

/* Whether a view of this preset has something to show at all, as far as its layout's places go. */
static bool
stands (const MsExperiment *experiment, const char *view)
{
  if (g_str_equal (view, "slots"))
    return g_str_equal (ms_experiment_text (experiment, MS_KEY_ROUTING_ROUTER), "soft");
  if (g_str_equal (view, "disagreement"))
    return !g_str_equal (ms_experiment_text (experiment, MS_KEY_ENSEMBLE_KIND), "none");
  return true;
}

/* A window of 1280 x 800 with both panels leaves 650 x 632 for the tiles: nothing scrolls there. */
static void
test_presets_fit (void)
{
  for (int i = 0; i < ms_presets_count (); i++)
    {
      const MsPreset *preset = ms_preset_at (i);
      g_autoptr (MsExperiment) experiment = ms_preset_load (preset, NULL);
      g_autoptr (MsLayout) layout = ms_layout_parse (preset->layout, NULL);
      MsRoom room = { 650, 632, 12, 300, 200 };
      double width, height;

      for (int j = 0; j < ms_layout_count (layout); j++)
        ms_layout_set_shown (layout, ms_layout_view_at (layout, j),
                             stands (experiment, ms_layout_view_at (layout, j)));
      ms_layout_fit (layout, &room);
      ms_layout_least (layout, &room, &width, &height);
      g_test_message ("%s: %g x %g", preset->name, width, height);
      g_assert_cmpint (ms_layout_count_shown (layout), >=, 4);
      g_assert_cmpint (ms_layout_count_shown (layout), <=, 6);
      g_assert_cmpfloat (width, <=, room.width);
      g_assert_cmpfloat (height, <=, room.height);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spot-walk/walk", test_walk);
  g_test_add_func ("/spot-walk/find", test_find);
  g_test_add_func ("/arrangement/which", test_arrangement);
  g_test_add_func ("/arrangement/presets", test_layouts_of_presets);
  g_test_add_func ("/arrangement/presets-fit", test_presets_fit);
  g_test_add_func ("/slider/there-and-back", test_sliders);
  g_test_add_func ("/slider/zero", test_slider_zero);
  g_test_add_func ("/speed/slider", test_speed);
  g_test_add_func ("/state/round-trip", test_state);
  g_test_add_func ("/state/many-layouts", test_many_layouts);
  return g_test_run ();
}
