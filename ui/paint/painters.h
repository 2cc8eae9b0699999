/* SPDX-License-Identifier: MIT */

/* The one list of pictures, in the order in which the window shows them; it begins with the first four that have
 * something to show. A new one is its file, a line here and a line in meson.build. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_PAINTERS(X) \
  X (slots) \
  X (assignments) \
  X (load) \
  X (disagreement) \
  X (curves) \
  X (plane) \
  X (calibration) \
  X (ood) \
  X (heatmap) \
  X (flow) \
  X (difference) \
  X (coactivation) \
  X (entropy) \
  X (frontier) \
  X (experts) \
  X (tokens) \
  X (timeline) \
  X (token)

#define MS_PAINTER_DECLARE(name) extern const MsPainter ms_painter_##name;
MS_PAINTERS (MS_PAINTER_DECLARE)
#undef MS_PAINTER_DECLARE

G_END_DECLS
