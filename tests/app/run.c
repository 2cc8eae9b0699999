/* SPDX-License-Identifier: MIT */

/* run, end to end: its JSON, that equal runs give equal bytes, resuming, being interrupted, and refusing. */
#include "tests/app/cli.h"
#include "core/train/experiment.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Small and quick, but with every part: routing, noise, all balancing losses, a schedule. */
#define QUICK "run digits-vmoe --set optimiser.batch=16 --set model.width=16 --set run.steps=40 --threads 2 "

static void
assert_number (JsonObject *object, const char *name)
{
  GType type = json_node_get_value_type (json_object_get_member (object, name));
  g_test_message ("%s", name);
  g_assert_true (type == G_TYPE_DOUBLE || type == G_TYPE_INT64);
}

static void
assert_members (JsonObject *object, const char *part, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, ",", -1);
  JsonObject *inner = json_object_get_object_member (object, part);
  for (char **name = list; *name != NULL; name++)
    assert_number (inner, *name);
}

static void
test_json (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run (QUICK "--steps 6 --seed 3 --json"));
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsExperiment) experiment
      = ms_experiment_from_node (json_object_get_member (object, "experiment"), "experiment", &error);
  g_assert_no_error (error);
  g_assert_cmpint (ms_experiment_int (experiment, MS_KEY_MODEL_WIDTH), ==, 16);
  g_assert_cmpint (json_object_get_int_member (object, "seed"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, 6);
  assert_members (object, "model", "parameters,flops_per_example");
  JsonObject *form = json_object_get_object_member (json_object_get_object_member (object, "model"), "closed_form");
  g_assert_cmpint (json_object_get_int_member (form, "parameters"), ==,
                   json_object_get_int_member (json_object_get_object_member (object, "model"), "parameters"));
  assert_members (object, "train", "loss,task_loss,importance_loss,load_loss");
  assert_members (object, "test", "examples,error,nll,ece,brier");
  assert_members (object, "speed", "step_ms_median,examples_per_second");
  JsonObject *disagreement = json_object_get_object_member (object, "disagreement");
  g_assert_true (json_object_get_null_member (disagreement, "rate")); /* one member disagrees with nobody */
  JsonArray *members = json_object_get_array_member (object, "members");
  g_assert_cmpuint (json_array_get_length (members), ==, 1);
  assert_members (object, "uncertainty", "total,aleatoric,mutual_information");
  g_assert_true (json_object_get_null_member (object, "few_shot"));
  g_assert_true (json_object_get_null_member (object, "corruptions"));
  JsonObject *blas = json_object_get_object_member (object, "blas");
  g_assert_nonnull (json_object_get_string_member (blas, "library"));
  g_assert_nonnull (json_object_get_string_member (blas, "kernel"));
  g_assert_cmpint (json_object_get_int_member (blas, "threads"), ==, 2);
}

static JsonObject *
score_at (JsonObject *object, guint i)
{
  JsonObject *ood = json_object_get_object_member (object, "ood");
  return json_array_get_object_element (json_object_get_array_member (ood, "scores"), i);
}

/* Members, what they disagree about, foreign examples, and with --full all the rest. */
static void
test_measures (void)
{
  g_autoptr (JsonNode) node
      = cli_json (cli_run (QUICK "--steps 4 --json --full --set ensemble.kind=e3 --set ensemble.members=2 "
                                 "--set task.held_out=8,9 --set task.ood=held-out"));
  JsonObject *object = json_node_get_object (node);
  assert_members (object, "disagreement", "rate,kl,mutual_information,cosine,bregman_kl");
  JsonArray *members = json_object_get_array_member (object, "members");
  g_assert_cmpuint (json_array_get_length (members), ==, 2);
  assert_number (json_array_get_object_element (members, 1), "brier");
  JsonObject *ood = json_object_get_object_member (object, "ood");
  g_assert_cmpstr (json_object_get_string_member (ood, "set"), ==, "held-out classes 8, 9");
  g_assert_cmpstr (json_object_get_string_member (score_at (object, 0), "name"), ==, "msp");
  g_assert_cmpstr (json_object_get_string_member (score_at (object, 4), "name"), ==, "relative");
  assert_number (score_at (object, 4), "fpr95");
  JsonArray *shots = json_object_get_array_member (object, "few_shot");
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (shots, 3), "shots"), ==, 25);
  assert_members (object, "corruptions", "examples,mean_error");
  JsonArray *kinds = json_object_get_array_member (json_object_get_object_member (object, "corruptions"), "kinds");
  JsonObject *blur = json_array_get_object_element (kinds, 4);
  g_assert_cmpstr (json_object_get_string_member (blur, "title"), ==, "Gaussian blur");
  g_assert_cmpstr (json_object_get_string_member (blur, "what"), ==, "σ from 4 to 16 % of the side");
}

static void
test_measures_brief (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run (QUICK "--steps 1 --json"));
  JsonObject *object = json_node_get_object (node), *ood = json_object_get_object_member (object, "ood");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (ood, "scores")), ==, 3);
  g_autoptr (JsonNode) plane = cli_json (cli_run ("run plane-spirals --steps 1 --json"));
  g_assert_true (json_object_get_null_member (json_node_get_object (plane), "ood")); /* nothing to invert */
  g_autoptr (CliResult) table = cli_run (QUICK "--steps 1 --full");
  g_assert_nonnull (strstr (table->out, "Mahalanobis distance: AUROC"));
  g_assert_nonnull (strstr (table->out, "25 examples a class"));
}

static void
test_json_routing (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run (QUICK "--steps 6 --json"));
  JsonArray *routing = json_object_get_array_member (json_node_get_object (node), "routing");
  g_assert_cmpuint (json_array_get_length (routing), ==, 2);
  JsonObject *layer = json_array_get_object_element (routing, 1);
  g_assert_cmpint (json_object_get_int_member (layer, "layer"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (layer, "router"), ==, "top-k");
  JsonArray *load = json_object_get_array_member (layer, "load");
  g_assert_cmpuint (json_array_get_length (load), ==, 8);
  gint64 total = 0;
  for (guint e = 0; e < 8; e++)
    total += json_array_get_int_element (load, e);
  g_assert_cmpint (total, ==, 6 * 16 * 16); /* steps, examples, tokens; K = 1 */
  static const char *const numbers[] = { "experts", "cv", "entropy", "max_violation", "dead", "dropped" };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    assert_number (layer, numbers[i]);
  JsonObject *metrics = json_object_get_object_member (layer, "load_metrics");
  g_assert_cmpuint (json_object_get_size (metrics), ==, 14);
  g_assert_cmpfloat (json_object_get_double_member (metrics, "cv"), ==, json_object_get_double_member (layer, "cv"));
}

/* Of Soft MoE loads say nothing: what its weights look like is there beside them, and only there. */
static void
test_soft_json (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("run digits-soft-moe --set optimiser.batch=16 --set model.width=16 "
                                                 "--steps 4 --threads 2 --json"));
  g_autoptr (JsonNode) other = cli_json (cli_run (QUICK "--steps 1 --json"));
  JsonArray *routing = json_object_get_array_member (json_node_get_object (node), "routing");
  JsonObject *layer = json_array_get_object_element (routing, 1);
  JsonObject *soft = json_object_get_object_member (layer, "soft");
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (layer, "load"), 7), ==, 4 * 16 * 2);
  assert_members (layer, "soft", "slots,groups,scale,combine_min,combine_max,dispatch_min,dispatch_max");
  assert_members (soft, "item_similarity", "min,max,mean");
  assert_members (soft, "slot_similarity", "min,max,mean");
  assert_members (soft, "mu_similarity", "min,max,mean");
  double use = 0;
  for (guint e = 0; e < 8; e++)
    use += json_array_get_double_element (json_object_get_array_member (soft, "use"), e);
  g_assert_cmpfloat_with_epsilon (use, 16 * 16, 1e-3); /* each token's weights sum to 1 */
  routing = json_object_get_array_member (json_node_get_object (other), "routing");
  g_assert_true (json_object_get_null_member (json_array_get_object_element (routing, 0), "soft"));
}

static void
test_dense_json (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("run digits-dense --steps 2 --json"));
  JsonObject *object = json_node_get_object (node);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "routing")), ==, 0);
  JsonObject *train = json_object_get_object_member (object, "train");
  g_assert_true (json_object_get_null_member (train, "importance_loss")); /* absent, not 0 */
  assert_number (train, "loss");
}

static void
test_table (void)
{
  g_autoptr (CliResult) result = cli_run (QUICK "--steps 3");
  g_assert_cmpint (result->status, ==, 0);
  g_assert_nonnull (strstr (result->out, "test "));
  g_assert_nonnull (strstr (result->out, "max violation"));
  g_assert_nonnull (strstr (result->err, "step 3 of 3"));
}

static void
assert_same (const char *a, const char *b)
{
  gsize n_a, n_b;
  g_autofree char *x = cli_read (a, &n_a), *y = cli_read (b, &n_b);
  g_assert_cmpmem (x, n_a, y, n_b);
  g_assert_cmpuint (n_a, >, 0);
}

static void
run_well (const char *arguments)
{
  g_autoptr (CliResult) result = cli_run (QUICK "--json %s", arguments);
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
}

static void
test_same_bytes (void)
{
  run_well ("--steps 8 --metrics a.csv --checkpoint a.safetensors");
  run_well ("--steps 8 --metrics b.csv --checkpoint b.safetensors");
  assert_same ("a.csv", "b.csv");
  assert_same ("a.safetensors", "b.safetensors");
  run_well ("--steps 8 --seed 1 --metrics c.csv");
  g_autofree char *a = cli_read ("a.csv", NULL), *c = cli_read ("c.csv", NULL);
  g_assert_cmpstr (a, !=, c);
}

/* The rows after the first @n and the header. */
static char *
rows_after (const char *name, int n)
{
  g_autofree char *text = cli_read (name, NULL);
  char *row = text;
  for (int i = 0; i <= n; i++)
    row = strchr (row, '\n') + 1;
  return g_strdup (row);
}

static void
test_resume (void)
{
  run_well ("--steps 20 --metrics whole.csv --checkpoint whole.safetensors");
  run_well ("--steps 9 --checkpoint part.safetensors");
  run_well ("--steps 20 --resume part.safetensors --metrics rest.csv --checkpoint resumed.safetensors");
  assert_same ("whole.safetensors", "resumed.safetensors");
  g_autofree char *expected = rows_after ("whole.csv", 9), *found = rows_after ("rest.csv", 0);
  g_assert_cmpstr (found, ==, expected);
  /* A checkpoint is a source of its own. */
  g_autoptr (CliResult) result
      = cli_run ("run part.safetensors --steps 20 --threads 2 --json --checkpoint again.safetensors");
  g_assert_cmpint (result->status, ==, 0);
  assert_same ("whole.safetensors", "again.safetensors");
}

static void
test_resume_refused (void)
{
  run_well ("--steps 3 --checkpoint three.safetensors");
  cli_assert_refused (cli_run (QUICK "--steps 2 --resume three.safetensors"), 2, "at step 3 already");
  cli_assert_refused (cli_run ("run digits-vmoe --resume three.safetensors"), 1, "model.width = 16, not 64");
  cli_assert_refused (cli_run (QUICK "--seed 9 --resume three.safetensors"), 1, "run.seed = 0, not 9");
  cli_assert_refused (cli_run (QUICK "--resume none.safetensors"), 1, "none.safetensors");
}

static void
test_metrics (void)
{
  run_well ("--steps 4 --set run.evaluate_every=2 --metrics m.csv");
  g_autofree char *text = cli_read ("m.csv", NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  g_auto (GStrv) names = g_strsplit (lines[0], ",", -1);
  for (int i = 1; i < 5; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      g_assert_cmpuint (g_strv_length (cells), ==, g_strv_length (names));
      g_assert_cmpint (atoi (cells[0]), ==, i);
      for (int c = 0; names[c] != NULL; c++)
        if (strcmp (names[c], "test_error") == 0 || strcmp (names[c], "test_auroc") == 0)
          g_assert_true ((*cells[c] != '\0') == (i % 2 == 0));
        else if (strcmp (names[c], "disagreement") == 0)
          g_assert_cmpstr (cells[c], ==, ""); /* a single model */
        else if (strcmp (names[c], "loss") == 0)
          g_assert_cmpfloat (g_ascii_strtod (cells[c], NULL), >, 0);
    }
}

/* The step at which it first holds, from the numbers of a run that was not stopped. */
static int
first_below (const char *name, const char *column, double limit)
{
  g_autofree char *text = cli_read (name, NULL);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_auto (GStrv) names = g_strsplit (lines[0], ",", -1);
  int c = 0;
  while (strcmp (names[c], column) != 0)
    c++;
  for (int i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      if (g_ascii_strtod (cells[c], NULL) < limit)
        return i;
    }
  return -1;
}

static JsonObject *
run_until (JsonNode **node, const char *arguments)
{
  *node = cli_json (cli_run (QUICK "--json %s", arguments));
  return json_node_get_object (*node);
}

static void
test_until (void)
{
  run_well ("--steps 40 --metrics until.csv");
  int step = first_below ("until.csv", "loss", 2);
  g_assert_cmpint (step, >, 2);
  g_autoptr (JsonNode) node = NULL, never = NULL, either = NULL, test = NULL;
  JsonObject *object = run_until (&node, "--until \"loss<2\" --metrics stopped.csv");
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, step);
  g_assert_cmpstr (json_object_get_string_member (object, "stopped"), ==, "loss below 2");
  g_assert_false (json_object_get_boolean_member (object, "interrupted"));
  g_assert_cmpint (first_below ("stopped.csv", "loss", 2), ==, step);

  object = run_until (&never, "--steps 5 --until \"loss<0.0001\"");
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, 5);
  g_assert_true (json_object_get_null_member (object, "stopped"));
  object = run_until (&either, "--until \"loss<0.0001\" --until \"disagreement>9\" --until \"loss<2\"");
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, step);
  object = run_until (&test, "--set run.evaluate_every=3 --until \"test_error<1\"");
  g_assert_cmpint (json_object_get_int_member (object, "steps"), ==, 3);

  g_autoptr (CliResult) table = cli_run (QUICK "--until \"loss<2\"");
  g_autofree char *line = g_strdup_printf ("stopped after step %d: loss below 2\n", step);
  g_assert_cmpint (table->status, ==, 0);
  g_assert_nonnull (strstr (table->err, line));
}

/* Sixteen experts and no balancing: alerts come, and not before their window is full. */
static void
test_until_alert (void)
{
  g_autoptr (JsonNode) node = cli_json (cli_run ("run digits-collapse --threads 2 --steps 200 --until dead --json"));
  JsonObject *object = json_node_get_object (node);
  g_assert_cmpint (json_object_get_int_member (object, "steps"), >=, 25);
  g_assert_cmpint (json_object_get_int_member (object, "steps"), <, 200);
  g_assert_nonnull (strstr (json_object_get_string_member (object, "stopped"), " got none of 25,600 assignments"));
}

static void
test_until_refused (void)
{
  cli_assert_refused (cli_run (QUICK "--until \"los<2\""), 2, "--until: there is no reading \"los\"");
  cli_assert_refused (cli_run (QUICK "--until \"cv@0>2\""), 2, "--until: cv@0: there is no routed block 0; there are");
  cli_assert_refused (cli_run (QUICK "--until \"test_ece<1\" --set run.evaluate_every=0"), 2,
                      "run.evaluate_every = 0");
}

static void
test_interrupt (void)
{
  g_autoptr (CliResult) result
      = cli_shell ("\"$moescope\" run digits-vmoe --set run.steps=1000000 --json --checkpoint stopped.safetensors &"
                   " pid=$!; sleep 2; kill -INT $pid; wait $pid");
  g_assert_cmpint (result->status, ==, 1);
  g_assert_nonnull (strstr (result->err, "moescope: stopped after step "));
  g_assert_nonnull (strstr (result->err, "saved to stopped.safetensors"));
  g_autoptr (JsonNode) node = json_from_string (result->out, NULL);
  g_assert_true (json_object_get_boolean_member (json_node_get_object (node), "interrupted"));
  gint64 step = json_object_get_int_member (json_node_get_object (node), "steps");
  g_autoptr (JsonNode) more
      = cli_json (cli_run ("run stopped.safetensors --json --steps %" G_GINT64_FORMAT, step + 1)); /* it is whole */
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (more), "steps"), ==, step + 1);
}

static void
test_bad_values (void)
{
  cli_assert_refused (cli_run ("run digits-vmoe --set routing.kk=2"), 2, "did you mean routing.k");
  cli_assert_refused (cli_run ("run digits-vmoe --set routing.k=99"), 2, "whole number from 1 to 64");
  cli_assert_refused (cli_run ("run digits-vmoe --set routing.k=9"), 2, "routing.experts = 8");
  cli_assert_refused (cli_run ("run digits-vmoe --set model.width=66"), 2, "model.heads = 4 does not divide");
  cli_assert_refused (cli_run ("run digits-vmoe --set routing.group_examples=7"), 2, "does not divide");
  cli_assert_refused (cli_run ("run digits-vmoe --set routing.k"), 2, "KEY=VALUE");
  cli_assert_refused (cli_run ("run digits-vmoe --steps many"), 2, "whole number from 0");
  cli_assert_refused (cli_run ("run digits-vmoe --threads 0"), 2, "--threads 0");
  cli_assert_refused (cli_run ("run digits-vmoe --seed -1"), 2, "run.seed = -1");
  cli_assert_refused (cli_run ("run digits-vmoe --data ."), 2, "reads no files");
  cli_assert_refused (cli_run ("run digits-vmoe --steps"), 2, "--steps needs a value");
  cli_assert_refused (cli_run ("run"), 2, "SOURCE");
}

static void
test_bad_sources (void)
{
  cli_assert_refused (cli_run ("run nothing.json"), 1, "nothing.json");
  cli_assert_refused (cli_run ("run ."), 1, "not a file");
  cli_write ("broken.json", "{\"routing.k\": ", -1);
  cli_assert_refused (cli_run ("run broken.json"), 1, "broken.json is not valid JSON");
  cli_write ("unknown.json", "{\"routing.kk\": 1}", -1);
  cli_assert_refused (cli_run ("run unknown.json"), 1, "did you mean routing.k");
  cli_write ("many.json", "{\"routing.k\": 9}", -1);
  cli_assert_refused (cli_run ("run many.json"), 1, "many.json: routing.k = 9 is more than routing.experts = 8");
  cli_write ("magic.safetensors", "this is no checkpoint", -1);
  cli_assert_refused (cli_run ("run magic.safetensors"), 1, "magic.safetensors");
  cli_write ("magic.npz", "this is no trace", -1);
  cli_assert_refused (cli_run ("run magic.npz"), 2, "is a trace");
}

static void
test_bad_data (void)
{
  cli_assert_refused (cli_run ("run mnist-vmoe"), 2, "needs --data DIR: a folder with train-images-idx3-ubyte");
  cli_assert_refused (cli_run ("run mnist-vmoe --data nowhere"), 1, "nowhere");
  g_autofree char *empty = cli_path ("empty");
  g_mkdir (empty, 0755);
  cli_assert_refused (cli_run ("run mnist-vmoe --data empty"), 1, "empty");
  cli_write ("train-images-idx3-ubyte", "\0\0\x08\x03\0\0\0\x05\0\0\0\x1c\0\0\0\x1cxxx", 19);
  cli_write ("train-labels-idx1-ubyte", "\0\0\x08\x01\0\0\0\x05" "01234", 13);
  cli_assert_refused (cli_run ("run mnist-vmoe --data ."), 1, "idx");
  cli_write ("nan.csv", "1,2,0\nnan,3,1\n2,2,0\n4,4,1\n", -1);
  cli_assert_refused (cli_run ("run plane-spirals --set task.data=csv --data nan.csv"), 1, "nan.csv");
  if (geteuid () == 0)
    return; /* nothing is unreadable to root */
  g_chmod (empty, 0);
  cli_assert_refused (cli_run ("run mnist-vmoe --data empty"), 1, "empty");
  g_chmod (empty, 0755);
}

/* Refused before the first step, and nothing is left behind. */
static void
test_unwritable (void)
{
  cli_write ("file", "", 0);
  static const char *const options[] = { "--checkpoint", "--metrics", "--trace" };
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      cli_assert_refused (cli_run (QUICK "%s missing/x", options[i]), 1, "does not exist");
      cli_assert_refused (cli_run (QUICK "%s file/x", options[i]), 1, "is not a folder");
      cli_assert_refused (cli_run (QUICK "%s .", options[i]), 1, "it is a folder");
    }
}

/* A disk that is full, by a limit on the size of files: what was there before stays, and nothing half-written is
 * left. */
static void
test_no_space (void)
{
  cli_write ("kept.safetensors", "before", -1);
  g_autoptr (CliResult) result = cli_shell ("trap '' XFSZ; ulimit -f 8; \"$moescope\" " QUICK
                                            "--steps 2 --json --checkpoint kept.safetensors");
  g_test_message ("%s", result->err);
  g_assert_cmpint (result->status, ==, 1);
  g_assert_true (g_str_has_prefix (result->err, "moescope: "));
  g_assert_nonnull (strstr (result->err, "kept.safetensors"));
  g_autofree char *kept = cli_read ("kept.safetensors", NULL);
  g_assert_cmpstr (kept, ==, "before");
  g_autoptr (GDir) dir = g_dir_open (cli_folder (), 0, NULL);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    g_assert_true (strstr (name, "kept.safetensors") == NULL || strcmp (name, "kept.safetensors") == 0);
}

static void
test_no_display (void)
{
  g_autoptr (CliResult) result = cli_run ("digits-vmoe");
  g_test_message ("%s", result->err);
  g_assert_cmpint (result->status, ==, 1);
  g_assert_nonnull (strstr (result->err, "run"));
  g_assert_nonnull (strstr (result->err, "render"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/run/json", test_json);
  g_test_add_func ("/app/run/json-routing", test_json_routing);
  g_test_add_func ("/app/run/soft-json", test_soft_json);
  g_test_add_func ("/app/run/measures", test_measures);
  g_test_add_func ("/app/run/measures-brief", test_measures_brief);
  g_test_add_func ("/app/run/json-dense", test_dense_json);
  g_test_add_func ("/app/run/table", test_table);
  g_test_add_func ("/app/run/same-bytes", test_same_bytes);
  g_test_add_func ("/app/run/resume", test_resume);
  g_test_add_func ("/app/run/resume-refused", test_resume_refused);
  g_test_add_func ("/app/run/metrics", test_metrics);
  g_test_add_func ("/app/run/until", test_until);
  g_test_add_func ("/app/run/until-alert", test_until_alert);
  g_test_add_func ("/app/run/until-refused", test_until_refused);
  g_test_add_func ("/app/run/interrupt", test_interrupt);
  g_test_add_func ("/app/run/bad-values", test_bad_values);
  g_test_add_func ("/app/run/bad-sources", test_bad_sources);
  g_test_add_func ("/app/run/bad-data", test_bad_data);
  g_test_add_func ("/app/run/unwritable", test_unwritable);
  g_test_add_func ("/app/run/no-space", test_no_space);
  g_test_add_func ("/app/no-display", test_no_display);
  return cli_finish (g_test_run ());
}
