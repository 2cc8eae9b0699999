/* SPDX-License-Identifier: MIT */

#include "core/train/model.h"

#include "core/base/rng.h"
#include "core/train/choices.h"
#include "core/train/feed.h"
#include "core/train/slots.h"

#include <string.h>

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

static int
count_tokens (const MsExperiment *x, const MsBackboneConfig *c)
{
  if (CHOICE (MODEL_KIND) != MS_CHOICE_MODEL_VIT)
    return 1;
  return (c->height / c->patch) * (c->width / c->patch) + (c->class_token ? 1 : 0);
}

/* One set's MoE layers and members' layers by block, NULL where the block's own stays. */
static MsFeedForward **
place_blocks (MsModel *model, const MsExperiment *x, int set, int blocks)
{
  const MsRouterKind *kind = ms_router_kind_find (ms_experiment_text (x, MS_KEY_ROUTING_ROUTER));
  MsFeedForward **feed_forward = g_new0 (MsFeedForward *, blocks);
  MsMoeShape shape = {
    .member = model->shape.sets > 1 ? set : -1,
    .E = INT (ROUTING_EXPERTS),
    .H = INT (MODEL_WIDTH),
    .F = INT (ROUTING_HIDDEN) > 0 ? INT (ROUTING_HIDDEN) : INT (MODEL_HIDDEN),
    .slots = model->slots,
    .identical = CHOICE (ROUTING_EXPERT_INIT) == MS_CHOICE_EXPERT_INIT_IDENTICAL,
    .copies = model->ensemble == &ms_ensemble_e3 ? model->members.M : 1,
    .partition = model->members.partition,
    .own_routers = model->members.own_routers,
    .tile = !model->members.tiling,
  };

  for (int i = 0; i < blocks; i++)
    if (kind != NULL && ms_experiment_routes_block (x, i))
      {
        MsMoe *moe;

        shape.block = i;
        shape.site = MS_SITE_BLOCK (i) + 1;
        moe = ms_moe_new (model->params, kind, &model->routing, &shape);
        model->moe[model->n_moe++] = moe;
        feed_forward[i] = &moe->base;
      }
    else if (model->ensemble != NULL && model->ensemble->mlp != NULL && ms_experiment_places_block (x, i))
      {
        g_autofree char *prefix = g_strdup_printf ("Encoder/encoderblock_%d", i);

        feed_forward[i] = model->ensemble->mlp (model->params, &model->members, prefix, INT (MODEL_WIDTH),
                                                INT (MODEL_HIDDEN), MS_SITE_BLOCK (i) + 1);
      }
  return feed_forward;
}

/* The members' layers behind the pooling, if the ensemble has any. */
static void
add_top (MsModel *model, MsEncoderConfig *c)
{
  const MsEnsembleKind *kind = model->ensemble;

  if (kind != NULL && kind->pre_logits != NULL && c->representation > 0)
    c->pre_logits = kind->pre_logits (model->params, &model->members, c->width, c->representation);
  if (kind != NULL && kind->head != NULL)
    c->head = kind->head (model->params, &model->members, c->representation > 0 ? c->representation : c->width,
                          c->classes, c->head_bias);
}

static void
add_set (MsModel *model, const MsExperiment *x, int set, MsBackboneConfig *config)
{
  g_autofree MsFeedForward **feed_forward = NULL;
  g_autofree char *prefix = g_strdup_printf ("member_%d/", set);

  if (model->shape.sets > 1)
    ms_params_begin_set (model->params, prefix);
  feed_forward = place_blocks (model, x, set, config->encoder.blocks);
  add_top (model, &config->encoder);
  if (CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT)
    model->backbone[set] = ms_vit_new (model->params, config, feed_forward);
  else
    model->backbone[set] = ms_mlp_new (model->params, config, feed_forward);
}

static void
read_ensemble (MsModel *model, const MsExperiment *x)
{
  model->ensemble = ms_ensemble_kind_find (ms_experiment_text (x, MS_KEY_ENSEMBLE_KIND));
  model->shape = (MsEnsembleShape){ 1, 1, 1, 1 };
  model->members = (MsEnsembleConfig){
    .M = model->ensemble != NULL ? INT (ENSEMBLE_MEMBERS) : 1,
    .partition = BOOL (ENSEMBLE_PARTITION),
    .tiling = BOOL (ENSEMBLE_TILING),
    .own_routers = CHOICE (ENSEMBLE_ROUTERS) == MS_CHOICE_MEMBER_ROUTERS_OWN,
    .repeat_early = CHOICE (ENSEMBLE_REPEAT) == MS_CHOICE_REPEAT_EARLY,
    .fast_init = REAL (ENSEMBLE_FAST_INIT),
    .repetitions = INT (ENSEMBLE_REPETITIONS),
    .input_repeat = REAL (ENSEMBLE_INPUT_REPEAT),
  };
  if (model->ensemble != NULL)
    model->shape = model->ensemble->shape (&model->members);
}

/* The first block of the placement, where the members' copies begin to differ. */
static int
first_block (const MsExperiment *x)
{
  int block = 0;

  while (block < INT (MODEL_BLOCKS) && !ms_experiment_places_block (x, block))
    block++;
  return block;
}

MsModel *
ms_model_declare (const MsExperiment *x, const MsModelShape *shape, GError **error)
{
  g_autoptr (MsModel) model = NULL;
  MsBackboneConfig config = backbone_config (x, shape);
  int slots;

  if (!ms_experiment_validate (x, error) || !fits (x, shape, error)
      || !ms_experiment_slots (x, count_tokens (x, &config), &slots, error))
    return NULL;
  model = g_new0 (MsModel, 1);
  model->params = ms_params_new ();
  model->interventions = ms_interventions_new ();
  model->slots = slots;
  read_ensemble (model, x);
  config.channels *= model->shape.inputs;
  config.encoder.copies = model->shape.copies;
  config.encoder.copy_block = first_block (x);
  config.encoder.copy_early = model->members.repeat_early;
  model->backbone = g_new0 (MsBackbone *, model->shape.sets);
  model->moe = g_new0 (MsMoe *, model->shape.sets * config.encoder.blocks);
  for (int set = 0; set < model->shape.sets; set++)
    add_set (model, x, set, &config);
  ms_model_configure (model, x);
  return g_steal_pointer (&model);
}

MsModel *
ms_model_new (const MsExperiment *x, const MsModelShape *shape, GError **error)
{
  g_autoptr (MsModel) model = ms_model_declare (x, shape, error);

  if (model == NULL || !ms_params_seal (model->params, error))
    return NULL;
  return g_steal_pointer (&model);
}

void
ms_model_free (MsModel *model)
{
  if (model == NULL)
    return;
  for (int set = 0; set < model->shape.sets; set++)
    ms_backbone_free (model->backbone[set]);
  g_free (model->backbone);
  ms_params_free (model->params);
  ms_interventions_unref (model->interventions);
  g_free (model->moe);
  g_free (model);
}

/* A softmax over the chosen experts gives the gates that one over all gives after renormalising. */
static bool
softmax_after (const MsExperiment *x)
{
  return CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_TOP_K && CHOICE (ROUTING_SOFTMAX) == MS_CHOICE_SOFTMAX_AFTER;
}

void
ms_model_configure (MsModel *model, const MsExperiment *x)
{
  int priority = CHOICE (ROUTING_BATCH_PRIORITY);

  model->dropout = REAL (MODEL_DROPOUT);
  model->members.input_repeat = REAL (ENSEMBLE_INPUT_REPEAT);
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
    .renormalise = BOOL (ROUTING_RENORMALISE) || softmax_after (x),
    .priority_training = priority == MS_CHOICE_PRIORITY_ALWAYS,
    .priority_evaluation = priority != MS_CHOICE_PRIORITY_OFF,
    .load_exclusive = CHOICE (ROUTING_LOAD_THRESHOLD) == MS_CHOICE_THRESHOLD_EXCLUSIVE,
    .importance_weight = REAL (ROUTING_IMPORTANCE_WEIGHT),
    .load_weight = REAL (ROUTING_LOAD_WEIGHT),
    .gshard_weight = REAL (ROUTING_GSHARD_WEIGHT),
    .z_weight = REAL (ROUTING_Z_WEIGHT),
    .switch_weight = REAL (ROUTING_SWITCH_WEIGHT),
    .jitter = REAL (ROUTING_JITTER),
    .bias_rate = REAL (ROUTING_BIAS_RATE),
    .gate_scale = REAL (ROUTING_GATE_SCALE),
    .dropout = REAL (ROUTING_DROPOUT),
  };
}

const MsBackboneConfig *
ms_model_config (const MsModel *model)
{
  return &model->backbone[0]->config;
}

int
ms_model_members (const MsModel *model)
{
  const MsEnsembleShape *s = &model->shape;

  return s->sets * s->copies * s->inputs * s->samples;
}

int
ms_model_feature_width (const MsModel *model)
{
  const MsEncoderConfig *c = &ms_model_config (model)->encoder;

  return c->representation > 0 ? c->representation : c->width;
}

/* @a weighted plus @b weighted; @a NULL: nothing yet. */
static MsNode *
add_loss (MsTape *tape, MsNode *a, MsNode *b, double weight)
{
  return ms_weighted_sum (tape, (MsNode *[]){ a, b }, (double[]){ 1, weight }, 2);
}

/* Mean cross-entropy of a set's rows, which is the mean of its members' losses; of a mixture it is that to each label,
 * by their shares. */
static MsNode *
task_loss (MsTape *tape, MsNode *logits, const MsTargets *targets, const MsFeed *feed, int members)
{
  MsNode *own = ms_cross_entropy (tape, logits, ms_feed_labels (feed, tape, targets->labels, members)), *other;

  if (targets->partners == NULL)
    return own;
  other = ms_cross_entropy (tape, logits, ms_feed_labels (feed, tape, targets->partners, members));
  return ms_weighted_sum (tape, (MsNode *[]){ own, other }, (double[]){ targets->share, 1 - targets->share }, 2);
}

static void
add_losses (MsModel *model, MsTape *tape, const MsTargets *targets, const MsFeed *feed, int set, MsModelOutput *out)
{
  int layers = model->n_moe / out->sets;
  MsNode *task = task_loss (tape, out->logits[set], targets, feed, out->M / out->sets), *loss = task;

  for (int i = set * layers; i < (set + 1) * layers; i++)
    if (model->moe[i]->loss != NULL)
      loss = add_loss (tape, loss, model->moe[i]->loss, 1);
  out->task = out->sets > 1 ? add_loss (tape, out->task, task, 1.0 / out->sets) : task;
  out->loss = out->sets > 1 ? add_loss (tape, out->loss, loss, 1) : loss;
}

MsModelOutput
ms_model_forward (MsModel *model, MsTape *tape, const MsReal *x, const MsTargets *targets, const MsPass *pass)
{
  const MsBackboneConfig *c = ms_model_config (model);
  const MsFeed feed = ms_feed_new (model, tape, x, pass);
  MsNode *input = ms_tape_input (tape, feed.x, 4, (gsize[]){ (gsize)feed.rows, (gsize)c->height, (gsize)c->width,
                                                             (gsize)c->channels });
  MsModelOutput out = {
    .sets = model->shape.sets,
    .M = model->shape.sets * model->shape.copies * model->shape.inputs,
    .N = pass->examples,
    .C = c->encoder.classes,
    .R = ms_model_feature_width (model),
  };

  model->repetitions = feed.rows / MAX (feed.N, 1);
  ms_feed_find_rows (&feed, tape, &out);
  for (int set = 0; set < out.sets; set++)
    {
      MsPass own = *pass;

      own.examples = feed.rows;
      own.seed = ms_rng_member_seed (pass->seed, set);
      own.dropout = model->dropout;
      own.labels = targets != NULL && feed.inputs == 1 ? targets->labels : NULL;
      out.logits[set] = ms_backbone_forward (model->backbone[set], tape, input, &own, &out.features[set]);
      if (targets != NULL)
        add_losses (model, tape, targets, &feed, set, &out);
    }
  return out;
}

/* Rows of @width numbers, as out->row says. */
static void
copy_member (const MsModelOutput *out, MsNode *const *sets, const int *row, int m, int width, float *to)
{
  int per_set = out->M / out->sets;
  const MsNode *node = sets[m / per_set];

  for (int n = 0; n < out->N; n++)
    {
      int from = row != NULL ? row[m * out->N + n] : m % per_set * out->N + n;

      for (int c = 0; c < width; c++)
        to[(gsize)n * width + c] = (float)node->value[(gsize)from * width + c];
    }
}

void
ms_model_member_logits (const MsModelOutput *out, int m, float *logits)
{
  copy_member (out, out->logits, out->row, m, out->C, logits);
}

void
ms_model_member_features (const MsModelOutput *out, int m, float *features)
{
  copy_member (out, out->features, out->feature_row, m, out->R, features);
}

/* Draws are told from the masks of training by their seeds, none of which is the run's. */
static MsPass
draw_pass (const MsPass *pass, int draw)
{
  MsPass own = *pass;

  own.drops = true;
  own.seed = ms_rng_member_seed (pass->seed, draw + 1);
  return own;
}

guint64
ms_model_predict (MsModel *model, MsTape *tape, const MsReal *x, const MsPass *pass, float *logits, float *features)
{
  bool draws = model->ensemble == &ms_ensemble_mc_dropout;
  guint64 flops = 0;

  for (int draw = 0; draw < model->shape.samples; draw++)
    {
      MsPass own = draws ? draw_pass (pass, draw) : *pass;
      MsModelOutput out;

      ms_tape_reset (tape, false);
      out = ms_model_forward (model, tape, x, NULL, &own);
      flops += ms_tape_flops (tape);
      for (int m = 0; m < out.M; m++)
        {
          gsize row = (gsize)(draw * out.M + m) * out.N;

          ms_model_member_logits (&out, m, logits + row * out.C);
          if (features != NULL)
            ms_model_member_features (&out, m, features + row * out.R);
        }
    }
  return flops;
}
