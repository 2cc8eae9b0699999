/* SPDX-License-Identifier: MIT */

/* The tanh form of GELU and its slope, for the op and for the products that end in one. */
#pragma once

#include "core/autodiff/tape.h"

/* y = gelu (y) over n numbers, and slope (n) = dgelu/dy; slope may be NULL. */
void ms_gelu_apply (MsReal *y, MsReal *slope, gsize n);

/* For a node whose saved is the slope, or NULL where there was no GELU: its gradient becomes that before the GELU. */
void ms_gelu_unapply (MsTape *tape, MsNode *y);
