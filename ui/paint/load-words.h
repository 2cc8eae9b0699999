/* SPDX-License-Identifier: MIT */

/* The load in numbers and words. */
#pragma once

#include "core/metrics/load.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

double ms_load_total (const MsRouting *routing); /* assignments asked for, kept or dropped */
MsLoadMetrics ms_load_of (const MsRouting *routing);
char *ms_load_describe (const MsScene *scene, const MsSpot *spot);
char *ms_load_table (const MsScene *scene);

G_END_DECLS
