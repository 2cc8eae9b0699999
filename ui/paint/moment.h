/* SPDX-License-Identifier: MIT */

/* Questions to a history that several pictures ask: which of its points holds a step, and how the experts of a layer
 * were loaded then. What is not there answers MS_NONE, NULL or NaN. */
#pragma once

#include "core/metrics/load.h"
#include "ui/paint/format.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The point that holds @step, or the nearest; MS_NONE as step: the newest. @history may be NULL; MS_NONE: no point. */
int ms_moment_point (const MsHistory *history, gint64 step);
/* The layer of the past that the selection asks for; MS_NONE: there is none. */
int ms_moment_layer (const MsScene *scene);

/* (E of the layer) assignments a step, mean over the steps of point @i; in Soft MoE combine weights. */
const float *ms_moment_load (const MsHistory *history, int i, int layer);
const float *ms_moment_dropped (const MsHistory *history, int i, int layer); /* likewise, those that were dropped */
/* The largest of u = c E / N less 1; NaN: there were no assignments. */
double ms_moment_violation (const MsHistory *history, int i, int layer);
MsLoadMetrics ms_moment_metrics (const MsHistory *history, int i, int layer);

/* "block 3", "block 3 of member 1": layer @layer of the history, whose members the record knows. */
MsNumber ms_moment_layer_name (const MsScene *scene, int layer);
/* "step 120", "mean of steps 113 to 120". */
void ms_moment_append_words (GString *text, const MsHistoryPoint *point);

G_END_DECLS
