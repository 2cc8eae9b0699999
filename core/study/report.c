/* SPDX-License-Identifier: MIT */

/* The page for people. The tables for programs are in tables.c. */
#include "core/study/report.h"
#include <math.h>
#include <string.h>

static void G_GNUC_PRINTF (2, 3)
add (GString *out, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_string_append_vprintf (out, format, args);
  va_end (args);
}

/* @value, stored, as it is shown; "–" if it is absent. The minus is a real one. */
static void
add_number (GString *out, double value, MsStudyMetric metric, bool sign)
{
  const MsStudyMetricInfo *info = ms_study_metric_info (metric);
  char format[16], text[64];
  if (isnan (value))
    {
      g_string_append (out, "–");
      return;
    }
  g_snprintf (format, sizeof format, "%%.%df", info->decimals);
  g_ascii_formatd (text, sizeof text, format, fabs (value * info->factor));
  g_string_append (out, value < 0 ? "−" : sign ? "+" : "");
  g_string_append (out, text);
}

static void
add_sample (GString *out, const MsSample *sample, MsStudyMetric metric, bool sign)
{
  add_number (out, sample->mean, metric, sign);
  if (isnan (sample->sem) || sample->sem == 0)
    return;
  g_string_append (out, " ± ");
  add_number (out, sample->sem, metric, false);
}

static int
count_verdicts (const MsStudySummary *summary, MsVerdict verdict)
{
  int n = 0;
  for (int i = 0; i < summary->n_claims; i++)
    n += summary->claims[i].verdict == verdict;
  return n;
}

static void
add_verdict_counts (GString *out, const MsStudySummary *summary)
{
  if (summary->n_claims == 0)
    return;
  add (out, "**Of %d claims %d held, %d did not hold, and %d could not be decided", summary->n_claims,
       count_verdicts (summary, MS_VERDICT_HELD), count_verdicts (summary, MS_VERDICT_FAILED),
       count_verdicts (summary, MS_VERDICT_UNDECIDED));
  int absent = count_verdicts (summary, MS_VERDICT_ABSENT);
  if (absent > 0)
    add (out, "; %d could not be measured", absent);
  g_string_append (out, ".**\n\n");
}

/* The values that a claim compares, and their differences. */
static void
add_evidence (GString *out, const MsStudySummary *summary, const MsStudyClaim *claim, const MsClaimResult *result)
{
  bool pair = claim->kind == MS_CLAIM_LOWER || claim->kind == MS_CLAIM_HIGHER;
  const MsStudyMetricInfo *info = ms_study_metric_info (claim->metric);
  add (out, "%s ", info->title);
  for (int i = 0; i < claim->n; i++)
    {
      g_string_append (out, i == 0 ? "" : pair ? " against " : claim->kind == MS_CLAIM_ZERO ? ", " : " → ");
      add_number (out, ms_study_summary_at (summary, claim->variants[i], claim->metric)->mean, claim->metric, false);
    }
  add (out, "%s%s", *info->unit != '\0' ? " " : "", info->unit);
  for (int i = 0; claim->kind != MS_CLAIM_ZERO && i < result->n; i++)
    {
      g_string_append (out, i > 0 ? ", " : result->n > 1 ? "; differences " : "; difference ");
      add_sample (out, &result->difference[i], claim->metric, true);
    }
  g_string_append (out, ".");
}

static void
add_claims (GString *out, const MsStudy *study, const MsStudySummary *summary)
{
  static const char *const heads[] = { "Held.", "DID NOT HOLD.", "Not decided.", "Not measured." };
  if (study->n_claims > 0)
    g_string_append (out, "## The claims\n\n");
  for (int i = 0; i < study->n_claims; i++)
    {
      const MsStudyClaim *claim = &study->claims[i];
      add (out, "%d. **%s** %s. ", i + 1, heads[summary->claims[i].verdict], claim->text);
      add_evidence (out, summary, claim, &summary->claims[i]);
      add (out, " *%s*\n", claim->source != NULL ? claim->source : "Our expectation");
    }
  if (study->n_claims > 0)
    g_string_append (out, "\n");
  if (study->n_claims > 0 && summary->n_seeds > 1)
    add (out,
         "Differences are taken seed by seed. One that is smaller than twice its standard error is not decided; with "
         "%d seeds, chance alone passes that mark in %.1f %% of comparisons in which there is nothing to find.\n\n",
         summary->n_seeds, 100 * ms_student_tails (2, summary->n_seeds - 1));
}

static void
add_table (GString *out, const MsStudy *study, const MsStudySummary *summary)
{
  add (out, "## The numbers\n\nMean ± standard error over %d seed%s.\n\n| |", summary->n_seeds,
       summary->n_seeds == 1 ? "" : "s");
  for (int m = 0; m < study->n_metrics; m++)
    {
      g_autofree char *heading = ms_study_metric_heading (study->metrics[m]);
      add (out, " %s |", heading);
    }
  g_string_append (out, "\n|---|");
  for (int m = 0; m < study->n_metrics; m++)
    g_string_append (out, "---:|");
  for (int v = 0; v < study->n_variants; v++)
    {
      add (out, "\n| %s |", study->variants[v].title);
      for (int m = 0; m < study->n_metrics; m++)
        {
          g_string_append_c (out, ' ');
          add_sample (out, ms_study_summary_at (summary, v, study->metrics[m]), study->metrics[m], false);
          g_string_append (out, " |");
        }
    }
  g_string_append (out, "\n\n");
}

/* Whether the key means something to one of the variants: those of a router do to all but the dense ones. */
static bool
applies_to_some (const MsStudy *study, const MsKey *key)
{
  for (int v = 0; v < study->n_variants; v++)
    if (key->applies == NULL || key->applies (study->variants[v].experiment))
      return true;
  return false;
}

/* Of the settings common to all variants only what is not a default; the seed is told apart. */
static bool
is_shown (const MsStudy *study, const MsKey *key, int variant, bool common)
{
  const MsExperiment *x = study->variants[variant].experiment;
  const char *same = ms_study_common_text (study, key->id);
  if ((same != NULL) != common || key->id == MS_KEY_RUN_SEED || key->id == MS_KEY_TASK_PATH)
    return false;
  if (!common)
    return key->applies == NULL || key->applies (x);
  g_autoptr (MsExperiment) defaults = ms_experiment_new ();
  return applies_to_some (study, key) && strcmp (same, ms_experiment_text (defaults, key->id)) != 0;
}

/* "key = value, …" of those keys that are (or are not) common to all variants. */
static void
add_settings (GString *out, const MsStudy *study, int variant, bool common)
{
  const char *separator = "";
  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);
      if (!is_shown (study, key, variant, common))
        continue;
      add (out, "%s`%s = %s`", separator, key->key, ms_experiment_text (study->variants[variant].experiment, key->id));
      separator = ", ";
    }
  if (*separator == '\0')
    g_string_append (out, "–");
}

static void
add_sizes (GString *out, const MsStudy *study, const MsStudySummary *summary)
{
  g_string_append (out, "## The variants\n\nCommon to all, where it is not a default: ");
  add_settings (out, study, 0, true);
  g_string_append (out, ".\n\n| | settings | parameters | MFLOP a prediction | MFLOP a training step | ms a step |\n"
                        "|---|---|---:|---:|---:|---:|");
  for (int v = 0; v < study->n_variants; v++)
    {
      char text[32];
      add (out, "\n| %s | ", study->variants[v].title);
      add_settings (out, study, v, false);
      double parameters = ms_study_summary_at (summary, v, MS_STUDY_METRIC_parameters)->mean;
      add (out, " | %s | ", isnan (parameters) ? "–" : g_ascii_formatd (text, sizeof text, "%.0f", parameters));
      add_number (out, ms_study_summary_at (summary, v, MS_STUDY_METRIC_flops)->mean, MS_STUDY_METRIC_flops, false);
      g_string_append (out, " | ");
      add_number (out, ms_study_summary_at (summary, v, MS_STUDY_METRIC_train_flops)->mean,
                  MS_STUDY_METRIC_train_flops, false);
      double ms = summary->step_ms[v].mean;
      add (out, " | %s |", isnan (ms) ? "–" : g_ascii_formatd (text, sizeof text, "%.2f", ms));
    }
  g_string_append (out, "\n\nOperations are counted in the kernels; a prediction's are those of one example through "
                        "all members.\n\n");
}

/* The different machines and versions of the runs, in the order they turn up. Transfer full. */
static char *
describe_makers (const MsCampaign *campaign)
{
  const MsStudy *study = ms_campaign_study (campaign);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  for (int v = 0; v < study->n_variants; v++)
    for (int s = 0; s < ms_campaign_n_seeds (campaign); s++)
      {
        const MsRun *run = ms_campaign_result (campaign, v, s);
        if (run == NULL)
          continue;
        g_autofree char *text
          = g_strdup_printf ("Moescope %s on %s", run->version != NULL ? run->version : "of unknown version",
                             run->machine != NULL ? run->machine : "an unknown machine");
        if (!g_ptr_array_find_with_equal_func (found, text, g_str_equal, NULL))
          g_ptr_array_add (found, g_steal_pointer (&text));
      }
  g_ptr_array_add (found, NULL);
  return g_strjoinv ("; ", (char **) found->pdata);
}

static void
add_failures (GString *out, const MsCampaign *campaign)
{
  const MsStudy *study = ms_campaign_study (campaign);
  for (int v = 0; v < study->n_variants; v++)
    for (int s = 0; s < ms_campaign_n_seeds (campaign); s++)
      {
        const MsRun *run = ms_campaign_result (campaign, v, s);
        if (run != NULL && run->failure != NULL)
          add (out, "%s, seed %s, is left out: %s.\n\n", study->variants[v].title,
               ms_experiment_text (run->experiment, MS_KEY_RUN_SEED), run->failure);
      }
}

static void
add_how (GString *out, const MsCampaign *campaign, const MsStudySummary *summary)
{
  const MsStudy *study = ms_campaign_study (campaign);
  gint64 first = ms_experiment_int (study->variants[0].experiment, MS_KEY_RUN_SEED);
  g_autofree char *makers = describe_makers (campaign);
  char minutes[32];
  add (out, "## How it was run\n\n%s\n\n", study->notes != NULL ? study->notes : "");
  g_autofree char *seeds
    = summary->n_seeds == 1
        ? g_strdup_printf ("the seed %" G_GINT64_FORMAT, first)
        : g_strdup_printf ("the seeds %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, first, first + summary->n_seeds - 1);
  add (out,
       "%d variants with %s, %d runs of one thread each: %s "
       "minutes of computing in all, by %s. A seed decides the initial weights, the order of the examples, the noise "
       "and the dropout; the data and their split are the same in all runs. `moescope study %s%s --seeds %d` makes "
       "them again, to the bit where OpenBLAS runs the same kernel.\n\n",
       study->n_variants, seeds, ms_campaign_n_runs (campaign),
       g_ascii_formatd (minutes, sizeof minutes, "%.1f", summary->seconds / 60), makers, study->name,
       study->files ? " --data DIR" : "", summary->n_seeds);
  const char *ood = ms_study_common_text (study, MS_KEY_TASK_OOD);
  if (ms_study_summary_at (summary, 0, MS_STUDY_METRIC_auroc)->n > 0)
    add (out, "OOD scores tell the test split from foreign examples%s%s%s, by 1 − the largest probability.\n\n",
         ood != NULL ? ", `task.ood = " : "", ood != NULL ? ood : "", ood != NULL ? "`" : "");
  add_failures (out, campaign);
}

char *
ms_study_report (const MsCampaign *campaign, const MsStudySummary *summary, const char *figure)
{
  const MsStudy *study = ms_campaign_study (campaign);
  GString *out = g_string_new (NULL);
  add (out, "# %s\n\n%s\n\n", study->title, study->question);
  add_verdict_counts (out, summary);
  add (out, "![%s](%s)\n\n", study->title, figure);
  add_claims (out, study, summary);
  add_table (out, study, summary);
  add_sizes (out, study, summary);
  add_how (out, campaign, summary);
  g_string_truncate (out, out->len - 1); /* one newline at the end */
  return g_string_free (out, FALSE);
}
