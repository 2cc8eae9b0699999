/* SPDX-License-Identifier: MIT */

/* Corrupted images, to ask how soon a model fails (after Hendrycks & Dietterich 2019, whose severities are for large
 * photographs: lengths here are shares of the image's side). Each kind has severities 1 to 5; what it draws at random
 * is a function of (seed, index, kind), the same for all severities. Pixels stay in [0, 1]. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MS_SEVERITIES 5

#define MS_CORRUPTIONS(X)                                                                                              \
  X (gaussian_noise, "Gaussian noise", "normal noise added to each number, σ from 0.08 to 0.38")                       \
  X (shot_noise, "shot noise", "Poisson counts of 60 to 3 quanta at full brightness")                                  \
  X (impulse_noise, "impulse noise", "3 to 27 % of the pixels become black or white")                                  \
  X (speckle_noise, "speckle noise", "normal noise in proportion to the number, σ from 0.15 to 0.6")                   \
  X (gaussian_blur, "Gaussian blur", "σ from 4 to 16 % of the side")                                                   \
  X (motion_blur, "motion blur", "mean along a line of 15 to 65 % of the side")                                        \
  X (contrast, "contrast", "distance from the image's mean times 0.75 down to 0.15")                                   \
  X (brightness, "brightness", "0.1 to 0.5 added")                                                                     \
  X (rotation, "rotation", "by 10 to 60 degrees, either way")                                                          \
  X (translation, "translation", "by 6 to 31 % of the side, in any direction")                                         \
  X (zoom, "zoom", "into the centre, 1.15 to 2 times")                                                                 \
  X (occlusion, "occlusion", "a grey square with 20 to 60 % of the side")                                              \
  X (pixelate, "pixelate", "averaged into blocks, 80 to 30 % as many each way")                                        \
  X (quantise, "quantisation", "16 down to 2 levels of brightness")

typedef enum {
#define MS_CORRUPTION_ENUM(name, title, what) MS_CORRUPTION_##name,
  MS_CORRUPTIONS (MS_CORRUPTION_ENUM)
#undef MS_CORRUPTION_ENUM
  MS_N_CORRUPTIONS,
} MsCorruption;

typedef struct {
  int height, width, channels;
} MsImageShape;

const char *ms_corruption_name (MsCorruption kind);  /* "gaussian_noise" */
const char *ms_corruption_title (MsCorruption kind); /* "Gaussian noise" */
const char *ms_corruption_what (MsCorruption kind);  /* what it does, with the range of its severities */

/* @out and @image (height, width, channels), apart from each other; @severity 1 to MS_SEVERITIES; @index the example's
 * place in its split. */
void ms_corrupt (MsCorruption kind, int severity, guint64 seed, guint64 index, MsImageShape shape, const float *image,
                 float *out);

G_END_DECLS
