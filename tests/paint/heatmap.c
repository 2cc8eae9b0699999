/* SPDX-License-Identifier: MIT */

/* Layer × expert: what each cell says, which experts are dead, and that neither a peak nor a dead expert is lost where
 * cells are smaller than pixels. */
#include "ui/paint/draw.h"
#include "ui/paint/heat.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/share-map.h"
#include "ui/paint/text.h"

#include <math.h>

#define WIDTH 560
#define HEIGHT 400

static void
says (const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = ms_painter_heatmap.describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

/* The newest batch, and, with a step chosen, that step of the history. */
static void
test_moment (void)
{
  MsScene *scene = ms_sample_layers_sized (2, 4, 40);
  MsHistory *history = (MsHistory *) scene->history;
  const int now[] = { 100, 300, 0, 0 };
  const float then[] = { 10, 10, 60, 0 };
  MsSpot spot = MS_SPOT_NONE;

  memcpy (scene->record->routing[1]->load, now, sizeof now);
  scene->record->routing[1]->dropped[1] = 7;
  spot.kind = MS_SPOT_EXPERT;
  spot.layer = 1;
  spot.expert = 1;
  says (scene, &spot, "expert 1, block 3\n3.00 × an even share\n300 of 400 assignments (75.0 %)\n7 dropped\nstep 40");
  memcpy (history->load + (19 * 2 + 1) * 4, then, sizeof then);
  memset (history->dropped, 0, sizeof (float) * 40 * 8);
  scene->selection.step = 20;
  spot.expert = 2;
  says (scene, &spot, "expert 2, block 3\n3.00 × an even share\n60 of 80 assignments (75.0 %)\nstep 20");
  history->points[19].first_step = 19;
  history->points[18].last_step = 18;
  says (scene, &spot,
        "expert 2, block 3\n3.00 × an even share\n60.0 of 80.0 assignments (75.0 %)\nmean of steps 19 to 20");
  memset (history->load + (19 * 2 + 1) * 4, 0, sizeof then);
  says (scene, &spot, "expert 2, block 3\nload not captured\nmean of steps 19 to 20");
  spot.layer = 2;
  says (scene, &spot, "");
  ms_scene_free (scene);
}

/* An expert is dead when it got nothing in the whole window, and the window is large enough to say so. */
static void
test_dead (void)
{
  MsScene *scene = ms_sample_layers_sized (1, 4, 40);
  MsHistory *history = (MsHistory *) scene->history;

  for (int i = 0; i < 40; i++)
    for (int e = 0; e < 4; e++)
      history->load[i * 4 + e] = e == 3 ? 0 : e == 2 ? i == 10 : 20;
  for (int step = 11; step <= 40; step++)
    {
      scene->selection.step = step;
      g_autoptr (MsShareMap) map = ms_share_map_new (scene);
      g_autofree guint8 *dead = ms_share_map_dead (map, history, 25);

      g_assert_false (dead[0] || dead[1]);
      g_assert_cmpint (dead[2], ==, step - 25 >= 11); /* its last was in step 11 */
      g_assert_true (dead[3]);
    }
  for (int i = 0; i < 160; i++)
    history->load[i] *= 0.03f; /* 1.2 assignments a step: 30 in 25 steps */
  g_autoptr (MsShareMap) map = ms_share_map_new (scene);
  g_autofree guint8 *dead = ms_share_map_dead (map, history, 25);

  g_assert_false (dead[2] || dead[3]);
  ms_scene_free (scene);
}

static void
test_shade (void)
{
  static const float u[] = { 0, 0.25f, 1, 2, 4, 100 }, shade[] = { -1, -0.75f, 0, 0.5f, 1, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (u); i++)
    g_assert_cmpfloat_with_epsilon (ms_share_map_shade (u[i]), shade[i], 1e-6f);
}

/* 1,000 x 90 cells on 10 x 9 pixels: marks before what is far from 0, either side. */
static void
test_pooled (void)
{
  g_autofree float *values = g_new0 (float, 1000 * 90);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 10, 9);
  cairo_t *cr = cairo_create (surface);
  cairo_rectangle_t area = { 0, 0, 10, 9 };
  const MsPalette *palette = ms_palette_light ();

  values[5 * 1000 + 42] = 0.5f; /* pixel (0, 0) */
  values[6 * 1000 + 43] = -0.75f;
  values[5 * 1000 + 142] = 1; /* (1, 0) */
  values[5 * 1000 + 143] = MS_HEAT_MARK;
  for (int i = 0; i < 1000; i++) /* (2, 8): none at all */
    values[(80 + i / 100) * 1000 + 200 + i % 100] = MS_HEAT_NONE;
  ms_draw_rect (cr, &area, palette->panel);
  ms_heat_draw_signed (cr, &area, values, 90, 1000, palette);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  const guint32 *pixel = (const guint32 *) (gconstpointer) cairo_image_surface_get_data (surface);
  guint32 rgb = 0xffffff;

  g_assert_cmphex (pixel[0] & rgb, ==, ms_colour_pixel (ms_palette_diverging (palette, -0.75)) & rgb);
  g_assert_cmphex (pixel[1] & rgb, ==, ms_colour_pixel (palette->outline) & rgb);
  g_assert_cmphex (pixel[8 * 10 + 2] & rgb, ==, ms_colour_pixel (palette->panel) & rgb);
  g_assert_cmphex (pixel[8 * 10 + 3] & rgb, ==, ms_colour_pixel (ms_palette_diverging (palette, 0)) & rgb);
  cairo_surface_destroy (surface);
}

/* Each cell is found where it is drawn; what a layer does not have belongs to the layer. */
static void
test_pick (void)
{
  MsScene *scene = ms_sample_layers ();
  bool seen[8 * 24] = { false }, layer = false, figures = false;

  for (double y = 0.5; y < HEIGHT; y += 2)
    for (double x = 0.5; x < WIDTH; x += 2)
      {
        MsSpot spot = MS_SPOT_NONE;

        if (!ms_painter_heatmap.pick (x, y, WIDTH, HEIGHT, scene, ms_palette_light (), &spot))
          continue;
        layer |= spot.kind == MS_SPOT_LAYER && spot.layer == 2;
        figures |= spot.kind == MS_SPOT_FIGURES;
        if (spot.kind != MS_SPOT_EXPERT)
          continue;
        g_assert_true (spot.area.x <= x && x <= spot.area.x + spot.area.width && spot.area.y <= y
                       && y <= spot.area.y + spot.area.height);
        g_assert_cmpint (spot.expert, <, scene->record->routing[spot.layer]->E);
        seen[spot.layer * 24 + spot.expert] = true;
      }
  for (int l = 0; l < 8; l++)
    for (int e = 0; e < scene->record->routing[l]->E; e++)
      g_assert_true (seen[l * 24 + e]);
  g_assert_true (layer && figures);
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/heatmap/moment", test_moment);
  g_test_add_func ("/heatmap/dead", test_dead);
  g_test_add_func ("/heatmap/shade", test_shade);
  g_test_add_func ("/heatmap/pooled", test_pooled);
  g_test_add_func ("/heatmap/pick", test_pick);
  return g_test_run ();
}
