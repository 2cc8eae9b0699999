/* SPDX-License-Identifier: MIT */

/* The rows. Defaults are V-MoE's unless a row's help says otherwise. What reading and describing a row takes is in
 * key.c, which values fit together in validate.c. */
#include "core/train/parameters.h"
#include "core/train/choices.h"
#include "core/train/experiment.h"

#define CHOICE_TEXT(name, text) text,
#define CHOICES(list) ((const char *const[]){ list (CHOICE_TEXT) NULL })
#define ROW(name, ...) [MS_KEY_##name] = { .id = MS_KEY_##name, __VA_ARGS__ }

static bool
is_plane (const MsExperiment *x)
{
  int data = ms_experiment_choice (x, MS_KEY_TASK_DATA);
  return data >= MS_CHOICE_DATA_SPIRALS && data <= MS_CHOICE_DATA_REGIMES;
}

static bool
reads_files (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_TASK_DATA) >= MS_CHOICE_DATA_IDX;
}

static bool
is_split_here (const MsExperiment *x)
{
  int data = ms_experiment_choice (x, MS_KEY_TASK_DATA);
  return is_plane (x) || data == MS_CHOICE_DATA_CSV || data == MS_CHOICE_DATA_NPZ;
}

/* Foreign examples that are made by chance are functions of the data's seed, too. */
static bool
draws_data (const MsExperiment *x)
{
  int ood = ms_experiment_choice (x, MS_KEY_TASK_OOD);
  return is_split_here (x) || ood == MS_CHOICE_OOD_SHIFTED || ood == MS_CHOICE_OOD_NOISE;
}

static bool
may_be_images (const MsExperiment *x)
{
  return !is_plane (x) && ms_experiment_choice (x, MS_KEY_TASK_DATA) != MS_CHOICE_DATA_CSV;
}

static bool
is_vit (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_MODEL_KIND) == MS_CHOICE_MODEL_VIT;
}

static bool
is_routed (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_ROUTING_ROUTER) != MS_CHOICE_ROUTER_NONE;
}

static bool
has_router (const MsExperiment *x, MsRouterChoice router)
{
  return ms_experiment_choice (x, MS_KEY_ROUTING_ROUTER) == (int) router;
}

static bool
is_top_k (const MsExperiment *x)
{
  return has_router (x, MS_CHOICE_ROUTER_TOP_K);
}

static bool
is_soft (const MsExperiment *x)
{
  return has_router (x, MS_CHOICE_ROUTER_SOFT);
}

/* Routers whose gates are a softmax of logits, of which tokens or experts choose. */
static bool
is_softmax (const MsExperiment *x)
{
  return is_top_k (x) || has_router (x, MS_CHOICE_ROUTER_SWITCH) || has_router (x, MS_CHOICE_ROUTER_EXPERTS_CHOOSE);
}

static bool
is_switch (const MsExperiment *x)
{
  return has_router (x, MS_CHOICE_ROUTER_SWITCH);
}

static bool
is_sigmoid (const MsExperiment *x)
{
  return has_router (x, MS_CHOICE_ROUTER_SIGMOID);
}

static bool
is_chosen (const MsExperiment *x)
{
  return is_routed (x) && !is_soft (x);
}

/* Soft MoE has slots instead, and works them out from the capacity only when it is not told. */
static bool
has_capacity (const MsExperiment *x)
{
  return is_chosen (x) || (is_soft (x) && ms_experiment_int (x, MS_KEY_ROUTING_SLOTS) == 0);
}

static bool
has_priority (const MsExperiment *x)
{
  return is_top_k (x) || is_switch (x) || is_sigmoid (x);
}

/* Where each token is sent to K experts, not taken by some. */
static bool
has_k (const MsExperiment *x)
{
  return is_chosen (x) && !has_router (x, MS_CHOICE_ROUTER_EXPERTS_CHOOSE);
}

static bool
may_renormalise (const MsExperiment *x)
{
  return is_top_k (x) || is_sigmoid (x);
}

static bool
has_capacity_factor (const MsExperiment *x)
{
  return has_capacity (x) && ms_experiment_int (x, MS_KEY_ROUTING_CAPACITY) == 0;
}

/* That may differ from pass to pass. */
static bool
has_live_capacity_factor (const MsExperiment *x)
{
  return is_chosen (x) && has_capacity_factor (x);
}

static bool
counts_capacity (const MsExperiment *x)
{
  return has_k (x) && has_capacity_factor (x);
}

/* Noise on the logits in training; Soft MoE's is not divided by anything. */
static bool
draws_noise (const MsExperiment *x)
{
  return is_top_k (x) || has_router (x, MS_CHOICE_ROUTER_EXPERTS_CHOOSE) || is_soft (x);
}

static bool
is_noisy (const MsExperiment *x)
{
  return draws_noise (x) && !is_soft (x) && ms_experiment_real (x, MS_KEY_ROUTING_NOISE) > 0;
}

static bool
is_noisy_top_k (const MsExperiment *x)
{
  return is_top_k (x) && is_noisy (x);
}

/* Anything that puts members' layers in the routed blocks' places. */
static bool
places_blocks (const MsExperiment *x)
{
  return is_routed (x) || ms_experiment_choice (x, MS_KEY_ENSEMBLE_KIND) == MS_CHOICE_ENSEMBLE_BATCH;
}

static bool
counts_layers (const MsExperiment *x)
{
  int placement = ms_experiment_choice (x, MS_KEY_ROUTING_PLACEMENT);
  return places_blocks (x) && (placement == MS_CHOICE_PLACEMENT_LAST_ODD || placement == MS_CHOICE_PLACEMENT_LAST);
}

static bool
is_ensemble (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_ENSEMBLE_KIND) != MS_CHOICE_ENSEMBLE_NONE;
}

static bool
is_e3 (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_ENSEMBLE_KIND) == MS_CHOICE_ENSEMBLE_E3;
}

static bool
is_batch_ensemble (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_ENSEMBLE_KIND) == MS_CHOICE_ENSEMBLE_BATCH;
}

static bool
is_mimo (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_ENSEMBLE_KIND) == MS_CHOICE_ENSEMBLE_MIMO;
}

static bool
reads_ood_files (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_TASK_OOD) == MS_CHOICE_OOD_FILE;
}

static bool
is_polynomial (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_OPTIMISER_SCHEDULE) == MS_CHOICE_SCHEDULE_POLYNOMIAL;
}

static bool
is_rsqrt (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_OPTIMISER_SCHEDULE) == MS_CHOICE_SCHEDULE_RSQRT;
}

static bool
is_sgd (const MsExperiment *x)
{
  return ms_experiment_choice (x, MS_KEY_OPTIMISER_KIND) == MS_CHOICE_OPTIMISER_SGD;
}

static bool
is_adam (const MsExperiment *x)
{
  return !is_sgd (x);
}

static bool
rate_ends (const MsExperiment *x)
{
  int schedule = ms_experiment_choice (x, MS_KEY_OPTIMISER_SCHEDULE);
  return schedule == MS_CHOICE_SCHEDULE_COSINE || schedule == MS_CHOICE_SCHEDULE_LINEAR
         || schedule == MS_CHOICE_SCHEDULE_POLYNOMIAL;
}

static const MsKey keys[] = {
  ROW (TASK_DATA, "task.data", "Data", "Task", MS_TYPE_CHOICE, .fallback = "digits",
       .choices = CHOICES (MS_DATA_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "What is learnt: bundled digits, a generated plane, or files of your own"),
  ROW (TASK_PATH, "task.path", "File or folder", "Task", MS_TYPE_TEXT, .fallback = "", .effect = MS_EFFECT_REBUILD,
       .help = "Where the data are, for kinds of data that are read from files", .applies = reads_files),
  ROW (TASK_EXAMPLES, "task.examples", "Points", "Task", MS_TYPE_INT, 20, 1000000, true, .fallback = "2000",
       .effect = MS_EFFECT_REBUILD, .help = "How many points of the plane are drawn, training and test together",
       .applies = is_plane),
  ROW (TASK_NOISE, "task.noise", "Jitter", "Task", MS_TYPE_REAL, 0, 1, .fallback = "0.05",
       .effect = MS_EFFECT_REBUILD, .help = "Standard deviation of the noise added to each point of the plane",
       .applies = is_plane, .low = 0, .high = 0.5),
  ROW (TASK_SEED, "task.seed", "Data seed", "Task", MS_TYPE_INT, 0, 4294967295.0, .fallback = "0",
       .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = draws_data,
       .help = "Of the points drawn, the split, and foreign examples made by chance; same seed, same data"),
  ROW (TASK_TEST_FRACTION, "task.test_fraction", "Test share", "Task", MS_TYPE_REAL, 0.05, 0.9, .fallback = "0.2",
       .effect = MS_EFFECT_REBUILD, .help = "Share of the examples kept for testing, where the source has no split",
       .advanced = true, .applies = is_split_here),
  ROW (TASK_AUGMENT, "task.augment", "Random shift", "Task", MS_TYPE_INT, 0, 4, .fallback = "0", .unit = "pixels",
       .help = "Training images are shifted by up to this much, anew each time they are seen", .advanced = true,
       .applies = may_be_images),
  ROW (TASK_MIXUP, "task.mixup", "Mixup", "Task", MS_TYPE_REAL, 0, 10, .fallback = "0", .advanced = true,
       .help = "Each training example is mixed with its neighbour by shares from Beta (m, m); 0: never", .low = 0,
       .high = 1),
  ROW (TASK_HELD_OUT, "task.held_out", "Held-out classes", "Task", MS_TYPE_TEXT, .fallback = "",
       .effect = MS_EFFECT_REBUILD, .advanced = true,
       .help = "Classes that are never trained on, as numbers with commas: what the model has not seen"),
  ROW (TASK_OOD, "task.ood", "Foreign data", "Task", MS_TYPE_CHOICE, .fallback = "inverted",
       .choices = CHOICES (MS_OOD_CHOICES), .effect = MS_EFFECT_REBUILD, .advanced = true,
       .help = "Examples the model should find strange: made from the test split (inverted only of images), or read"),
  ROW (TASK_OOD_PATH, "task.ood_path", "Foreign file", "Task", MS_TYPE_TEXT, .fallback = "",
       .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = reads_ood_files,
       .help = "Images of the same size, as IDX, CIFAR-10 or NumPy files"),

  ROW (MODEL_KIND, "model.kind", "Model", "Model", MS_TYPE_CHOICE, .fallback = "vit",
       .choices = CHOICES (MS_MODEL_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "A vision transformer for images, or a multi-layer perceptron for planes and tables"),
  ROW (MODEL_WIDTH, "model.width", "Width H", "Model", MS_TYPE_INT, 1, 8192, true, .fallback = "64",
       .effect = MS_EFFECT_REBUILD, .help = "Numbers per token: the size of the residual stream"),
  ROW (MODEL_HIDDEN, "model.hidden", "Hidden F", "Model", MS_TYPE_INT, 1, 32768, true, .fallback = "128",
       .effect = MS_EFFECT_REBUILD, .help = "Hidden units of each block's dense layer pair"),
  ROW (MODEL_BLOCKS, "model.blocks", "Blocks", "Model", MS_TYPE_INT, 1, 64, .fallback = "4",
       .effect = MS_EFFECT_REBUILD, .help = "Blocks, one after the other; placement says which of them hold experts"),
  ROW (MODEL_HEADS, "model.heads", "Attention heads", "Model", MS_TYPE_INT, 1, 128, .fallback = "4",
       .effect = MS_EFFECT_REBUILD, .help = "Heads that attend side by side; must divide the width", .advanced = true,
       .applies = is_vit),
  ROW (MODEL_PATCH, "model.patch", "Patch side", "Model", MS_TYPE_INT, 1, 64, .fallback = "2", .unit = "pixels",
       .effect = MS_EFFECT_REBUILD, .help = "An image is cut into squares of this side, one token each",
       .applies = is_vit),
  ROW (MODEL_POOL, "model.pool", "Pooling", "Model", MS_TYPE_CHOICE, .fallback = "gap",
       .choices = CHOICES (MS_POOL_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "What the head reads: the mean over tokens (gap) or a class token of its own", .advanced = true,
       .applies = is_vit),
  ROW (MODEL_REPRESENTATION, "model.representation", "Representation", "Model", MS_TYPE_INT, 0, 8192, .fallback = "0",
       .effect = MS_EFFECT_REBUILD, .help = "Units of a tanh layer before the head; 0: no such layer",
       .advanced = true),
  ROW (MODEL_HEAD_BIAS, "model.head_bias", "Head bias", "Model", MS_TYPE_REAL, -100, 100, .fallback = "0",
       .effect = MS_EFFECT_REBUILD, .help = "Initial bias of every class; the head's weights start at 0",
       .advanced = true, .low = -10, .high = 10),
  ROW (MODEL_DROPOUT, "model.dropout", "Dropout", "Model", MS_TYPE_REAL, 0, 0.9, .fallback = "0",
       .help = "Share of activations that is zeroed at random in training", .advanced = true),
  ROW (MODEL_START, "model.start", "Start from", "Model", MS_TYPE_TEXT, .fallback = "", .effect = MS_EFFECT_REBUILD,
       .advanced = true,
       .help = "A checkpoint whose weights the model starts with; a dense one is upcycled to identical experts"),

  ROW (ROUTING_ROUTER, "routing.router", "Router", "Routing", MS_TYPE_CHOICE, .fallback = "top-k",
       .choices = CHOICES (MS_ROUTER_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "Who chooses: tokens (top-k, switch, sigmoid), experts, soft slots, a hash, chance; none: all dense"),
  ROW (ROUTING_EXPERTS, "routing.experts", "Experts E", "Routing", MS_TYPE_INT, 1, 4096, true, .fallback = "8",
       .effect = MS_EFFECT_REBUILD, .help = "Experts in each routed block", .applies = is_routed),
  ROW (ROUTING_K, "routing.k", "Active per token K", "Routing", MS_TYPE_INT, 1, 64, .fallback = "1",
       .help = "Experts that each token is sent to; at most E", .applies = has_k),
  ROW (ROUTING_CAPACITY_FACTOR, "routing.capacity_factor", "Capacity factor", "Routing", MS_TYPE_REAL, 0.01, 64, true,
       .fallback = "1.05", .help = "Places per expert, as a multiple of a fair share; tokens beyond them are dropped",
       .applies = has_capacity_factor, .low = 0.25, .high = 8),
  ROW (ROUTING_EVAL_CAPACITY_FACTOR, "routing.eval_capacity_factor", "Capacity factor, testing", "Routing",
       MS_TYPE_REAL, 0, 64, .fallback = "0", .help = "The capacity factor outside training; 0: the same",
       .advanced = true, .applies = has_live_capacity_factor, .low = 0, .high = 8),
  ROW (ROUTING_NOISE, "routing.noise", "Noise", "Routing", MS_TYPE_REAL, 0, 100, .fallback = "1",
       .help = "Standard deviation of the router's noise in training, see noise scale; Soft MoE as published has 0",
       .applies = draws_noise, .low = 0, .high = 4),
  ROW (ROUTING_IMPORTANCE_WEIGHT, "routing.importance_weight", "Importance weight", "Routing", MS_TYPE_REAL, 0, 100,
       true, .fallback = "0.005", .help = "Weight of the loss that keeps the experts' total gates even",
       .applies = is_top_k, .low = 1e-4, .high = 1),
  ROW (ROUTING_LOAD_WEIGHT, "routing.load_weight", "Load weight", "Routing", MS_TYPE_REAL, 0, 100, true,
       .fallback = "0.005", .help = "Weight of the loss that keeps the experts' token counts even; needs noise",
       .applies = is_noisy_top_k, .low = 1e-4, .high = 1),
  ROW (ROUTING_GSHARD_WEIGHT, "routing.gshard_weight", "GShard weight", "Routing", MS_TYPE_REAL, 0, 100, true,
       .fallback = "0", .help = "Weight of GShard's balancing loss: share of first choices times mean gate",
       .advanced = true, .applies = is_top_k, .low = 1e-4, .high = 1),
  ROW (ROUTING_BATCH_PRIORITY, "routing.batch_priority", "Batch priority", "Routing", MS_TYPE_CHOICE,
       .fallback = "off", .choices = CHOICES (MS_PRIORITY_CHOICES),
       .help = "Places go to the tokens with the largest gate first, instead of in the order of the batch",
       .applies = has_priority),
  ROW (ROUTING_PLACEMENT, "routing.placement", "Placement", "Routing", MS_TYPE_CHOICE, .fallback = "every-2",
       .choices = CHOICES (MS_PLACEMENT_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "Which blocks hold experts: 1, 3, 5, …; the last n of those; the last n blocks; or all",
       .advanced = true, .applies = places_blocks),
  ROW (ROUTING_LAYERS, "routing.layers", "Routed blocks", "Routing", MS_TYPE_INT, 1, 64, .fallback = "2",
       .effect = MS_EFFECT_REBUILD, .help = "The n of placement last-odd and last", .advanced = true,
       .applies = counts_layers),
  ROW (ROUTING_HIDDEN, "routing.hidden", "Expert hidden F", "Routing", MS_TYPE_INT, 0, 32768, .fallback = "0",
       .effect = MS_EFFECT_REBUILD, .help = "Hidden units of each expert; 0: as the model's dense blocks",
       .advanced = true, .applies = is_routed),
  ROW (ROUTING_DROPOUT, "routing.dropout", "Expert dropout", "Routing", MS_TYPE_REAL, 0, 0.9, .fallback = "0",
       .help = "Dropout inside the experts", .advanced = true, .applies = is_routed),
  ROW (ROUTING_CAPACITY, "routing.capacity", "Capacity", "Routing", MS_TYPE_INT, 0, 1e9, .fallback = "0",
       .unit = "places", .help = "Places per expert, used as they are; 0: worked out from the capacity factor",
       .advanced = true, .applies = has_capacity),
  ROW (ROUTING_CAPACITY_MULTIPLE, "routing.capacity_multiple", "Capacity multiple", "Routing", MS_TYPE_INT, 0, 1024,
       .fallback = "4", .help = "The capacity is rounded up to a multiple of this; 0: left as it is",
       .advanced = true, .applies = has_capacity_factor),
  ROW (ROUTING_CAPACITY_ROUND, "routing.capacity_round", "Capacity rounding", "Routing", MS_TYPE_CHOICE,
       .fallback = "ceil", .choices = CHOICES (MS_ROUND_CHOICES),
       .help = "How the factor's share becomes a whole number, before the multiple", .advanced = true,
       .applies = has_capacity_factor),
  ROW (ROUTING_CAPACITY_COUNTS, "routing.capacity_counts", "Capacity counts", "Routing", MS_TYPE_CHOICE,
       .fallback = "assignments", .choices = CHOICES (MS_COUNTS_CHOICES),
       .help = "Whether a fair share is one of all assignments (tokens times K) or of the tokens", .advanced = true,
       .applies = counts_capacity),
  ROW (ROUTING_GROUP_EXAMPLES, "routing.group_examples", "Group size", "Routing", MS_TYPE_INT, 0, 65536,
       .fallback = "0", .unit = "examples",
       .help = "Examples that share capacity, slots and balancing losses; 0: the whole batch, else it must divide it",
       .advanced = true, .applies = is_routed),
  ROW (ROUTING_SOFTMAX, "routing.softmax", "Softmax", "Routing", MS_TYPE_CHOICE, .fallback = "before",
       .choices = CHOICES (MS_SOFTMAX_CHOICES),
       .help = "Gates are a softmax over all experts before the top-k choice, or over the chosen ones after it",
       .advanced = true, .applies = is_top_k),
  ROW (ROUTING_RENORMALISE, "routing.renormalise", "Renormalise gates", "Routing", MS_TYPE_BOOL, .fallback = "false",
       .help = "Scale the chosen gates of a token so that they sum to 1", .advanced = true, .applies = may_renormalise),
  ROW (ROUTING_NOISE_SCALE, "routing.noise_scale", "Noise scale", "Routing", MS_TYPE_CHOICE, .fallback = "experts",
       .choices = CHOICES (MS_NOISE_SCALE_CHOICES),
       .help = "Whether the noise is divided by the number of experts or used as it is", .advanced = true,
       .applies = is_noisy),
  ROW (ROUTING_LOAD_THRESHOLD, "routing.load_threshold", "Load threshold", "Routing", MS_TYPE_CHOICE,
       .fallback = "inclusive", .choices = CHOICES (MS_THRESHOLD_CHOICES),
       .help = "Whether an expert's own logit counts for the threshold it must pass (V-MoE) or not (Shazeer et al.)",
       .advanced = true, .applies = is_noisy_top_k),
  ROW (ROUTING_EXPERT_INIT, "routing.expert_init", "Expert start", "Routing", MS_TYPE_CHOICE, .fallback = "identical",
       .choices = CHOICES (MS_EXPERT_INIT_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "Whether a block's experts start from the same weights or each from its own", .advanced = true,
       .applies = is_routed),
  ROW (ROUTING_SLOTS, "routing.slots", "Slots per expert", "Routing", MS_TYPE_INT, 0, 4096, .fallback = "0",
       .effect = MS_EFFECT_REBUILD, .applies = is_soft,
       .help = "Soft MoE's slots of each expert and group; 0: worked out from the capacity factor"),
  ROW (ROUTING_Z_WEIGHT, "routing.z_weight", "Z-loss weight", "Routing", MS_TYPE_REAL, 0, 100, true, .fallback = "0",
       .help = "Weight of the loss that keeps the router's logits small: mean squared log-sum-exp", .advanced = true,
       .applies = is_softmax, .low = 1e-5, .high = 0.1),
  ROW (ROUTING_SWITCH_WEIGHT, "routing.switch_weight", "Balance weight", "Routing", MS_TYPE_REAL, 0, 100, true,
       .fallback = "0.01", .help = "Weight of the Switch Transformer's loss: E times share of tokens times mean gate",
       .applies = is_switch, .low = 1e-4, .high = 1),
  ROW (ROUTING_JITTER, "routing.jitter", "Jitter", "Routing", MS_TYPE_REAL, 0, 0.99, .fallback = "0.01",
       .help = "In training what the Switch router reads is scaled by numbers from 1 - j to 1 + j", .advanced = true,
       .applies = is_switch, .low = 0, .high = 0.5),
  ROW (ROUTING_BIAS_RATE, "routing.bias_rate", "Bias rate", "Routing", MS_TYPE_REAL, 0, 1, true, .fallback = "0.001",
       .help = "How much an expert's bias moves each step towards an even load, without any loss",
       .applies = is_sigmoid, .low = 1e-5, .high = 0.1),
  ROW (ROUTING_GATE_SCALE, "routing.gate_scale", "Gate scale", "Routing", MS_TYPE_REAL, 0.01, 100, true,
       .fallback = "1", .help = "The sigmoid router's weights are multiplied by this after normalising",
       .advanced = true, .applies = is_sigmoid, .low = 0.1, .high = 10),

  ROW (ENSEMBLE_KIND, "ensemble.kind", "Ensemble", "Ensemble", MS_TYPE_CHOICE, .fallback = "none",
       .choices = CHOICES (MS_ENSEMBLE_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "How several members predict together: efficient (e3), deep, rank-one (batch), by dropout, or mimo"),
  ROW (ENSEMBLE_MEMBERS, "ensemble.members", "Members M", "Ensemble", MS_TYPE_INT, 1, 16, .fallback = "2",
       .effect = MS_EFFECT_REBUILD, .applies = is_ensemble,
       .help = "Predictions per example, whose probabilities are averaged"),
  ROW (ENSEMBLE_PARTITION, "ensemble.partition", "Partition experts", "Ensemble", MS_TYPE_BOOL, .fallback = "true",
       .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_e3,
       .help = "Each member has E / M experts of its own; otherwise all members share all experts"),
  ROW (ENSEMBLE_TILING, "ensemble.tiling", "Tile", "Ensemble", MS_TYPE_BOOL, .fallback = "true",
       .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_e3,
       .help = "Tokens are repeated for each member; otherwise every token passes all parts, for one prediction"),
  ROW (ENSEMBLE_ROUTERS, "ensemble.routers", "Members' routers", "Ensemble", MS_TYPE_CHOICE, .fallback = "own",
       .choices = CHOICES (MS_MEMBER_ROUTERS_CHOICES), .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_e3,
       .help = "Whether each member has a router of its own; partitioned experts need one each"),
  ROW (ENSEMBLE_REPEAT, "ensemble.repeat", "Repetition", "Ensemble", MS_TYPE_CHOICE, .fallback = "deferred",
       .choices = CHOICES (MS_REPEAT_CHOICES), .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_e3,
       .help = "Tokens are repeated at the first routed layer, or before the whole block it stands in"),
  ROW (ENSEMBLE_FAST_INIT, "ensemble.fast_init", "Fast weights' start", "Ensemble", MS_TYPE_REAL, -2, 1,
       .fallback = "-0.5", .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_batch_ensemble,
       .help = "Above 0: signs, + with this probability; below 0: normal numbers around 1 of this deviation"),
  ROW (ENSEMBLE_FAST_RATE, "ensemble.fast_rate", "Fast weights' rate", "Ensemble", MS_TYPE_REAL, 0, 100,
       .fallback = "1", .advanced = true, .applies = is_batch_ensemble, .low = 0, .high = 4,
       .help = "The members' own vectors learn with the learning rate times this"),
  ROW (ENSEMBLE_REPETITIONS, "ensemble.repetitions", "Repetitions", "Ensemble", MS_TYPE_INT, 1, 8, .fallback = "2",
       .effect = MS_EFFECT_REBUILD, .advanced = true, .applies = is_mimo,
       .help = "How often each example of a batch is seen per step, in other company each time"),
  ROW (ENSEMBLE_INPUT_REPEAT, "ensemble.input_repeat", "Same-input share", "Ensemble", MS_TYPE_REAL, 0, 1,
       .fallback = "0.9", .advanced = true, .applies = is_mimo,
       .help = "Share of the rows in which all members are given the same example in training"),

  ROW (OPTIMISER_KIND, "optimiser.kind", "Optimiser", "Optimiser", MS_TYPE_CHOICE, .fallback = "adam",
       .choices = CHOICES (MS_OPTIMISER_CHOICES), .effect = MS_EFFECT_REBUILD,
       .help = "SGD with momentum, Adam, or Adam with decoupled weight decay", .advanced = true),
  ROW (OPTIMISER_LEARNING_RATE, "optimiser.learning_rate", "Learning rate", "Optimiser", MS_TYPE_REAL, 0, 100, true,
       .fallback = "0.001", .help = "The size of a step, at its peak where a schedule changes it",
       .low = 1e-5, .high = 1),
  ROW (OPTIMISER_BATCH, "optimiser.batch", "Batch", "Optimiser", MS_TYPE_INT, 1, 65536, true, .fallback = "64",
       .unit = "examples", .effect = MS_EFFECT_REBUILD, .help = "Examples per step"),
  ROW (OPTIMISER_SCHEDULE, "optimiser.schedule", "Schedule", "Optimiser", MS_TYPE_CHOICE, .fallback = "constant",
       .choices = CHOICES (MS_SCHEDULE_CHOICES), .help = "How the learning rate changes after the warm-up",
       .advanced = true),
  ROW (OPTIMISER_WARMUP, "optimiser.warmup", "Warm-up", "Optimiser", MS_TYPE_INT, 0, 1e9, .fallback = "0",
       .unit = "steps", .help = "The learning rate grows from 0 to its peak over these first steps", .advanced = true),
  ROW (OPTIMISER_END_RATE, "optimiser.end_rate", "Final rate", "Optimiser", MS_TYPE_REAL, 0, 1, .fallback = "0",
       .help = "Share of the peak at which the cosine, linear or polynomial schedule ends", .advanced = true,
       .applies = rate_ends),
  ROW (OPTIMISER_MOMENTUM, "optimiser.momentum", "Momentum", "Optimiser", MS_TYPE_REAL, 0, 0.9999, .fallback = "0.9",
       .help = "How much of the previous step's direction is kept", .advanced = true, .applies = is_sgd),
  ROW (OPTIMISER_BETA1, "optimiser.beta1", "Beta 1", "Optimiser", MS_TYPE_REAL, 0, 0.9999, .fallback = "0.9",
       .help = "Decay of Adam's mean of the gradients", .advanced = true, .applies = is_adam),
  ROW (OPTIMISER_BETA2, "optimiser.beta2", "Beta 2", "Optimiser", MS_TYPE_REAL, 0, 0.999999, .fallback = "0.999",
       .help = "Decay of Adam's mean of the squared gradients", .advanced = true, .applies = is_adam),
  ROW (OPTIMISER_EPSILON, "optimiser.epsilon", "Epsilon", "Optimiser", MS_TYPE_REAL, 1e-30, 1, true,
       .fallback = "1e-8", .help = "Added to the root of Adam's squared gradients", .advanced = true,
       .applies = is_adam, .low = 1e-12, .high = 0.01),
  ROW (OPTIMISER_WEIGHT_DECAY, "optimiser.weight_decay", "Weight decay", "Optimiser", MS_TYPE_REAL, 0, 10,
       .fallback = "0", .help = "Pulls weights towards 0: through the gradient, or decoupled from it with adamw",
       .advanced = true, .low = 0, .high = 0.5),
  ROW (OPTIMISER_CLIP, "optimiser.clip", "Gradient limit", "Optimiser", MS_TYPE_REAL, 0, 1e6, .fallback = "0",
       .help = "Longer gradients are scaled down to this norm; 0: never", .advanced = true, .low = 0, .high = 20),
  ROW (OPTIMISER_POWER, "optimiser.power", "Power", "Optimiser", MS_TYPE_REAL, 0.01, 10, .fallback = "0.5",
       .help = "Of the polynomial schedule: the share of steps left, to this power", .advanced = true,
       .applies = is_polynomial),
  ROW (OPTIMISER_TIMESCALE, "optimiser.timescale", "Time scale", "Optimiser", MS_TYPE_INT, 0, 1e9, .fallback = "0",
       .unit = "steps", .help = "Of the rsqrt schedule: steps after which the rate is 1 / √2; 0: as the warm-up",
       .advanced = true, .applies = is_rsqrt),
  ROW (OPTIMISER_COOLDOWN, "optimiser.cooldown", "Cool-down", "Optimiser", MS_TYPE_INT, 0, 1e9, .fallback = "0",
       .unit = "steps", .help = "The rate falls to 0 in a line over these last steps", .advanced = true,
       .applies = is_rsqrt),
  ROW (OPTIMISER_DECAY_RULES, "optimiser.decay_rules", "Decay rules", "Optimiser", MS_TYPE_TEXT, .fallback = "",
       .help = "What tensors' names hold and their decay: ^head/=0.1, kernel$=0.01; the first that matches counts",
       .advanced = true),

  ROW (RUN_STEPS, "run.steps", "Steps", "Run", MS_TYPE_INT, 1, 1e9, true, .fallback = "1000", .unit = "batches",
       .help = "Length of the run, and of the learning rate's schedule"),
  ROW (RUN_SEED, "run.seed", "Seed", "Run", MS_TYPE_INT, 0, 4294967295.0, .fallback = "0", .effect = MS_EFFECT_REBUILD,
       .help = "Of the initial weights, the order of the examples, the noise and the dropout"),
  ROW (RUN_EVALUATE_EVERY, "run.evaluate_every", "Test every", "Run", MS_TYPE_INT, 0, 1e9, .fallback = "50",
       .unit = "steps", .help = "How often the test split is measured; 0: only at the end", .advanced = true),
};

G_STATIC_ASSERT (G_N_ELEMENTS (keys) == MS_KEY_COUNT);

int
ms_keys_count (void)
{
  return MS_KEY_COUNT;
}

const MsKey *
ms_key (MsKeyId id)
{
  g_return_val_if_fail (id >= 0 && id < MS_KEY_COUNT, NULL);
  return &keys[id];
}

const MsKey *
ms_key_at (int i)
{
  return ms_key ((MsKeyId) i);
}
