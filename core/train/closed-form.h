/* SPDX-License-Identifier: MIT */

/* Parameters and forward FLOPs of an experiment's model, worked out from its values by formulas: what the counters of
 * the kernels (and of a dry tape) are held against. A multiply-add counts as two, and as in the kernels only products
 * count. Per example, with T tokens, H width, F hidden, P patch side, c channels, E experts of one router,
 * R representation, C classes, and n assignments that find a place:
 *
 *   patches    2 (T - 1) P^2 c H      (T with the class token; mlp: 2 features H)
 *   attention  8 T H^2 + 4 T^2 H      a block
 *   dense      4 T H F                a block without experts
 *   experts    n (4 H F + 2 H)        a routed block: the experts, and the weighted sum of their outputs
 *   router     2 T H E                a routed block whose router learns
 *   head       2 H R + 2 R C, or 2 H C without a representation
 *
 * n = K T while nothing is dropped; experts that choose take E capacity a group. Where loads decide what is dropped,
 * they are taken as even. Soft MoE, with S slots a group of G tokens: experts 4 S H F, router 2 G S H for logits and
 * 4 G S H for filling and mixing the slots. An ensemble multiplies: deep, everything by M; e3 and batch, what
 * comes behind the repetition; mimo, a token's numbers and the classes, and all by its repetitions in training. */
#pragma once

#include "core/train/model.h"

G_BEGIN_DECLS

#define MS_MODEL_PARTS(X)                                                                                              \
  X (PATCHES, "patches") X (ATTENTION, "attention") X (DENSE, "dense") X (EXPERTS, "experts") X (ROUTER, "router")     \
  X (HEAD, "head")

typedef enum {
#define MS_MODEL_PART_ENUM(name, text) MS_MODEL_PART_##name,
  MS_MODEL_PARTS (MS_MODEL_PART_ENUM)
#undef MS_MODEL_PART_ENUM
  MS_MODEL_N_PARTS,
} MsModelPart;

const char *ms_model_part_name (MsModelPart part); /* "attention" */

typedef struct {
  int examples;                         /* of the batch that flops are for: groups and capacities depend on it */
  guint64 parameters[MS_MODEL_N_PARTS]; /* norms count with what reads them, positions with the patches */
  guint64 flops[MS_MODEL_N_PARTS];      /* of a forward pass of the whole batch, as training does it */
  int training_rows;                    /* in which an example stands in such a batch: MIMO's repetitions, else 1 */
  int prediction_passes;                /* of the model for one prediction: M draws of MC dropout, else 1 */
} MsClosedForm;

/* @experiment must be valid and fit @shape. */
MsClosedForm ms_closed_form (const MsExperiment *experiment, const MsModelShape *shape, int examples);
guint64 ms_closed_form_parameters (const MsClosedForm *form);
guint64 ms_closed_form_flops (const MsClosedForm *form); /* of the batch */

/* {parameters, flops_per_example, parts: {name: {parameters, flops_per_example}}, training_rows,
 * prediction_passes}. Transfer full. */
JsonObject *ms_closed_form_to_json (const MsClosedForm *form);

/* The same two numbers by building the model without memory and running it on a dry tape. */
typedef struct {
  guint64 parameters, flops;
} MsDryCount;

bool ms_dry_count (const MsExperiment *experiment, const MsModelShape *shape, int examples, MsDryCount *count,
                   GError **error);

G_END_DECLS
