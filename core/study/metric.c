/* SPDX-License-Identifier: MIT */

#include "core/study/metric.h"
#include <string.h>

#define INFO(name, title, unit, factor, decimals, better) { #name, title, unit, factor, decimals, better },

static const MsStudyMetricInfo metrics[] = { MS_STUDY_METRICS (INFO) };

const MsStudyMetricInfo *
ms_study_metric_info (MsStudyMetric metric)
{
  g_return_val_if_fail (metric >= 0 && metric < MS_N_STUDY_METRICS, NULL);
  return &metrics[metric];
}

int
ms_study_metric_find (const char *name)
{
  for (int i = 0; i < MS_N_STUDY_METRICS; i++)
    if (strcmp (metrics[i].name, name) == 0)
      return i;
  return -1;
}

char *
ms_study_metric_heading (MsStudyMetric metric)
{
  const MsStudyMetricInfo *info = ms_study_metric_info (metric);
  return g_strconcat (info->title, *info->unit != '\0' ? ", " : "", info->unit, NULL);
}
