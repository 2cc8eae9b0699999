/* SPDX-License-Identifier: MIT */

/* The Token view's numbers: gates are softmax of logits and noise, places say what was kept, and the words say what the
 * arrays say. */
#include "core/record/detail.h"
#include "core/train/presets.h"
#include "core/train/session.h"
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/text.h"
#include "ui/paint/token-data.h"
#include "ui/paint/token-words.h"
#include "ui/paint/token.h"

#include <math.h>
#include <string.h>

static MsScene
scene_of (const MsRecord *record, int layer, int token)
{
  MsScene scene = { .record = record, .selection = MS_SELECTION_NONE, .stage = MS_STAGE_WHOLE };

  scene.selection.layer = layer;
  scene.selection.token = token;
  return scene;
}

/* Gates recomputed from scratch, in the order of the arrays. */
static void
check_token (const MsRecord *record, int layer, int token)
{
  const MsRouting *routing = record->routing[layer];
  MsScene scene = scene_of (record, layer, token);
  g_auto (MsTokenRoute) route = { 0 };
  double sum = 0;

  g_assert_true (ms_token_route_read (&route, &scene));
  g_assert_true (route.explained);
  for (int i = 0; i < route.n; i++)
    {
      gsize at = (gsize) token * (gsize) routing->E + (gsize) route.gate[i].expert;

      sum += exp ((double) routing->logits[at] + (routing->noise != NULL ? (double) routing->noise[at] : 0));
    }
  for (int i = 0; i < route.n; i++)
    {
      gsize at = (gsize) token * (gsize) routing->E + (gsize) route.gate[i].expert;
      double noise = routing->noise != NULL ? (double) routing->noise[at] : 0;
      double gate = exp ((double) routing->logits[at] + noise) / sum;

      g_assert_cmpfloat_with_epsilon (gate, (double) routing->probs[at], 1e-5);
      g_assert_cmpfloat_with_epsilon (gate, ms_token_route_gate (&route, &route.gate[i]), 1e-9);
    }
  for (int k = 0; k < route.n_choices; k++)
    {
      const MsTokenChoice *choice = &route.choice[k];

      g_assert_cmpint (choice->expert, ==, routing->expert[token * routing->K + k]);
      g_assert_cmpint (choice->kept, ==, routing->capacity == 0 || choice->place < routing->capacity);
      g_assert_cmpint (isfinite (choice->out_norm), ==, choice->kept);
    }
}

/* Records of real steps, with and without members of their own parts. */
static void
test_sessions (void)
{
  static const char *const presets[] = { "digits-vmoe", "digits-e3" };

  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsExperiment) experiment = ms_preset_load (ms_preset_find (presets[i]), &error);
      g_autoptr (MsSession) session = NULL;
      g_autoptr (MsRecord) record = NULL;

      g_assert_no_error (error);
      session = ms_session_new (experiment, presets[i], 1, &error);
      g_assert_no_error (error);
      record = ms_session_step (session, MS_DETAIL_BATCH | MS_DETAIL_ROUTE, &error);
      g_assert_no_error (error);
      for (int l = 0; l < record->n_routing; l++)
        {
          g_assert_nonnull (record->routing[l]->noise);
          for (int t = 0; t < record->routing[l]->T; t += 7)
            check_token (record, l, t);
        }
    }
}

static void
contains (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("\"%s\" is not in:\n%s", words, text);
}

static char *
describe (const MsScene *scene)
{
  MsSpot spot = MS_SPOT_NONE;

  spot.kind = MS_SPOT_TOKEN;
  spot.token = scene->selection.token;
  return ms_painter_find ("token")->describe (scene, &spot);
}

/* Two experts, and numbers that can be worked out by hand: exp (1 + 0.5) = 4.4817, exp (0.25 - 0.25) = 1. */
static MsScene *
by_hand (void)
{
  MsScene *scene = ms_sample_digits_sized (2, 2, 1, false);
  MsRouting *routing = scene->record->routing[0];
  gsize all = (gsize) routing->T * 2;

  routing->capacity = 3;
  routing->logits = g_new0 (float, all);
  routing->noise = g_new0 (float, all);
  routing->place = g_new0 (int, routing->T);
  routing->in_norm = g_new0 (float, routing->T);
  routing->out_norm = g_new0 (float, routing->T);
  routing->added_norm = g_new0 (float, routing->T);
  routing->logits[10] = 1;
  routing->noise[10] = 0.5f;
  routing->logits[11] = 0.25f;
  routing->noise[11] = -0.25f;
  routing->probs[10] = (float) (exp (1.5) / (exp (1.5) + 1));
  routing->probs[11] = (float) (1 / (exp (1.5) + 1));
  routing->expert[5] = 0;
  routing->gate[5] = routing->probs[10];
  routing->place[5] = 2;
  routing->kept[5] = 1;
  routing->in_norm[5] = 4;
  routing->out_norm[5] = 2;
  routing->added_norm[5] = 2 * routing->probs[10];
  scene->selection.token = 5;
  return scene;
}

static void
test_words (void)
{
  MsScene *scene = by_hand ();
  MsRouting *routing = scene->record->routing[0];
  g_autofree char *kept = describe (scene), *table = ms_painter_find ("token")->table (scene), *dropped, *bare;

  contains (kept, "gates = softmax (logit + noise)\n");
  contains (kept, "g₀ = exp (1.00 + 0.50) / 5.482 = 0.818\n");
  contains (kept, "top-1 of 2\nexpert 0: gate 0.818\nplace 3 of 3 in its buffer: kept\n");
  contains (kept, "‖f₀ (x)‖ 2.000 × 0.818 = 1.635\n");
  contains (kept, "adds ‖Σ g f (x)‖ = 1.635\nbeside ‖x‖ = 4.000: 40.9 %\n");
  contains (kept, "block 1: expert 0\n");
  contains (table, "0\t1.000000\t\t0.500000\t0.817575\t\t1\t0.817575\t3\tyes\t2.000000\n");
  contains (table, "1\t0.250000\t\t-0.250000\t0.182426\t\t\t\t\t\t\n");
  routing->place[5] = 3;
  routing->kept[5] = 0;
  routing->out_norm[5] = NAN;
  dropped = describe (scene);
  contains (dropped, "place 4 of 3 in its buffer: dropped\n");
  contains (dropped, "f₀ (x) is not computed: dropped\n");
  contains (dropped, "block 1: expert 0, dropped\n");
  g_clear_pointer (&routing->noise, g_free);
  g_clear_pointer (&routing->place, g_free);
  g_clear_pointer (&routing->out_norm, g_free);
  bare = describe (scene);
  contains (bare, "not captured: noise, place, norms");
  g_assert_null (strstr (bare, "exp ("));
  ms_scene_free (scene);
}

/* Gates that are renormalised and scaled are explained as such. */
static void
test_weights (void)
{
  MsScene *scene = ms_sample_digits_sized (2, 4, 2, false);
  MsRouting *routing = scene->record->routing[0];
  const float probs[] = { 0.5f, 0.25f, 0.125f, 0.125f };
  g_autofree char *text = NULL;

  memcpy (routing->probs, probs, sizeof probs);
  routing->expert[0] = 0;
  routing->expert[1] = 1;
  routing->gate[0] = 4.0f / 3;
  routing->gate[1] = 2.0f / 3;
  scene->selection.token = 0;
  text = describe (scene);
  contains (text, "weight 0.500 / (0.500 + 0.250) × 2.000 = 1.333\n");
  contains (text, "weight 0.250 / (0.500 + 0.250) × 2.000 = 0.667\n");
  ms_scene_free (scene);
}

static void
test_members (void)
{
  MsScene *scene = ms_sample_token ();
  MsRecord *record = (MsRecord *) scene->record;
  int each = record->N * record->tokens, other = scene->selection.token + each;
  g_autofree char *words = g_strdup_printf ("member 1 sends the same patch to expert %d\n",
                                            record->routing[1]->expert[2 * other]);
  g_autofree char *text = describe (scene), *back = NULL;

  contains (text, words);
  check_token (record, 1, scene->selection.token);
  check_token (record, 0, other);
  scene->selection.token = other;
  back = describe (scene);
  contains (back, "member 0 sends the same patch to expert ");
  ms_scene_free (scene);
}

/* What can be clicked: an expert keeps the token, a layer's pill shows that layer. */
static void
test_clicks (void)
{
  const MsPainter *painter = ms_painter_find ("token");
  MsScene *scene = ms_sample_token ();
  double height = ms_token_height (280, scene, ms_palette_light ());
  bool layer = false, expert = false, patch = false;

  for (double y = 1; y < height; y += 4)
    for (double x = 1; x < 280; x += 4)
      {
        MsSpot spot = MS_SPOT_NONE;
        MsSelection after;

        if (!painter->pick (x, y, 280, height, scene, ms_palette_light (), &spot))
          continue;
        after = ms_selection_after (&scene->selection, &spot);
        if (spot.kind == MS_SPOT_LAYER && spot.layer == 0)
          {
            layer = true;
            g_assert_cmpint (after.layer, ==, 0);
            g_assert_cmpint (after.token, ==, scene->selection.token);
          }
        if (spot.kind == MS_SPOT_EXPERT)
          {
            expert = true;
            g_assert_cmpint (after.token, ==, scene->selection.token);
            g_assert_cmpint (after.expert, ==, spot.expert);
          }
        patch |= spot.kind == MS_SPOT_TOKEN && spot.token != scene->selection.token;
      }
  g_assert_true (layer && expert && patch);
  ms_scene_free (scene);
}

static void
test_soft (void)
{
  MsScene *scene = ms_sample_soft_sized (4, 16);
  const MsRouting *routing = scene->record->routing[0];
  int best = 0;
  g_autofree char *text = NULL, *words = NULL;

  scene->selection.token = 21;
  for (int s = 1; s < 16; s++)
    best = routing->combine[21 * 16 + s] > routing->combine[21 * 16 + best] ? s : best;
  text = describe (scene);
  words = g_strdup_printf ("slot %d: exp (%.2f) / ", best, (double) routing->logits[21 * 16 + best]);
  contains (text, "combine = softmax over 16 slots\n");
  contains (text, words);
  ms_scene_free (scene);
}

/* Without a token it says what to click, but not the patches of an expert that has none. */
static void
test_empty (void)
{
  MsScene *scene = ms_sample_digits ();
  int *load = scene->record->routing[0]->load;
  const char *what, *why;

  scene->selection = MS_SELECTION_NONE;
  scene->selection.expert = 2;
  load[2] = 5;
  ms_token_empty (scene, &what, &why);
  g_assert_cmpstr (why, ==, "Click one of the expert's patches");
  load[2] = 0;
  ms_token_empty (scene, &what, &why);
  g_assert_cmpstr (why, ==, "The chosen expert got none of this batch");
  scene->stage = ms_stage_first ();
  ms_token_empty (scene, &what, &why);
  g_assert_cmpstr (why, ==, "Click one of the expert's patches");
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/token/sessions", test_sessions);
  g_test_add_func ("/token/words", test_words);
  g_test_add_func ("/token/empty", test_empty);
  g_test_add_func ("/token/weights", test_weights);
  g_test_add_func ("/token/members", test_members);
  g_test_add_func ("/token/clicks", test_clicks);
  g_test_add_func ("/token/soft", test_soft);
  return g_test_run ();
}
