/* SPDX-License-Identifier: MIT */

/* Upcycling: weights of a checkpoint as the start of another model, as V-MoE's initialisation rules do it. A tensor of
 * the same name and shape is copied. Where the model has more than the file,
 *
 *   experts start identical, each the dense layer that stood in their place; so do the biases of a BatchEnsemble's
 *     members, and every member of a deep ensemble;
 *   a router (H, E) and members' routers (H, M, E / M) are the same numbers in the same order;
 *   position embeddings of another grid are interpolated (core/nn/zoom.h), the class token keeping its own;
 *   routers, fast weights and the layers behind the pooling start fresh where the file has none that fit.
 *
 * Whatever else is missing or has another shape is an error that names file and tensor. */
#pragma once

#include "core/formats/safetensors.h"
#include "core/train/model.h"

G_BEGIN_DECLS

#define MS_STARTS(X)                                                                                                   \
  X (COPIED, "copied") X (TILED, "tiled") X (RESHAPED, "reshaped") X (RESIZED, "resized") X (FRESH, "fresh")

typedef enum {
#define MS_START_ENUM(name, text) MS_START_##name,
  MS_STARTS (MS_START_ENUM)
#undef MS_START_ENUM
  MS_N_STARTS,
} MsStart;

/* How many of the model's tensors started which way. */
typedef struct {
  int tensors[MS_N_STARTS];
} MsUpcycled;

/* Over the values of @model, which are fresh ones before; undefined on failure. @path for messages. */
bool ms_upcycle (MsSafetensors *file, const char *path, MsModel *model, MsUpcycled *done, GError **error);

/* "34 tensors copied, 8 tiled, 2 fresh". Transfer full. */
char *ms_upcycled_text (const MsUpcycled *done);

/* The file that model.start means: an absolute path, a path from the working directory, or a bundled file in the data
 * folder. NULL and @error: there is none. Transfer full. */
char *ms_upcycle_find (const char *start, GError **error);

G_END_DECLS
