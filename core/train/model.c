/* SPDX-License-Identifier: MIT */

#include "core/train/model.h"

#include "core/train/choices.h"

#define INT(id) ((int)ms_experiment_int (x, MS_KEY_##id))
#define REAL(id) ms_experiment_real (x, MS_KEY_##id)
#define BOOL(id) ms_experiment_bool (x, MS_KEY_##id)
#define CHOICE(id) ms_experiment_choice (x, MS_KEY_##id)

MsModelShape
ms_model_shape (const MsDataset *dataset)
{
  return (MsModelShape){ dataset->height, dataset->width, dataset->channels, dataset->image, dataset->n_classes };
}

static bool
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, MS_ERROR, MS_ERROR_VALUE, message);
  return false;
}

/* What only the data can tell: the experiment by itself was validated before. */
static bool
fits (const MsExperiment *x, const MsModelShape *shape, GError **error)
{
  g_autofree char *message = NULL;

  if (CHOICE (MODEL_KIND) != MS_CHOICE_MODEL_VIT)
    return true;
  if (!shape->image)
    return refuse (error, "model.kind = vit needs images, and the data are tables of features: set model.kind to mlp");
  if (shape->height % INT (MODEL_PATCH) == 0 && shape->width % INT (MODEL_PATCH) == 0)
    return true;
  message = g_strdup_printf ("model.patch = %d does not divide the images, which are %d x %d pixels",
                             INT (MODEL_PATCH), shape->width, shape->height);
  return refuse (error, message);
}

static MsBackboneConfig
backbone_config (const MsExperiment *x, const MsModelShape *shape)
{
  return (MsBackboneConfig){
    .height = shape->height,
    .width = shape->width,
    .channels = shape->channels,
    .patch = INT (MODEL_PATCH),
    .class_token = CHOICE (MODEL_POOL) == MS_CHOICE_POOL_TOKEN,
    .encoder = {
      .width = INT (MODEL_WIDTH),
      .hidden = INT (MODEL_HIDDEN),
      .blocks = INT (MODEL_BLOCKS),
      .heads = INT (MODEL_HEADS),
      .representation = INT (MODEL_REPRESENTATION),
      .classes = shape->classes,
      .head_bias = REAL (MODEL_HEAD_BIAS),
    },
  };
}

/* The MoE layers by block, NULL where the block stays dense. */
static MsFeedForward **
place_moe (MsModel *model, const MsExperiment *x, int blocks)
{
  const MsRouterKind *kind = ms_router_kind_find (ms_experiment_text (x, MS_KEY_ROUTING_ROUTER));
  MsFeedForward **feed_forward = g_new0 (MsFeedForward *, blocks);
  int hidden = INT (ROUTING_HIDDEN) > 0 ? INT (ROUTING_HIDDEN) : INT (MODEL_HIDDEN);
  bool identical = CHOICE (ROUTING_EXPERT_INIT) == MS_CHOICE_EXPERT_INIT_IDENTICAL;

  model->moe = g_new0 (MsMoe *, blocks);
  for (int i = 0; i < blocks; i++)
    if (kind != NULL && ms_experiment_routes_block (x, i))
      {
        MsMoe *moe = ms_moe_new (model->params, kind, &model->routing, i, INT (ROUTING_EXPERTS), INT (MODEL_WIDTH),
                                 hidden, identical, MS_SITE_BLOCK (i) + 1);

        model->moe[model->n_moe++] = moe;
        feed_forward[i] = &moe->base;
      }
  return feed_forward;
}

MsModel *
ms_model_new (const MsExperiment *x, const MsModelShape *shape, GError **error)
{
  g_autoptr (MsModel) model = NULL;
  g_autofree MsFeedForward **feed_forward = NULL;
  MsBackboneConfig config = backbone_config (x, shape);

  if (!ms_experiment_validate (x, error) || !fits (x, shape, error))
    return NULL;
  model = g_new0 (MsModel, 1);
  model->params = ms_params_new ();
  feed_forward = place_moe (model, x, config.encoder.blocks);
  if (CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT)
    model->backbone = ms_vit_new (model->params, &config, feed_forward);
  else
    model->backbone = ms_mlp_new (model->params, &config, feed_forward);
  ms_model_configure (model, x);
  if (!ms_params_seal (model->params, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
ms_model_free (MsModel *model)
{
  if (model == NULL)
    return;
  ms_backbone_free (model->backbone);
  ms_params_free (model->params);
  g_free (model->moe);
  g_free (model);
}

void
ms_model_configure (MsModel *model, const MsExperiment *x)
{
  int priority = CHOICE (ROUTING_BATCH_PRIORITY);

  model->dropout = REAL (MODEL_DROPOUT);
  model->routing = (MsRoutingConfig){
    .K = INT (ROUTING_K),
    .capacity = {
      .factor = REAL (ROUTING_CAPACITY_FACTOR),
      .fixed = INT (ROUTING_CAPACITY),
      .multiple = INT (ROUTING_CAPACITY_MULTIPLE),
      .round = CHOICE (ROUTING_CAPACITY_ROUND) == MS_CHOICE_ROUND_CEIL ? MS_ROUND_CEIL : MS_ROUND_NEAREST_EVEN,
      .counts_tokens = CHOICE (ROUTING_CAPACITY_COUNTS) == MS_CHOICE_COUNTS_TOKENS,
    },
    .eval_capacity_factor = REAL (ROUTING_EVAL_CAPACITY_FACTOR),
    .group_examples = INT (ROUTING_GROUP_EXAMPLES),
    .noise = REAL (ROUTING_NOISE),
    .noise_by_experts = CHOICE (ROUTING_NOISE_SCALE) == MS_CHOICE_NOISE_SCALE_EXPERTS,
    .renormalise = BOOL (ROUTING_RENORMALISE) || CHOICE (ROUTING_SOFTMAX) == MS_CHOICE_SOFTMAX_AFTER,
    .priority_training = priority == MS_CHOICE_PRIORITY_ALWAYS,
    .priority_evaluation = priority != MS_CHOICE_PRIORITY_OFF,
    .load_exclusive = CHOICE (ROUTING_LOAD_THRESHOLD) == MS_CHOICE_THRESHOLD_EXCLUSIVE,
    .importance_weight = REAL (ROUTING_IMPORTANCE_WEIGHT),
    .load_weight = REAL (ROUTING_LOAD_WEIGHT),
    .gshard_weight = REAL (ROUTING_GSHARD_WEIGHT),
    .dropout = REAL (ROUTING_DROPOUT),
  };
}

MsModelOutput
ms_model_forward (MsModel *model, MsTape *tape, const MsReal *x, const int *labels, MsPass *pass)
{
  const MsBackboneConfig *c = &model->backbone->config;
  MsNode *input = ms_tape_input (tape, x, 4, (gsize[]){ (gsize)pass->examples, (gsize)c->height, (gsize)c->width,
                                                        (gsize)c->channels });
  MsModelOutput out = { 0 };

  pass->dropout = model->dropout;
  out.logits = ms_backbone_forward (model->backbone, tape, input, pass, NULL);
  if (labels == NULL)
    return out;
  out.task = ms_cross_entropy (tape, out.logits, labels);
  out.loss = out.task;
  for (int i = 0; i < model->n_moe; i++)
    if (model->moe[i]->loss != NULL)
      out.loss = ms_weighted_sum (tape, (MsNode *[]){ out.loss, model->moe[i]->loss }, (double[]){ 1, 1 }, 2);
  return out;
}
