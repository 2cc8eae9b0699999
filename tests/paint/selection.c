/* SPDX-License-Identifier: MIT */

/* What a click makes of the selection. */
#include "ui/paint/sample.h"
#include "ui/paint/tokens.h"

static MsSpot
spot_of (MsSpotKind kind)
{
  MsSpot spot = MS_SPOT_NONE;

  spot.kind = kind;
  return spot;
}

/* The same thing again drops the choice, another one replaces it whole; the layer stays. */
static void
test_again (void)
{
  MsSelection selection = MS_SELECTION_NONE;
  MsSpot token = spot_of (MS_SPOT_TOKEN), expert = spot_of (MS_SPOT_EXPERT);

  selection.layer = 3;
  token.example = 2;
  token.token = 33;
  token.expert = 5;
  selection = ms_selection_after (&selection, &token);
  g_assert_cmpint (selection.token, ==, 33);
  g_assert_cmpint (selection.expert, ==, 5);
  g_assert_cmpint (selection.slot, ==, MS_NONE);
  g_assert_true (ms_spot_selected (&token, &selection));
  expert.expert = 1;
  selection = ms_selection_after (&selection, &expert);
  g_assert_cmpint (selection.token, ==, MS_NONE);
  g_assert_cmpint (selection.expert, ==, 1);
  g_assert_true (ms_spot_selected (&expert, &selection));
  selection = ms_selection_after (&selection, &expert);
  g_assert_cmpint (selection.expert, ==, MS_NONE);
  g_assert_cmpint (selection.layer, ==, 3);
}

/* The score and the member stay while other things are chosen; a bin of a histogram chooses nothing. */
static void
test_kept (void)
{
  MsSelection selection = MS_SELECTION_NONE;
  MsSpot score = spot_of (MS_SPOT_SCORE), member = spot_of (MS_SPOT_MEMBER), slot = spot_of (MS_SPOT_SLOT);
  MsSpot bin = spot_of (MS_SPOT_BIN);

  score.score = 1;
  member.member = 2;
  slot.slot = 7;
  slot.token = 4;
  bin.bin = 0;
  selection = ms_selection_after (&selection, &score);
  selection = ms_selection_after (&selection, &member);
  selection = ms_selection_after (&selection, &slot);
  g_assert_cmpint (selection.score, ==, 1);
  g_assert_cmpint (selection.member, ==, 2);
  g_assert_cmpint (selection.slot, ==, 7);
  g_assert_true (ms_spot_selected (&slot, &selection));

  MsSelection same = ms_selection_after (&selection, &bin);
  g_assert_true (ms_selection_equal (&same, &selection));
  selection = ms_selection_after (&selection, NULL);
  g_assert_cmpint (selection.slot, ==, MS_NONE);
  g_assert_cmpint (selection.score, ==, 1);
}

/* A deep ensemble has one copy of the tokens in each of its layers, and all its members can be chosen. */
static void
test_members (void)
{
  MsScene *scene = ms_sample_ensemble_sized (3, 4);
  MsRecord *record = (MsRecord *) scene->record;

  g_assert_cmpint (ms_record_members (record, 1), ==, 3);
  g_clear_pointer (&record->predictions, ms_predictions_free);
  g_assert_cmpint (ms_record_members (record, 1), ==, 3);
  g_clear_pointer (&record->assessment, ms_assessment_unref);
  g_assert_cmpint (ms_record_members (record, 1), ==, 1);
  g_assert_cmpint (ms_record_members (record, 4), ==, 4);
  g_assert_cmpint (ms_record_members (NULL, 1), ==, 1);
  ms_scene_free (scene);
}

static void
test_equal (void)
{
  MsSpot a = spot_of (MS_SPOT_PAIR), b = a;

  a.member = b.other = 0;
  a.other = b.member = 1;
  g_assert_false (ms_spot_equal (&a, &b));
  b = a;
  b.area.x = 10;
  g_assert_true (ms_spot_equal (&a, &b));
  b.bin = 1;
  g_assert_false (ms_spot_equal (&a, &b));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/selection/again", test_again);
  g_test_add_func ("/selection/kept", test_kept);
  g_test_add_func ("/selection/members", test_members);
  g_test_add_func ("/selection/equal", test_equal);
  return g_test_run ();
}
