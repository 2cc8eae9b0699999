/* SPDX-License-Identifier: MIT */

/* A finished study as text: tables for programs, and one page for people. All transfer full. */
#pragma once

#include "core/study/summary.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char *ms_study_results_csv (const MsCampaign *campaign); /* a row a run: labels, all metrics, timings, hash */
char *ms_study_summary_csv (const MsCampaign *campaign, const MsStudySummary *summary); /* a row a variant and metric */
/* The verdicts and the means, without what differs when the study is repeated. */
JsonNode *ms_study_summary_to_node (const MsCampaign *campaign, const MsStudySummary *summary);
/* One page in Markdown. @figure: the picture's file name beside it. */
char *ms_study_report (const MsCampaign *campaign, const MsStudySummary *summary, const char *figure);

G_END_DECLS
