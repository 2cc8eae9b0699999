/* SPDX-License-Identifier: MIT */

/* What a residual connection is made of, for ops that contain one. */
#pragma once

#include "core/autodiff/tape.h"

/* y += x over n numbers. */
void ms_add_numbers (MsReal *y, const MsReal *x, gsize n);

/* Adds y's gradient to that of @node, as y = node + ... asks for. The last thing y's backward does with it: where @node
 * had none the memory changes hands and nothing is copied. */
void ms_add_gradient (MsTape *tape, MsNode *node, MsNode *y);
