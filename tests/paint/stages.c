/* SPDX-License-Identifier: MIT */

/* Walking through a forward pass: the stages' order, and pictures that do not show what is ahead. */
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"

#include <string.h>

#define WIDTH 560
#define HEIGHT 400

static void
test_order (void)
{
  for (int layers = 0; layers < 4; layers++)
    {
      MsStage stage = ms_stage_first ();
      int n = 1;

      g_assert_cmpint (stage.kind, ==, MS_STAGE_PATCHES);
      for (MsStage next = ms_stage_next (&stage, layers); next.partial; next = ms_stage_next (&stage, layers))
        {
          g_assert_cmpint (ms_stage_time (&stage, next.layer, next.kind), ==, MS_STAGE_AHEAD);
          g_assert_cmpint (ms_stage_time (&next, next.layer, next.kind), ==, MS_STAGE_NOW);
          g_assert_cmpint (ms_stage_time (&next, stage.layer, stage.kind), ==, MS_STAGE_BEHIND);
          stage = next;
          n++;
        }
      g_assert_cmpint (stage.kind, ==, MS_STAGE_LOSS);
      g_assert_cmpint (n, ==, 2 + 6 * layers);
    }
}

static unsigned char *
draw (const MsPainter *painter, const MsScene *scene)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  unsigned char *pixels;

  painter->paint (cr, WIDTH, HEIGHT, scene, NULL, ms_palette_light ());
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  pixels = g_memdup2 (cairo_image_surface_get_data (surface), 4 * WIDTH * HEIGHT);
  cairo_surface_destroy (surface);
  return pixels;
}

/* Every choice another one, all else as it was. */
static void
choose_otherwise (MsRouting *routing)
{
  for (int i = 0; i < routing->T * routing->K; i++)
    {
      routing->expert[i] = (gint16) ((routing->expert[i] + 3) % routing->E);
      routing->gate[i] = routing->probs[i / routing->K * routing->E + routing->expert[i]];
      routing->kept[i] = i % 3 != 0;
    }
  for (int e = 0; e < routing->E; e++)
    {
      routing->load[e] = 10 * e;
      routing->dropped[e] = e;
    }
}

/* Whether the picture of @name at @kind of layer 0 is the same whatever the tokens choose. */
static bool
hides_choices (const char *name, MsStageKind kind)
{
  const MsPainter *painter = ms_painter_find (name);
  MsScene *a = ms_sample_digits_sized (16, 8, 1, false), *b = ms_sample_digits_sized (16, 8, 1, false);
  g_autofree unsigned char *first = NULL, *second = NULL;
  MsRecord *record = (MsRecord *) b->record;

  a->stage = b->stage = (MsStage) { true, 0, kind };
  a->selection.token = b->selection.token = 5;
  choose_otherwise (record->routing[0]);
  choose_otherwise (record->routing[1]);
  first = draw (painter, a);
  second = draw (painter, b);
  ms_scene_free (a);
  ms_scene_free (b);
  return memcmp (first, second, 4 * WIDTH * HEIGHT) == 0;
}

static void
test_no_choice_before_top_k (void)
{
  const char *const names[] = { "assignments", "load", "token", "flow" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (MsStageKind kind = MS_STAGE_PATCHES; kind < MS_STAGE_TOP_K; kind++)
      if (!hides_choices (names[i], kind))
        g_error ("%s shows choices at %s", names[i], ms_stage_title (kind));
  g_assert_false (hides_choices ("assignments", MS_STAGE_TOP_K));
  g_assert_false (hides_choices ("load", MS_STAGE_TOP_K));
  g_assert_false (hides_choices ("token", MS_STAGE_TOP_K));
  g_assert_false (hides_choices ("flow", MS_STAGE_DISPATCH));
}

/* What was dropped is no matter before the places are given out. */
static void
test_no_drops_before_dispatch (void)
{
  const char *const names[] = { "assignments", "load" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const MsPainter *painter = ms_painter_find (names[i]);
      MsScene *scene = ms_sample_digits ();
      MsRouting *routing = scene->record->routing[0];
      g_autofree unsigned char *chosen = NULL, *again = NULL, *placed = NULL, *other = NULL;
      gsize size = 4 * WIDTH * HEIGHT;

      scene->stage = (MsStage) { true, 0, MS_STAGE_DISPATCH };
      placed = draw (painter, scene);
      scene->stage.kind = MS_STAGE_TOP_K;
      chosen = draw (painter, scene);
      for (int t = 0; t < routing->T; t += 2)
        routing->kept[t] = !routing->kept[t];
      for (int e = 0; e < routing->E; e++)
        routing->dropped[e] = routing->load[e] / 2;
      again = draw (painter, scene);
      scene->stage.kind = MS_STAGE_DISPATCH;
      other = draw (painter, scene);
      g_assert_cmpmem (chosen, size, again, size);
      g_assert_cmpint (memcmp (placed, other, size), !=, 0);
      ms_scene_free (scene);
    }
}

static void
test_words (void)
{
  const MsPainter *assignments = ms_painter_find ("assignments"), *token = ms_painter_find ("token");
  MsScene *scene = ms_sample_token ();
  MsSpot spot = MS_SPOT_NONE;
  g_autofree char *early = NULL, *gates = NULL, *chosen = NULL;

  spot.kind = MS_SPOT_TOKEN;
  spot.token = scene->selection.token;
  spot.example = scene->selection.example;
  scene->stage = (MsStage) { true, 1, MS_STAGE_SOFTMAX };
  early = assignments->describe (scene, &spot);
  g_assert_nonnull (strstr (early, "its expert is not chosen yet"));
  g_assert_null (strstr (early, "gate"));
  gates = token->describe (scene, &spot);
  g_assert_nonnull (strstr (gates, "exp ("));
  g_assert_null (strstr (gates, "top-2"));
  g_assert_null (strstr (gates, "predicted"));
  scene->stage.kind = MS_STAGE_TOP_K;
  chosen = token->describe (scene, &spot);
  g_assert_nonnull (strstr (chosen, "top-2"));
  g_assert_null (strstr (chosen, "place "));
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/stages/order", test_order);
  g_test_add_func ("/stages/no-choice-before-top-k", test_no_choice_before_top_k);
  g_test_add_func ("/stages/no-drops-before-dispatch", test_no_drops_before_dispatch);
  g_test_add_func ("/stages/words", test_words);
  return g_test_run ();
}
