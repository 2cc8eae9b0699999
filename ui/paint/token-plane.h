/* SPDX-License-Identifier: MIT */

/* What Tokens draws and tells: a layer's tokens as points in the plane of their inputs' two principal axes. */
#pragma once

#include "ui/paint/format.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef enum {
  MS_TOKENS_THERE,
  MS_TOKENS_NO_RECORD,
  MS_TOKENS_DENSE,  /* no routed layer */
  MS_TOKENS_ABSENT, /* not captured */
} MsTokensState;

MsTokensState ms_token_plane_state (const MsScene *scene);

/* The expert whose colour a token has: its first choice, or in a soft layer the one that it gives most combine weight;
 * MS_NONE: none, or not captured. */
int ms_token_plane_expert (const MsRouting *routing, int token);
/* Its example's label; MS_NONE: not captured. */
int ms_token_plane_class (const MsRecord *record, int token);

char *ms_token_plane_axis (const MsRouting *routing, int axis); /* "PC 1, 31 % of the variance"; transfer full */
char *ms_token_plane_describe (const MsScene *scene, const MsSpot *spot);
char *ms_token_plane_table (const MsScene *scene);

G_END_DECLS
