/* SPDX-License-Identifier: MIT */

/* Difference: shares, A less B, the divergence of disjoint loads, and what cannot be compared. */
#include "ui/paint/painters.h"
#include "ui/paint/sample.h"
#include "ui/paint/series.h"
#include "ui/paint/text.h"

static void
says (const MsScene *scene, const MsSpot *spot, const char *words)
{
  g_autofree char *text = ms_painter_difference.describe (scene, spot);

  g_assert_cmpstr (text, ==, words);
}

static void
test_words (void)
{
  MsScene *scene = ms_sample_layers_sized (1, 4, 5);
  const int a[] = { 30, 10, 0, 0 }, b[] = { 0, 0, 5, 15 };
  MsSpot spot = MS_SPOT_NONE;

  scene->other = ms_sample_layers_sized (1, 4, 5);
  memcpy (scene->record->routing[0]->load, a, sizeof a);
  memcpy (scene->other->record->routing[0]->load, b, sizeof b);
  spot.kind = MS_SPOT_EXPERT;
  spot.layer = 0;
  spot.expert = 3;
  says (scene, &spot, "expert 3, block 1\nA 0.0 %, B 75.0 %\ndifference -75.0 % of the load");
  spot.kind = MS_SPOT_LAYER;
  says (scene, &spot, "block 1\nJensen-Shannon divergence of the loads 0.6931 nats\nchoices in common – %");
  ms_scene_free ((MsScene *) scene->other);
  scene->other = ms_sample_layers_sized (1, 5, 5);
  says (scene, &spot, "");
  ms_scene_free (scene);
}

/* What the pass that is walked through has not come to differs in nothing yet. */
static void
test_ahead (void)
{
  MsScene *scene = ms_sample_layers_sized (1, 4, 5), *other = ms_sample_layers_sized (1, 4, 5);
  const int load[] = { 10, 30, 0, 0 };
  MsSpot spot = MS_SPOT_NONE;

  memcpy (scene->record->routing[0]->load, load, sizeof load);
  memcpy (other->record->routing[0]->load, load, sizeof load);
  ms_history_free ((MsHistory *) g_steal_pointer (&scene->history));
  ms_history_free ((MsHistory *) g_steal_pointer (&other->history));
  scene->other = other;
  spot.kind = MS_SPOT_EXPERT;
  spot.layer = spot.expert = 0;
  scene->stage = other->stage = (MsStage) { true, 0, MS_STAGE_SOFTMAX };
  says (scene, &spot, "expert 0, block 1\nA – %, B – %\ndifference – % of the load");
  scene->stage.kind = other->stage.kind = MS_STAGE_TOP_K;
  says (scene, &spot, "expert 0, block 1\nA 25.0 %, B 25.0 %\ndifference 0.0 % of the load");
  ms_scene_free (scene);
}

/* Curves has the other run's loss as one line more. */
static void
test_curves (void)
{
  MsScene *scene = ms_sample_digits ();
  g_autoptr (GArray) alone = ms_series_losses (scene);

  scene->other = ms_sample_digits ();
  g_autoptr (GArray) both = ms_series_losses (scene);

  g_assert_cmpint (both->len, ==, alone->len + 1);
  g_assert_cmpstr (g_array_index (both, MsSeries, both->len - 1).name, ==, "task loss of B");
  ms_scene_free (scene);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ms_text_set_boxes (true);
  g_test_add_func ("/difference/words", test_words);
  g_test_add_func ("/difference/ahead", test_ahead);
  g_test_add_func ("/difference/curves", test_curves);
  return g_test_run ();
}
