/* SPDX-License-Identifier: MIT */

/* The Disagreement picture in words and numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

char *ms_disagreement_describe (const MsScene *scene, const MsSpot *spot);
char *ms_disagreement_table (const MsScene *scene);

G_END_DECLS
