/* SPDX-License-Identifier: MIT */

/* The runner's thread: what is asked for happens in order, every step is told once, nothing waits for the reader. */
#include "core/formats/trace.h"
#include "core/train/runner.h"
#include "tests/train/runners.h"

#include <glib/gstdio.h>
#include <string.h>

static bool
has_30 (Reader *reader)
{
  return reader->records->len >= 30;
}

static bool
has_4_and_is_paused (Reader *reader)
{
  return reader->records->len >= 4 && is_paused (reader);
}

static bool
has_5_and_is_paused (Reader *reader)
{
  return reader->records->len >= 5 && is_paused (reader);
}

static bool
has_a_record (Reader *reader)
{
  return is_paused (reader) && reader->records->len >= 1 && reader->latest == reader->records->pdata[0];
}

static bool
has_8_experts (Reader *reader)
{
  return reader->experiment != NULL && ms_experiment_int (reader->experiment, MS_KEY_ROUTING_EXPERTS) == 8
         && is_paused (reader);
}

static void
assert_every_step_once (Reader *reader, gint64 first)
{
  for (guint i = 0; i < reader->records->len; i++)
    g_assert_cmpint (((MsRecord *) reader->records->pdata[i])->step, ==, first + i);
}

/* The first batch is there before any step, with its surface and what the test split says, and nothing moves until
 * somebody asks. */
static void
test_open (void)
{
  g_autoptr (Reader) reader = reader_open ();

  g_assert_nonnull (reader->latest->inputs);
  g_assert_nonnull (reader->surface);
  g_assert_nonnull (reader->latest->assessment);
  g_assert_cmpint (reader->latest->assessment->step, ==, 0);
  g_assert_cmpuint (reader->records->len, ==, 0);
  g_assert_nonnull (reader->experiment);
  g_usleep (20000);
  read_news (reader);
  g_assert_cmpuint (reader->records->len, ==, 0);
}

static void
test_steps (void)
{
  g_autoptr (Reader) reader = reader_open ();

  ms_runner_step (reader->runner, 1);
  ms_runner_step (reader->runner, 4);
  wait_until (reader, has_5_and_is_paused);
  g_assert_cmpuint (reader->records->len, ==, 5);
  assert_every_step_once (reader, 1);
  g_assert_cmpint (reader->latest->step, ==, 5);
  g_assert_nonnull (reader->latest->inputs);
}

static bool
has_2_and_is_paused (Reader *reader)
{
  return is_paused (reader) && reader->records->len >= 2;
}

static bool
has_3_and_is_paused (Reader *reader)
{
  return is_paused (reader) && reader->records->len >= 3;
}

static bool
has_looked_on (Reader *reader)
{
  return is_paused (reader) && reader->records->len >= 2 && reader->latest != reader->records->pdata[1];
}

/* Looking ahead shows the batch of the next step, and changes nothing of that step. */
static void
test_look_ahead (void)
{
  g_autoptr (Reader) reader = reader_open (), other = reader_open ();
  g_autoptr (MsRecord) look = NULL;
  const MsRecord *third;
  gsize n;

  ms_runner_step (reader->runner, 2);
  wait_until (reader, has_2_and_is_paused);
  ms_runner_look_ahead (reader->runner);
  wait_until (reader, has_looked_on);
  look = ms_record_ref (reader->latest);
  g_assert_cmpint (look->step, ==, 2);
  g_assert_cmpuint (reader->records->len, ==, 2);
  ms_runner_step (reader->runner, 1);
  wait_until (reader, has_3_and_is_paused);
  third = reader->latest;
  g_assert_cmpint (third->step, ==, 3);
  ms_runner_step (other->runner, 3);
  wait_until (other, has_3_and_is_paused);
  g_assert_true (third->loss == other->latest->loss);
  n = (gsize) (look->N * look->height * look->width * look->channels);
  g_assert_cmpmem (look->inputs, n * sizeof (float), third->inputs, n * sizeof (float));
}

/* Playing fast, only some records carry their batch; after a pause the newest one does. */
static void
test_play_and_pause (void)
{
  g_autoptr (Reader) reader = reader_open ();
  MsRecord *last;

  ms_runner_set_refresh (reader->runner, 0.1);
  ms_runner_play (reader->runner);
  wait_until (reader, has_30);
  g_assert_cmpint (reader->state, ==, MS_RUNNER_PLAYING);
  ms_runner_pause (reader->runner);
  wait_until (reader, is_paused);
  assert_every_step_once (reader, 1);
  last = reader->records->pdata[reader->records->len - 1];
  g_assert_true (reader->latest == last);
  g_assert_true (reader->surface == last);
  g_assert_null (((MsRecord *) reader->records->pdata[20])->inputs);
  /* The test split was measured at step 10, and the record of that step says so. */
  g_assert_cmpint (((MsRecord *) reader->records->pdata[9])->evaluation->step, ==, 10);
}

static void
test_slow (void)
{
  g_autoptr (Reader) reader = reader_open ();
  gint64 began = g_get_monotonic_time ();

  ms_runner_set_speed (reader->runner, 50);
  ms_runner_set_refresh (reader->runner, 60);
  ms_runner_play (reader->runner);
  wait_until (reader, has_30);
  ms_runner_pause (reader->runner);
  wait_until (reader, is_paused);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 29 * G_USEC_PER_SEC / 50);
  for (guint i = 0; i < reader->records->len; i++)
    g_assert_nonnull (((MsRecord *) reader->records->pdata[i])->inputs);
}

/* A pause is not kept waiting by a slow speed. */
static void
test_pause_while_waiting (void)
{
  g_autoptr (Reader) reader = reader_open ();
  gint64 began;

  ms_runner_set_speed (reader->runner, 0.001);
  ms_runner_play (reader->runner);
  ms_runner_set_speed (reader->runner, 0.0001);
  began = g_get_monotonic_time ();
  ms_runner_pause (reader->runner);
  ms_runner_step (reader->runner, 1);
  wait_until (reader, is_paused);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 30 * G_USEC_PER_SEC);
}

static void
test_reset (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsRecord) first = ms_record_ref (reader->latest);
  g_autoptr (MsRecord) fifth = NULL;

  ms_runner_step (reader->runner, 5);
  wait_until (reader, has_5_and_is_paused);
  fifth = ms_record_ref (reader->latest);
  ms_runner_play (reader->runner);
  wait_until (reader, has_30);
  ms_runner_reset (reader->runner);
  wait_until (reader, has_looked);
  assert_same_batch (first, reader->latest);
  g_assert_cmpuint (reader->records->len, ==, 0);

  ms_runner_step (reader->runner, 5);
  wait_until (reader, has_5_and_is_paused);
  assert_same_batch (fifth, reader->latest);
  g_assert_cmpfloat (fifth->loss, ==, reader->latest->loss);
}

static void
test_go (void)
{
  g_autoptr (Reader) reader = reader_open ();
  double loss;

  ms_runner_play (reader->runner);
  wait_until (reader, has_30);
  ms_runner_pause (reader->runner);
  wait_until (reader, is_paused);
  loss = ((MsRecord *) reader->records->pdata[4])->loss;
  ms_runner_go (reader->runner, 0, 4);
  ms_runner_step (reader->runner, 1);
  wait_until (reader, has_5_and_is_paused);
  while (reader->latest->step != 5)
    wait_until (reader, has_5_and_is_paused);
  g_assert_cmpuint (reader->records->len, ==, 5);
  g_assert_cmpfloat (((MsRecord *) reader->records->pdata[4])->loss, ==, loss);
}

static void
test_live_change (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) two = with (reader->experiment, "routing.k", "2");

  ms_runner_step (reader->runner, 4);
  wait_until (reader, has_4_and_is_paused);
  g_assert_cmpint (reader->latest->routing[0]->K, ==, 1);
  ms_runner_change (reader->runner, two);
  ms_runner_step (reader->runner, 1);
  wait_until (reader, has_5_and_is_paused);
  g_assert_cmpint (reader->n_restarts, ==, 1);
  g_assert_cmpint (reader->latest->step, ==, 5);
  g_assert_cmpint (reader->latest->routing[0]->K, ==, 2);
}

static void
test_rebuild (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) more = with (reader->experiment, "routing.experts", "8");

  ms_runner_step (reader->runner, 5);
  wait_until (reader, has_5_and_is_paused);
  ms_runner_change (reader->runner, more);
  wait_until (reader, has_8_experts);
  g_assert_cmpuint (reader->records->len, ==, 0);
  g_assert_cmpint (reader->latest->step, ==, 0);
  g_assert_cmpint (reader->latest->routing[0]->E, ==, 8);
}

/* What is refused leaves the session as it was and says why. */
static void
test_refused_change (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) many = with (reader->experiment, "routing.k", "5"); /* of 4 experts */

  ms_runner_change (reader->runner, many);
  wait_until (reader, has_error);
  g_assert_cmpint (ms_experiment_int (reader->experiment, MS_KEY_ROUTING_K), ==, 1);
  ms_runner_step (reader->runner, 5);
  wait_until (reader, has_5_and_is_paused);
}

/* A learning rate that no network survives: the run stops with a sentence instead of drawing nonsense. */
static void
test_diverging (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) plain = with (reader->experiment, "optimiser.kind", "sgd");
  g_autoptr (MsExperiment) mad = with (plain, "optimiser.learning_rate", "100");

  ms_runner_open (reader->runner, mad, "mad");
  ms_runner_play (reader->runner);
  wait_until (reader, has_failed);
  ms_runner_reset (reader->runner);
  wait_until (reader, has_looked);
}

static void
test_failed_open (void)
{
  g_autoptr (Reader) reader = reader_new ();

  ms_runner_open_checkpoint (reader->runner, "/nowhere/at-all.safetensors");
  ms_runner_play (reader->runner);
  wait_until (reader, has_failed);
  g_assert_nonnull (strstr (reader->error, "/nowhere/at-all.safetensors"));
}

static void
test_save (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.safetensors", NULL);

  ms_runner_step (reader->runner, 5);
  wait_until (reader, has_5_and_is_paused);
  ms_runner_save (reader->runner, path);
  wait_until (reader, is_saved);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  ms_runner_save (reader->runner, "/nowhere/at-all/a.safetensors");
  wait_until (reader, has_error);
  g_assert_cmpint (reader->state, ==, MS_RUNNER_PAUSED);
  g_unlink (path);
  g_rmdir (dir);
}

static bool
has_8_and_is_paused (Reader *reader)
{
  return reader->records->len >= 8 && is_paused (reader);
}

/* A recorded run is played, stepped and reset like a live one; the records between two batches come along. */
static void
test_replay (void)
{
  g_autoptr (Reader) live = reader_open (), reader = reader_new ();
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.npz", NULL);
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("small", NULL);
  g_autoptr (GError) error = NULL;

  ms_runner_step (live->runner, 5);
  wait_until (live, has_5_and_is_paused);
  ms_runner_set_refresh (live->runner, 0.1);
  ms_runner_step (live->runner, 3); /* two without and one with its batch */
  wait_until (live, has_8_and_is_paused);
  for (guint i = 0; i < live->records->len; i++)
    ms_trace_writer_add (writer, live->records->pdata[i]);
  g_assert_true (ms_trace_writer_save (writer, path, &error));

  ms_runner_open_trace (reader->runner, path);
  wait_until (reader, has_a_record);
  g_assert_cmpint (reader->latest->provenance, ==, MS_PROVENANCE_TRACE);
  ms_runner_set_speed (reader->runner, 0);
  ms_runner_play (reader->runner);
  wait_until (reader, has_8_and_is_paused);
  assert_every_step_once (reader, 1);
  g_assert_cmpint (reader->latest->step, ==, 8);
  ms_runner_save (reader->runner, path);
  wait_until (reader, has_error);
  ms_runner_reset (reader->runner);
  wait_until (reader, has_a_record);
  g_unlink (path);
  g_rmdir (dir);
}

/* However much happens, a reader is woken once until it has read. */
static void
test_one_wake (void)
{
  g_autoptr (Reader) reader = reader_open ();
  int before;

  read_news (reader);
  before = g_atomic_int_get (&reader->n_wakes);
  ms_runner_play (reader->runner);
  g_usleep (50000);
  g_assert_cmpint (g_atomic_int_get (&reader->n_wakes) - before, <=, 1);
}

/* Freeing in the middle of everything ends the thread; the sanitizers watch. */
static void
test_free_while_busy (void)
{
  g_autoptr (MsExperiment) experiment = small_experiment ();

  for (int i = 0; i < 5; i++)
    {
      g_autoptr (Reader) reader = reader_new ();

      ms_runner_open (reader->runner, experiment, "small");
      ms_runner_play (reader->runner);
      g_usleep ((gulong) i * 4000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner/open", test_open);
  g_test_add_func ("/runner/steps", test_steps);
  g_test_add_func ("/runner/look-ahead", test_look_ahead);
  g_test_add_func ("/runner/play-and-pause", test_play_and_pause);
  g_test_add_func ("/runner/slow", test_slow);
  g_test_add_func ("/runner/pause-while-waiting", test_pause_while_waiting);
  g_test_add_func ("/runner/reset", test_reset);
  g_test_add_func ("/runner/go", test_go);
  g_test_add_func ("/runner/live-change", test_live_change);
  g_test_add_func ("/runner/rebuild", test_rebuild);
  g_test_add_func ("/runner/refused-change", test_refused_change);
  g_test_add_func ("/runner/diverging", test_diverging);
  g_test_add_func ("/runner/failed-open", test_failed_open);
  g_test_add_func ("/runner/save", test_save);
  g_test_add_func ("/runner/replay", test_replay);
  g_test_add_func ("/runner/one-wake", test_one_wake);
  g_test_add_func ("/runner/free-while-busy", test_free_while_busy);
  return g_test_run ();
}
