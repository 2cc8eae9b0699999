/* SPDX-License-Identifier: MIT */

/* Every row of the parameter table that applies to an experiment, grouped as the table says; the advanced ones behind
 * an expander.
 *
 * Signals: "changed" (MsExperiment *): somebody made this valid experiment of the one that was shown.
 *          "refused" (const char *): somebody asked for what is not allowed, and why it is not; the row is back. */
#pragma once

#include "core/train/experiment.h"
#include "ui/widgets/row.h"

G_BEGIN_DECLS

#define MS_TYPE_ROWS (ms_rows_get_type ())
G_DECLARE_FINAL_TYPE (MsRows, ms_rows, MS, ROWS, GtkWidget)

GtkWidget *ms_rows_new (void);
void ms_rows_set_experiment (MsRows *rows, const MsExperiment *experiment);
const MsExperiment *ms_rows_experiment (MsRows *rows); /* borrowed; NULL before the first */
MsRow *ms_rows_row (MsRows *rows, MsKeyId id);         /* borrowed */

G_END_DECLS
