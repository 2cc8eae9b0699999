/* SPDX-License-Identifier: MIT */

/* A place or a point of the plane in words, and the points as a table. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

char *ms_plane_describe (const MsScene *scene, const MsSpot *spot);
char *ms_plane_table (const MsScene *scene);

G_END_DECLS
