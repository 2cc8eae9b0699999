/* SPDX-License-Identifier: MIT */

/* What is remembered of changes: which of them are one, what is undone and redone next, what is forgotten. */
#include "core/train/undo.h"
#include "tests/train/sessions.h"
#include <string.h>

static MsPosition
position (const char *rate, const char *k, gint64 step)
{
  return (MsPosition){ experiment_of (PAIRS ("optimiser.learning_rate", rate, "routing.k", k)), ms_interventions_new (),
                       { 0, step } };
}

/* Takes both. */
static void
add (MsUndo *undo, MsPosition before, MsPosition after, bool jumps)
{
  g_autofree char *words = ms_undo_words (before.experiment, after.experiment);
  MsDeed deed = { words, before, after, jumps };

  ms_undo_add (undo, &deed);
  ms_experiment_unref (before.experiment);
  ms_experiment_unref (after.experiment);
  ms_interventions_unref (before.interventions);
  ms_interventions_unref (after.interventions);
}

/* A slider that is dragged makes one change, and none if it comes back. */
static void
test_one_change (void)
{
  g_autoptr (MsUndo) undo = ms_undo_new (10);

  add (undo, position ("0.01", "1", 5), position ("0.02", "1", 5), false);
  add (undo, position ("0.02", "1", 5), position ("0.03", "1", 5), false);
  g_assert_nonnull (strstr (ms_undo_peek (undo)->words, "0.01 → 0.03"));
  add (undo, position ("0.03", "1", 5), position ("0.03", "2", 5), false); /* another key */
  add (undo, position ("0.03", "2", 6), position ("0.03", "3", 6), false); /* another step */
  ms_undo_undone (undo, (MsMoment){ 0, 6 });
  g_assert_nonnull (strstr (ms_undo_peek (undo)->words, "1 → 2"));
  ms_undo_undone (undo, (MsMoment){ 0, 6 });
  g_assert_nonnull (strstr (ms_undo_peek (undo)->words, "0.01 → 0.03"));
  add (undo, position ("0.03", "1", 5), position ("0.01", "1", 5), false);
  g_assert_null (ms_undo_peek (undo));
  g_assert_null (ms_undo_peek_redo (undo));
}

/* A jump is undone by going to the moment before it, and redone by going to where it was left; and so on. */
static void
test_jumps (void)
{
  g_autoptr (MsUndo) undo = ms_undo_new (10);

  add (undo, position ("0.01", "1", 5), position ("0.01", "2", 0), true);
  add (undo, position ("0.01", "2", 0), position ("0.01", "1", 0), true); /* jumps are never one */
  ms_undo_undone (undo, (MsMoment){ 2, 7 });
  g_assert_cmpint (ms_undo_peek_redo (undo)->after.moment.branch, ==, 2);
  g_assert_cmpint (ms_undo_peek_redo (undo)->after.moment.step, ==, 7);
  ms_undo_redone (undo, (MsMoment){ 1, 9 });
  g_assert_cmpint (ms_undo_peek (undo)->before.moment.step, ==, 9);
  g_assert_null (ms_undo_peek_redo (undo));
}

static void
test_forgets (void)
{
  g_autoptr (MsUndo) undo = ms_undo_new (3);
  int n = 0;

  for (int i = 0; i < 5; i++)
    add (undo, position (i % 2 == 0 ? "0.01" : "0.02", "1", i), position (i % 2 == 0 ? "0.02" : "0.01", "1", i), false);
  for (; ms_undo_peek (undo) != NULL; n++)
    ms_undo_undone (undo, (MsMoment){ 0, 5 });
  g_assert_cmpint (n, ==, 3);
  g_assert_nonnull (ms_undo_peek_redo (undo));
  add (undo, position ("0.01", "1", 5), position ("0.01", "2", 5), false);
  g_assert_null (ms_undo_peek_redo (undo)); /* what was done anew takes its place */
  ms_undo_clear (undo);
  g_assert_null (ms_undo_peek (undo));
}

static void
test_words (void)
{
  g_autoptr (MsExperiment) one = experiment_of (PAIRS ("routing.k", "1"));
  g_autoptr (MsExperiment) two = experiment_of (PAIRS ("routing.k", "2"));
  g_autoptr (MsExperiment) more = experiment_of (PAIRS ("routing.k", "2", "run.seed", "4", "model.start", "a"));
  g_autofree char *single = ms_undo_words (one, two), *several = ms_undo_words (one, more);
  g_autofree char *expected = g_strdup_printf ("%s 1 → 2", ms_key (MS_KEY_ROUTING_K)->label);

  g_assert_cmpstr (single, ==, expected);
  g_assert_cmpstr (several, ==, "3 values");
  g_assert_null (ms_undo_words (two, two));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/undo/one-change", test_one_change);
  g_test_add_func ("/undo/jumps", test_jumps);
  g_test_add_func ("/undo/forgets", test_forgets);
  g_test_add_func ("/undo/words", test_words);
  return g_test_run ();
}
