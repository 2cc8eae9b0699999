/* SPDX-License-Identifier: MIT */

/* What samples of digits are made of. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A fixed number in [0, 1) for each i. */
double ms_sample_scatter (guint32 i);

/* What a router might look at, of patch @p of an image of the digits' size: brightness and slope, a little of its
 * place. */
double ms_sample_patch_angle (const float *image, int p);

G_END_DECLS
