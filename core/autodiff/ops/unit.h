/* SPDX-License-Identifier: MIT */

/* What the two ops that bring vectors to the same length share. */
#pragma once

#include "core/autodiff/tape.h"

#define MS_UNIT_EPSILON 1e-6 /* added to the sum of squares, inside the root */

/* The length asked for: the scalar @scale, or 1 for NULL. */
MsReal ms_unit_scale (const MsNode *scale);

/* d @scale = the sum of p (n); nothing for NULL. */
void ms_unit_scale_gradient (MsTape *tape, MsNode *scale, const MsReal *p, gsize n);
