/* SPDX-License-Identifier: MIT */

/* The load in numbers and words. */
#pragma once

#include "core/metrics/load.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* What an expert's load is: the assignments asked of it, kept or dropped; in Soft MoE, where every slot is always full,
 * the sum over tokens of their combine weights on its slots. */
bool ms_load_is_weight (const MsRouting *routing);
double ms_load_value (const MsRouting *routing, int e);
double ms_load_total (const MsRouting *routing);
bool ms_load_is_masked (const MsRouting *routing, int e);
int ms_load_masked (const MsRouting *routing);     /* how many experts are */
/* Experts that get nothing although they could: those that are masked are not among them. */
int ms_load_unused (const MsRouting *routing);
const char *ms_load_unit (const MsRouting *routing); /* "c = assignments of an expert" */

/* The metrics in the picture's head. */
#define MS_LOAD_FIGURES 3
extern const MsLoadMetricId ms_load_figures[MS_LOAD_FIGURES];

MsLoadMetrics ms_load_of (const MsRouting *routing);
/* What is wrong with the layer that is shown, and not over; NULL: nothing. */
const MsAlert *ms_load_alert (const MsScene *scene);
char *ms_load_describe (const MsScene *scene, const MsSpot *spot);
char *ms_load_table (const MsScene *scene);

G_END_DECLS
