/* SPDX-License-Identifier: MIT */

/* What is picked is what was painted there: hovering changes pixels around the spot's area and nowhere else, and
 * picking the middle of that area finds the same thing again. */
#include "ui/paint/draw.h"
#include "ui/paint/grid.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/slots-data.h"
#include "ui/paint/text.h"

#include <math.h>

#define WIDTH 800
#define HEIGHT 520

static cairo_surface_t *
draw (const MsPainter *painter, const MsScene *scene, const MsSpot *hover)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  painter->paint (cr, WIDTH, HEIGHT, scene, hover, ms_palette_light ());
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const unsigned char *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) row)[x] & 0xffffff;
}

/* How many pixels differ inside of @area grown by @margin, and outside. */
static void
count_changes (cairo_surface_t *a, cairo_surface_t *b, cairo_rectangle_t area, double margin, int *inside, int *outside)
{
  area.x -= margin;
  area.y -= margin;
  area.width += 2 * margin;
  area.height += 2 * margin;
  *inside = *outside = 0;
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (pixel (a, x, y) != pixel (b, x, y))
        *(ms_inside (&area, x + 0.5, y + 0.5) ? inside : outside) += 1;
}

static bool
same_spot (const MsSpot *a, const MsSpot *b)
{
  return a->kind == b->kind && a->example == b->example && a->token == b->token && a->expert == b->expert
         && a->point == b->point && a->step == b->step && a->slot == b->slot
         && a->member == b->member && a->other == b->other && a->bin == b->bin && a->score == b->score;
}

/* Painters whose hover is one outline at the spot; the plane marks both panels and the curves draw a line through. */
static void
test_hover (gconstpointer data)
{
  const MsPainter *painter = data;
  MsScene *scene = painter->sample ();
  cairo_surface_t *plain = draw (painter, scene, NULL);
  int found = 0;

  for (int y = 7; y < HEIGHT; y += 61)
    for (int x = 5; x < WIDTH; x += 67)
      {
        MsSpot spot, again;
        cairo_surface_t *hovered;
        int inside, outside;

        if (!painter->pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot))
          continue;
        found++;
        g_assert_cmpfloat (spot.area.width, >, 0);
        /* Under the pointer, or beside it by less than a gap; a bar is picked over its whole column. */
        g_assert_cmpfloat (x, >, spot.area.x - 10);
        g_assert_cmpfloat (x, <, spot.area.x + spot.area.width + 10);
        if (spot.kind != MS_SPOT_EXPERT)
          {
            g_assert_cmpfloat (y, >=, spot.area.y - 0.01);
            g_assert_cmpfloat (y, <=, spot.area.y + spot.area.height + 0.01);
          }
        hovered = draw (painter, scene, &spot);
        count_changes (plain, hovered, spot.area, 5, &inside, &outside);
        g_assert_cmpint (inside, >, 0);
        g_assert_cmpint (outside, ==, 0);
        cairo_surface_destroy (hovered);
        if (spot.area.height <= 1)
          continue; /* an expert without load has a bar without height */
        g_assert_true (painter->pick (spot.area.x + spot.area.width / 2, spot.area.y + spot.area.height / 2, WIDTH,
                                      HEIGHT, scene, ms_palette_light (), &again));
        g_assert_true (same_spot (&spot, &again));
      }
  g_assert_cmpint (found, >, 20);
  cairo_surface_destroy (plain);
  ms_scene_free (scene);
}

/* Another expert for one token changes the pixels of that token's area only: colour and pick agree on where it is. */
static void
test_token (void)
{
  const MsPainter *painter = ms_painter_find ("assignments");
  MsScene *scene = painter->sample ();
  MsRouting *routing = scene->record->routing[0];
  cairo_surface_t *before = draw (painter, scene, NULL);

  for (int y = 60; y < HEIGHT - 40; y += 53)
    for (int x = 20; x < WIDTH; x += 59)
      {
        MsSpot spot;
        cairo_surface_t *after;
        gint16 old;
        int inside, outside;

        if (!painter->pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot) || !routing->kept[spot.token])
          continue;
        g_assert_cmpint (spot.expert, ==, routing->expert[spot.token]);
        old = routing->expert[spot.token];
        routing->expert[spot.token] = (gint16) ((old + 1) % 8);
        after = draw (painter, scene, NULL);
        routing->expert[spot.token] = old;
        count_changes (before, after, spot.area, 0, &inside, &outside);
        g_assert_cmpint (inside, >, (int) (0.9 * spot.area.width * spot.area.height));
        g_assert_cmpint (outside, ==, 0);
        cairo_surface_destroy (after);
      }
  cairo_surface_destroy (before);
  ms_scene_free (scene);
}

/* A bar's foot has its expert's colour, and stands where pick says. */
static void
test_bars (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = painter->sample ();
  cairo_surface_t *surface = draw (painter, scene, NULL);
  guint32 seen = 0;

  for (int x = 60; x < WIDTH; x += 5)
    {
      MsSpot spot;
      guint32 colour;

      if (!painter->pick (x, 100, WIDTH, HEIGHT, scene, ms_palette_light (), &spot))
        continue;
      g_assert_cmpint (spot.kind, ==, MS_SPOT_EXPERT);
      colour = ms_colour_pixel (ms_palette_category (ms_palette_light (), spot.expert)) & 0xffffff;
      g_assert_cmphex (pixel (surface, (int) spot.area.x + 2, (int) (spot.area.y + spot.area.height) - 2), ==, colour);
      seen |= 1u << spot.expert;
    }
  g_assert_cmphex (seen, ==, 0xff);
  cairo_surface_destroy (surface);
  ms_scene_free (scene);
}

/* The chosen expert keeps its colour; the others lose theirs. */
static void
test_selection (void)
{
  const MsPainter *painter = ms_painter_find ("assignments");
  MsScene *scene = painter->sample ();
  cairo_surface_t *before = draw (painter, scene, NULL), *after;
  int same = 0, changed = 0;

  scene->selection.expert = 2;
  after = draw (painter, scene, NULL);
  for (int y = 60; y < HEIGHT - 40; y += 31)
    for (int x = 20; x < WIDTH; x += 37)
      {
        MsSpot spot;
        int cx, cy;

        if (!painter->pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot))
          continue;
        cx = (int) (spot.area.x + spot.area.width / 2);
        cy = (int) (spot.area.y + spot.area.height / 2);
        if (spot.expert == 2 || !scene->record->routing[0]->kept[spot.token])
          {
            g_assert_cmphex (pixel (before, cx, cy), ==, pixel (after, cx, cy));
            same++;
          }
        else
          changed += pixel (before, cx, cy) != pixel (after, cx, cy);
      }
  g_assert_cmpint (same, >, 3);
  g_assert_cmpint (changed, >, 30);
  cairo_surface_destroy (before);
  cairo_surface_destroy (after);
  ms_scene_free (scene);
}

/* Without a choice: example 0 and its sharpest slot; then what was chosen, and what goes best with it. */
static void
test_slots_choice (void)
{
  MsScene *scene = ms_sample_soft_sized (4, 16);
  MsRouting *routing = scene->record->routing[0];
  MsSlots slots;

  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_cmpint (slots.example, ==, 0);
  g_assert_cmpint (slots.rows, ==, 16);
  g_assert_cmpfloat (ms_slots_dispatch (&slots, slots.token, slots.slot), ==, slots.most_dispatch);
  g_assert_cmpfloat (ms_slots_column_fault (&slots), <, 1e-6);
  g_assert_cmpfloat (ms_slots_row_fault (&slots), <, 1e-6);
  ms_slots_clear (&slots);

  scene->selection.token = 2 * 16 + 9;
  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_cmpint (slots.example, ==, 2);
  g_assert_cmpint (slots.first, ==, 32);
  for (int s = 0; s < 16; s++)
    g_assert_cmpfloat (ms_slots_combine (&slots, 41, s), <=, ms_slots_combine (&slots, 41, slots.slot));
  ms_slots_clear (&slots);

  scene->selection.token = MS_NONE;
  scene->selection.example = 3;
  scene->selection.slot = 11;
  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_cmpint (slots.slot, ==, 11);
  for (int t = 48; t < 64; t++)
    g_assert_cmpfloat (ms_slots_dispatch (&slots, t, 11), <=, ms_slots_dispatch (&slots, slots.token, 11));
  /* Weights that do not add up are seen. */
  routing->dispatch[48 * 16 + 3] += 0.5f;
  ms_slots_clear (&slots);
  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_cmpfloat (fabs (ms_slots_column_fault (&slots) - 0.5), <, 1e-6);
  ms_slots_clear (&slots);
  routing->combine[48 * 16 + 3] = NAN;
  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_true (isinf (ms_slots_row_fault (&slots)));
  ms_slots_clear (&slots);
  routing->combine[48 * 16 + 3] = 0;

  /* One group for all examples: all its tokens, the image of the chosen one. */
  routing->groups = 1;
  g_assert_true (ms_slots_read (&slots, scene));
  g_assert_cmpint (slots.rows, ==, 64);
  g_assert_cmpint (slots.token / 16, ==, 3);
  ms_slots_clear (&slots);
  ms_scene_free (scene);
}

/* A cell of either matrix has the colour of the weight that pick names there. */
static void
test_slots_cells (void)
{
  const MsPainter *painter = ms_painter_find ("slots");
  MsScene *scene = ms_sample_soft_sized (4, 16);
  cairo_surface_t *surface = draw (painter, scene, NULL);
  g_auto (MsSlots) slots = { 0 };
  int seen[2] = { 0 };

  g_assert_true (ms_slots_read (&slots, scene));
  for (int y = 60; y < HEIGHT; y += 13)
    for (int x = 10; x < WIDTH / 2; x += 7)
      {
        MsSpot spot;
        int cx, cy;

        if (!painter->pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot) || spot.kind != MS_SPOT_SLOT
            || spot.token < 0 || spot.token == slots.token || spot.slot == slots.slot || spot.area.height > 40)
          continue;

        bool combine = spot.area.x > 0.27 * WIDTH; /* the right one of the two */
        double weight = combine ? ms_slots_combine (&slots, spot.token, spot.slot) / slots.most_combine
                                : ms_slots_dispatch (&slots, spot.token, spot.slot) / slots.most_dispatch;
        guint32 shade = ms_colour_pixel (ms_palette_sequential (ms_palette_light (), weight)) & 0xffffff;

        cx = (int) (spot.area.x + spot.area.width / 2);
        cy = (int) (spot.area.y + spot.area.height / 2);
        for (int shift = 0; shift <= 16; shift += 8)
          g_assert_cmpint (ABS ((int) (pixel (surface, cx, cy) >> shift & 255) - (int) (shade >> shift & 255)), <=, 2);
        seen[combine]++;
      }
  g_assert_cmpint (seen[0], >, 50);
  g_assert_cmpint (seen[1], >, 50);
  cairo_surface_destroy (surface);
  ms_scene_free (scene);
}

/* Items stand inside the area and do not touch; all are shown where that leaves them legible. */
static void
test_grid (void)
{
  const cairo_rectangle_t area = { 10, 20, 531, 333 };
  const int counts[] = { 1, 2, 7, 64, 500 }, sides[] = { 8, 28, 32, 224 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    for (gsize s = 0; s < G_N_ELEMENTS (sides); s++)
      {
        MsGrid grid = ms_grid_fit (&area, counts[i], sides[s], sides[s], 40.0 / sides[s], 0);
        int found;

        g_assert_cmpint (grid.shown, >=, 1);
        g_assert_cmpint (grid.shown, <=, counts[i]);
        g_assert_cmpfloat (fmod (grid.unit >= 1 ? grid.unit : 1 / grid.unit, 1), <, 1e-9);
        if (grid.shown < counts[i])
          g_assert_cmpfloat (grid.unit, <, 2 * 40.0 / sides[s] + 1);
        grid.wanted = 3 * counts[i] / 5;
        g_assert_true (ms_grid_shows (&grid, grid.wanted));
        found = 0;
        for (int j = ms_grid_first (&grid); j >= 0; j = ms_grid_next (&grid, j))
          {
            cairo_rectangle_t item = ms_grid_item (&grid, j);

            found++;
            g_assert_true (ms_grid_shows (&grid, j));
            g_assert_true (item.x >= area.x && item.x + item.width <= area.x + area.width);
            g_assert_true (item.y >= area.y && item.y + item.height <= area.y + area.height);
            g_assert_cmpint (ms_grid_pick (&grid, item.x + 0.1, item.y + 0.1), ==, j);
            g_assert_cmpint (ms_grid_pick (&grid, item.x + item.width - 0.1, item.y + item.height - 0.1), ==, j);
            g_assert_cmpint (ms_grid_pick (&grid, item.x - 0.1, item.y + 0.1), !=, j);
          }
        g_assert_cmpint (found, ==, grid.shown);
      }
}

static void
test_cells (void)
{
  const cairo_rectangle_t area = { 10, 20, 531, 333 };

  for (int n = 1; n < 400; n += 7)
    {
      MsGrid grid = ms_grid_fill (&area, n, 36, 20);
      cairo_rectangle_t last;

      grid.wanted = n - 1;
      last = ms_grid_item (&grid, n - 1);

      g_assert_cmpint (grid.shown, ==, MIN (n, 13 * 14));
      g_assert_true (grid.width >= 36 && grid.height >= 20);
      g_assert_true (last.y + last.height <= area.y + area.height && last.x + last.width <= area.x + area.width);
    }
}

/* Members stand apart unless experts are so narrow that bars are drawn side by side: then so is what is picked. */
static void
test_thin_bars (void)
{
  const MsPainter *painter = ms_painter_find ("load");
  MsScene *scene = ms_sample_e3_sized (16, 2, 32);

  for (double width = 120; width < 600; width += 11)
    {
      int pixels[32] = { 0 }, least = G_MAXINT, most = 0;
      MsSpot spot;

      for (double x = 0.5; x < width; x++)
        if (painter->pick (x, 90, width, 200, scene, ms_palette_light (), &spot) && spot.kind == MS_SPOT_EXPERT)
          pixels[spot.expert]++;
      for (int e = 0; e < 32; e++)
        {
          least = MIN (least, pixels[e]);
          most = MAX (most, pixels[e]);
        }
      if (least < 4)
        g_assert_cmpint (most - least, <=, 1);
    }
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_data_func ("/layout/hover/assignments", ms_painter_find ("assignments"), test_hover);
  g_test_add_data_func ("/layout/hover/load", ms_painter_find ("load"), test_hover);
  g_test_add_data_func ("/layout/hover/slots", ms_painter_find ("slots"), test_hover);
  g_test_add_data_func ("/layout/hover/disagreement", ms_painter_find ("disagreement"), test_hover);
  g_test_add_data_func ("/layout/hover/calibration", ms_painter_find ("calibration"), test_hover);
  g_test_add_func ("/layout/slots-choice", test_slots_choice);
  g_test_add_func ("/layout/slots-cells", test_slots_cells);
  g_test_add_func ("/layout/token", test_token);
  g_test_add_func ("/layout/bars", test_bars);
  g_test_add_func ("/layout/thin-bars", test_thin_bars);
  g_test_add_func ("/layout/selection", test_selection);
  g_test_add_func ("/layout/grid", test_grid);
  g_test_add_func ("/layout/cells", test_cells);
  return g_test_run ();
}
