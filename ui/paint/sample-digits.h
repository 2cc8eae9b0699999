/* SPDX-License-Identifier: MIT */

/* What samples of digits are made of. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

/* A fixed number in [0, 1) for each i. */
double ms_sample_scatter (guint32 i);

/* What a router might look at, of patch @p of an image of the digits' size: brightness and slope, a little of its
 * place. */
double ms_sample_patch_angle (const float *image, int p);

/* Scalars and loads of a step of the run that @record is of: uneven at first, then balanced. */
MsRecord *ms_sample_step (const MsRecord *record, gint64 step);

G_END_DECLS
