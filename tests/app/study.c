/* SPDX-License-Identifier: MIT */

/* moescope study as scripts and schedulers use it. */
#include "tests/app/cli.h"
#include <string.h>

static const char tiny[]
  = "{\"name\": \"tiny\", \"title\": \"Tiny\", \"question\": \"Q?\", \"base\": \"digits-vmoe\", \"values\": "
    "{\"run.steps\": 3, \"optimiser.batch\": 16, \"model.width\": 16, \"model.hidden\": 16, \"model.blocks\": 2}, "
    "\"variants\": [{\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": {\"routing.k\": 1}}, "
    "{\"label\": \"b\", \"title\": \"B\", \"group\": \"G\", \"values\": {\"routing.router\": \"none\"}}], "
    "\"metrics\": [\"error\", \"nll\"], \"panels\": [\"nll\"], "
    "\"claims\": [{\"claim\": \"Dense is smaller\", \"metric\": \"parameters\", \"lower\": \"b\", \"than\": \"a\"}]}";

static gint64
count (JsonNode *node, const char *what)
{
  return json_object_get_int_member (json_object_get_object_member (json_node_get_object (node), "runs"), what);
}

static void
test_list (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("study --json"));
  JsonArray *array = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (array), ==, 5);
  JsonObject *first = json_array_get_object_element (array, 0);
  g_assert_cmpstr (json_object_get_string_member (first, "name"), ==, "ensembles");
  g_assert_true (json_object_has_member (first, "title") && json_object_has_member (first, "question"));
  g_autoptr (CliResult) text = cli_run ("study");
  g_assert_true (g_str_has_prefix (text->out, "ensembles "));
}

static void
test_refused (void)
{
  cli_assert_refused (cli_run ("study ensemble"), 2, "did you mean ensembles");
  cli_assert_refused (cli_run ("study one two"), 2, "takes");
  cli_assert_refused (cli_run ("study ensembles --shard 3/2"), 2, "--shard 3/2 is not possible");
  cli_assert_refused (cli_run ("study ensembles --shard 0/2"), 2, "--shard 0/2 is not possible");
  cli_assert_refused (cli_run ("study ensembles --shard 1"), 2, "--shard 1 is not possible");
  cli_assert_refused (cli_run ("study ensembles --seeds 0"), 2, "--seeds 0 is not possible");
  cli_assert_refused (cli_run ("study tiny.json --data /nowhere"), 2, "does not say how to run on files");
  cli_assert_refused (cli_shell ("SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 "
                                 "SLURM_ARRAY_TASK_COUNT=3 \"$moescope\" study tiny.json"),
                      2, "SLURM_ARRAY_TASK_ID does not say which share");
}

static void
test_files (void)
{
  g_autoptr (JsonNode) first = cli_json (cli_run ("study tiny.json --seeds 2 --output whole --json --threads 2"));
  JsonObject *object = json_node_get_object (first);
  g_assert_cmpint (count (first, "made"), ==, 4);
  g_assert_true (json_object_get_boolean_member (object, "complete"));
  JsonObject *claim = json_array_get_object_element (json_object_get_array_member (object, "claims"), 0);
  g_assert_cmpstr (json_object_get_string_member (claim, "verdict"), ==, "held");
  JsonArray *files = json_object_get_array_member (object, "files");
  g_assert_cmpuint (json_array_get_length (files), ==, 6);
  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      g_autofree char *name = g_build_filename ("whole", json_array_get_string_element (files, i), NULL);
      g_assert_true (cli_exists (name));
    }
  g_autoptr (JsonNode) again = cli_json (cli_run ("study tiny.json --seeds 2 --output whole --json"));
  g_assert_cmpint (count (again, "made"), ==, 0);
  g_assert_cmpint (count (again, "found"), ==, 4);
  g_autoptr (JsonNode) more = cli_json (cli_run ("study tiny.json --seeds 3 --output whole --json"));
  g_assert_cmpint (count (more, "made"), ==, 2);
  g_autoptr (CliResult) text = cli_run ("study tiny.json --seeds 3 --output whole");
  g_assert_nonnull (strstr (text->out, "held          Dense is smaller"));
  g_assert_cmpint (text->status, ==, 0);
}

/* What the environment says of @variables makes @made of the four runs, in a folder of its own. */
static void
share (const char *folder, const char *variables, gint64 made, gint64 missing)
{
  g_autoptr (JsonNode) node
    = cli_json (cli_shell ("%s \"$moescope\" study tiny.json --seeds 2 --json --output %s", variables, folder));
  g_assert_cmpint (count (node, "made"), ==, made);
  g_assert_cmpint (count (node, "missing"), ==, missing);
}

static void
test_shares (void)
{
  g_autofree char *whole = NULL;
  g_autofree char *merged = NULL;
  share ("options", "", 4, 0);
  share ("array", "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_STEP=2", 2, 2);
  g_autoptr (CliResult) told
    = cli_shell ("PMI_RANK=0 PMI_SIZE=2 \"$moescope\" study tiny.json --seeds 2 --output array");
  g_assert_nonnull (strstr (told->err, "tiny: share 1 of 2, by PMI_RANK"));
  whole = cli_read ("options/summary.json", NULL);
  merged = cli_read ("array/summary.json", NULL); /* whoever made the last run wrote the report */
  g_assert_cmpstr (whole, ==, merged);
}

static void
test_launchers (void)
{
  share ("ompi", "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4", 1, 3);
  share ("slurm", "SLURM_PROCID=1 SLURM_NTASKS=3", 1, 3);
  share ("both", "SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=1 SLURM_ARRAY_TASK_COUNT=2 "
                 "SLURM_STEP_ID=0 SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2",
         1, 3);
  g_autoptr (CliResult) told
    = cli_shell ("SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=1 SLURM_ARRAY_TASK_COUNT=2 "
                 "SLURM_STEP_ID=0 SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2 \"$moescope\" study tiny.json --output both");
  g_assert_nonnull (strstr (told->err, "tiny: share 4 of 4, by SLURM_PROCID"));
  share ("batch", "ENVIRONMENT=BATCH SLURM_PROCID=0 SLURM_NTASKS=4", 4, 0); /* nobody else is there */
  share ("single", "PMI_RANK=0 PMI_SIZE=1", 4, 0);
}

/* Ctrl-C: what is finished stays, and the same command goes on. */
static void
test_interrupt (void)
{
  g_autoptr (GString) slow = g_string_new (tiny);
  g_string_replace (slow, "\"run.steps\": 3", "\"run.steps\": 400", 1);
  cli_write ("slow.json", slow->str, (gssize) slow->len);
  g_autoptr (CliResult) stopped = cli_shell (
    "\"$moescope\" study slow.json --seeds 8 --threads 1 --output slow & while [ -z \"$(ls slow/runs 2>/dev/null)\" ]; "
    "do sleep 0.05; done; kill -INT $!; wait $!");
  g_assert_cmpint (stopped->status, ==, 1);
  g_assert_nonnull (strstr (stopped->err, "moescope: stopped with "));
  g_assert_false (cli_exists ("slow/report.md"));
  g_autoptr (JsonNode) node = cli_json (cli_run ("study slow.json --seeds 8 --output slow --json"));
  g_assert_cmpint (count (node, "found"), >=, 1);
  g_assert_cmpint (count (node, "found") + count (node, "made"), ==, 16);
  g_assert_true (cli_exists ("slow/report.md"));
}

static void
test_broken_file (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("study tiny.json --seeds 1 --output broken --json"));
  g_assert_cmpint (count (node, "made"), ==, 2);
  cli_write ("broken/runs/x.json", "{", 1);
  g_autoptr (CliResult) result = cli_run ("study tiny.json --seeds 1 --output broken");
  g_assert_cmpint (result->status, ==, 0);
  g_assert_nonnull (strstr (result->err, "x.json does not belong here"));
  g_assert_true (cli_exists ("broken/runs/x.json"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  cli_write ("tiny.json", tiny, -1);
  g_test_add_func ("/app/study/list", test_list);
  g_test_add_func ("/app/study/refused", test_refused);
  g_test_add_func ("/app/study/files", test_files);
  g_test_add_func ("/app/study/shares", test_shares);
  g_test_add_func ("/app/study/launchers", test_launchers);
  g_test_add_func ("/app/study/interrupt", test_interrupt);
  g_test_add_func ("/app/study/broken-file", test_broken_file);
  return cli_finish (g_test_run ());
}
