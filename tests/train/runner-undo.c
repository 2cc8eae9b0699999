/* SPDX-License-Identifier: MIT */

/* Undoing and redoing, also after the session was in a file. */
#include "tests/train/runners.h"

#include <string.h>

typedef struct {
  const char *key, *values[3];
  bool rebuilds;
} Choice;

static const Choice choices[] = {
  { "optimiser.learning_rate", { "0.02", "0.005", "0.001" }, false },
  { "optimiser.weight_decay", { "0.1", "0", "0.01" }, false },
  { "routing.k", { "1", "2", "3" }, false },
  { "routing.noise", { "0.5", "1", "2" }, false },
  { "routing.capacity_factor", { "0.5", "1.5", "4" }, false },
  { "routing.experts", { "8", "6", "4" }, true },
  { "run.seed", { "1", "2", "3" }, true },
};

/* Changes one value at random, and not that of @last; returns whose. */
static const Choice *
change_at_random (Reader *reader, GRand *random, const Choice *last)
{
  for (;;)
    {
      const Choice *choice = &choices[g_rand_int_range (random, 0, G_N_ELEMENTS (choices))];
      const char *value = choice->values[g_rand_int_range (random, 0, 3)];

      if (choice == last
          || strcmp (value, ms_experiment_text (reader->experiment, ms_key_find (choice->key)->id)) == 0)
        continue;
      set (reader, choice->key, value);
      return choice;
    }
}

#define N_CHANGES 50

/* What was there before one of the changes, or after the last. */
typedef struct {
  GBytes *bytes;
  MsExperiment *experiment;
  bool jumps;
} Place;

static void
place_clear (Place *place)
{
  g_bytes_unref (place->bytes);
  ms_experiment_unref (place->experiment);
}

static Place
place_of (Reader *reader)
{
  settle (reader);
  return (Place){ bytes_of (reader), ms_experiment_ref (reader->experiment), false };
}

static void
assert_experiment (Reader *reader, const Place *place)
{
  settle (reader);
  g_assert_true (ms_experiment_equal (reader->experiment, place->experiment));
}

/* Fifty changes at random with steps in between. */
static void
change_often (Reader *reader, Place *places)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const Choice *last = NULL;

  g_test_message ("seed %u", seed);
  for (int i = 0; i < N_CHANGES; i++)
    {
      places[i] = place_of (reader);
      last = change_at_random (reader, random, last);
      places[i].jumps = last->rebuilds;
      if (g_rand_boolean (random))
        step (reader, g_rand_int_range (random, 1, 4));
    }
  places[N_CHANGES] = place_of (reader);
}

/* What was done up to @place is undone one by one, down to @end. */
static void
undo_to (Reader *reader, const Place *places, int place, int end)
{
  for (int i = place - 1; i >= end; i--)
    {
      ms_runner_undo (reader->runner);
      assert_experiment (reader, &places[i]);
      if (places[i].jumps)
        assert_bytes (reader, places[i].bytes);
    }
}

static void
redo_from (Reader *reader, const Place *places, int place)
{
  for (int i = place; i < N_CHANGES; i++)
    {
      if (places[i].jumps)
        assert_bytes (reader, places[i].bytes);
      ms_runner_redo (reader->runner);
      assert_experiment (reader, &places[i + 1]);
    }
  g_assert_null (reader->redo);
  assert_bytes (reader, places[N_CHANGES].bytes);
}

static void
clear_places (Place *places)
{
  for (int i = 0; i <= N_CHANGES; i++)
    place_clear (&places[i]);
}

/* Undoing all and redoing all comes by the same values, and where the model was built anew by the same bytes. */
static void
test_undo_and_redo (void)
{
  g_autoptr (Reader) reader = reader_open ();
  Place places[N_CHANGES + 1];

  change_often (reader, places);
  for (int round = 0; round < 2; round++)
    {
      undo_to (reader, places, N_CHANGES, 0);
      g_assert_null (reader->undo);
      redo_from (reader, places, 0);
    }
  clear_places (places);
}

static void
save_session (Reader *reader, const char *path)
{
  g_clear_pointer (&reader->saved, g_free);
  ms_runner_save_session (reader->runner, path, ms_kept_new ());
  wait_until (reader, is_saved);
}

/* A session that is saved in the midst of undoing goes on in another runner as in this one: all is undone, and all
 * redone to the same bytes. */
static void
test_session_file (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL), *path = g_build_filename (dir, "a", NULL);
  g_autoptr (Reader) before = reader_open (), after = reader_new ();
  Place places[N_CHANGES + 1];

  change_often (before, places);
  undo_to (before, places, N_CHANGES, N_CHANGES / 2);
  save_session (before, path);
  ms_runner_open_checkpoint (after->runner, path);
  settle (after);
  g_assert_cmpstr (after->undo, ==, before->undo);
  g_assert_cmpstr (after->redo, ==, before->redo);
  undo_to (after, places, N_CHANGES / 2, 0);
  g_assert_null (after->undo);
  redo_from (after, places, 0);
  clear_places (places);
  g_unlink (path);
  g_rmdir (dir);
}

static void
assert_refused (Reader *reader, const char *what)
{
  settle (reader);
  g_assert_nonnull (reader->error);
  g_test_message ("%s", reader->error);
  g_assert_nonnull (strstr (reader->error, what));
  g_assert_nonnull (strstr (reader->error, "is forgotten"));
  g_clear_pointer (&reader->error, g_free);
}

/* In a model of two experts three cannot be chosen: the change is refused once, and what is below it can be undone. */
static void
test_refused (void)
{
  g_autoptr (Reader) reader = reader_open ();
  int four = ms_key_find ("routing.experts")->id;

  g_assert_cmpstr (ms_experiment_text (reader->experiment, four), ==, "4");
  step (reader, 2);
  set (reader, "routing.experts", "2");
  step (reader, 2);
  ms_runner_go (reader->runner, 0, 2);
  settle (reader);
  set (reader, "routing.k", "3");
  step (reader, 1);
  set (reader, "routing.k", "1");
  ms_runner_go (reader->runner, 1, 2);
  settle (reader);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, four), ==, "2");
  ms_runner_undo (reader->runner);
  assert_refused (reader, "cannot be undone");
  ms_runner_undo (reader->runner);
  ms_runner_undo (reader->runner);
  settle (reader);
  g_assert_null (reader->error);
  g_assert_null (reader->undo);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, four), ==, "4");
  ms_runner_redo (reader->runner);
  settle (reader);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, four), ==, "2");
  ms_runner_redo (reader->runner);
  assert_refused (reader, "cannot be redone");
  g_assert_null (reader->redo);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner-undo/undo-and-redo", test_undo_and_redo);
  g_test_add_func ("/runner-undo/refused", test_refused);
  g_test_add_func ("/runner-undo/session-file", test_session_file);
  return g_test_run ();
}
