/* SPDX-License-Identifier: MIT */

/* The OOD picture in words and numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The score that is shown: the chosen one, or the first that was computed; MS_NONE: none was. */
int ms_ood_score (const MsScene *scene);

char *ms_ood_describe (const MsScene *scene, const MsSpot *spot);
char *ms_ood_table (const MsScene *scene);

G_END_DECLS
