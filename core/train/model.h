/* SPDX-License-Identifier: MIT */

/* The model of an experiment: backbone, MoE layers, parameters, and the loss that is trained. */
#pragma once

#include "core/experts/moe.h"
#include "core/nn/backbone.h"
#include "core/tasks/dataset.h"
#include "core/train/experiment.h"

G_BEGIN_DECLS

/* What the data fix. */
typedef struct {
  int height, width, channels; /* of an input; features: 1, n, 1 */
  bool image;
  int classes;
} MsModelShape;

typedef struct {
  MsParams *params;     /* owned */
  MsBackbone *backbone; /* owned */
  MsRoutingConfig routing;
  double dropout;
  int n_moe;
  MsMoe **moe;          /* (n_moe) borrowed from the backbone, in block order */
} MsModel;

/* Nodes of one pass, until the tape's reset. Without labels task and loss are NULL. */
typedef struct {
  MsNode *logits; /* (N, classes) */
  MsNode *task;   /* mean cross-entropy */
  MsNode *loss;   /* task + balancing losses, summed over layers */
} MsModelOutput;

MsModelShape ms_model_shape (const MsDataset *dataset);

/* Builds and seals the model; its values are not set yet (ms_params_init). Errors: values that do not fit the data. */
MsModel *ms_model_new (const MsExperiment *experiment, const MsModelShape *shape, GError **error);
void ms_model_free (MsModel *model);

/* Takes over the live values. */
void ms_model_configure (MsModel *model, const MsExperiment *experiment);

/* @x (pass->examples, height, width, channels), @labels (N) or NULL; both borrowed until the tape's reset. Fills the
 * fields of @pass that belong to the model. */
MsModelOutput ms_model_forward (MsModel *model, MsTape *tape, const MsReal *x, const int *labels, MsPass *pass);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsModel, ms_model_free)

G_END_DECLS
