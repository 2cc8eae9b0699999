/* SPDX-License-Identifier: MIT */

/* The Slots picture in words and numbers. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

char *ms_slots_describe (const MsScene *scene, const MsSpot *spot);
char *ms_slots_table (const MsScene *scene);

G_END_DECLS
