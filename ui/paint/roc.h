/* SPDX-License-Identifier: MIT */

/* Scores of known and of foreign examples, and what a threshold on them catches: an example with a score of at least
 * the threshold is taken for foreign. */
#pragma once

#include "ui/paint/axis.h"

G_BEGIN_DECLS

typedef struct {
  int n_known, n_foreign;
  float *known, *foreign; /* falling; owned; NaN left out */
} MsRoc;

/* What passes at one threshold. */
typedef struct {
  int known, foreign; /* examples at or above it */
  double threshold;
} MsRocPoint;

void ms_roc_read (MsRoc *self, const float *known, int n_known, const float *foreign, int n_foreign);
void ms_roc_clear (MsRoc *self);

/* Goes to the next lower threshold; start from {0}. False: there is none. */
bool ms_roc_next (const MsRoc *self, MsRocPoint *point);
/* The first threshold from above that at least @share of the foreign examples reach; false: there are none. */
bool ms_roc_catching (const MsRoc *self, double share, MsRocPoint *point);
/* The number of known and foreign scores in [lo, hi), or [lo, hi] if @last. */
MsRocPoint ms_roc_count (const MsRoc *self, double lo, double hi, bool last);

/* Adds the curve as a path, at most a corner for each half unit. */
void ms_roc_path (cairo_t *cr, const MsRoc *self, const MsAxis *across, const MsAxis *up);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsRoc, ms_roc_clear)

G_END_DECLS
