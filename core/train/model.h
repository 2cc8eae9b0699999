/* SPDX-License-Identifier: MIT */

/* The model of an experiment: backbones, MoE layers, parameters, and the loss that is trained; with an ensemble, all of
 * its members. */
#pragma once

#include "core/ensemble/ensemble.h"
#include "core/experts/moe.h"
#include "core/nn/backbone.h"
#include "core/routing/intervention.h"
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
  MsParams *params;               /* owned; a deep ensemble's sets one after another, named "member_0/..." */
  const MsEnsembleKind *ensemble; /* NULL: none */
  MsEnsembleConfig members;
  MsEnsembleShape shape;          /* all 1 without an ensemble */
  MsBackbone **backbone;          /* (shape.sets) owned; all have the same configuration */
  MsRoutingConfig routing;
  int slots;                      /* of each expert, with a soft router */
  double dropout;
  int repetitions;                /* rows that each example had in the last pass: mimo, in training */
  int n_moe;
  MsMoe **moe;                    /* (n_moe) borrowed from the backbones, in block order, set after set */
  MsInterventions *interventions; /* owned: those that stand, never NULL; changed by ms_model_intervene only */
} MsModel;

/* What a batch is trained on. */
typedef struct {
  const int *labels;   /* (N) */
  const int *partners; /* (N) of the examples that these are mixed with; NULL: nothing is mixed */
  double share;        /* of the labels; the partners have the rest */
} MsTargets;

/* Nodes of one pass, until the tape's reset. Without targets task and loss are NULL. */
typedef struct {
  int M, N;          /* members that this pass predicts with (draws of MC dropout are passes of their own), examples */
  int sets;          /* of the model; members of one set are M / sets */
  MsNode *logits[MS_MAX_MEMBERS];   /* [set]: rows of classes, (M / sets N repetitions, C) */
  MsNode *features[MS_MAX_MEMBERS]; /* [set]: what the head is given, (copies N repetitions, R) */
  const int *row;    /* (M, N): where in its set's logits, seen as rows of C numbers, a member's example stands; NULL:
                      * members one after another, example n of a set's member m in row m N + n */
  const int *feature_row; /* (M, N): the same for the features; NULL: as the logits without a map */
  int C, R;
  MsNode *task;      /* mean cross-entropy over members and examples, for reports */
  MsNode *loss;      /* what is trained: task + balancing losses over layers, summed over the sets, so that each trains
                      * as it would alone; reports divide it by the sets */
} MsModelOutput;

MsModelShape ms_model_shape (const MsDataset *dataset);

/* Builds and seals the model; its values are not set yet (ms_params_init). Errors: values that do not fit the data. */
MsModel *ms_model_new (const MsExperiment *experiment, const MsModelShape *shape, GError **error);
/* The same without memory for the parameters: a model of any size, to be counted on a dry tape. */
MsModel *ms_model_declare (const MsExperiment *experiment, const MsModelShape *shape, GError **error);
void ms_model_free (MsModel *model);

/* Takes over the live values. */
void ms_model_configure (MsModel *model, const MsExperiment *experiment);

/* Of the first member; all have the same. */
const MsBackboneConfig *ms_model_config (const MsModel *model);
int ms_model_members (const MsModel *model);       /* M of its predictions, draws of MC dropout included */
int ms_model_feature_width (const MsModel *model); /* R */

/* @x (pass->examples, height, width, channels), @targets or NULL; x and what targets point to are borrowed until the
 * tape's reset. Member m of a deep ensemble draws its noise and dropout with ms_rng_member_seed (pass->seed, m). */
MsModelOutput ms_model_forward (MsModel *model, MsTape *tape, const MsReal *x, const MsTargets *targets,
                                const MsPass *pass);

/* Logits (M, N, C) and, unless NULL, features (M, N, R) of all ms_model_members for the examples of @pass, which is
 * deterministic: one pass, or one for each draw of MC dropout. Resets the tape. Returns the FLOPs of all passes. */
guint64 ms_model_predict (MsModel *model, MsTape *tape, const MsReal *x, const MsPass *pass, float *logits,
                          float *features);

/* Member @m's (N, C) logits and (N, R) features, in the order of the pass' examples. */
void ms_model_member_logits (const MsModelOutput *out, int m, float *logits);
void ms_model_member_features (const MsModelOutput *out, int m, float *features);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsModel, ms_model_free)

G_END_DECLS
