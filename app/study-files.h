/* SPDX-License-Identifier: MIT */

#pragma once

#include "core/study/summary.h"

/* Writes results.csv, summary.csv, summary.json, figure.svg, figure.pdf and report.md of a complete campaign into
 * @folder. */
bool ms_study_files_write (const MsCampaign *campaign, const MsStudySummary *summary, const char *folder,
                           GError **error);

/* Their names, NULL-terminated. */
const char *const *ms_study_files (void);
