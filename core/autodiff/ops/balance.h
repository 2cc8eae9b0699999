/* SPDX-License-Identifier: MIT */

/* The squared coefficient of variation that importance and load loss share. */
#pragma once

#include "core/base/real.h"

#include <glib.h>

/* (std / mean)^2 of s (E), population standard deviation; with slope (E) not NULL also its derivative
 * 2 (s_e - mean) / (E mean^2) - 2 var / (E mean^3). A mean of 0 has no variation: 0. */
static inline double
ms_cv_squared (const MsReal *s, gsize E, double *slope)
{
  double mean = 0, var = 0;

  for (gsize e = 0; e < E; e++)
    mean += s[e];
  mean /= (double)E;
  for (gsize e = 0; e < E; e++)
    var += (s[e] - mean) * (s[e] - mean);
  var /= (double)E;
  for (gsize e = 0; slope != NULL && e < E; e++)
    slope[e] = mean == 0 ? 0 : 2 * (s[e] - mean) / (E * mean * mean) - 2 * var / (E * mean * mean * mean);
  return mean == 0 ? 0 : var / (mean * mean);
}
