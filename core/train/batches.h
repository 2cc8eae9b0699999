/* SPDX-License-Identifier: MIT */

/* The data cursor. Batch number s is examples [s B, (s + 1) B) of an endless sequence in which every epoch is a fresh
 * permutation of the training split: a pure function of (seed, s), so there is nothing to save. */
#pragma once

#include "core/base/real.h"
#include "core/tasks/dataset.h"

G_BEGIN_DECLS

typedef struct MsBatches MsBatches;

MsBatches *ms_batches_new (MsDataset *dataset, int batch, guint64 seed); /* takes a reference */
void ms_batches_free (MsBatches *batches);

/* Fills x (batch, height, width, channels) and labels (batch) with batch number @step. @augment > 0 shifts each image
 * by up to so many pixels in each direction, zeros coming in. */
void ms_batches_fill (MsBatches *batches, gint64 step, int augment, MsReal *x, int *labels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsBatches, ms_batches_free)

G_END_DECLS
