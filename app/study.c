/* SPDX-License-Identifier: MIT */

/* moescope study: runs what is missing of an experiment in many variants and seeds, and reports when all is there. */
#include "app/command.h"
#include "app/interrupt.h"
#include "app/outputs.h"
#include "app/print.h"
#include "app/progress.h"
#include "app/shard.h"
#include "app/study-files.h"
#include "core/base/blas.h"
#include "core/study/report.h"
#include <stdio.h>
#include <string.h>

#define DEFAULT_SEEDS 5

typedef struct {
  const MsOptions *options; /* borrowed */
  MsStudy *study;           /* owned */
  MsCampaign *campaign;     /* owned */
  MsStudySummary *summary;  /* owned; NULL: runs are missing */
  char *folder;             /* owned */
  MsProgress *progress;     /* owned; NULL: nothing was said yet */
  MsShard shard;
  int n_found; /* runs that were there at the start */
} Study;

static void
study_clear (Study *self)
{
  g_clear_pointer (&self->progress, ms_progress_free);
  g_clear_pointer (&self->summary, ms_study_summary_free);
  g_clear_pointer (&self->campaign, ms_campaign_free);
  g_clear_pointer (&self->study, ms_study_free);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Study, study_clear)

static JsonNode *
list_to_json (void)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; i < ms_studies_count (); i++)
    {
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "name", ms_study_at (i)->name);
      json_object_set_string_member (object, "title", ms_study_at (i)->title);
      json_object_set_string_member (object, "question", ms_study_at (i)->question);
      json_array_add_object_element (array, object);
    }
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  return node;
}

static bool
list_studies (const MsOptions *options)
{
  if (options->json)
    ms_print_json (list_to_json ());
  else
    for (int i = 0; i < ms_studies_count (); i++)
      printf ("%-16s %s\n", ms_study_at (i)->name, ms_study_at (i)->question);
  return true;
}

/* "AMD EPYC 7B13 (2 processors), OpenBLAS 0.3.21 Haswell": what results to the bit and times depend on. */
static char *
describe_machine (void)
{
  const MsBlasInfo *blas = ms_blas_info ();
  g_autofree char *cpus = NULL;
  g_autofree char *model = NULL;
  if (g_file_get_contents ("/proc/cpuinfo", &cpus, NULL, NULL))
    {
      const char *line = strstr (cpus, "model name"), *value = line != NULL ? strstr (line, ": ") : NULL;
      model = value != NULL ? g_strndup (value + 2, strcspn (value + 2, "\n")) : NULL;
    }
  return g_strdup_printf ("%s (%u processors), %s %s", model != NULL ? model : "an unnamed processor",
                          g_get_num_processors (), blas->library, blas->kernel);
}

static char *
find_folder (const MsOptions *options, const MsStudy *study)
{
  if (options->output != NULL)
    return g_strdup (options->output);
  if (options->data == NULL)
    return g_build_filename ("moescope-studies", study->name, NULL);
  g_autofree char *whole = g_canonicalize_filename (options->data, NULL);
  g_autofree char *base = g_path_get_basename (whole);
  g_autofree char *name = g_strconcat (study->name, "-", base, NULL);
  return g_build_filename ("moescope-studies", name, NULL);
}

static bool
prepare (Study *self, GError **error)
{
  const MsOptions *options = self->options;
  int n_seeds = options->seeds > 0 ? (int) options->seeds : DEFAULT_SEEDS;
  if (!ms_shard_find (options->shard, &self->shard, error))
    return false;
  self->study = ms_study_load (ms_options_argument (options, 0), options->data, error);
  if (self->study == NULL)
    return false;
  self->folder = find_folder (options, self->study);
  if (!ms_output_check_folder (self->folder, error))
    return false;
  self->campaign = ms_campaign_new (self->study, n_seeds, self->folder, error);
  if (self->campaign == NULL)
    return false;
  self->n_found = ms_campaign_n_runs (self->campaign) - ms_campaign_n_missing (self->campaign);
  if (self->shard.told_by != NULL && !options->json)
    g_printerr ("%s: share %d of %d, by %s\n", self->study->name, self->shard.index + 1, self->shard.count,
                self->shard.told_by);
  return true;
}

static bool
tick (const MsCampaignProgress *progress, gpointer data)
{
  Study *self = data;
  char text[64];
  if (self->progress == NULL)
    self->progress = ms_progress_new (self->study->name, 0, progress->total, self->options->json);
  g_snprintf (text, sizeof text, "%d of %d runs", progress->done, progress->runs);
  ms_progress_update (self->progress, progress->steps, text);
  return !ms_interrupted ();
}

/* False without @error: interrupted. */
static bool
run_missing (Study *self, GError **error)
{
  g_autofree char *machine = describe_machine ();
  MsCampaignOptions options = { .shard = self->shard.index,
                                .n_shards = self->shard.count,
                                .jobs = ms_options_threads (self->options),
                                .machine = machine,
                                .tick = tick,
                                .data = self };
  bool done = ms_campaign_run (self->campaign, &options, error);
  g_clear_pointer (&self->progress, ms_progress_free);
  return done;
}

static void
print_notes (const Study *self)
{
  const GPtrArray *notes = ms_campaign_notes (self->campaign);
  for (guint i = 0; i < notes->len; i++)
    g_printerr ("moescope: %s\n", (const char *) g_ptr_array_index (notes, i));
}

static JsonNode *
empty_object (void)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, json_object_new ());
  return node;
}

/* What the summary has, or nulls, and how the store stands. */
static JsonNode *
to_json (const Study *self)
{
  JsonNode *node
    = self->summary != NULL ? ms_study_summary_to_node (self->campaign, self->summary) : empty_object ();
  JsonObject *object = json_node_get_object (node), *runs = json_object_new ();
  JsonArray *files = json_array_new ();
  int missing = ms_campaign_n_missing (self->campaign), all = ms_campaign_n_runs (self->campaign);
  if (self->summary == NULL)
    {
      json_object_set_string_member (object, "study", self->study->name);
      json_object_set_int_member (object, "seeds", ms_campaign_n_seeds (self->campaign));
      json_object_set_null_member (object, "variants");
      json_object_set_null_member (object, "claims");
    }
  json_object_set_int_member (runs, "all", all);
  json_object_set_int_member (runs, "found", self->n_found);
  json_object_set_int_member (runs, "made", all - missing - self->n_found);
  json_object_set_int_member (runs, "missing", missing);
  json_object_set_object_member (object, "runs", runs);
  json_object_set_boolean_member (object, "complete", missing == 0);
  json_object_set_string_member (object, "output", self->folder);
  for (const char *const *name = ms_study_files (); self->summary != NULL && *name != NULL; name++)
    json_array_add_string_element (files, *name);
  json_object_set_array_member (object, "files", files);
  return node;
}

static void
print_cell (const MsSample *sample, MsStudyMetric metric)
{
  const MsStudyMetricInfo *info = ms_study_metric_info (metric);
  if (sample->n == 0)
    printf (" %17s", "-");
  else if (sample->n == 1)
    printf (" %17.*f", info->decimals, info->factor * sample->mean);
  else
    printf (" %8.*f +- %5.*f", info->decimals, info->factor * sample->mean, info->decimals,
            info->factor * sample->sem);
}

#define SHOWN 4 /* metrics that fit into a terminal's width; the files have all */

static void
print_table (const Study *self)
{
  int n = MIN (self->study->n_metrics, SHOWN);
  printf ("%-16s", "variant");
  for (int m = 0; m < n; m++)
    {
      g_autofree char *heading = ms_study_metric_heading (self->study->metrics[m]);
      printf (" %17s", heading);
    }
  printf ("\n");
  for (int v = 0; v < self->study->n_variants; v++)
    {
      printf ("%-16s", self->study->variants[v].label);
      for (int m = 0; m < n; m++)
        print_cell (ms_study_summary_at (self->summary, v, self->study->metrics[m]), self->study->metrics[m]);
      printf ("\n");
    }
  printf ("\n");
  for (int i = 0; i < self->study->n_claims; i++)
    printf ("%-13s %s\n", ms_verdict_text (self->summary->claims[i].verdict), self->study->claims[i].text);
  printf ("\n%s/report.md has the whole story\n", self->folder);
}

/* When the last run is in, whoever made it, the report is written. */
static bool
finish (Study *self, GError **error)
{
  ms_campaign_refresh (self->campaign);
  int missing = ms_campaign_n_missing (self->campaign);
  if (missing == 0)
    {
      self->summary = ms_study_summary_new (self->campaign);
      if (!ms_study_files_write (self->campaign, self->summary, self->folder, error))
        return false;
    }
  if (self->options->json)
    ms_print_json (to_json (self));
  else if (missing == 0)
    print_table (self);
  else
    printf ("%d of %d runs are in %s; whoever makes the last one writes the report\n",
            ms_campaign_n_runs (self->campaign) - missing, ms_campaign_n_runs (self->campaign), self->folder);
  return true;
}

static bool
run (const MsOptions *options, GError **error)
{
  if (ms_options_argument (options, 0) == NULL)
    return list_studies (options);
  g_auto (Study) self = { .options = options };
  GError *local = NULL;
  ms_interrupt_watch ();
  if (!prepare (&self, error))
    return false;
  print_notes (&self);
  if (run_missing (&self, &local))
    return finish (&self, error);
  if (local != NULL)
    g_propagate_error (error, local);
  else
    g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                 "stopped with %d of %d runs in %s; the same command makes the others",
                 ms_campaign_n_runs (self.campaign) - ms_campaign_n_missing (self.campaign),
                 ms_campaign_n_runs (self.campaign), self.folder);
  return false;
}

const MsCommand ms_command_study = {
  .name = "study",
  .arguments = "[NAME|FILE]",
  .n_arguments = 1,
  .optional = true,
  .help = "run an experiment in many variants and seeds, and judge claims",
  .details
  = "Without a name it lists the bundled studies; a FILE is a study of one's own, as CONTRIBUTING.md describes.\n"
    "Every finished run is a file in DIR/runs (default moescope-studies/NAME) and is never made again: an interrupted\n"
    "study goes on where it stopped, and more --seeds add to those that are there. --threads is how many runs go on\n"
    "at a time, on one thread each. --shard I/N makes every N-th of the runs; in a Slurm array or under an MPI\n"
    "launcher the share is taken from the environment. Whoever makes the last run writes results.csv, summary.csv,\n"
    "summary.json, figure.svg, figure.pdf and report.md. Merging is copying runs into one folder.",
  .options = MS_OPTION_LIST ("seeds", "shard", "data", "output", "threads", "json"),
  .run = run,
};
