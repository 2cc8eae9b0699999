/* SPDX-License-Identifier: MIT */

/* Where a real setting's value stands on its slider, and back. Positions are in [0, 1]; a logarithmic slider of a
 * setting that may be 0 has that 0 at its very left. */
#pragma once

#include "core/train/parameters.h"

G_BEGIN_DECLS

double ms_slider_position (const MsKey *key, double value); /* values beyond the slider's ends stand at them */
double ms_slider_value (const MsKey *key, double position); /* rounded to a number one would also have typed */

G_END_DECLS
