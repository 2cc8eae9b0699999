/* SPDX-License-Identifier: MIT */

/* What the benchmark's workloads and comparisons share: a small transformer and its data. */
#pragma once

#include "core/tasks/dataset.h"
#include "core/train/experiment.h"

G_BEGIN_DECLS

/* Random images, 28 x 28 in 10 classes: the speed does not depend on what is in them. Transfer full. */
MsDataset *ms_bench_images (void);

/* A V-MoE of 4 blocks of which 2 hold experts, on those images. Transfer full. */
MsExperiment *ms_bench_transformer (GError **error);

G_END_DECLS
