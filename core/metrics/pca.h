/* SPDX-License-Identifier: MIT */

/* The plane in which points of many dimensions lie widest apart: their two principal axes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* coordinates (T, 2): the rows of @x (T, H) less their mean, along the two axes of most variance; share[i]: the part of
 * all variance that lies along axis i. An axis points to where its largest loading (of equal ones the first) is
 * positive, so that the same rows give the same picture. Axes are found by subspace iteration to a residual of 1e-7 of
 * the largest variance; between axes of equal variance the choice means nothing. Rows that are all equal have
 * coordinates 0 and shares NaN. */
void ms_pca_plane (float *coordinates, double share[2], const float *x, int T, int H);

G_END_DECLS
