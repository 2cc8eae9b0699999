/* SPDX-License-Identifier: MIT */

/* What the runner does with the past: going back, recalling, pausing by itself, and interventions. */
#include "core/formats/trace.h"
#include "core/train/runner.h"
#include "tests/train/runners.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static bool
has_recalled (Reader *reader)
{
  return reader->recalled != NULL;
}

static bool
is_stopped (Reader *reader)
{
  return reader->stopped != NULL && is_paused (reader);
}

static bool
is_playing (Reader *reader)
{
  return reader->state == MS_RUNNER_PLAYING;
}

static MsRecord *
record_of (Reader *reader, gint64 step)
{
  for (guint i = 0; i < reader->records->len; i++)
    if (((MsRecord *) reader->records->pdata[i])->step == step)
      return reader->records->pdata[i];
  g_assert_not_reached ();
}

/* Going back and on from there is a branch; the one that was left is still there, to its end. */
static void
test_branches (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (GBytes) end = NULL;

  step (reader, 12);
  end = bytes_of (reader);
  ms_runner_go (reader->runner, 0, 5);
  settle (reader);
  g_assert_cmpint (reader->branch, ==, 0);
  g_assert_cmpint (reader->latest->step, ==, 5);
  set (reader, "optimiser.learning_rate", "0.02");
  g_assert_cmpint (reader->branch, ==, 1);
  step (reader, 3);
  g_assert_cmpint (reader->branches->n, ==, 2);
  g_assert_cmpint (reader->branches->branch[0].to, ==, 12);
  g_assert_cmpint (reader->branches->branch[1].parent, ==, 0);
  g_assert_cmpint (reader->branches->branch[1].from, ==, 5);
  g_assert_cmpint (reader->branches->branch[1].to, ==, 8);
  g_assert_nonnull (strstr (reader->branches->branch[1].label, "→ 0.02"));
  g_assert_cmpstr (reader->command, ==, "moescope run small --at 5:optimiser.learning_rate=0.02 --steps 8");
  ms_runner_go (reader->runner, 0, 12);
  assert_bytes (reader, end);
  g_assert_cmpint (reader->branch, ==, 0);
  ms_runner_go (reader->runner, 0, 13);
  wait_until (reader, has_error);
  g_assert_nonnull (strstr (reader->error, "step 13"));
}

/* Reset and another seed begin branches; values stay as they are. */
static void
test_nothing_is_lost (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) begun = small_experiment ();
  g_autoptr (GBytes) first = NULL, second = NULL;

  step (reader, 3);
  first = bytes_of (reader);
  set (reader, "optimiser.learning_rate", "0.02");
  ms_runner_reset (reader->runner);
  settle (reader);
  g_assert_cmpint (reader->latest->step, ==, 0);
  g_assert_cmpint (reader->branch, ==, 1);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, MS_KEY_OPTIMISER_LEARNING_RATE), ==, "0.02");
  step (reader, 2);
  second = bytes_of (reader);
  set (reader, "run.seed", "5");
  g_assert_cmpint (reader->branch, ==, 2);
  g_assert_cmpint (reader->branches->branch[2].parent, ==, -1);
  step (reader, 1);
  ms_runner_go (reader->runner, 1, 2);
  assert_bytes (reader, second);
  g_assert_cmpstr (ms_experiment_text (reader->experiment, MS_KEY_RUN_SEED), ==, "0");
  ms_runner_go (reader->runner, 0, 3);
  settle (reader);
  set (reader, "optimiser.learning_rate", ms_experiment_text (begun, MS_KEY_OPTIMISER_LEARNING_RATE));
  assert_bytes (reader, first);
}

static void
recall (Reader *reader, int branch, gint64 at)
{
  g_clear_pointer (&reader->recalled, ms_record_unref);
  ms_runner_recall (reader->runner, branch, at);
  wait_until (reader, has_recalled);
}

/* The record of a step is the one that was told at the time, and the run stays where it is, bit for bit. */
static void
test_recall (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
  g_autoptr (GBytes) before = NULL;

  ms_runner_set_speed (reader->runner, 500);
  ms_runner_set_refresh (reader->runner, 1000); /* every record with its batch */
  step (reader, 45);
  for (guint i = 0; i < reader->records->len; i++)
    g_ptr_array_add (told, ms_record_ref (reader->records->pdata[i]));
  ms_runner_go (reader->runner, 0, 40);
  set (reader, "optimiser.learning_rate", "0.02");
  step (reader, 3);
  before = bytes_of (reader);
  for (guint i = 0; i < told->len; i += 4)
    {
      const MsRecord *record = told->pdata[i];

      recall (reader, 0, record->step);
      assert_same_batch (record, reader->recalled);
      g_assert_nonnull (reader->recalled->surface);
      if (record->step % 10 == 0)
        g_assert_cmpint (reader->recalled->evaluation->step, ==, record->step);
    }
  assert_bytes (reader, before);
  g_assert_cmpint (reader->branch, ==, 1);
}

/* What is shown where the run went back to is the step that led there, not the batch that comes next. */
static void
test_shown_after_going (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsRecord) first = ms_record_ref (reader->latest), fifth = NULL, tenth = NULL, other = NULL;

  step (reader, 5);
  fifth = ms_record_ref (reader->latest);
  step (reader, 5);
  tenth = ms_record_ref (reader->latest);
  ms_runner_go (reader->runner, 0, 5);
  settle (reader);
  assert_same_batch (reader->latest, fifth);
  ms_runner_go (reader->runner, 0, 10);
  settle (reader);
  assert_same_batch (reader->latest, tenth);

  set (reader, "routing.experts", "8"); /* builds the model anew: undone and redone by going */
  step (reader, 2);
  other = ms_record_ref (reader->latest);
  ms_runner_undo (reader->runner);
  settle (reader);
  assert_same_batch (reader->latest, tenth);
  ms_runner_redo (reader->runner);
  settle (reader);
  assert_same_batch (reader->latest, other);
  ms_runner_undo (reader->runner);
  ms_runner_reset (reader->runner); /* where nothing led */
  settle (reader);
  assert_same_batch (reader->latest, first);
}

/* Who asks for more while the run is paused gets it at once, of the same batch; who asks for less gets nothing. */
static void
test_more_detail (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsRecord) third = NULL, more = NULL;
  g_autoptr (GBytes) before = NULL;

  ms_runner_set_detail (reader->runner, MS_DETAIL_ROUTE);
  settle (reader);
  g_assert_cmpint (reader->latest->step, ==, 0);
  g_assert_nonnull (reader->latest->routing[0]->in_norm);
  ms_runner_set_detail (reader->runner, 0);
  step (reader, 3);
  g_assert_null (reader->latest->routing[0]->in_norm);
  third = ms_record_ref (reader->latest);
  before = bytes_of (reader);
  ms_runner_set_detail (reader->runner, MS_DETAIL_ROUTE);
  settle (reader);
  more = ms_record_ref (reader->latest);
  assert_same_batch (more, third);
  g_assert_nonnull (more->routing[0]->in_norm);
  g_assert_cmpuint (reader->records->len, ==, 3);
  ms_runner_set_detail (reader->runner, 0);
  ms_runner_set_detail (reader->runner, MS_DETAIL_ROUTE);
  settle (reader);
  g_assert_true (reader->latest == more);
  assert_bytes (reader, before);
}

/* Of many that are asked for in a row not all need come, but the last does. */
static void
test_recall_newest (void)
{
  g_autoptr (Reader) reader = reader_open ();
  gint64 end;

  step (reader, 40);
  ms_runner_set_budget (reader->runner, 1); /* so that each takes its time */
  for (int i = 1; i <= 40; i++)
    ms_runner_recall (reader->runner, 0, i);
  end = g_get_monotonic_time () + PATIENCE;
  for (read_news (reader); reader->recalled == NULL || reader->recalled->step != 40; read_news (reader))
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  g_assert_null (reader->error);
}

static void
test_epoch (void)
{
  g_autoptr (Reader) reader = reader_open ();

  for (int epoch = 1; epoch <= 3; epoch++)
    {
      gint64 before = reader->latest->step;

      ms_runner_step_epoch (reader->runner);
      while (reader->latest->step == before || !is_paused (reader))
        read_news (reader);
      g_assert_cmpfloat (reader->latest->epoch, >=, epoch);
      g_assert_cmpfloat (record_of (reader, reader->latest->step - 1)->epoch, <, epoch);
    }
}

/* The run pauses at exactly the step at which a condition comes true, however fast it plays, and shows it. */
static void
test_condition (void)
{
  g_autoptr (Reader) reader = reader_open ();
  MsWatch watch = { .n = 1, .enabled = true, .limits = ms_alert_limits_default () };
  MsCondition condition = { .when = MS_WHEN_BELOW };
  double least = G_MAXDOUBLE;
  gint64 expected = 0;

  g_assert_true (ms_reading_parse (&condition.reading, "loss", NULL));
  step (reader, 70);
  for (gint64 at = 1; at <= 70; at++)
    {
      double loss = record_of (reader, at)->loss;

      if (loss < least)
        {
          expected = at;
          condition.value = (loss + MIN (least, loss + 1)) / 2;
          least = loss;
        }
    }
  g_assert_cmpint (expected, >, 10);
  watch.conditions = &condition;
  ms_runner_reset (reader->runner);
  ms_runner_set_watch (reader->runner, &watch);
  ms_runner_set_refresh (reader->runner, 0.1);
  settle (reader);
  g_clear_pointer (&reader->latest, ms_record_unref);
  ms_runner_play (reader->runner);
  wait_until (reader, is_stopped);
  g_assert_nonnull (strstr (reader->stopped, "loss below"));
  g_assert_cmpint (((MsRecord *) reader->records->pdata[reader->records->len - 1])->step, ==, expected);
  g_assert_cmpint (reader->latest->step, ==, expected);
  g_assert_nonnull (reader->latest->inputs);
  g_assert_cmpfloat (reader->latest->loss, ==, least);

  /* From the step before it, it comes true again: that step is known. */
  g_clear_pointer (&reader->stopped, g_free);
  ms_runner_go (reader->runner, 1, expected - 1);
  ms_runner_step (reader->runner, 20);
  wait_until (reader, is_stopped);
  g_assert_cmpint (reader->latest->step, ==, expected);
}

static void
test_pause_on_alert (void)
{
  g_autoptr (Reader) reader = reader_open ();
  MsWatch watch = { .pause_on_alert = true, .limits = ms_alert_limits_default () };
  int n;

  watch.limits.collapse = 1.01; /* whatever is not perfectly even */
  watch.limits.window = 7;
  ms_runner_set_watch (reader->runner, &watch);
  ms_runner_play (reader->runner);
  wait_until (reader, is_stopped);
  settle (reader);
  g_assert_cmpint (reader->latest->step, ==, 7);
  n = ms_alerts_count (reader->alerts);
  g_assert_cmpint (n, >, 0);
  /* Before the alert there is none, and on the branch that has it it still is. */
  ms_runner_go (reader->runner, 0, 3);
  settle (reader);
  g_assert_cmpint (ms_alerts_count (reader->alerts), ==, 0);
  ms_runner_go (reader->runner, 0, 7);
  settle (reader);
  g_assert_cmpint (ms_alerts_count (reader->alerts), ==, n);
}

static void
assert_same_alerts (const Reader *a, const Reader *b)
{
  int n = ms_alerts_count (a->alerts);

  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (n, ==, ms_alerts_count (b->alerts));
  for (int i = 0; i < n; i++)
    {
      g_autofree char *x = ms_alert_words (ms_alerts_at (a->alerts, i), ms_alerts_limits (a->alerts));
      g_autofree char *y = ms_alert_words (ms_alerts_at (b->alerts, i), ms_alerts_limits (b->alerts));

      g_assert_cmpstr (x, ==, y);
      g_assert_cmpint (ms_alerts_at (a->alerts, i)->step, ==, ms_alerts_at (b->alerts, i)->step);
      g_assert_cmpint (ms_alerts_at (a->alerts, i)->over, ==, ms_alerts_at (b->alerts, i)->over);
    }
}

/* What was wrong before a session was saved is so after it was opened, on every branch, also for a runner that had
 * other limits; and what it does next brings the same alerts. */
static void
test_alerts_in_a_file (void)
{
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL), *path = g_build_filename (dir, "a", NULL);
  g_autoptr (Reader) before = reader_open (), after = reader_new ();
  MsWatch watch = { .limits = { .collapse = 0.9, .dead_per_expert = 10, .dropped = 0.05, .window = 7 } };
  int n;

  ms_runner_set_watch (before->runner, &watch);
  step (before, 30);
  n = ms_alerts_count (before->alerts);
  g_assert_cmpint (n, >, 0);
  ms_runner_go (before->runner, 0, 10);
  settle (before);
  set (before, "routing.capacity_factor", "0.5");
  step (before, 10);
  g_clear_pointer (&before->saved, g_free);
  ms_runner_save_session (before->runner, path, ms_kept_new ());
  wait_until (before, is_saved);
  ms_runner_open_checkpoint (after->runner, path);
  settle (after);
  g_assert_cmpint (after->branch, ==, 1);
  assert_same_alerts (after, before);
  step (before, 10);
  step (after, 10);
  assert_same_alerts (after, before);
  ms_runner_go (after->runner, 0, 30);
  settle (after);
  g_assert_cmpint (ms_alerts_count (after->alerts), ==, n);
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_not_finite (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) plain = with (reader->experiment, "optimiser.kind", "sgd");
  g_autoptr (MsExperiment) mad = with (plain, "optimiser.learning_rate", "100");

  ms_runner_open (reader->runner, mad, "mad");
  ms_runner_play (reader->runner);
  wait_until (reader, has_failed);
  g_assert_cmpint (ms_alerts_at (reader->alerts, ms_alerts_count (reader->alerts) - 1)->kind, ==, MS_ALERT_NOT_FINITE);
}

static MsIntervention
intervention (const char *text)
{
  g_autoptr (GError) error = NULL;
  MsIntervention it;

  ms_intervention_parse (&it, text, &error);
  g_assert_no_error (error);
  return it;
}

static bool
block_of_first (const Reader *reader, char *text, gsize size, const char *format)
{
  return g_snprintf (text, size, format, reader->latest->routing[0]->layer) < (int) size;
}

/* What stands is told, undone and redone by itself; what does not fit is refused and changes nothing. */
static void
test_interventions (void)
{
  g_autoptr (Reader) reader = reader_open ();
  MsIntervention mask, nowhere = intervention ("mask:7:0");
  char text[32];

  step (reader, 4);
  g_assert_true (block_of_first (reader, text, sizeof text, "mask:%d:1"));
  mask = intervention (text);
  ms_runner_intervene (reader->runner, &mask, true);
  settle (reader);
  g_assert_cmpint (ms_interventions_count (reader->interventions), ==, 1);
  g_assert_nonnull (strstr (reader->undo, "mask"));
  g_assert_nonnull (strstr (reader->command, "--at 4:+mask:"));
  step (reader, 2);
  g_assert_cmpint (reader->latest->routing[0]->load[1], ==, 0);
  ms_runner_undo (reader->runner);
  settle (reader);
  g_assert_cmpint (ms_interventions_count (reader->interventions), ==, 0);
  g_assert_nonnull (strstr (reader->command, "--at 6:-mask:"));
  ms_runner_redo (reader->runner);
  settle (reader);
  g_assert_cmpint (ms_interventions_count (reader->interventions), ==, 1);
  set (reader, "run.seed", "3"); /* what stands goes on standing */
  g_assert_cmpint (ms_interventions_count (reader->interventions), ==, 1);
  step (reader, 1);
  g_assert_cmpint (reader->latest->routing[0]->load[1], ==, 0);
  g_assert_nonnull (strstr (reader->command, "--seed 3 --at 0:+mask:"));
  ms_runner_go (reader->runner, 0, 3);
  settle (reader);
  g_assert_cmpint (ms_interventions_count (reader->interventions), ==, 0);
  ms_runner_intervene (reader->runner, &nowhere, true);
  wait_until (reader, has_error);
  g_assert_nonnull (strstr (reader->error, "mask:7:0"));
}

static bool
has_trial (Reader *reader)
{
  return reader->trial != NULL;
}

/* What it would do is told; nothing is done. */
static void
test_try (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (GBytes) before = NULL;
  MsIntervention mask;
  char text[32];

  step (reader, 4);
  before = bytes_of (reader);
  g_assert_true (block_of_first (reader, text, sizeof text, "mask:%d:1"));
  mask = intervention (text);
  ms_runner_try (reader->runner, &mask);
  wait_until (reader, has_trial);
  g_assert_cmpint (reader->trial->step, ==, 4);
  g_assert_cmpint (reader->trial->arm[MS_ARM_INTERVENTION].load[1], ==, 0);
  assert_bytes (reader, before);
  mask = intervention ("mask:7:0");
  ms_runner_try (reader->runner, &mask);
  wait_until (reader, has_error);
}

/* An edit begins a branch; undoing it goes back to the moment before, redoing to where it was left. */
static void
test_edit (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (GBytes) before = NULL, after = NULL;
  MsIntervention swap;
  char text[32];

  step (reader, 4);
  before = bytes_of (reader);
  g_assert_true (block_of_first (reader, text, sizeof text, "swap:%d:0,2"));
  swap = intervention (text);
  ms_runner_intervene (reader->runner, &swap, true);
  settle (reader);
  g_assert_cmpint (reader->branch, ==, 1);
  step (reader, 3);
  after = bytes_of (reader);
  ms_runner_undo (reader->runner);
  assert_bytes (reader, before);
  g_assert_cmpint (reader->branch, ==, 0);
  ms_runner_redo (reader->runner);
  assert_bytes (reader, after);
  g_assert_nonnull (strstr (reader->command, "--at 4:+swap:"));
}

/* A recorded run is gone through likewise; where a step has no batch the one before it is shown. */
static void
test_trace (void)
{
  g_autoptr (Reader) live = reader_open (), reader = reader_new ();
  g_autofree char *dir = g_dir_make_tmp ("moescope-XXXXXX", NULL), *path = g_build_filename (dir, "a.npz", NULL);
  g_autoptr (MsTraceWriter) writer = ms_trace_writer_new ("small", NULL);

  ms_runner_set_refresh (live->runner, 0.1);
  for (int i = 0; i < 4; i++)
    step (live, 3); /* two without and one with its batch */
  for (guint i = 0; i < live->records->len; i++)
    ms_trace_writer_add (writer, live->records->pdata[i]);
  g_assert_true (ms_trace_writer_save (writer, path, NULL));
  ms_runner_open_trace (reader->runner, path);
  recall (reader, 0, 8);
  g_assert_cmpint (reader->recalled->step, <=, 8);
  g_assert_nonnull (reader->recalled->inputs);
  ms_runner_go (reader->runner, 0, 9);
  recall (reader, 0, 12);
  g_assert_cmpint (reader->latest->step, ==, 9);
  g_assert_cmpint (((MsRecord *) reader->records->pdata[reader->records->len - 1])->step, ==, 9);
  g_assert_cmpint (reader->recalled->step, ==, 12);
  ms_runner_go (reader->runner, 0, 4);
  recall (reader, 0, 12);
  g_assert_cmpint (reader->latest->step, <=, 4);
  g_assert_cmpint (((MsRecord *) reader->records->pdata[reader->records->len - 1])->step, ==, 4);
  g_unlink (path);
  g_rmdir (dir);
}

/* While it plays everything may be asked for. */
static void
test_while_playing (void)
{
  g_autoptr (Reader) reader = reader_open ();
  g_autoptr (MsExperiment) faster = with (reader->experiment, "optimiser.learning_rate", "0.02");

  ms_runner_play (reader->runner);
  wait_until (reader, is_playing);
  ms_runner_change (reader->runner, faster);
  recall (reader, 0, 0);
  g_assert_cmpint (reader->recalled->step, ==, 0);
  ms_runner_undo (reader->runner);
  settle (reader);
  g_assert_cmpint (reader->state, ==, MS_RUNNER_PLAYING);
  g_assert_nonnull (reader->redo);
  ms_runner_go (reader->runner, 0, 1);
  wait_until (reader, is_paused);
  settle (reader);
  g_assert_cmpint (reader->latest->step, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner-past/branches", test_branches);
  g_test_add_func ("/runner-past/nothing-is-lost", test_nothing_is_lost);
  g_test_add_func ("/runner-past/recall", test_recall);
  g_test_add_func ("/runner-past/more-detail", test_more_detail);
  g_test_add_func ("/runner-past/shown-after-going", test_shown_after_going);
  g_test_add_func ("/runner-past/recall-newest", test_recall_newest);
  g_test_add_func ("/runner-past/epoch", test_epoch);
  g_test_add_func ("/runner-past/condition", test_condition);
  g_test_add_func ("/runner-past/pause-on-alert", test_pause_on_alert);
  g_test_add_func ("/runner-past/alerts-in-a-file", test_alerts_in_a_file);
  g_test_add_func ("/runner-past/not-finite", test_not_finite);
  g_test_add_func ("/runner-past/interventions", test_interventions);
  g_test_add_func ("/runner-past/try", test_try);
  g_test_add_func ("/runner-past/edit", test_edit);
  g_test_add_func ("/runner-past/trace", test_trace);
  g_test_add_func ("/runner-past/while-playing", test_while_playing);
  return g_test_run ();
}
