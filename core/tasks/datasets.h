/* SPDX-License-Identifier: MIT */

/* The one list of data sources. Each name has its MsDatasetKind, ms_dataset_kind_NAME, in one file of this folder. */
#pragma once

#include "core/tasks/dataset.h"

G_BEGIN_DECLS

#define MS_DATASETS(X)                                                                                                 \
  X (digits) X (spirals) X (circles) X (xor) X (gaussians) X (moons) X (regimes) X (idx) X (cifar10) X (npz) X (csv)

#define MS_DATASET_DECLARE(name) extern const MsDatasetKind ms_dataset_kind_##name;
MS_DATASETS (MS_DATASET_DECLARE)
#undef MS_DATASET_DECLARE

G_END_DECLS
