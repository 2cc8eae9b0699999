/* SPDX-License-Identifier: MIT */

/* run --at: what changes on the way. The line that a timeline prints for a moment gives the same file as the session
 * that went there through branches, changes, interventions and edits. */
#include "app/kernel.h"
#include "core/train/presets.h"
#include "core/train/timeline.h"
#include "tests/app/cli.h"

#include <string.h>
#include <unistd.h>

#define THREADS 2
#define QUICK "run digits-vmoe --set optimiser.batch=16 --set model.width=16 --set run.steps=40 --threads 2 "

static void
run_well (const char *arguments)
{
  g_autoptr (CliResult) result = cli_run (QUICK "--json %s", arguments);

  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
}

static void
assert_same (const char *a, const char *b)
{
  gsize n, m;
  g_autofree char *x = cli_read (a, &n), *y = cli_read (b, &m);

  g_assert_cmpmem (x, n, y, m);
}

static void
set_value (MsExperiment **experiment, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  MsExperiment *next = ms_experiment_with (*experiment, key, value, &error);

  g_assert_no_error (error);
  ms_experiment_unref (*experiment);
  *experiment = next;
}

static void
step_to (MsSession *session, MsTimeline *timeline, gint64 step)
{
  while (ms_session_get_step (session) < step)
    {
      g_autoptr (MsRecord) record = ms_session_step (session, MS_DETAIL_SCALARS, NULL);

      g_assert_nonnull (record);
      ms_timeline_note (timeline, session);
    }
}

static void
change (MsSession *session, MsTimeline *timeline, const char *key, const char *value)
{
  g_autoptr (MsExperiment) values = ms_experiment_ref ((MsExperiment *) ms_session_experiment (session));
  g_autoptr (GError) error = NULL;

  set_value (&values, key, value);
  ms_session_change (session, values, &error);
  g_assert_no_error (error);
  ms_timeline_note (timeline, session);
}

static void
intervene (MsSession *session, MsTimeline *timeline, const char *set)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsInterventions) interventions = ms_interventions_parse (set, &error);

  g_assert_no_error (error);
  ms_session_intervene (session, interventions, &error);
  g_assert_no_error (error);
  ms_timeline_note (timeline, session);
}

static void
edit (MsSession *session, MsTimeline *timeline, const char *text)
{
  g_autoptr (GError) error = NULL;
  MsIntervention what;

  ms_intervention_parse (&what, text, &error);
  g_assert_no_error (error);
  ms_session_edit (session, &what, &error);
  g_assert_no_error (error);
  ms_timeline_note_edit (timeline, session, &what);
}

static MsSession *
go (MsSession *session, MsTimeline *timeline, int branch, gint64 step)
{
  g_autoptr (GError) error = NULL;
  MsSession *there = ms_timeline_go (timeline, session, (MsMoment){ branch, step }, &error);

  g_assert_no_error (error);
  return there;
}

/* The session's checkpoint beside that of the line that the timeline prints for it. */
static void
check_line (MsSession *session, MsTimeline *timeline, const MsExperiment *base)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line
      = ms_timeline_command (timeline, ms_timeline_now (timeline), "digits-vmoe", base, &error);
  g_autofree char *path = cli_path ("session.safetensors");

  g_assert_no_error (error);
  g_test_message ("%s", line);
  ms_session_save (session, path, &error);
  g_assert_no_error (error);
  g_autoptr (CliResult) result
      = cli_run ("%s --threads %d --json --checkpoint line.safetensors", line + strlen ("moescope "), THREADS);
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
  assert_same ("session.safetensors", "line.safetensors");
}

static void
test_timeline (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) base = ms_preset_load (ms_preset_find ("digits-vmoe"), &error);
  g_autoptr (MsExperiment) small = ms_experiment_ref (base);
  g_autoptr (MsTimeline) timeline = ms_timeline_new (64 << 20);
  MsSession *session;

  g_assert_no_error (error);
  set_value (&small, "model.width", "16");
  set_value (&small, "optimiser.batch", "16");
  set_value (&small, "run.seed", "7");
  session = ms_session_new (small, "digits-vmoe", THREADS, &error);
  g_assert_no_error (error);
  ms_timeline_begin (timeline, session);
  step_to (session, timeline, 6);
  change (session, timeline, "routing.k", "2");
  intervene (session, timeline, "mask:1:3");
  step_to (session, timeline, 12);
  session = go (session, timeline, 0, 9);
  change (session, timeline, "optimiser.learning_rate", "0.01");
  intervene (session, timeline, "bias:3:1:1.5 mask:1:3 freeze:1");
  step_to (session, timeline, 11);
  edit (session, timeline, "swap:1:0,5");
  check_line (session, timeline, base); /* right after the edit */
  step_to (session, timeline, 14);
  intervene (session, timeline, "bias:3:1:-2");
  step_to (session, timeline, 16);
  check_line (session, timeline, base);
  session = go (session, timeline, 0, 12);
  check_line (session, timeline, base);
  ms_session_free (session);
}

/* What is asked of the command line of a run that began from @name. */
static void
steer_from (const char *name, const MsExperiment *base)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsTimeline) timeline = ms_timeline_new (64 << 20);
  g_autofree char *path = cli_path (name), *gone = NULL;
  MsSession *session = ms_session_load (path, NULL, THREADS, &error);

  g_assert_no_error (error);
  ms_timeline_begin (timeline, session);
  check_line (session, timeline, base); /* nothing but the file */
  edit (session, timeline, "clone:1:0,5");
  change (session, timeline, "routing.k", "2");
  step_to (session, timeline, 9);
  intervene (session, timeline, "mask:1:3");
  step_to (session, timeline, 12);
  session = go (session, timeline, 1, 10);
  change (session, timeline, "optimiser.learning_rate", "0.01");
  step_to (session, timeline, 14);
  check_line (session, timeline, base);

  /* Somebody writes to it, as saving the run there would: then there is no way back to its beginning. */
  ms_session_save (session, path, &error);
  g_assert_no_error (error);
  gone = ms_timeline_command (timeline, ms_timeline_now (timeline), "digits-vmoe", base, &error);
  g_assert_null (gone);
  g_assert_nonnull (strstr (error->message, name));
  ms_session_free (session);
}

/* A run that began from somebody's checkpoint has a line, too, whatever the file is called. */
static void
test_checkpoint (void)
{
  g_autoptr (MsExperiment) base = ms_preset_load (ms_preset_find ("digits-vmoe"), NULL);

  run_well ("--steps 6 --checkpoint \"somebody's run; \\$HOME.safetensors\"");
  steer_from ("somebody's run; $HOME.safetensors", base);
}

/* Taken up again on the way it ends as if it had never been stopped: what came before stands, edits are done. */
static void
test_resume (void)
{
#define EARLY "--at 3:+swap:1:0,5 --at 4:optimiser.learning_rate=0.01 --at 4:+mask:1:3 "
#define LATE "--at 9:-mask:1:3 "
  run_well (EARLY LATE "--steps 12 --checkpoint whole.safetensors");
  run_well (EARLY "--steps 6 --checkpoint part.safetensors");
  run_well (EARLY LATE "--steps 12 --resume part.safetensors --checkpoint resumed.safetensors");
  assert_same ("whole.safetensors", "resumed.safetensors");
  /* Also where it was stopped at the very step of an edit, which is done once. */
  run_well ("--at 3:+swap:1:0,5 --steps 3 --checkpoint part.safetensors");
  run_well (EARLY LATE "--steps 12 --resume part.safetensors --checkpoint resumed.safetensors");
  assert_same ("whole.safetensors", "resumed.safetensors");
}

/* What is measured at the end is what is saved. */
static void
test_changed_at_the_end (void)
{
  g_autoptr (CliResult) before = cli_run (QUICK "--steps 5 --json"), after = NULL;
  g_autoptr (JsonNode) a = json_from_string (before->out, NULL), b = NULL;

  after = cli_run (QUICK "--steps 5 --json --at 5:+clone:3:0,1");
  b = json_from_string (after->out, NULL);
  g_assert_cmpint (after->status, ==, 0);
  JsonObject *x = json_object_get_object_member (json_node_get_object (a), "test");
  JsonObject *y = json_object_get_object_member (json_node_get_object (b), "test");
  g_assert_cmpfloat (json_object_get_double_member (x, "nll"), !=, json_object_get_double_member (y, "nll"));
}

static void
test_refused (void)
{
  static const char *const wrong[][2] = {
    { "5:routing.experts=4", "routing.experts builds the model anew and cannot change on the way: give it with --set" },
    { "5:routing.k=99", "--at 5:routing.k=99: routing.k = 99 is not possible" },
    { "5:routing.k=9", "--at 5:routing.k=9: " },
    { "5:routing.kk=2", "routing.kk" },
    { "99:routing.k=2", "--at 99:routing.k=2: the run ends after step 6" },
    { "x:routing.k=2", "it must begin with a step" },
    { "routing.k=2", "it must begin with a step" },
    { "5:routing.k", "it has no value" },
    { "5:+mask:0:3", "--at 5:+mask:0:3: the intervention mask:0:3: block 0 is not routed" },
    { "5:+mask:1", "mask:BLOCK:EXPERT" },
    { "5:-swap:1:1,2", "an edit is done once" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    cli_assert_refused (cli_run (QUICK "--steps 6 --at %s", wrong[i][0]), 2, wrong[i][1]);
  cli_assert_refused (cli_run (QUICK "--steps 6 --until nothing --at 3:nothing"), 2, "--until: \"nothing\""); /* once */
}

/* The program's bytes are compared: they are those of the BLAS kernel that it chooses for itself, see cli_run. */
static void
settle (char **argv)
{
  const char *ours = g_getenv ("MOESCOPE_BLAS_KERNEL");

  if (g_getenv ("OPENBLAS_CORETYPE") != NULL && ours == NULL)
    {
      g_unsetenv ("OPENBLAS_CORETYPE");
      execv ("/proc/self/exe", argv);
    }
  g_assert_true (ms_kernel_settle (argv, NULL));
  g_unsetenv ("MOESCOPE_BLAS_KERNEL");
}

int
main (int argc, char **argv)
{
  settle (argv);
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/app/run-at/timeline", test_timeline);
  g_test_add_func ("/app/run-at/checkpoint", test_checkpoint);
  g_test_add_func ("/app/run-at/resume", test_resume);
  g_test_add_func ("/app/run-at/changed-at-the-end", test_changed_at_the_end);
  g_test_add_func ("/app/run-at/refused", test_refused);
  return cli_finish (g_test_run ());
}
