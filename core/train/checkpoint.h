/* SPDX-License-Identifier: MIT */

/* Checkpoints: safetensors with the model's tensors under the names in CONTRIBUTING.md, optionally
 * "optimiser/first/NAME" and "optimiser/second/NAME", and the metadata keys "format", "experiment" (JSON), "name",
 * "step", "updates" and "input" (an example's height x width x channels). Random numbers are functions of seed and
 * step, so the experiment's run.seed is all of their state. A file by another program needs the model's tensors and
 * "experiment"; the rest is taken as not trained yet. */
#pragma once

#include "core/formats/safetensors.h"
#include "core/train/experiment.h"
#include "core/train/model.h"
#include "core/train/optimiser.h"

G_BEGIN_DECLS

#define MS_CHECKPOINT_FORMAT "moescope-checkpoint-1"
/* Ten times what run.steps may be; the batches' examples and tokens can still be counted in 64 bits. */
#define MS_CHECKPOINT_MOST_STEPS G_GINT64_CONSTANT (10000000000)

typedef struct {
  const char *name; /* of the run */
  gint64 step;
} MsCheckpointHead;

/* All of a checkpoint, to be saved or added to; borrows the model's and the optimiser's numbers. */
MsSafetensorsWriter *ms_checkpoint_writer (const MsExperiment *experiment, const MsCheckpointHead *head, MsModel *model,
                                           MsOptimiser *optimiser);

bool ms_checkpoint_save (const char *path, const MsExperiment *experiment, const MsCheckpointHead *head,
                         MsModel *model, MsOptimiser *optimiser, GError **error);

/* One example's height, width and channels, as the metadata key "input" has them. Transfer full. */
char *ms_checkpoint_input_text (int height, int width, int channels);

/* The experiment in the metadata of an open file; @path for messages. */
MsExperiment *ms_checkpoint_read_experiment (const MsSafetensors *file, const char *path, GError **error);

/* A whole number of steps in the metadata, up to MS_CHECKPOINT_MOST_STEPS; @fallback where the key is absent. */
bool ms_checkpoint_read_int (const MsSafetensors *file, const char *path, const char *key, gint64 fallback,
                             gint64 *value, GError **error);

/* Values into @model, and moments into @optimiser where it is not NULL and the file has them. Missing tensors and other
 * shapes are errors that name both; on failure the model's values are undefined. */
bool ms_checkpoint_read_model (MsSafetensors *file, const char *path, MsModel *model, MsOptimiser *optimiser,
                               GError **error);

G_END_DECLS
