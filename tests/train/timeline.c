/* SPDX-License-Identifier: MIT */

/* Going back to an earlier step gives the same bytes as having stopped there, live changes included. */
#include "core/train/timeline.h"
#include <string.h>

#define BUDGET ((gsize) 64 << 20)

static MsExperiment *
changed (const MsExperiment *experiment, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  MsExperiment *other = ms_experiment_with (experiment, key, value, &error);

  g_assert_no_error (error);
  return other;
}

/* A small plane, so that a step takes no time. */
static MsExperiment *
small_experiment (void)
{
  static const char *const settings[][2] = {
    { "task.data", "spirals" }, { "task.examples", "200" },  { "model.kind", "mlp" },       { "model.width", "16" },
    { "model.hidden", "16" },   { "model.blocks", "2" },     { "routing.experts", "4" },    { "optimiser.batch", "32" },
  };
  MsExperiment *experiment = ms_experiment_new ();

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      MsExperiment *next = changed (experiment, settings[i][0], settings[i][1]);

      ms_experiment_unref (experiment);
      experiment = next;
    }
  return experiment;
}

static MsSession *
new_session (void)
{
  g_autoptr (MsExperiment) experiment = small_experiment ();
  g_autoptr (GError) error = NULL;
  MsSession *session = ms_session_new (experiment, "small", 1, &error);

  g_assert_no_error (error);
  return session;
}

/* Steps up to @step, noting each; returns the last loss. */
static double
go_to (MsSession *session, MsTimeline *timeline, gint64 step)
{
  double loss = 0;

  while (ms_session_get_step (session) < step)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (session, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
      loss = record->loss;
      if (timeline != NULL)
        ms_timeline_note (timeline, session);
    }
  return loss;
}

static void
set_rate (MsSession *session, MsTimeline *timeline, const char *rate)
{
  g_autoptr (MsExperiment) other = changed (ms_session_experiment (session), "optimiser.learning_rate", rate);
  g_autoptr (GError) error = NULL;

  g_assert_true (ms_session_change (session, other, &error));
  g_assert_no_error (error);
  ms_timeline_note (timeline, session);
}

static void
test_same_bytes (void)
{
  g_autoptr (MsSession) session = new_session ();
  g_autoptr (MsTimeline) timeline = ms_timeline_new (BUDGET);
  g_autoptr (GBytes) at_50 = NULL, again = NULL;
  double loss_90, loss_90_again;

  ms_timeline_note (timeline, session);
  go_to (session, timeline, 40);
  set_rate (session, timeline, "0.02");
  go_to (session, timeline, 50);
  at_50 = ms_session_save_state (session);
  go_to (session, timeline, 70);
  set_rate (session, timeline, "0.003");
  loss_90 = go_to (session, timeline, 90);

  /* Through the change at 40, and before the one at 70. */
  g_assert_true (ms_timeline_rewind (timeline, session, 50, NULL));
  g_assert_cmpint (ms_session_get_step (session), ==, 50);
  g_assert_cmpfloat (ms_experiment_real (ms_session_experiment (session), MS_KEY_OPTIMISER_LEARNING_RATE), ==, 0.02);
  again = ms_session_save_state (session);
  g_assert_true (g_bytes_equal (at_50, again));

  /* On the same way again it comes to the same place. */
  go_to (session, timeline, 70);
  set_rate (session, timeline, "0.003");
  loss_90_again = go_to (session, timeline, 90);
  g_assert_cmpfloat (loss_90, ==, loss_90_again);
}

static void
test_to_the_start (void)
{
  g_autoptr (MsSession) session = new_session ();
  g_autoptr (MsTimeline) timeline = ms_timeline_new (BUDGET);
  g_autoptr (GBytes) start = ms_session_save_state (session), again = NULL;

  ms_timeline_note (timeline, session);
  go_to (session, timeline, 33);
  g_assert_true (ms_timeline_rewind (timeline, session, 0, NULL));
  again = ms_session_save_state (session);
  g_assert_true (g_bytes_equal (start, again));
}

static void
test_refusals (void)
{
  g_autoptr (MsSession) session = new_session ();
  g_autoptr (MsTimeline) timeline = ms_timeline_new (BUDGET);
  g_autoptr (GError) future = NULL, past = NULL;

  go_to (session, NULL, 5);
  ms_timeline_note (timeline, session);
  go_to (session, timeline, 8);
  g_assert_false (ms_timeline_rewind (timeline, session, 9, &future));
  g_assert_error (future, MS_ERROR, MS_ERROR_VALUE);
  g_assert_false (ms_timeline_rewind (timeline, session, 4, &past));
  g_assert_error (past, MS_ERROR, MS_ERROR_VALUE);
  g_assert_nonnull (strstr (past->message, "from step 5 to 8"));
  g_assert_cmpint (ms_session_get_step (session), ==, 8);
}

/* However long the run, the states stay within the budget, and every step can still be reached. */
static void
test_budget (void)
{
  g_autoptr (MsSession) session = new_session ();
  g_autoptr (GBytes) state = ms_session_save_state (session);
  gsize budget = 5 * g_bytes_get_size (state);
  g_autoptr (MsTimeline) timeline = ms_timeline_new (budget);

  ms_timeline_note (timeline, session);
  for (gint64 step = 25; step <= 1000; step += 25)
    {
      go_to (session, timeline, step);
      g_assert_cmpuint (ms_timeline_bytes (timeline), <=, budget);
    }
  g_assert_cmpuint (ms_timeline_bytes (timeline), >=, 3 * g_bytes_get_size (state));
  for (gint64 step = 975; step > 0; step -= 325)
    {
      g_assert_true (ms_timeline_rewind (timeline, session, step, NULL));
      g_assert_cmpint (ms_session_get_step (session), ==, step);
    }
}

static void
test_tiny_budget (void)
{
  g_autoptr (MsSession) session = new_session ();
  g_autoptr (GBytes) state = ms_session_save_state (session);
  g_autoptr (MsTimeline) timeline = ms_timeline_new (1);

  ms_timeline_note (timeline, session);
  go_to (session, timeline, 100);
  g_assert_cmpuint (ms_timeline_bytes (timeline), ==, g_bytes_get_size (state));
  g_assert_true (ms_timeline_rewind (timeline, session, 60, NULL));
  g_assert_cmpint (ms_session_get_step (session), ==, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/same-bytes", test_same_bytes);
  g_test_add_func ("/timeline/to-the-start", test_to_the_start);
  g_test_add_func ("/timeline/refusals", test_refusals);
  g_test_add_func ("/timeline/budget", test_budget);
  g_test_add_func ("/timeline/tiny-budget", test_tiny_budget);
  return g_test_run ();
}
