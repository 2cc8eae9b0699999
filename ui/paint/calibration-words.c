/* SPDX-License-Identifier: MIT */

#include "ui/paint/calibration-words.h"

#include "ui/paint/format.h"

#include <math.h>

const MsAssessment *
ms_calibration_assessment (const MsScene *scene)
{
  const MsAssessment *assessment = scene->record != NULL ? scene->record->assessment : NULL;

  return assessment != NULL && assessment->N > 0 ? assessment : NULL;
}

MsQuality
ms_calibration_mean (const MsAssessment *assessment)
{
  MsQuality mean = { 0 };

  for (int m = 0; m < assessment->M; m++)
    {
      mean.error += assessment->member[m].error / assessment->M;
      mean.nll += assessment->member[m].nll / assessment->M;
      mean.ece += assessment->member[m].ece / assessment->M;
      mean.brier += assessment->member[m].brier / assessment->M;
    }
  return mean;
}

MsReliabilityBin
ms_calibration_bin (const MsAssessment *assessment, int member, int bin)
{
  MsReliabilityBin all = { 0 };

  for (int m = 0; m < assessment->M; m++)
    {
      MsReliabilityBin one = assessment->member_bins[m * MS_RELIABILITY_BINS + bin];

      if (one.n < 1 || (member >= 0 && m != member))
        continue;
      all.n += one.n;
      all.confidence += (double) one.n * one.confidence;
      all.accuracy += (double) one.n * one.accuracy;
    }
  all.confidence = all.n > 0 ? all.confidence / (double) all.n : NAN;
  all.accuracy = all.n > 0 ? all.accuracy / (double) all.n : NAN;
  return all;
}

static void
describe_bin (GString *text, const MsAssessment *assessment, int b)
{
  const MsReliabilityBin *bin = &assessment->bins[b];
  double gap = bin->confidence - bin->accuracy;

  g_string_append_printf (text, "confidence %s to %s", ms_number_fixed ((double) b / MS_RELIABILITY_BINS, 3).text,
                          ms_number_fixed ((b + 1.0) / MS_RELIABILITY_BINS, 3).text);
  g_string_append_printf (text, "\n%s of %s test examples (%s %%)", ms_number_count (bin->n).text,
                          ms_number_count (assessment->N).text,
                          ms_number_fixed (100 * (double) bin->n / assessment->N, 1).text);
  if (bin->n < 1)
    return;
  g_string_append_printf (text, "\nmean confidence %s\naccuracy %s\n%s by %s",
                          ms_number_fixed (bin->confidence, 3).text, ms_number_fixed (bin->accuracy, 3).text,
                          gap >= 0 ? "over-confident" : "under-confident", ms_number_fixed (fabs (gap), 3).text);
}

static void
describe_quality (GString *text, const char *name, const MsQuality *quality)
{
  g_string_append_printf (text, "%s\nECE %s\nNLL %s nats\nBrier score %s\nerror %s %%", name,
                          ms_number_fixed (quality->ece, 4).text, ms_number_fixed (quality->nll, 4).text,
                          ms_number_fixed (quality->brier, 4).text, ms_number_fixed (100 * quality->error, 2).text);
}

char *
ms_calibration_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsAssessment *assessment = ms_calibration_assessment (scene);
  GString *text = g_string_new (NULL);

  if (assessment == NULL)
    return g_string_free (text, FALSE);
  if (spot->kind == MS_SPOT_BIN && spot->bin >= 0 && spot->bin < MS_RELIABILITY_BINS)
    describe_bin (text, assessment, spot->bin);
  else if (spot->kind == MS_SPOT_MEMBER && spot->member < 0)
    describe_quality (text, assessment->M > 1 ? "ensemble, mean of the members' probabilities" : "the model",
                      &assessment->ensemble);
  else if (spot->kind == MS_SPOT_MEMBER && spot->member < assessment->M)
    {
      g_autofree char *name = g_strdup_printf ("member %d", spot->member);

      describe_quality (text, name, &assessment->member[spot->member]);
    }
  return g_string_free (text, FALSE);
}

char *
ms_calibration_table (const MsScene *scene)
{
  const MsAssessment *assessment = ms_calibration_assessment (scene);
  GString *text = g_string_new ("from\tto\texamples\tmean confidence\taccuracy\tmembers' accuracy\n");

  for (int b = 0; assessment != NULL && b < MS_RELIABILITY_BINS; b++)
    {
      const MsReliabilityBin *bin = &assessment->bins[b];
      double members = assessment->member_bins != NULL ? ms_calibration_bin (assessment, -1, b).accuracy : NAN;

      g_string_append_printf (text, "%s\t%s\t%" G_GINT64_FORMAT "\t%s\t%s\t%s\n",
                              ms_number_fixed ((double) b / MS_RELIABILITY_BINS, 6).text,
                              ms_number_fixed ((b + 1.0) / MS_RELIABILITY_BINS, 6).text, bin->n,
                              bin->n > 0 ? ms_number_fixed (bin->confidence, 6).text : "",
                              bin->n > 0 ? ms_number_fixed (bin->accuracy, 6).text : "",
                              isnan (members) ? "" : ms_number_fixed (members, 6).text);
    }
  return g_string_free (text, FALSE);
}
