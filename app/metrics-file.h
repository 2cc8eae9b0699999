/* SPDX-License-Identifier: MIT */

/* The --metrics file: a header, then one line a step. No timings, so that equal runs give equal bytes; what is absent
 * is an empty cell. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct MsMetricsFile MsMetricsFile;

MsMetricsFile *ms_metrics_file_new (const char *path, GError **error);
void ms_metrics_file_free (MsMetricsFile *file); /* without commit nothing is left behind */
/* @assessment: what the test split says right after this step, or NULL. */
void ms_metrics_file_add (MsMetricsFile *file, const MsRecord *record, const MsAssessment *assessment);
bool ms_metrics_file_commit (MsMetricsFile *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsMetricsFile, ms_metrics_file_free)

G_END_DECLS
