/* SPDX-License-Identifier: MIT */

/* The past has a history for each branch, finds batches through what a branch began from, and keeps to its bytes. */
#include "core/record/past.h"

#include <math.h>

/* A batch of 8 examples of 16 pixels with a layer of 4 experts. */
static MsRecord *
make_record (gint64 step, double loss)
{
  MsRecord *record = ms_record_new ();

  record->step = step;
  record->loss = loss;
  record->N = 8;
  record->height = record->width = 4;
  record->channels = 1;
  record->inputs = g_new0 (float, 8 * 16);
  record->n_routing = 1;
  record->routing = g_new0 (MsRouting *, 1);
  record->routing[0] = ms_routing_new (8, 4, 2, 1);
  record->routing[0]->load[step % 4] = 16;
  return record;
}

static void
add (MsPast *past, gint64 first, gint64 last, double loss)
{
  for (gint64 step = first; step <= last; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, loss);

      ms_past_add (past, record);
    }
}

static void
check (const MsPast *past, int branch, gint64 step, gint64 expected, double loss)
{
  const MsRecord *record = ms_past_record (past, branch, step);

  g_assert_nonnull (record);
  g_assert_cmpint (record->step, ==, expected);
  g_assert_cmpfloat (record->loss, ==, loss);
}

static void
check_history (const MsHistory *history, gint64 points, gint64 last, double loss)
{
  g_assert_nonnull (history);
  g_assert_cmpint (history->n_points, ==, points);
  g_assert_cmpint (history->points[points - 1].last_step, ==, last);
  g_assert_cmpfloat (history->points[points - 1].loss, ==, loss);
}

/* 0: steps 1-10; 1 from step 6 of it: 7-9; 2 from step 8 of that: 9-12. */
static MsPast *
make_tree (void)
{
  MsPast *past = ms_past_new (1 << 20);

  add (past, 1, 10, 0);
  ms_past_enter (past, 1, 0, 6);
  add (past, 7, 9, 1);
  ms_past_enter (past, 2, 1, 8);
  add (past, 9, 12, 2);
  return past;
}

static void
test_branches (void)
{
  g_autoptr (MsPast) past = make_tree ();

  check_history (ms_past_history (past, 0), 10, 10, 0);
  check_history (ms_past_history (past, 1), 9, 9, 1);
  check_history (ms_past_current (past), 12, 12, 2);
  g_assert_true (ms_past_current (past) == ms_past_history (past, 2));
  g_assert_cmpfloat (ms_past_current (past)->points[7].loss, ==, 1);
  g_assert_cmpfloat (ms_past_current (past)->points[5].loss, ==, 0);
  g_assert_null (ms_past_history (past, 7));
  g_assert_null (ms_past_record (past, 7, 5));
}

static void
test_ancestors (void)
{
  g_autoptr (MsPast) past = make_tree ();

  check (past, 2, 11, 11, 2);
  check (past, 2, 99, 12, 2);
  check (past, 2, 9, 9, 2);
  check (past, 2, 8, 8, 1);
  check (past, 2, 7, 7, 1);
  check (past, 2, 6, 6, 0);
  check (past, 1, 99, 9, 1);
  check (past, 0, 8, 8, 0);
  check (past, 0, 99, 10, 0);
  g_assert_null (ms_past_record (past, 2, 0));
}

/* A branch that was left goes on; from before its end, what it had after that is forgotten, also for its children. */
static void
test_again (void)
{
  g_autoptr (MsPast) past = make_tree ();

  ms_past_enter (past, 0, -1, 10);
  add (past, 11, 13, 3);
  check_history (ms_past_current (past), 13, 13, 3);
  check (past, 0, 10, 10, 0);
  ms_past_enter (past, 0, -1, 4);
  check_history (ms_past_current (past), 4, 4, 0);
  check (past, 0, 99, 4, 0);
  add (past, 5, 8, 4);
  check_history (ms_past_current (past), 8, 8, 4);
  check (past, 0, 6, 6, 4);
  check (past, 1, 6, 4, 0); /* its steps 5 and 6 were those that are gone */
  check (past, 2, 8, 8, 1);
  check_history (ms_past_history (past, 1), 9, 9, 1);
}

/* Without a step, or computed again: the batch is replaced and the history stays. */
static void
test_put (void)
{
  g_autoptr (MsPast) past = make_tree ();
  g_autoptr (MsRecord) changed = make_record (12, 5), again = make_record (3, 6);

  ms_past_add (past, changed);
  check (past, 2, 12, 12, 5);
  check_history (ms_past_current (past), 12, 12, 2);
  gsize bytes = ms_past_bytes (past);
  ms_past_put (past, 0, again);
  check (past, 2, 3, 3, 6);
  g_assert_cmpuint (ms_past_bytes (past), ==, bytes);
  ms_past_clear (past);
  g_assert_null (ms_past_record (past, 2, 99));
  g_assert_cmpint (ms_past_current (past)->n_points, ==, 0);
}

/* A batch of a step before the branch began is found like one of those that it began from: none of them is hidden. */
static void
test_put_before (void)
{
  g_autoptr (MsPast) past = make_tree ();
  g_autoptr (MsRecord) again = make_record (3, 6), later = make_record (7, 7);

  ms_past_put (past, 2, again);
  ms_past_put (past, 2, later);
  check (past, 2, 3, 3, 6);
  check (past, 2, 5, 5, 0);
  check (past, 2, 7, 7, 7);
  check (past, 2, 8, 8, 1);
  check (past, 0, 3, 3, 6);
  check (past, 0, 7, 7, 0); /* which is another step 7 */
  /* What is no longer its parent's is its own. */
  ms_past_enter (past, 0, -1, 2);
  ms_past_put (past, 1, again);
  check (past, 1, 4, 3, 6);
  check (past, 0, 4, 2, 0);
}

/* What a file kept goes on as finely as if it had never been closed. */
static void
test_restore (void)
{
  g_autoptr (MsPast) past = ms_past_new (8 << 20);
  g_autoptr (MsHistory) kept = ms_history_new (64);

  for (gint64 step = 1; step <= 60; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, 0);

      ms_history_add (kept, record);
    }
  ms_past_restore (past, 3, -1, 0, kept);
  ms_past_enter (past, 3, -1, 60);
  add (past, 61, 600, 0);
  g_assert_cmpint (ms_past_current (past)->n_points, ==, 600);
}

/* The bytes are held at every moment, the newest is there, and the kept ones lie the wider apart the older they are. */
static void
test_budget (void)
{
  const gsize budget = 200000;
  const gint64 last = 5000;
  g_autoptr (MsPast) past = ms_past_new (budget);

  for (gint64 step = 1; step <= last; step++)
    {
      add (past, step, step, 0);
      g_assert_cmpuint (ms_past_bytes (past), <=, budget);
      check (past, 0, step, step, 0);
    }
  int recent = 0, old = 0;

  for (gint64 step = last; step > 0;)
    {
      const MsRecord *record = ms_past_record (past, 0, step);

      if (record == NULL)
        break;
      recent += record->step > last - 50;
      old += record->step <= last / 2;
      g_assert_cmpint (step - record->step, <, MAX (8, (last - record->step) / 4)); /* no gap is wide for its age */
      step = record->step - 1;
    }
  g_assert_cmpint (recent, >, 20);
  g_assert_cmpint (old, >, 5);
}

static void
test_smaller_budget (void)
{
  g_autoptr (MsPast) past = ms_past_new (8 << 20);

  add (past, 1, 1000, 0);
  g_assert_cmpint (ms_past_current (past)->n_points, ==, 1000);
  ms_past_set_budget (past, 100000);
  g_assert_cmpuint (ms_past_bytes (past), <=, 100000);
  g_assert_cmpint (ms_past_current (past)->n_points, >=, MS_HISTORY_FEWEST / 2);
  ms_past_set_budget (past, 0);
  check (past, 0, 1000, 1000, 0);
  g_assert_null (ms_past_record (past, 0, 999));
  g_assert_cmpint (ms_past_current (past)->n_points, >=, MS_HISTORY_FEWEST / 2);
}

/* Histories of branches that were left go, the one left longest ago first; the current one stays. */
static void
test_many_branches (void)
{
  const gsize budget = 300000;
  g_autoptr (MsPast) past = ms_past_new (budget);

  add (past, 1, 500, 0);
  for (int branch = 1; branch <= 40; branch++)
    {
      ms_past_enter (past, branch, branch - 1, 500 * branch);
      add (past, 500 * branch + 1, 500 * (branch + 1), branch);
      g_assert_cmpuint (ms_past_bytes (past), <=, budget);
    }
  g_assert_null (ms_past_history (past, 0));
  g_assert_nonnull (ms_past_history (past, 39));
  g_assert_cmpint (ms_past_current (past)->points[0].first_step, ==, 1);
  /* Its own steps are lost with it, those before them are copied once more when it is entered again. */
  ms_past_enter (past, 0, -1, 500);
  g_assert_cmpint (ms_past_current (past)->n_points, ==, 0);
}

/* One that all records share counts once, and no more when the last of them is gone. */
static void
test_assessment (void)
{
  g_autoptr (MsPast) past = ms_past_new (1 << 20);
  g_autoptr (MsAssessment) assessment = ms_assessment_new (2, 1000, 10);
  gsize empty, one, two;

  assessment->n_foreign = 1000;
  assessment->ood[0].known = g_new0 (float, 1000);
  assessment->ood[0].foreign = g_new0 (float, 1000);
  add (past, 1, 1, 0);
  empty = ms_past_bytes (past);
  for (int step = 2; step <= 3; step++)
    {
      g_autoptr (MsRecord) record = make_record (step, 0);

      record->assessment = ms_assessment_ref (assessment);
      ms_past_add (past, record);
      *(step == 2 ? &one : &two) = ms_past_bytes (past);
    }
  g_assert_cmpuint (one - empty, >, 8000);
  g_assert_cmpuint (two - one, <, 4000);
  ms_past_enter (past, 0, -1, 1);
  g_assert_cmpuint (ms_past_bytes (past), ==, empty);
}

/* Scalars alone are points of the history and no batch. */
static void
test_scalars (void)
{
  g_autoptr (MsPast) past = ms_past_new (1 << 20);
  g_autoptr (MsRecord) record = make_record (1, 0);

  g_clear_pointer (&record->inputs, g_free);
  ms_past_add (past, record);
  g_assert_cmpint (ms_past_current (past)->n_points, ==, 1);
  g_assert_null (ms_past_record (past, 0, 1));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/past/branches", test_branches);
  g_test_add_func ("/past/ancestors", test_ancestors);
  g_test_add_func ("/past/again", test_again);
  g_test_add_func ("/past/put", test_put);
  g_test_add_func ("/past/put-before", test_put_before);
  g_test_add_func ("/past/restore", test_restore);
  g_test_add_func ("/past/budget", test_budget);
  g_test_add_func ("/past/smaller-budget", test_smaller_budget);
  g_test_add_func ("/past/many-branches", test_many_branches);
  g_test_add_func ("/past/assessment", test_assessment);
  g_test_add_func ("/past/scalars", test_scalars);
  return g_test_run ();
}
