/* SPDX-License-Identifier: MIT */

#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* How high the Token picture must be at least to show everything in one column at @width. The same for every token of a
 * layer, as far as the numbers of lines do not differ. */
double ms_token_height (double width, const MsScene *scene, const MsPalette *palette);

G_END_DECLS
