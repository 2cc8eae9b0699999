/* SPDX-License-Identifier: MIT */

/* A tiny study, run in all the ways that must come to the same: at once, interrupted, in shares, twice. */
#include "core/train/session.h"
#include "core/study/report.h"
#include "core/study/run.h"
#include "tests/fixture.h"
#include <math.h>

static const char tiny[]
  = "{\"name\": \"tiny\", \"title\": \"Tiny\", \"question\": \"Q?\", \"base\": \"digits-vmoe\", \"values\": "
    "{\"run.steps\": 4, \"optimiser.batch\": 16, \"model.width\": 16, \"model.hidden\": 16, \"model.blocks\": 2}, "
    "\"variants\": [{\"label\": \"a\", \"title\": \"A\", \"group\": \"G\", \"values\": {\"routing.k\": 1}}, "
    "{\"label\": \"b\", \"title\": \"B, the other\", \"group\": \"G\", \"values\": {\"routing.router\": \"none\"}}], "
    "\"metrics\": [\"error\", \"nll\"], \"panels\": [\"nll\"], "
    "\"claims\": [{\"claim\": \"C\", \"metric\": \"parameters\", \"lower\": \"b\", \"than\": \"a\"}]}";

static MsStudy *
study (void)
{
  g_autoptr (GError) error = NULL;
  MsStudy *self = ms_study_from_json (tiny, strlen (tiny), "tiny", NULL, &error);
  g_assert_no_error (error);
  return self;
}

static MsCampaign *
open_campaign (const MsStudy *of, const char *folder)
{
  g_autofree char *path = fixture_path (folder);
  g_autoptr (GError) error = NULL;
  MsCampaign *campaign = ms_campaign_new (of, 2, path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ms_campaign_n_runs (campaign), ==, 4);
  return campaign;
}

static void
run_share (MsCampaign *campaign, int shard, int n_shards, int jobs)
{
  MsCampaignOptions options = { .shard = shard, .n_shards = n_shards, .jobs = jobs, .machine = "a machine" };
  g_autoptr (GError) error = NULL;
  g_assert_true (ms_campaign_run (campaign, &options, &error));
  g_assert_no_error (error);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* What a store holds, without what may differ from one making to the next. */
static char *
store_text (const char *folder)
{
  g_autofree char *path = fixture_path (folder);
  g_autofree char *runs = g_build_filename (path, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *file = g_build_filename (runs, name, NULL);
      char *text = NULL;
      g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
      char *made = strstr (text, "\"made\"");
      g_assert_nonnull (made);
      *made = '\0';
      g_ptr_array_add (texts, text);
    }
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  return g_strjoinv ("\n", (char **) texts->pdata);
}

static void
assert_same_store (const char *a, const char *b)
{
  g_autofree char *x = store_text (a), *y = store_text (b);
  g_assert_cmpstr (x, ==, y);
}

/* The uninterrupted one that all others are held against; two runs at a time. */
static void
test_whole (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) campaign = open_campaign (tiny_study, "whole");
  g_assert_cmpint (ms_campaign_n_missing (campaign), ==, 4);
  run_share (campaign, 0, 1, 2);
  g_assert_cmpint (ms_campaign_n_missing (campaign), ==, 0);
  const MsRun *first = ms_campaign_result (campaign, 0, 0), *other = ms_campaign_result (campaign, 0, 1);
  g_assert_cmpfloat (first->value[MS_STUDY_METRIC_nll], !=, other->value[MS_STUDY_METRIC_nll]);
  g_assert_cmpfloat (first->value[MS_STUDY_METRIC_parameters], >, 0);
  g_assert_cmpfloat (first->value[MS_STUDY_METRIC_flops], >, 0);
  g_assert_cmpfloat (first->value[MS_STUDY_METRIC_member_nll], ==, first->value[MS_STUDY_METRIC_nll]); /* M = 1 */
  g_assert_cmpfloat (first->value[MS_STUDY_METRIC_auroc], >, 0);
  g_assert_true (isnan (first->value[MS_STUDY_METRIC_kl]));
  g_assert_cmpint (ms_campaign_notes (campaign)->len, ==, 0);
}

static bool
count_cb (const MsCampaignProgress *progress, gpointer data)
{
  *(int *) data = progress->runs;
  return true;
}

static void
test_again (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) campaign = open_campaign (tiny_study, "whole");
  int runs = -1;
  MsCampaignOptions options = { .n_shards = 1, .jobs = 2, .tick = count_cb, .data = &runs };
  g_assert_cmpint (ms_campaign_n_missing (campaign), ==, 0);
  g_assert_true (ms_campaign_run (campaign, &options, NULL));
  g_assert_cmpint (runs, ==, 0);
}

static bool
stop_cb (const MsCampaignProgress *progress, gpointer data)
{
  return progress->done < 1;
}

static void
test_interrupted (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  MsCampaignOptions options = { .n_shards = 1, .jobs = 1, .tick = stop_cb, .machine = "a machine" };
  for (int missing = 4, rounds = 0; missing > 0; rounds++)
    {
      g_autoptr (MsCampaign) campaign = open_campaign (tiny_study, "interrupted");
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (ms_campaign_n_missing (campaign), ==, missing);
      ms_campaign_run (campaign, &options, &error);
      g_assert_no_error (error);
      g_assert_cmpint (ms_campaign_n_missing (campaign), <, missing);
      missing = ms_campaign_n_missing (campaign);
      g_assert_cmpint (rounds, <, 4);
    }
  assert_same_store ("interrupted", "whole");
}

static void
test_shares (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) one = open_campaign (tiny_study, "shares"), two = open_campaign (tiny_study, "shares");
  run_share (one, 0, 2, 1);
  g_assert_cmpint (ms_campaign_n_missing (one), ==, 2);
  run_share (two, 1, 2, 1);
  g_assert_cmpint (ms_campaign_n_missing (two), ==, 2);
  ms_campaign_refresh (two);
  g_assert_cmpint (ms_campaign_n_missing (two), ==, 0);
  assert_same_store ("shares", "whole");
}

/* A file under a run's name that is no run: noted, left, and the run made beside it. */
static void
test_broken (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) first = open_campaign (tiny_study, "broken");
  run_share (first, 0, 1, 2);
  const MsRun *run = ms_campaign_result (first, 1, 1);
  g_autofree char *hash = ms_run_hash (run->experiment, run->data);
  g_autofree char *name = g_strdup_printf ("broken/runs/%s.json", hash);
  g_autofree char *path = fixture_text (name, "{\"format\": \"moescope-run-1\", \"results\"");
  g_autofree char *foreign = fixture_text ("broken/runs/notes.txt", "mine");

  g_autoptr (MsCampaign) second = open_campaign (tiny_study, "broken");
  g_assert_cmpint (ms_campaign_n_missing (second), ==, 1);
  run_share (second, 0, 1, 2);
  const GPtrArray *notes = ms_campaign_notes (second);
  g_assert_cmpint (notes->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (notes, 0), "is not valid JSON; it was left as it is"));
  g_assert_nonnull (strstr (g_ptr_array_index (notes, 1), "notes.txt does not belong here"));
  g_autofree char *left = NULL;
  g_assert_true (g_file_get_contents (path, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "{\"format\": \"moescope-run-1\", \"results\"");

  g_autoptr (MsCampaign) third = open_campaign (tiny_study, "broken");
  g_assert_cmpint (ms_campaign_n_missing (third), ==, 0);
}

/* A run that cannot be stored is an error, also when it was the last one that was missing. */
static void
test_unstored (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) first = open_campaign (tiny_study, "unstored");
  run_share (first, 0, 1, 2);
  const MsRun *run = ms_campaign_result (first, 1, 1);
  g_autofree char *hash = ms_run_hash (run->experiment, run->data);
  g_autofree char *name = g_strdup_printf ("unstored/runs/%s.json", hash);
  g_autofree char *path = fixture_path (name), *folder = fixture_path ("unstored/runs");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_autoptr (MsCampaign) second = open_campaign (tiny_study, "unstored");
  g_assert_cmpint (ms_campaign_n_missing (second), ==, 1);
  fixture_remove_tree (folder);
  MsCampaignOptions options = { .n_shards = 1, .jobs = 1, .machine = "a machine" };
  g_autoptr (GError) error = NULL;
  g_assert_false (ms_campaign_run (second, &options, &error));
  fixture_assert_refused (error, hash, "cannot write");
}

/* A run under another run's name would be counted for what it is not. */
static void
test_misnamed (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) first = open_campaign (tiny_study, "misnamed");
  run_share (first, 0, 1, 2);
  const MsRun *a = ms_campaign_result (first, 0, 0), *b = ms_campaign_result (first, 1, 0);
  g_autofree char *hash_a = ms_run_hash (a->experiment, a->data), *hash_b = ms_run_hash (b->experiment, b->data);
  g_autofree char *name_a = g_strdup_printf ("misnamed/runs/%s.json", hash_a);
  g_autofree char *name_b = g_strdup_printf ("misnamed/runs/%s.json", hash_b);
  g_autofree char *path_a = fixture_path (name_a), *path_b = fixture_path (name_b);
  g_assert_cmpint (g_rename (path_a, path_b), ==, 0);
  g_autoptr (MsCampaign) second = open_campaign (tiny_study, "misnamed");
  g_assert_cmpint (ms_campaign_n_missing (second), ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (ms_campaign_notes (second), 0), "does not hold the run that its name"));
}

static void
test_report (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  g_autoptr (MsCampaign) campaign = open_campaign (tiny_study, "whole");
  g_autoptr (MsStudySummary) summary = ms_study_summary_new (campaign);
  g_autofree char *page = ms_study_report (campaign, summary, "figure.svg");
  g_autofree char *results = ms_study_results_csv (campaign), *means = ms_study_summary_csv (campaign, summary);
  g_autoptr (JsonNode) node = ms_study_summary_to_node (campaign, summary);
  const MsSample *nll = ms_study_summary_at (summary, 0, MS_STUDY_METRIC_nll);
  const double *values = ms_study_summary_values (summary, 0, MS_STUDY_METRIC_nll);
  g_assert_cmpint (nll->n, ==, 2);
  g_assert_cmpfloat_with_epsilon (nll->mean, 0.5 * (values[0] + values[1]), 1e-12);
  g_assert_cmpfloat_with_epsilon (nll->sem, 0.5 * ABS (values[0] - values[1]), 1e-12);
  g_assert_cmpint (summary->claims[0].verdict, ==, MS_VERDICT_HELD);
  g_assert_nonnull (strstr (page, "Of 1 claims 1 held, 0 did not hold, and 0 could not be decided"));
  g_assert_nonnull (strstr (page, "on a machine"));
  g_assert_nonnull (strstr (page, "`moescope study tiny --seeds 2`"));
  g_auto (GStrv) lines = g_strsplit (results, "\n", -1);
  g_assert_cmpint (g_strv_length (lines), ==, 1 + 4 + 1);
  g_assert_true (g_str_has_prefix (lines[1], "a,G,0,"));
  g_assert_true (g_str_has_prefix (means, "variant,group,metric,n,mean,sem\na,G,error,2,"));
  JsonArray *claims = json_object_get_array_member (json_node_get_object (node), "claims");
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (claims, 0), "verdict"), ==, "held");
}

/* What the dense variants have no use for is told all the same, where others share it. */
static void
test_common_settings (void)
{
  g_autoptr (GString) json = g_string_new (tiny);
  g_autoptr (GError) error = NULL;
  g_string_replace (json, "{\"routing.k\": 1}", "{\"routing.router\": \"none\", \"run.steps\": 3}", 1);
  g_string_replace (json, "{\"routing.router\": \"none\"}}]", "{\"routing.k\": 2}}]", 1);
  g_string_replace (json, "\"model.blocks\": 2", "\"model.blocks\": 2, \"routing.experts\": 4", 1);
  g_autoptr (MsStudy) mixed = ms_study_from_json (json->str, json->len, "mixed", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ms_study_common_text (mixed, MS_KEY_OPTIMISER_BATCH), ==, "16");
  g_assert_null (ms_study_common_text (mixed, MS_KEY_RUN_STEPS));
  g_autoptr (MsCampaign) campaign = open_campaign (mixed, "mixed");
  g_autoptr (MsStudySummary) summary = ms_study_summary_new (campaign);
  g_autofree char *page = ms_study_report (campaign, summary, "figure.svg");
  const char *common = strstr (page, "Common to all"), *table = strstr (page, "| | settings |");
  const char *experts = strstr (page, "`routing.experts = 4`"), *k = strstr (page, "`routing.k = 2`");
  g_assert_true (common != NULL && experts > common && experts < table && k > table);
  g_assert_null (strstr (page, "`routing.k = 1`")); /* which means nothing to the dense variant */
}

/* A run that diverges is a result: it is told, not repeated, and does not stop the others. */
static void
test_divergence (void)
{
  g_autoptr (GString) wild = g_string_new (tiny);
  g_autoptr (GError) error = NULL;
  g_string_replace (wild, "\"routing.router\": \"none\"",
                    "\"routing.router\": \"none\", \"optimiser.kind\": \"sgd\", \"optimiser.learning_rate\": 100, "
                    "\"optimiser.warmup\": 0, \"optimiser.clip\": 0, \"optimiser.weight_decay\": 10",
                    1);
  g_autoptr (MsStudy) wild_study = ms_study_from_json (wild->str, wild->len, "wild", NULL, &error);
  g_assert_no_error (error);
  for (int v = 0; v < 2; v++)
    {
      MsExperiment *longer = ms_experiment_with (wild_study->variants[v].experiment, "run.steps", "60", NULL);
      ms_experiment_unref (wild_study->variants[v].experiment);
      wild_study->variants[v].experiment = longer;
    }
  g_autoptr (MsCampaign) campaign = open_campaign (wild_study, "wild");
  run_share (campaign, 0, 1, 2);
  g_autoptr (MsCampaign) again = open_campaign (wild_study, "wild");
  g_assert_cmpint (ms_campaign_n_missing (again), ==, 0);
  g_autoptr (MsStudySummary) summary = ms_study_summary_new (again);
  g_autofree char *page = ms_study_report (again, summary, "figure.svg");
  g_assert_cmpint (summary->n_failed, ==, 2);
  g_assert_nonnull (strstr (page, "B, the other, seed 1, is left out: the "));
  for (int m = 0; m < MS_N_STUDY_METRICS; m++)
    g_assert_cmpint (ms_study_summary_at (summary, 1, m)->n, ==, 0);
  g_assert_cmpint (ms_study_summary_at (summary, 0, MS_STUDY_METRIC_nll)->n, ==, 2);
}

/* Draws of dropout cost a pass each when something is predicted, and nothing more in training; and members are told. */
static void
test_prediction_cost (void)
{
  static const char old[] = "{\"routing.router\": \"none\"}}]", new[]
    = "{\"routing.router\": \"none\"}}, {\"label\": \"c\", \"title\": \"C\", \"group\": \"G\", \"values\": "
      "{\"routing.router\": \"none\", \"ensemble.kind\": \"mc-dropout\", \"ensemble.members\": 3}}]";
  g_autoptr (GString) json = g_string_new (tiny);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (g_string_replace (json, old, new, 1), ==, 1);
  g_autoptr (MsStudy) draws = ms_study_from_json (json->str, json->len, "draws", NULL, &error);
  g_assert_no_error (error);
  g_autofree char *path = fixture_path ("draws");
  g_autoptr (MsCampaign) campaign = ms_campaign_new (draws, 2, path, &error);
  g_assert_no_error (error);
  run_share (campaign, 0, 1, 2);
  for (int i = 0; i < 6; i++) /* each where it is looked for */
    {
      const MsRun *run = ms_campaign_result (campaign, i % 3, i / 3);
      g_assert_cmpstr (run->variant, ==, draws->variants[i % 3].label);
      g_assert_cmpint (ms_experiment_int (run->experiment, MS_KEY_RUN_SEED), ==, i / 3);
    }
  const MsRun *one = ms_campaign_result (campaign, 1, 0), *three = ms_campaign_result (campaign, 2, 0);
  g_assert_cmpfloat (three->value[MS_STUDY_METRIC_flops], ==, 3 * one->value[MS_STUDY_METRIC_flops]);
  g_assert_cmpfloat (three->value[MS_STUDY_METRIC_train_flops], ==, one->value[MS_STUDY_METRIC_train_flops]);
  g_assert_cmpfloat (three->value[MS_STUDY_METRIC_kl], >, 0);
  g_assert_cmpfloat (three->value[MS_STUDY_METRIC_member_nll], >=, three->value[MS_STUDY_METRIC_nll]);
}

/* Where the data lie decides nothing, everything else does. */
static void
test_hash (void)
{
  g_autoptr (MsExperiment) x = ms_experiment_new ();
  g_autoptr (MsExperiment) moved = ms_experiment_with (x, "task.path", "/elsewhere", NULL);
  g_autoptr (MsExperiment) foreign = ms_experiment_with (x, "task.ood_path", "/elsewhere", NULL);
  g_autoptr (MsExperiment) seeded = ms_experiment_with (x, "run.seed", "1", NULL);
  g_autoptr (MsExperiment) noisy = ms_experiment_with (x, "task.noise", "0.01", NULL);
  g_autofree char *hash = ms_run_hash (x, "d"), *b = ms_run_hash (moved, "d"), *c = ms_run_hash (foreign, "d");
  g_autofree char *d = ms_run_hash (seeded, "d"), *e = ms_run_hash (noisy, "d"), *f = ms_run_hash (x, "other data");
  g_assert_cmpint (strlen (hash), ==, 64);
  g_assert_cmpstr (hash, ==, b);
  g_assert_cmpstr (hash, ==, c);
  g_assert_cmpstr (hash, !=, d);
  g_assert_cmpstr (hash, !=, e);
  g_assert_cmpstr (hash, !=, f);
}

/* A checkpoint to start from is told by what it holds: another one under its name makes other runs. */
static void
test_start (void)
{
  g_autoptr (MsExperiment) plain = ms_experiment_new ();
  g_autofree char *path = fixture_text ("start.safetensors", "one");
  g_autoptr (MsExperiment) x = ms_experiment_with (plain, "model.start", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MsDataset) dataset = ms_session_load_data (plain, &error);
  g_assert_no_error (error);
  g_autofree char *none = ms_run_data_digest (plain, dataset, NULL), *one = ms_run_data_digest (x, dataset, &error);
  g_free (fixture_text ("start.safetensors", "two"));
  g_autofree char *two = ms_run_data_digest (x, dataset, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (none, !=, one);
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_null (ms_run_data_digest (x, dataset, &error));
  fixture_assert_refused (error, path, "model.start");
}

/* A run that was stopped on the way is nothing: half-trained numbers must not look like results. */
static void
test_stopped (void)
{
  g_autoptr (MsStudy) tiny_study = study ();
  const MsExperiment *x = tiny_study->variants[0].experiment;
  g_autoptr (GError) error = NULL;
  g_autoptr (MsDataset) dataset = ms_session_load_data (x, &error);
  MsStudySignals signals = { .stop = 1 };
  g_assert_no_error (error);
  g_assert_null (ms_study_run (x, dataset, "a", "a machine", &signals, &error));
  g_assert_no_error (error);
  g_assert_cmpint (signals.steps, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ms_dataset_set_data_dir (g_getenv ("MOESCOPE_DATA_DIR"));
  g_test_add_func ("/study/campaign/whole", test_whole);
  g_test_add_func ("/study/campaign/again", test_again);
  g_test_add_func ("/study/campaign/interrupted", test_interrupted);
  g_test_add_func ("/study/campaign/shares", test_shares);
  g_test_add_func ("/study/campaign/broken", test_broken);
  g_test_add_func ("/study/campaign/unstored", test_unstored);
  g_test_add_func ("/study/campaign/misnamed", test_misnamed);
  g_test_add_func ("/study/campaign/report", test_report);
  g_test_add_func ("/study/campaign/common-settings", test_common_settings);
  g_test_add_func ("/study/campaign/divergence", test_divergence);
  g_test_add_func ("/study/campaign/hash", test_hash);
  g_test_add_func ("/study/campaign/start", test_start);
  g_test_add_func ("/study/campaign/stopped", test_stopped);
  g_test_add_func ("/study/campaign/prediction-cost", test_prediction_cost);
  return fixture_run ();
}
