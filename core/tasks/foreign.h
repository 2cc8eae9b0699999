/* SPDX-License-Identifier: MIT */

/* Foreign (out-of-distribution) examples, to ask whether the model finds them strange. */
#pragma once

#include "core/tasks/dataset.h"

G_BEGIN_DECLS

/* Made from the test part, one for each of its examples, or read. Images / tables and planes:
 *   held_out  test examples of the classes that were held out
 *   shifted   moved by three eighths of the side, each way at random, zeros coming in / every number moved by three
 *             standard deviations of its feature, up or down at random for each example
 *   inverted  1 - x / none: upside down, a table or a plane is as good as before
 *   noise     every number drawn evenly from [0, 1] / evenly from three times the range that its feature has in
 *             training, for a plane outside that range
 *   file      files of images of the same size, as many as there are test examples, spread evenly / refused */
#define MS_FOREIGN(X) X (none, "none") X (held_out, "held-out") X (shifted, "shifted") X (inverted, "inverted") \
  X (noise, "noise") X (file, "file")

/* Sets the foreign examples of a loaded data set by @spec->ood; those of held-out classes are there already. */
bool ms_dataset_add_foreign (MsDataset *dataset, const MsDatasetSpec *spec, GError **error);

G_END_DECLS
