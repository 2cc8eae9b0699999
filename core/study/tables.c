/* SPDX-License-Identifier: MIT */

/* A study's numbers for programs, in stored units: shares are shares, not per cent. */
#include "core/base/json.h"
#include "core/base/number.h"
#include "core/study/report.h"
#include <math.h>
#include <string.h>

/* An absent number is an empty field. */
static void
add_number (GString *out, double value)
{
  char text[MS_NUMBER_SIZE];
  g_string_append_c (out, ',');
  if (!isnan (value))
    g_string_append (out, ms_number_text (text, value));
}

/* RFC 4180: quoted if it must be. */
static void
add_text (GString *out, const char *text)
{
  if (text == NULL || strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text != NULL ? text : "");
      return;
    }
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
add_run (GString *out, const MsStudyVariant *variant, const MsRun *run)
{
  g_autofree char *hash = ms_run_hash (run->experiment, run->data);
  add_text (out, variant->label);
  g_string_append_c (out, ',');
  add_text (out, variant->group);
  g_string_append_printf (out, ",%s", ms_experiment_text (run->experiment, MS_KEY_RUN_SEED));
  for (int m = 0; m < MS_N_STUDY_METRICS; m++)
    add_number (out, run->value[m]);
  add_number (out, run->step_ms);
  add_number (out, run->seconds);
  g_string_append_printf (out, ",%d,", run->threads);
  add_text (out, run->version);
  g_string_append_c (out, ',');
  add_text (out, run->failure);
  g_string_append_printf (out, ",%s\n", hash);
}

char *
ms_study_results_csv (const MsCampaign *campaign)
{
  const MsStudy *study = ms_campaign_study (campaign);
  GString *out = g_string_new ("variant,group,seed");
  for (int m = 0; m < MS_N_STUDY_METRICS; m++)
    g_string_append_printf (out, ",%s", ms_study_metric_info ((MsStudyMetric) m)->name);
  g_string_append (out, ",step_ms_median,seconds,threads,version,failure,hash\n");
  for (int v = 0; v < study->n_variants; v++)
    for (int s = 0; s < ms_campaign_n_seeds (campaign); s++)
      {
        const MsRun *run = ms_campaign_result (campaign, v, s);
        if (run != NULL)
          add_run (out, &study->variants[v], run);
      }
  return g_string_free (out, FALSE);
}

char *
ms_study_summary_csv (const MsCampaign *campaign, const MsStudySummary *summary)
{
  const MsStudy *study = ms_campaign_study (campaign);
  GString *out = g_string_new ("variant,group,metric,n,mean,sem\n");
  for (int v = 0; v < study->n_variants; v++)
    for (int m = 0; m < MS_N_STUDY_METRICS; m++)
      {
        const MsSample *sample = ms_study_summary_at (summary, v, (MsStudyMetric) m);
        add_text (out, study->variants[v].label);
        g_string_append_c (out, ',');
        add_text (out, study->variants[v].group);
        g_string_append_printf (out, ",%s,%d", ms_study_metric_info ((MsStudyMetric) m)->name, sample->n);
        add_number (out, sample->mean);
        add_number (out, sample->sem);
        g_string_append_c (out, '\n');
      }
  return g_string_free (out, FALSE);
}

static JsonObject *
sample_to_object (const MsSample *sample)
{
  JsonObject *object = json_object_new ();
  json_object_set_double_member (object, "mean", sample->mean);
  json_object_set_double_member (object, "sem", sample->sem);
  json_object_set_int_member (object, "n", sample->n);
  return object;
}

static JsonObject *
variant_to_object (const MsStudySummary *summary, const MsStudyVariant *variant, int v)
{
  JsonObject *object = json_object_new (), *metrics = json_object_new ();
  json_object_set_string_member (object, "label", variant->label);
  json_object_set_string_member (object, "title", variant->title);
  json_object_set_string_member (object, "group", variant->group);
  for (int m = 0; m < MS_N_STUDY_METRICS; m++)
    {
      const MsSample *sample = ms_study_summary_at (summary, v, (MsStudyMetric) m);
      const char *name = ms_study_metric_info ((MsStudyMetric) m)->name;
      if (sample->n > 0)
        json_object_set_object_member (metrics, name, sample_to_object (sample));
      else
        json_object_set_null_member (metrics, name);
    }
  json_object_set_object_member (object, "metrics", metrics);
  return object;
}

static JsonObject *
claim_to_object (const MsStudy *study, const MsStudyClaim *claim, const MsClaimResult *result)
{
  static const char *const relations[] = { "lower", "higher", "falls", "rises", "zero" };
  JsonObject *object = json_object_new ();
  JsonArray *variants = json_array_new (), *differences = json_array_new ();
  json_object_set_string_member (object, "claim", claim->text);
  json_object_set_string_member (object, "verdict", ms_verdict_name (result->verdict));
  ms_json_set_text (object, "source", claim->source);
  json_object_set_string_member (object, "metric", ms_study_metric_info (claim->metric)->name);
  json_object_set_string_member (object, "relation", relations[claim->kind]);
  for (int i = 0; i < claim->n; i++)
    json_array_add_string_element (variants, study->variants[claim->variants[i]].label);
  for (int i = 0; i < result->n; i++)
    json_array_add_object_element (differences, sample_to_object (&result->difference[i]));
  json_object_set_array_member (object, "variants", variants);
  json_object_set_array_member (object, "differences", differences);
  return object;
}

JsonNode *
ms_study_summary_to_node (const MsCampaign *campaign, const MsStudySummary *summary)
{
  const MsStudy *study = ms_campaign_study (campaign);
  JsonObject *object = json_object_new ();
  JsonArray *variants = json_array_new (), *claims = json_array_new ();
  json_object_set_string_member (object, "study", study->name);
  json_object_set_string_member (object, "title", study->title);
  json_object_set_string_member (object, "question", study->question);
  json_object_set_int_member (object, "seeds", summary->n_seeds);
  for (int v = 0; v < study->n_variants; v++)
    json_array_add_object_element (variants, variant_to_object (summary, &study->variants[v], v));
  for (int i = 0; i < study->n_claims; i++)
    json_array_add_object_element (claims, claim_to_object (study, &study->claims[i], &summary->claims[i]));
  json_object_set_array_member (object, "variants", variants);
  json_object_set_array_member (object, "claims", claims);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}
