/* SPDX-License-Identifier: MIT */

/* Fixed scenes for picture tests, made by formula and marked as samples: a batch of digits with a past of 300 steps,
 * and a plane with two spirals. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

MsScene *ms_sample_digits (void);
MsScene *ms_sample_plane (void);
MsScene *ms_sample_soft (void); /* digits through two soft layers */
/* Digits through two members' layers, with a token chosen and all that is told of it. */
MsScene *ms_sample_token (void);

MsScene *ms_sample_ensemble (void); /* digits judged by three members, with an assessment */

MsScene *ms_sample_branches (void); /* digits after going back twice, with what was noticed and changed */
MsScene *ms_sample_layers (void);   /* the loads of eight layers with up to 24 experts, some of them dead */

/* For tests of other sizes: @N examples (digits), each patch sent to @K of @E experts. */
MsScene *ms_sample_digits_sized (int N, int E, int K, bool class_token);
/* @N examples through soft layers of @slots slots (a multiple of 8) for each image. */
MsScene *ms_sample_soft_sized (int N, int slots);
/* @N examples judged by @M members. */
MsScene *ms_sample_ensemble_sized (int M, int N);
/* The same, with E3's layers: @M copies of the tokens, each with its own part of @E experts. */
MsScene *ms_sample_e3_sized (int M, int N, int E);

/* The loads of @L layers with @E experts, every third layer with a third less, over @steps steps. */
MsScene *ms_sample_layers_sized (int L, int E, int steps);

G_END_DECLS
