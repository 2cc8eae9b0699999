/* SPDX-License-Identifier: MIT */

#include "app/measures.h"
#include "core/metrics/robustness.h"
#include <math.h>

void
ms_measures_take (MsMeasures *self, MsSession *session, bool full)
{
  ms_measures_clear (self);
  self->assessment = ms_session_assess (session, full ? MS_ASSESS_FULL : MS_ASSESS_BRIEF);
  self->full = full && self->assessment != NULL;
  if (!self->full)
    return;
  ms_session_few_shot (session, self->few_shot);
  self->corrupted = ms_session_corruptions (session, &self->corruptions);
}

void
ms_measures_clear (MsMeasures *self)
{
  g_clear_pointer (&self->assessment, ms_assessment_unref);
  self->full = self->corrupted = false;
}

/* A number that is not finite is absent; ms_json_text writes null for it. */
static JsonObject *
quality_to_json (const MsQuality *quality)
{
  JsonObject *object = json_object_new ();
  json_object_set_double_member (object, "error", quality != NULL ? quality->error : NAN);
  json_object_set_double_member (object, "nll", quality != NULL ? quality->nll : NAN);
  json_object_set_double_member (object, "ece", quality != NULL ? quality->ece : NAN);
  json_object_set_double_member (object, "brier", quality != NULL ? quality->brier : NAN);
  return object;
}

static JsonObject *
test_to_json (const MsAssessment *a)
{
  JsonObject *object = quality_to_json (a != NULL ? &a->ensemble : NULL);
  if (a != NULL)
    json_object_set_int_member (object, "examples", a->N);
  else
    json_object_set_null_member (object, "examples");
  return object;
}

/* A single model is its own only member. */
static JsonArray *
members_to_json (const MsAssessment *a)
{
  JsonArray *array = json_array_new ();
  for (int m = 0; m < (a != NULL ? a->M : 1); m++)
    json_array_add_object_element (array, quality_to_json (a != NULL ? &a->member[m] : NULL));
  return array;
}

/* A single model has nobody to disagree with, not even by 0. */
static JsonObject *
disagreement_to_json (const MsAssessment *a)
{
  JsonObject *object = json_object_new ();
  json_object_set_double_member (object, "rate", a != NULL ? a->rate : NAN);
  json_object_set_double_member (object, "kl", a != NULL ? a->pair_kl : NAN);
  json_object_set_double_member (object, "mutual_information", a != NULL && a->M > 1 ? a->mutual_information : NAN);
  json_object_set_double_member (object, "cosine", a != NULL ? a->cosine : NAN);
  json_object_set_double_member (object, "bregman_kl", a != NULL ? a->bregman_kl : NAN);
  return object;
}

static JsonObject *
uncertainty_to_json (const MsAssessment *a)
{
  JsonObject *object = json_object_new ();
  json_object_set_double_member (object, "total", a != NULL ? a->total : NAN);
  json_object_set_double_member (object, "aleatoric", a != NULL ? a->aleatoric : NAN);
  json_object_set_double_member (object, "mutual_information", a != NULL ? a->mutual_information : NAN);
  return object;
}

static void
add_ood (const MsAssessment *a, JsonObject *object)
{
  if (a == NULL || a->foreign == NULL)
    {
      json_object_set_null_member (object, "ood");
      return;
    }
  JsonObject *ood = json_object_new ();
  JsonArray *scores = json_array_new ();
  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    {
      if (a->ood[i].known == NULL)
        continue;
      JsonObject *score = json_object_new ();
      json_object_set_string_member (score, "name", ms_ood_score_name (i));
      json_object_set_double_member (score, "auroc", a->ood[i].auroc);
      json_object_set_double_member (score, "aupr", a->ood[i].aupr);
      json_object_set_double_member (score, "fpr95", a->ood[i].fpr95);
      json_array_add_object_element (scores, score);
    }
  json_object_set_string_member (ood, "set", a->foreign);
  json_object_set_int_member (ood, "examples", a->n_foreign);
  json_object_set_array_member (ood, "scores", scores);
  json_object_set_object_member (object, "ood", ood);
}

static JsonArray *
few_shot_to_json (const MsMeasures *self)
{
  JsonArray *array = json_array_new ();
  for (int i = 0; i < MS_N_SHOTS; i++)
    {
      JsonObject *object = json_object_new ();
      json_object_set_int_member (object, "shots", self->few_shot[i].shots);
      json_object_set_double_member (object, "accuracy", self->few_shot[i].accuracy);
      json_object_set_double_member (object, "lambda", self->few_shot[i].lambda);
      json_array_add_object_element (array, object);
    }
  return array;
}

static double
mean_error (const MsMeasures *self)
{
  return ms_corruption_mean (&self->corruptions.error[0][0], MS_N_CORRUPTIONS, MS_SEVERITIES);
}

static JsonObject *
corruptions_to_json (const MsMeasures *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *kinds = json_array_new ();
  for (int k = 0; k < MS_N_CORRUPTIONS; k++)
    {
      JsonObject *kind = json_object_new ();
      JsonArray *error = json_array_new ();
      for (int s = 0; s < MS_SEVERITIES; s++)
        json_array_add_double_element (error, self->corruptions.error[k][s]);
      json_object_set_string_member (kind, "name", ms_corruption_name (k));
      json_object_set_string_member (kind, "title", ms_corruption_title (k));
      json_object_set_string_member (kind, "what", ms_corruption_what (k));
      json_object_set_array_member (kind, "error", error);
      json_array_add_object_element (kinds, kind);
    }
  json_object_set_int_member (object, "examples", self->corruptions.examples);
  json_object_set_double_member (object, "mean_error", mean_error (self));
  json_object_set_array_member (object, "kinds", kinds);
  return object;
}

void
ms_measures_add_json (const MsMeasures *self, JsonObject *object)
{
  const MsAssessment *a = self->assessment;
  json_object_set_object_member (object, "test", test_to_json (a));
  json_object_set_array_member (object, "members", members_to_json (a));
  json_object_set_object_member (object, "disagreement", disagreement_to_json (a));
  json_object_set_object_member (object, "uncertainty", uncertainty_to_json (a));
  add_ood (a, object);
  if (self->full)
    json_object_set_array_member (object, "few_shot", few_shot_to_json (self));
  else
    json_object_set_null_member (object, "few_shot");
  if (self->corrupted)
    json_object_set_object_member (object, "corruptions", corruptions_to_json (self));
  else
    json_object_set_null_member (object, "corruptions");
}

static void
add_members (const MsAssessment *a, GString *out)
{
  MsQuality low = a->member[0], high = a->member[0];
  for (int m = 1; m < a->M; m++)
    {
      low.error = fmin (low.error, a->member[m].error);
      low.nll = fmin (low.nll, a->member[m].nll);
      high.error = fmax (high.error, a->member[m].error);
      high.nll = fmax (high.nll, a->member[m].nll);
    }
  g_string_append_printf (out, "%-14s %d, each: error %.2f to %.2f %%, NLL %.4f to %.4f\n", "members", a->M,
                          100 * low.error, 100 * high.error, low.nll, high.nll);
  g_string_append_printf (out, "%-14s %.2f %% of the pairs' answers, KL %.4f, mutual information %.4f of %.4f nats\n",
                          "disagreement", 100 * a->rate, a->pair_kl, a->mutual_information, a->total);
}

static void
add_foreign (const MsAssessment *a, GString *out)
{
  g_string_append_printf (out, "%-14s %d of %s, told from the test split by\n", "foreign", a->n_foreign, a->foreign);
  for (int i = 0; i < MS_N_OOD_SCORES; i++)
    if (a->ood[i].known != NULL)
      g_string_append_printf (out, "%-14s %s: AUROC %.3f, AUPR %.3f, FPR95 %.3f\n", "", ms_ood_score_title (i),
                              a->ood[i].auroc, a->ood[i].aupr, a->ood[i].fpr95);
}

void
ms_measures_add_rows (const MsMeasures *self, GString *out)
{
  const MsAssessment *a = self->assessment;
  if (a == NULL)
    return;
  g_string_append_printf (out, "%-14s error %.2f %%, NLL %.4f, ECE %.4f, Brier %.4f over %d examples\n", "test",
                          100 * a->ensemble.error, a->ensemble.nll, a->ensemble.ece, a->ensemble.brier, a->N);
  if (a->M > 1)
    add_members (a, out);
  if (a->foreign != NULL)
    add_foreign (a, out);
  for (int i = 0; self->full && i < MS_N_SHOTS; i++)
    g_string_append_printf (out, "%-14s %.2f %% right by a linear probe, %d example%s a class\n",
                            i == 0 ? "few shots" : "", 100 * self->few_shot[i].accuracy, self->few_shot[i].shots,
                            self->few_shot[i].shots == 1 ? "" : "s");
  if (self->corrupted)
    g_string_append_printf (out, "%-14s error %.2f %%, mean over %d kinds and %d severities\n", "corruptions",
                            100 * mean_error (self), MS_N_CORRUPTIONS, MS_SEVERITIES);
}
