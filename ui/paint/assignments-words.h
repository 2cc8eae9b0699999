/* SPDX-License-Identifier: MIT */

/* The assignments in words: of one token for the tooltip, of all for the table. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* Where the shown layer's @kind stands in a pass that is walked through. */
MsStageTime ms_assignments_time (const MsScene *scene, MsStageKind kind);
char *ms_assignments_describe (const MsScene *scene, const MsSpot *spot);
char *ms_assignments_table (const MsScene *scene);

G_END_DECLS
