/* SPDX-License-Identifier: MIT */

/* Layouts of tiles: plain data, whatever is done to them. */
#include "ui/widgets/layout.h"

#include <math.h>
#include <string.h>

static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i-1", "j" };
static const MsRoom plain = { .width = 1000, .height = 800 };

static MsLayout *
parsed (const char *text)
{
  g_autoptr (GError) error = NULL;
  MsLayout *layout = ms_layout_parse (text, &error);

  g_assert_no_error (error);
  return layout;
}

static void
assert_text (const MsLayout *layout, const char *expected)
{
  g_autofree char *text = ms_layout_to_text (layout);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_place (const MsLayout *layout, const char *view, const MsRoom *room, double x, double y, double width,
              double height)
{
  MsPlace place = { 0 };

  g_assert_true (ms_layout_place (layout, view, room, &place));
  g_assert_cmpfloat_with_epsilon (place.x, x, 1e-9);
  g_assert_cmpfloat_with_epsilon (place.y, y, 1e-9);
  g_assert_cmpfloat_with_epsilon (place.width, width, 1e-9);
  g_assert_cmpfloat_with_epsilon (place.height, height, 1e-9);
}

static void
test_text (void)
{
  static const char *const good[] = { "a", "row(0.55 col(0.5 a b) c)", "col(0.125 row(0.02 a b) row(0.98 row c))" };
  static const struct {
    const char *text, *says;
  } bad[] = {
    { "", "character 1" },
    { "row(0.5 a)", "character 10" },
    { "row(0.5 a b", "expected ')' at character 12" },
    { "row(1 a b)", "share between 0 and 1 at character 5" },
    { "row(nan a b)", "share" },
    { "col(0.5 a a)", "a second time at character 11" },
    { "a b", "expected the end at character 3" },
    { "row(0.5 ä b)", "expected a view" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (MsLayout) layout = parsed (good[i]);

      assert_text (layout, good[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ms_layout_parse (bad[i].text, &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_VALUE);
      g_assert_nonnull (strstr (error->message, bad[i].says));
    }
}

/* A stranger's file may nest as deep as it likes. */
static void
test_deep_text (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 100000; i++)
    g_string_append (text, "row(0.5 ");
  g_assert_null (ms_layout_parse (text->str, &error));
  g_assert_nonnull (strstr (error->message, "too many"));
}

static void
test_split_and_remove (void)
{
  g_autoptr (MsLayout) layout = ms_layout_new ("a");

  g_assert_false (ms_layout_remove (layout, "a"));
  g_assert_true (ms_layout_split (layout, "a", MS_SIDE_RIGHT, "b"));
  g_assert_true (ms_layout_split (layout, "b", MS_SIDE_ABOVE, "c"));
  assert_text (layout, "row(0.5 a col(0.5 c b))");
  g_assert_true (ms_layout_split (layout, "a", MS_SIDE_LEFT, "b")); /* moves */
  assert_text (layout, "row(0.5 row(0.5 b a) c)");
  g_assert_false (ms_layout_split (layout, "x", MS_SIDE_LEFT, "b"));
  g_assert_false (ms_layout_split (layout, "b", MS_SIDE_LEFT, "b"));
  g_assert_true (ms_layout_swap (layout, "b", "c"));
  assert_text (layout, "row(0.5 row(0.5 c a) b)");
  g_assert_true (ms_layout_replace (layout, "a", "d"));
  g_assert_true (ms_layout_replace (layout, "d", "b"));
  assert_text (layout, "row(0.5 row(0.5 c b) d)");
  g_assert_true (ms_layout_remove (layout, "c"));
  g_assert_false (ms_layout_remove (layout, "c"));
  assert_text (layout, "row(0.5 b d)");
}

static void
test_even (void)
{
  g_autoptr (MsLayout) two = ms_layout_even (names, 2, 500, 900), four = ms_layout_even (names, 4, 750, 560);
  g_autoptr (MsLayout) wide = ms_layout_even (names, 4, 2400, 400), five = ms_layout_even (names, 5, 1000, 800);

  assert_text (two, "col(0.5 a b)");
  assert_text (four, "col(0.5 row(0.5 a b) row(0.5 c d))");
  assert_text (wide, "row(0.25 a row(0.333 b row(0.5 c d)))");
  assert_place (five, "e", &plain, 0, 1600.0 / 3, 1000, 800.0 / 3); /* alone in its row */
}

/* A new tile takes half of the largest one. */
static void
test_add (void)
{
  g_autoptr (MsLayout) layout = parsed ("row(0.3 a col(0.4 b c))");

  g_assert_true (ms_layout_add (layout, "d", &plain));
  g_assert_false (ms_layout_add (layout, "d", &plain));
  assert_text (layout, "row(0.3 a col(0.4 b row(0.5 c d)))");
}

/* A hidden view leaves its room to the others, and comes back to where it was. */
static void
test_hidden (void)
{
  g_autoptr (MsLayout) layout = parsed ("row(0.25 col(0.5 a b) c)");
  MsRoom room = { .width = 1010, .height = 810, .gap = 10 };
  MsPlace place;

  ms_layout_set_shown (layout, "a", false);
  g_assert_false (ms_layout_place (layout, "a", &room, &place));
  g_assert_cmpint (ms_layout_count_shown (layout), ==, 2);
  assert_place (layout, "b", &room, 0, 0, 250, 810);
  ms_layout_set_shown (layout, "b", false);
  assert_place (layout, "c", &room, 0, 0, 1010, 810);
  g_assert_cmpint (ms_layout_cut_at (layout, 255, 400, &room), ==, -1);
  g_assert_cmpint (ms_layout_cut_beside (layout, "c", MS_SIDE_LEFT), ==, -1);
  assert_text (layout, "row(0.25 col(0.5 a b) c)");
  ms_layout_set_shown (layout, "a", true);
  ms_layout_set_shown (layout, "b", true);
  assert_place (layout, "a", &room, 0, 0, 250, 400);
  assert_place (layout, "c", &room, 260, 0, 750, 810);
}

/* No tile is less than the least as long as all fit, whatever the shares say. */
static void
test_least (void)
{
  g_autoptr (MsLayout) layout = parsed ("row(0.05 col(0.9 a b) row(0.95 c d))");
  MsRoom room = { .gap = 10, .least_width = 200, .least_height = 100 };
  MsPlace place;

  ms_layout_least (layout, &room, &room.width, &room.height);
  g_assert_cmpfloat (room.width, ==, 620);
  g_assert_cmpfloat (room.height, ==, 210);
  for (int i = 0; i < 4; i++)
    {
      g_assert_true (ms_layout_place (layout, names[i], &room, &place));
      g_assert_cmpfloat (place.width, >=, 200);
      g_assert_cmpfloat (place.height, >=, 100);
    }
  room.width = 100; /* too small for all of them: shares alone decide, and nobody is without anything */
  g_assert_true (ms_layout_place (layout, "a", &room, &place));
  g_assert_cmpfloat (place.width, >, 0);
}

/* Too narrow for three beside one another: the innermost row stands as a column, and is a row again with more room. */
static void
test_fit (void)
{
  g_autoptr (MsLayout) layout = parsed ("row(0.5 a col(0.5 b row(0.25 c d)))");
  MsRoom room = { .width = 620, .height = 620, .gap = 10, .least_width = 200, .least_height = 100 };
  double width, height;

  ms_layout_fit (layout, &room);
  assert_place (layout, "d", &room, 420, 315, 200, 305);
  room.width = 619;
  ms_layout_fit (layout, &room);
  ms_layout_least (layout, &room, &width, &height);
  g_assert_cmpfloat (width, ==, 410);
  g_assert_cmpfloat (height, ==, 320);
  assert_place (layout, "a", &room, 0, 0, 304.5, 620);
  assert_place (layout, "c", &room, 314.5, 315, 304.5, 100);
  assert_place (layout, "d", &room, 314.5, 425, 304.5, 195);
  g_assert_cmpint (ms_layout_cut_beside (layout, "d", MS_SIDE_ABOVE), ==, 2);
  g_assert_false (ms_layout_cut_is_row (layout, 2));
  assert_text (layout, "row(0.5 a col(0.5 b row(0.25 c d)))");
  room.width = 300;
  ms_layout_fit (layout, &room);
  assert_place (layout, "a", &room, 0, 0, 300, 290); /* the others need 320 of 610 */
  assert_place (layout, "d", &room, 0, 520, 300, 100);
  room.width = 10; /* nothing is left to turn */
  ms_layout_fit (layout, &room);
  ms_layout_set_shown (layout, "d", false); /* a row of one is none */
  room.width = 410;
  ms_layout_fit (layout, &room);
  assert_place (layout, "c", &room, 210, 315, 200, 305);
}

static void
test_cuts (void)
{
  g_autoptr (MsLayout) layout = parsed ("row(0.5 col(0.5 a b) c)");
  MsRoom room = { .width = 1010, .height = 810, .gap = 10, .least_width = 100, .least_height = 50 };
  int row = ms_layout_cut_at (layout, 504, 3, &room), col = ms_layout_cut_at (layout, 10, 405, &room);
  MsPlace place;

  g_assert_true (row >= 0 && col >= 0 && row != col);
  g_assert_cmpint (ms_layout_cut_at (layout, 700, 405, &room), ==, -1);
  g_assert_true (ms_layout_cut_is_row (layout, row));
  g_assert_false (ms_layout_cut_is_row (layout, col));
  g_assert_cmpint (ms_layout_cut_beside (layout, "b", MS_SIDE_RIGHT), ==, row);
  g_assert_cmpint (ms_layout_cut_beside (layout, "c", MS_SIDE_LEFT), ==, row);
  g_assert_cmpint (ms_layout_cut_beside (layout, "b", MS_SIDE_ABOVE), ==, col);
  g_assert_cmpint (ms_layout_cut_beside (layout, "b", MS_SIDE_BELOW), ==, -1);
  ms_layout_move_cut (layout, row, 305, 0, &room);
  assert_place (layout, "c", &room, 310, 0, 700, 810);
  ms_layout_move_cut (layout, row, -4000, 0, &room);
  assert_place (layout, "a", &room, 0, 0, 100, 400);
  ms_layout_move_cut (layout, col, 0, 9000, &room);
  assert_place (layout, "b", &room, 0, 760, 100, 50);
  ms_layout_move_cut (layout, col, 0, NAN, &room);
  g_assert_true (ms_layout_cut_place (layout, col, &room, &place));
  g_assert_cmpfloat (place.y, ==, 750);
  g_assert_false (ms_layout_cut_place (layout, 2, &room, &place));
}

static bool
overlap (const MsPlace *a, const MsPlace *b)
{
  return MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x) > 1e-6
         && MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y) > 1e-6;
}

/* Every view once, and without gaps the places of those that are shown cover all of the room, none another. */
static void
assert_whole (const MsLayout *layout)
{
  int n = ms_layout_count (layout), shown = 0;
  MsPlace places[G_N_ELEMENTS (names)];
  double area = 0;

  g_assert_cmpint (n, <=, G_N_ELEMENTS (names));
  for (int i = 0; i < n; i++)
    {
      const char *view = ms_layout_view_at (layout, i);

      g_assert_true (ms_layout_has (layout, view));
      for (int j = 0; j < i; j++)
        g_assert_cmpstr (view, !=, ms_layout_view_at (layout, j));
      if (ms_layout_place (layout, view, &plain, &places[shown]))
        area += places[shown].width * places[shown].height, shown++;
    }
  g_assert_cmpint (shown, ==, ms_layout_count_shown (layout));
  if (shown > 0)
    g_assert_cmpfloat_with_epsilon (area, plain.width * plain.height, 1e-3);
  for (int i = 0; i < shown; i++)
    for (int j = 0; j < i; j++)
      g_assert_false (overlap (&places[i], &places[j]));
}

static void
do_something (MsLayout *layout)
{
  const char *view = names[g_test_rand_int_range (0, G_N_ELEMENTS (names))];
  const char *other = names[g_test_rand_int_range (0, G_N_ELEMENTS (names))];
  double x = g_test_rand_double_range (-100, 1100), y = g_test_rand_double_range (-100, 900);
  MsRoom room = { plain.width, plain.height, 12, g_test_rand_double_range (0, 300), 100 };

  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
    case 1: ms_layout_split (layout, view, (MsSide) g_test_rand_int_range (0, 4), other); break;
    case 2: ms_layout_swap (layout, view, other); break;
    case 3: ms_layout_replace (layout, view, other); break;
    case 4: ms_layout_remove (layout, view); break;
    case 5: ms_layout_set_shown (layout, view, g_test_rand_int_range (0, 3) > 0); break;
    case 6: ms_layout_add (layout, view, &room); break;
    default: ms_layout_move_cut (layout, g_test_rand_int_range (0, 9), x, y, &room); break;
    }
}

static void
test_random (void)
{
  g_autoptr (MsLayout) layout = ms_layout_new ("a");

  for (int i = 0; i < 20000; i++)
    {
      do_something (layout);
      assert_whole (layout);
      if (i % 100 == 0)
        {
          g_autofree char *text = ms_layout_to_text (layout);
          g_autoptr (MsLayout) again = parsed (text), copy = ms_layout_copy (layout);

          g_assert_true (ms_layout_equal (again, layout));
          g_assert_true (ms_layout_equal (copy, layout));
          g_assert_cmpint (ms_layout_count_shown (copy), ==, ms_layout_count_shown (layout));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/text", test_text);
  g_test_add_func ("/layout/deep-text", test_deep_text);
  g_test_add_func ("/layout/split-and-remove", test_split_and_remove);
  g_test_add_func ("/layout/even", test_even);
  g_test_add_func ("/layout/add", test_add);
  g_test_add_func ("/layout/hidden", test_hidden);
  g_test_add_func ("/layout/least", test_least);
  g_test_add_func ("/layout/fit", test_fit);
  g_test_add_func ("/layout/cuts", test_cuts);
  g_test_add_func ("/layout/random", test_random);
  return g_test_run ();
}
