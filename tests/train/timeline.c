/* SPDX-License-Identifier: MIT */

/* Whatever was run can be computed again: every moment of every branch gives the same bytes as a run of its own with
 * the same changes at the same steps. */
#include "core/train/timeline.h"
#include "tests/train/sessions.h"
#include <math.h>
#include <string.h>

#define BUDGET ((gsize) 64 << 20)
#define SMALL                                                                                                          \
  "task.data", "spirals", "task.examples", "200", "model.kind", "mlp", "model.width", "16", "model.hidden", "16",      \
    "model.blocks", "2", "routing.experts", "4", "optimiser.batch", "32"

/* A session and its timeline, going along as the runner does. */
typedef struct {
  MsSession *session;
  MsTimeline *timeline;
} Run;

static void
run_clear (Run *self)
{
  ms_session_free (self->session);
  ms_timeline_free (self->timeline);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static Run
run_new (gsize budget)
{
  Run run = { session_of (1, PAIRS (SMALL)), ms_timeline_new (budget) };

  ms_timeline_begin (run.timeline, run.session);
  return run;
}

static MsExperiment *
changed (const MsExperiment *experiment, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  MsExperiment *other = ms_experiment_with (experiment, key, value, &error);

  g_assert_no_error (error);
  return other;
}

/* Steps up to @step; returns the last loss. Without a timeline nothing is noted. */
static double
step_to (const Run *run, gint64 step)
{
  double loss = 0;

  while (ms_session_get_step (run->session) < step)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MsRecord) record = ms_session_step (run->session, MS_DETAIL_SCALARS, &error);

      g_assert_no_error (error);
      loss = record->loss;
      if (run->timeline == NULL)
        continue;
      ms_timeline_note (run->timeline, run->session);
      ms_timeline_note_record (run->timeline, run->session, record);
    }
  return loss;
}

static void
set (const Run *run, const char *key, const char *value)
{
  g_autoptr (MsExperiment) other = changed (ms_session_experiment (run->session), key, value);
  g_autoptr (GError) error = NULL;

  ms_session_change (run->session, other, &error);
  g_assert_no_error (error);
  if (run->timeline != NULL)
    ms_timeline_note (run->timeline, run->session);
}

static void
rebuild (Run *run, const char *key, const char *value)
{
  g_autoptr (MsExperiment) other = changed (ms_session_experiment (run->session), key, value);
  g_autoptr (GError) error = NULL;
  MsSession *session = ms_session_new (other, "small", 1, &error);

  g_assert_no_error (error);
  ms_session_free (run->session);
  run->session = session;
  ms_timeline_begin (run->timeline, session);
}

static void
go (Run *run, int branch, gint64 step)
{
  g_autoptr (GError) error = NULL;
  MsSession *session = ms_timeline_go (run->timeline, run->session, (MsMoment){ branch, step }, &error);

  g_assert_no_error (error);
  run->session = session;
  g_assert_cmpint (ms_session_get_step (session), ==, step);
  g_assert_cmpint (ms_timeline_now (run->timeline).step, ==, step);
}

static void
assert_same_state (MsSession *a, MsSession *b)
{
  g_autoptr (GBytes) x = ms_session_save_state (a), y = ms_session_save_state (b);

  g_assert_true (g_bytes_equal (x, y));
  g_assert_true (ms_experiment_equal (ms_session_experiment (a), ms_session_experiment (b)));
  g_assert_true (ms_interventions_equal (ms_session_interventions (a), ms_session_interventions (b)));
}

static int
branch_of (const Run *run)
{
  return ms_timeline_now (run->timeline).branch;
}

static void
test_same_bytes (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_autoptr (GBytes) at_50 = NULL, again = NULL;
  double loss_90, loss_90_again;

  step_to (&run, 40);
  set (&run, "optimiser.learning_rate", "0.02");
  step_to (&run, 50);
  at_50 = ms_session_save_state (run.session);
  step_to (&run, 70);
  set (&run, "optimiser.learning_rate", "0.003");
  loss_90 = step_to (&run, 90);

  /* Through the change at 40, and before the one at 70. */
  go (&run, 0, 50);
  g_assert_cmpfloat (ms_experiment_real (ms_session_experiment (run.session), MS_KEY_OPTIMISER_LEARNING_RATE), ==,
                     0.02);
  again = ms_session_save_state (run.session);
  g_assert_true (g_bytes_equal (at_50, again));

  /* On the same way again it comes to the same place, in a branch of its own; the first one is still there. */
  step_to (&run, 70);
  g_assert_cmpint (branch_of (&run), ==, 1);
  set (&run, "optimiser.learning_rate", "0.003");
  loss_90_again = step_to (&run, 90);
  g_assert_cmpfloat (loss_90, ==, loss_90_again);
  g_assert_true (ms_timeline_has (run.timeline, (MsMoment){ 0, 90 }));
}

/* Four branches from three earlier steps, one of them of a branch, beside runs of their own. */
static void
check_branches (gsize budget)
{
  g_auto (Run) run = run_new (budget);
  g_auto (Run) a = { session_of (1, PAIRS (SMALL)), NULL }, b = { session_of (1, PAIRS (SMALL)), NULL };

  step_to (&run, 80);
  go (&run, 0, 37);
  set (&run, "routing.k", "2");
  step_to (&run, 75);
  go (&run, 1, 60);
  set (&run, "optimiser.learning_rate", "0.001");
  set (&run, "routing.noise", "0.5");
  step_to (&run, 90);
  g_assert_cmpint (branch_of (&run), ==, 2);
  go (&run, 0, 10);
  set (&run, "optimiser.weight_decay", "0.1");
  step_to (&run, 50);
  g_assert_cmpint (branch_of (&run), ==, 3);

  step_to (&a, 37);
  set (&a, "routing.k", "2");
  step_to (&a, 60);
  set (&a, "optimiser.learning_rate", "0.001");
  set (&a, "routing.noise", "0.5");
  step_to (&a, 85);
  go (&run, 2, 85);
  assert_same_state (run.session, a.session);
  step_to (&a, 90);
  go (&run, 2, 90);
  assert_same_state (run.session, a.session);

  step_to (&b, 10);
  go (&run, 2, 10); /* which is the first branch's step 10 */
  g_assert_cmpint (branch_of (&run), ==, 0);
  assert_same_state (run.session, b.session);
  set (&b, "optimiser.weight_decay", "0.1");
  go (&run, 3, 10); /* the same weights, other values */
  assert_same_state (run.session, b.session);
  step_to (&b, 50);
  go (&run, 3, 50);
  assert_same_state (run.session, b.session);
  /* It is the end of the branch, which goes on. */
  step_to (&b, 55);
  step_to (&run, 55);
  g_assert_cmpint (branch_of (&run), ==, 3);
  assert_same_state (run.session, b.session);
}

static MsIntervention
intervention (const Run *run, const char *format)
{
  g_autofree char *text = g_strdup_printf (format, run->session->model->moe[0]->block);
  g_autoptr (GError) error = NULL;
  MsIntervention it;

  ms_intervention_parse (&it, text, &error);
  g_assert_no_error (error);
  return it;
}

static void
intervene (const Run *run, const char *format, bool on)
{
  MsIntervention it = intervention (run, format);
  const MsInterventions *now = ms_session_interventions (run->session);
  g_autoptr (MsInterventions) set = on ? ms_interventions_with (now, &it) : ms_interventions_without (now, &it);

  g_assert_true (ms_session_intervene (run->session, set, NULL));
  if (run->timeline != NULL)
    ms_timeline_note (run->timeline, run->session);
}

static void
edit (const Run *run, const char *format)
{
  MsIntervention it = intervention (run, format);

  g_assert_true (ms_session_edit (run->session, &it, NULL));
  if (run->timeline != NULL)
    ms_timeline_note_edit (run->timeline, run->session, &it);
}

/* What @run and a run of its own do alike: 14 steps with interventions, two edits at one step, and a value. */
static void
intervene_and_edit (const Run *run)
{
  step_to (run, 4);
  intervene (run, "mask:%d:1", true);
  step_to (run, 7);
  edit (run, "swap:%d:0,2");
  edit (run, "clone:%d:2,3");
  set (run, "routing.k", "2");
  intervene (run, "bias:%d:0:1.5", true);
  step_to (run, 11);
  intervene (run, "mask:%d:1", false);
  step_to (run, 14);
}

static void
check_interventions (gsize budget)
{
  g_auto (Run) run = run_new (budget);
  g_auto (Run) alone = { session_of (1, PAIRS (SMALL)), NULL }, plain = { session_of (1, PAIRS (SMALL)), NULL };

  intervene_and_edit (&run);
  g_assert_cmpint (branch_of (&run), ==, 2); /* an edit begins one */
  rebuild (&run, "routing.experts", "8");
  step_to (&run, 3);
  go (&run, 0, 2);
  intervene (&run, "freeze:%d", true);
  step_to (&run, 9);
  go (&run, 2, 14);
  intervene_and_edit (&alone);
  assert_same_state (run.session, alone.session);
  step_to (&plain, 4);
  intervene (&plain, "mask:%d:1", true);
  step_to (&plain, 7);
  go (&run, 0, 7); /* before the edits */
  assert_same_state (run.session, plain.session);
}

static void
test_interventions (void)
{
  check_interventions (BUDGET);
}

static void
test_interventions_without_states (void)
{
  check_interventions (1);
}

static void
test_branches (void)
{
  check_branches (BUDGET);
}

static void
test_branches_without_states (void)
{
  check_branches (1);
}

/* A budget that is taken away in between: what was saved is pruned, nothing is lost. */
static void
test_pruned (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_auto (Run) other = { session_of (1, PAIRS (SMALL)), NULL };

  step_to (&run, 200);
  g_assert_cmpuint (ms_timeline_bytes (run.timeline), >, 0);
  ms_timeline_set_budget (run.timeline, 1);
  g_assert_cmpuint (ms_timeline_bytes (run.timeline), ==, 0);
  step_to (&other, 170);
  go (&run, 0, 170);
  assert_same_state (run.session, other.session);
}

/* Another number of experts, and another seed, begin branches without a parent; going back builds the older model. */
static void
test_rebuild (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_auto (Run) four = { session_of (1, PAIRS (SMALL)), NULL };
  g_auto (Run) eight = { session_of (1, PAIRS (SMALL, "routing.experts", "8", "optimiser.learning_rate", "0.02")),
                         NULL };
  g_autoptr (MsBranches) branches = NULL;

  step_to (&run, 40);
  rebuild (&run, "routing.experts", "8");
  set (&run, "optimiser.learning_rate", "0.02");
  step_to (&run, 50);
  rebuild (&run, "run.seed", "7");
  step_to (&run, 5);
  step_to (&four, 33);
  go (&run, 0, 33);
  assert_same_state (run.session, four.session);
  step_to (&eight, 50);
  go (&run, 1, 50);
  assert_same_state (run.session, eight.session);

  branches = ms_timeline_branches (run.timeline);
  g_assert_cmpint (branches->n, ==, 3);
  g_assert_cmpint (branches->current, ==, 1);
  g_assert_cmpint (branches->branch[1].parent, ==, -1);
  g_assert_cmpint (branches->branch[1].to, ==, 50);
  g_assert_cmpstr (branches->branch[1].values, ==, "routing.experts=8 optimiser.learning_rate=0.02");
  g_assert_cmpstr (branches->branch[2].values, ==, "run.seed=7");
  g_assert_cmpstr (branches->branch[2].label, ==, "small, seed 7");
}

/* What the test split said, and when, is part of the state; it is measured again on the way, where it was. */
static void
test_measured (void)
{
  g_auto (Run) run = run_new (1);
  g_auto (Run) other = { session_of (1, PAIRS (SMALL)), NULL };
  g_autoptr (GBytes) x = NULL, y = NULL;

  for (gint64 step = 12; step <= 60; step += 12)
    {
      g_autoptr (MsRecord) record = NULL;

      step_to (&run, step - 1);
      record = ms_session_step (run.session, MS_DETAIL_SCALARS, NULL);
      ms_session_evaluate (run.session, NULL);
      ms_session_stamp (run.session, record);
      ms_timeline_note (run.timeline, run.session);
      ms_timeline_note_record (run.timeline, run.session, record);
    }
  step_to (&other, 36);
  ms_session_evaluate (other.session, NULL);
  step_to (&other, 40);
  go (&run, 0, 40);
  g_assert_cmpint (ms_session_assessment (run.session)->step, ==, 36);
  assert_same_state (run.session, other.session);
}

static bool
is_cancelled (gpointer data)
{
  return --*(int *) data < 0;
}

/* What cannot be reached, or was given up on the way, leaves everything as it was. */
static void
test_refusals (void)
{
  g_auto (Run) run = { session_of (1, PAIRS (SMALL)), ms_timeline_new (1) };
  g_autoptr (GError) future = NULL, past = NULL, nowhere = NULL, cancelled = NULL;
  g_autoptr (GBytes) before = NULL, after = NULL;
  MsMoment now;
  int steps = 3;

  ms_session_free (ms_timeline_go (run.timeline, run.session, (MsMoment){ 0, 0 }, &nowhere));
  g_assert_error (nowhere, MS_ERROR, MS_ERROR_VALUE);
  step_to (&(Run){ run.session, NULL }, 5);
  ms_timeline_begin (run.timeline, run.session);
  step_to (&run, 18);
  before = ms_session_save_state (run.session);
  g_assert_null (ms_timeline_go (run.timeline, run.session, (MsMoment){ 0, 19 }, &future));
  g_assert_error (future, MS_ERROR, MS_ERROR_VALUE);
  g_assert_null (ms_timeline_go (run.timeline, run.session, (MsMoment){ 0, 4 }, &past));
  g_assert_error (past, MS_ERROR, MS_ERROR_VALUE);
  g_assert_nonnull (strstr (past->message, "from step 5 to 18"));
  ms_timeline_set_cancel (run.timeline, is_cancelled, &steps);
  g_assert_null (ms_timeline_go (run.timeline, run.session, (MsMoment){ 0, 10 }, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  after = ms_session_save_state (run.session);
  g_assert_true (g_bytes_equal (before, after));
  now = ms_timeline_now (run.timeline);
  g_assert_true (now.branch == 0 && now.step == 18);
}

static void
assert_same_floats (const float *a, const float *b, gsize n)
{
  g_assert_true ((a == NULL) == (b == NULL));
  if (a != NULL)
    g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
}

static void
assert_same_number (double a, double b)
{
  g_assert_true (isnan (a) ? isnan (b) : a == b);
}

static void
assert_same_record (const MsRecord *a, const MsRecord *b)
{
  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpfloat (a->loss, ==, b->loss);
  assert_same_number (a->learning_rate, b->learning_rate);
  assert_same_number (a->gradient_norm, b->gradient_norm);
  g_assert_cmpmem (a->labels, (gsize) a->N * sizeof (int), b->labels, (gsize) b->N * sizeof (int));
  assert_same_floats (a->inputs, b->inputs, (gsize) (a->N * a->height * a->width * a->channels));
  g_assert_true ((a->evaluation == NULL) == (b->evaluation == NULL));
  if (a->evaluation != NULL)
    g_assert_cmpmem (a->evaluation, sizeof *a->evaluation, b->evaluation, sizeof *b->evaluation);
  g_assert_cmpint (a->n_routing, ==, b->n_routing);
  for (int i = 0; i < a->n_routing; i++)
    {
      const MsRouting *p = a->routing[i], *q = b->routing[i];
      gsize choices = (gsize) (p->T * p->K);

      g_assert_cmpmem (p->expert, choices * sizeof (gint16), q->expert, choices * sizeof (gint16));
      g_assert_cmpmem (p->kept, choices, q->kept, choices);
      assert_same_floats (p->gate, q->gate, choices);
      assert_same_floats (p->logits, q->logits, (gsize) (p->T * p->E));
      assert_same_floats (p->probs, q->probs, (gsize) (p->T * p->E));
    }
  assert_same_floats (a->predictions->probs, b->predictions->probs,
                      (gsize) (a->predictions->M * a->predictions->N * a->predictions->C));
}

static void
check_recall (const Run *run, int branch, const MsRecord *told)
{
  g_autoptr (GBytes) before = ms_session_save_state (run->session), after = NULL;
  g_autoptr (MsExperiment) values = ms_experiment_ref ((MsExperiment *) ms_session_experiment (run->session));
  MsMoment at = ms_timeline_now (run->timeline), now;
  g_autoptr (GError) error = NULL;
  g_autoptr (MsRecord) record
    = ms_timeline_recall (run->timeline, run->session, (MsMoment){ branch, told->step }, MS_DETAIL_BATCH, &error);

  g_assert_no_error (error);
  assert_same_record (told, record);
  after = ms_session_save_state (run->session);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_true (ms_experiment_equal (values, ms_session_experiment (run->session)));
  now = ms_timeline_now (run->timeline);
  g_assert_true (at.branch == now.branch && at.step == now.step);
}

static MsRecord *
whole_step (const Run *run)
{
  g_autoptr (GError) error = NULL;
  MsRecord *record = ms_session_step (run->session, MS_DETAIL_BATCH, &error);

  g_assert_no_error (error);
  if (record->step % 10 == 0 && ms_session_evaluate (run->session, NULL))
    ms_session_stamp (run->session, record);
  ms_timeline_note (run->timeline, run->session);
  ms_timeline_note_record (run->timeline, run->session, record);
  return record;
}

/* The record of any step of any branch is the one that the step gave at the time; nothing moves. */
static void
test_recall (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
  g_autoptr (GPtrArray) second = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_record_unref);
  g_autoptr (MsRecord) look = ms_session_look (run.session, MS_DETAIL_BATCH, NULL);

  for (int i = 0; i < 50; i++)
    {
      if (i == 30)
        set (&run, "routing.k", "2");
      g_ptr_array_add (first, whole_step (&run));
    }
  go (&run, 0, 20);
  set (&run, "optimiser.learning_rate", "0.02");
  for (int i = 0; i < 20; i++)
    g_ptr_array_add (second, whole_step (&run));
  for (guint i = 0; i < first->len; i += 7)
    check_recall (&run, 0, first->pdata[i]);
  for (guint i = 0; i < second->len; i += 3)
    check_recall (&run, 1, second->pdata[i]);
  check_recall (&run, 1, first->pdata[19]); /* the step that it began after */
  check_recall (&run, 1, look);
  rebuild (&run, "routing.experts", "8");
  step_to (&run, 5);
  check_recall (&run, 0, first->pdata[40]);
}

/* However long the run, the states stay within the budget, and every step can still be reached. */
static void
test_budget (void)
{
  g_auto (Run) run = { session_of (1, PAIRS (SMALL)), NULL };
  g_autoptr (GBytes) state = ms_session_save_state (run.session);
  gsize budget = 5 * g_bytes_get_size (state);

  run.timeline = ms_timeline_new (budget);
  ms_timeline_begin (run.timeline, run.session);
  for (gint64 step = 25; step <= 1000; step += 25)
    {
      step_to (&run, step);
      g_assert_cmpuint (ms_timeline_bytes (run.timeline), <=, budget);
    }
  g_assert_cmpuint (ms_timeline_bytes (run.timeline), >=, 3 * g_bytes_get_size (state));
  for (gint64 step = 975; step > 0; step -= 325)
    go (&run, 0, step);
}

/* A hundred changes at one step, as a slider makes them, are one; and none if the last takes them back. */
static void
test_changes_at_a_step (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_autoptr (MsBranches) one = NULL, none = NULL;
  g_autofree char *command = NULL;

  step_to (&run, 7);
  for (int i = 1; i <= 100; i++)
    {
      g_autofree char *value = g_strdup_printf ("%g", 0.001 * i);
      set (&run, "optimiser.weight_decay", value);
    }
  one = ms_timeline_branches (run.timeline);
  g_assert_cmpint (one->n_changes, ==, 1);
  g_assert_cmpint (one->change[0].step, ==, 7);
  g_assert_nonnull (strstr (one->change[0].words, "→ 0.1"));
  command = ms_timeline_command (run.timeline, ms_timeline_now (run.timeline), "x", run.session->experiment, NULL);
  g_assert_cmpstr (command, ==,
                   "moescope run x --set optimiser.weight_decay=0 --at 7:optimiser.weight_decay=0.1 --steps 7");
  set (&run, "optimiser.weight_decay", "0");
  none = ms_timeline_branches (run.timeline);
  g_assert_cmpint (none->n_changes, ==, 0);
  g_assert_cmpint (none->n, ==, 1);
}

/* The line says what the branches before it did up to where they were left, and nothing of what they did later. */
static void
test_command (void)
{
  g_auto (Run) run = run_new (BUDGET);
  g_autoptr (MsExperiment) base = ms_experiment_ref ((MsExperiment *) ms_session_experiment (run.session));
  g_autofree char *line = NULL, *begun = NULL;

  step_to (&run, 20);
  set (&run, "routing.k", "2");
  step_to (&run, 40);
  set (&run, "routing.noise", "0.5");
  step_to (&run, 60);
  go (&run, 0, 40); /* where noise was 0.5 from then on: it is part of what is gone on with */
  set (&run, "optimiser.learning_rate", "0.02");
  step_to (&run, 45);
  line = ms_timeline_command (run.timeline, (MsMoment){ 1, 45 }, "a file", base, NULL);
  g_assert_cmpstr (line, ==,
                   "moescope run 'a file' --at 20:routing.k=2 --at 40:routing.noise=0.5 "
                   "--at 40:optimiser.learning_rate=0.02 --steps 45");
  rebuild (&run, "run.seed", "3");
  begun = ms_timeline_command (run.timeline, ms_timeline_now (run.timeline), "x", base, NULL);
  g_assert_cmpstr (begun, ==,
                   "moescope run x --set routing.k=2 --set routing.noise=0.5 --set optimiser.learning_rate=0.02 "
                   "--seed 3 --steps 0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/same-bytes", test_same_bytes);
  g_test_add_func ("/timeline/branches", test_branches);
  g_test_add_func ("/timeline/branches-without-states", test_branches_without_states);
  g_test_add_func ("/timeline/interventions", test_interventions);
  g_test_add_func ("/timeline/interventions-without-states", test_interventions_without_states);
  g_test_add_func ("/timeline/pruned", test_pruned);
  g_test_add_func ("/timeline/rebuild", test_rebuild);
  g_test_add_func ("/timeline/measured", test_measured);
  g_test_add_func ("/timeline/refusals", test_refusals);
  g_test_add_func ("/timeline/recall", test_recall);
  g_test_add_func ("/timeline/budget", test_budget);
  g_test_add_func ("/timeline/changes-at-a-step", test_changes_at_a_step);
  g_test_add_func ("/timeline/command", test_command);
  return g_test_run ();
}
