/* SPDX-License-Identifier: MIT */

#include "ui/paint/ood-words.h"

#include "ui/paint/format.h"
#include "ui/paint/roc.h"

static bool
has_score (const MsAssessment *assessment, int score)
{
  return score >= 0 && score < MS_N_OOD_SCORES && assessment->ood[score].known != NULL
         && assessment->ood[score].foreign != NULL && assessment->N > 0 && assessment->n_foreign > 0;
}

int
ms_ood_score (const MsScene *scene)
{
  const MsAssessment *assessment = scene->record != NULL ? scene->record->assessment : NULL;

  if (assessment == NULL)
    return MS_NONE;
  if (has_score (assessment, scene->selection.score))
    return scene->selection.score;
  for (int score = 0; score < MS_N_OOD_SCORES; score++)
    if (has_score (assessment, score))
      return score;
  return MS_NONE;
}

static void
add_counts (GString *text, const MsAssessment *assessment, const MsRoc *roc, const MsRocPoint *point)
{
  g_string_append_printf (text, "\n%s of %s test examples (%s %%)", ms_number_count (point->known).text,
                          ms_number_count (roc->n_known).text,
                          ms_number_fixed (100.0 * point->known / MAX (1, roc->n_known), 1).text);
  g_string_append_printf (text, "\n%s of %s foreign examples (%s %%): %s", ms_number_count (point->foreign).text,
                          ms_number_count (roc->n_foreign).text,
                          ms_number_fixed (100.0 * point->foreign / MAX (1, roc->n_foreign), 1).text,
                          assessment->foreign != NULL ? assessment->foreign : "unknown kind");
}

static void
describe_place (GString *text, const MsAssessment *assessment, int score, const MsSpot *spot)
{
  const MsOodResult *result = &assessment->ood[score];
  g_auto (MsRoc) roc = { 0 };
  MsRocPoint point = { 0 };

  ms_roc_read (&roc, result->known, assessment->N, result->foreign, assessment->n_foreign);
  if (spot->kind == MS_SPOT_BIN)
    {
      double most = MAX (roc.n_known > 0 ? (double) roc.known[0] : -G_MAXDOUBLE,
                         roc.n_foreign > 0 ? (double) roc.foreign[0] : -G_MAXDOUBLE);

      g_string_append_printf (text, "%s %s to %s", ms_ood_score_title ((MsOodScore) score),
                              ms_number_short (spot->x, 3).text, ms_number_short (spot->y, 3).text);
      point = ms_roc_count (&roc, spot->x, spot->y, spot->y >= most);
      add_counts (text, assessment, &roc, &point);
      return;
    }
  while (ms_roc_next (&roc, &point) && point.threshold > spot->x)
    continue;
  g_string_append_printf (text, "taken for foreign: %s of at least %s", ms_ood_score_title ((MsOodScore) score),
                          ms_number_short (point.threshold, 4).text);
  add_counts (text, assessment, &roc, &point);
  g_string_append_printf (text, "\ntrue positive rate %s\nfalse positive rate %s",
                          ms_number_fixed ((double) point.foreign / MAX (1, roc.n_foreign), 3).text,
                          ms_number_fixed ((double) point.known / MAX (1, roc.n_known), 3).text);
}

static void
describe_score (GString *text, const MsAssessment *assessment, int score)
{
  const MsOodResult *result = &assessment->ood[score];

  g_string_append (text, ms_ood_score_title ((MsOodScore) score));
  if (!has_score (assessment, score))
    {
      g_string_append (text, "\nnot computed");
      return;
    }
  g_string_append_printf (text, "\nAUROC %s: chance that a foreign example scores above a known one",
                          ms_number_fixed (result->auroc, 4).text);
  g_string_append_printf (text, "\nAUPR %s, foreign examples are the positives",
                          ms_number_fixed (result->aupr, 4).text);
  g_string_append_printf (text, "\nFPR95 %s %%: known examples above the threshold that catches 95 %% of the foreign",
                          ms_number_fixed (100 * result->fpr95, 2).text);
}

char *
ms_ood_describe (const MsScene *scene, const MsSpot *spot)
{
  GString *text = g_string_new (NULL);
  int score = ms_ood_score (scene);

  if (score < 0)
    return g_string_free (text, FALSE);
  if (spot->kind == MS_SPOT_BIN || spot->kind == MS_SPOT_LEVEL)
    describe_place (text, scene->record->assessment, score, spot);
  else if (spot->kind == MS_SPOT_SCORE && spot->score >= 0 && spot->score < MS_N_OOD_SCORES)
    describe_score (text, scene->record->assessment, spot->score);
  return g_string_free (text, FALSE);
}

char *
ms_ood_table (const MsScene *scene)
{
  const MsAssessment *assessment = scene->record != NULL ? scene->record->assessment : NULL;
  GString *text = g_string_new ("score\tAUROC\tAUPR\tFPR95\ttest examples\tforeign examples\n");

  for (int score = 0; assessment != NULL && score < MS_N_OOD_SCORES; score++)
    {
      const MsOodResult *result = &assessment->ood[score];

      g_string_append (text, ms_ood_score_title ((MsOodScore) score));
      if (has_score (assessment, score))
        g_string_append_printf (text, "\t%s\t%s\t%s\t%d\t%d\n", ms_number_fixed (result->auroc, 6).text,
                                ms_number_fixed (result->aupr, 6).text, ms_number_fixed (result->fpr95, 6).text,
                                assessment->N, assessment->n_foreign);
      else
        g_string_append (text, "\t\t\t\t\t\n");
    }
  return g_string_free (text, FALSE);
}
