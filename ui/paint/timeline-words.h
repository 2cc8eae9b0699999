/* SPDX-License-Identifier: MIT */

/* The timeline in words and numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

char *ms_timeline_describe (const MsScene *scene, const MsSpot *spot);
char *ms_timeline_table (const MsScene *scene);

G_END_DECLS
