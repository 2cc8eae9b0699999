/* SPDX-License-Identifier: MIT */

/* The choices of the parameter table: names as people write them, and the enum value that ms_experiment_choice returns,
 * from one list each. */
#pragma once

#define MS_DATA_CHOICES(X)                                                                                             \
  X (DIGITS, "digits") X (SPIRALS, "spirals") X (CIRCLES, "circles") X (XOR, "xor") X (GAUSSIANS, "gaussians")         \
  X (MOONS, "moons") X (REGIMES, "regimes") X (IDX, "idx") X (CIFAR10, "cifar10") X (NPZ, "npz") X (CSV, "csv")
#define MS_MODEL_CHOICES(X) X (VIT, "vit") X (MLP, "mlp")
#define MS_POOL_CHOICES(X) X (GAP, "gap") X (TOKEN, "token")
#define MS_ROUTER_CHOICES(X)                                                                                           \
  X (NONE, "none") X (TOP_K, "top-k") X (SWITCH, "switch") X (SIGMOID, "sigmoid")                                      \
  X (EXPERTS_CHOOSE, "experts-choose") X (SOFT, "soft") X (HASH, "hash") X (RANDOM, "random")
#define MS_OOD_CHOICES(X)                                                                                              \
  X (NONE, "none") X (HELD_OUT, "held-out") X (SHIFTED, "shifted") X (INVERTED, "inverted") X (NOISE, "noise")         \
  X (FILE, "file")
#define MS_ENSEMBLE_CHOICES(X)                                                                                         \
  X (NONE, "none") X (E3, "e3") X (DEEP, "deep") X (BATCH, "batch") X (MC_DROPOUT, "mc-dropout") X (MIMO, "mimo")
#define MS_MEMBER_ROUTERS_CHOICES(X) X (OWN, "own") X (SHARED, "shared")
#define MS_REPEAT_CHOICES(X) X (DEFERRED, "deferred") X (EARLY, "early")
#define MS_PRIORITY_CHOICES(X) X (OFF, "off") X (EVALUATION, "evaluation") X (ALWAYS, "always")
#define MS_PLACEMENT_CHOICES(X) X (EVERY_2, "every-2") X (LAST_ODD, "last-odd") X (LAST, "last") X (ALL, "all")
#define MS_ROUND_CHOICES(X) X (CEIL, "ceil") X (NEAREST_EVEN, "nearest-even")
#define MS_COUNTS_CHOICES(X) X (ASSIGNMENTS, "assignments") X (TOKENS, "tokens")
#define MS_SOFTMAX_CHOICES(X) X (BEFORE, "before") X (AFTER, "after")
#define MS_NOISE_SCALE_CHOICES(X) X (EXPERTS, "experts") X (NONE, "none")
#define MS_THRESHOLD_CHOICES(X) X (INCLUSIVE, "inclusive") X (EXCLUSIVE, "exclusive")
#define MS_EXPERT_INIT_CHOICES(X) X (IDENTICAL, "identical") X (INDEPENDENT, "independent")
#define MS_OPTIMISER_CHOICES(X) X (SGD, "sgd") X (ADAM, "adam") X (ADAMW, "adamw")
#define MS_SCHEDULE_CHOICES(X)                                                                                         \
  X (CONSTANT, "constant") X (COSINE, "cosine") X (LINEAR, "linear") X (RSQRT, "rsqrt")    \
  X (POLYNOMIAL, "polynomial")

/* MS_CHOICE_ROUTER_TOP_K and so on. */
#define MS_CHOICE_ENUM(list, prefix, Name) typedef enum { list (prefix) } Name;

#define MS_DATA_ENUM(name, text) MS_CHOICE_DATA_##name,
#define MS_MODEL_ENUM(name, text) MS_CHOICE_MODEL_##name,
#define MS_POOL_ENUM(name, text) MS_CHOICE_POOL_##name,
#define MS_ROUTER_ENUM(name, text) MS_CHOICE_ROUTER_##name,
#define MS_OOD_ENUM(name, text) MS_CHOICE_OOD_##name,
#define MS_ENSEMBLE_ENUM(name, text) MS_CHOICE_ENSEMBLE_##name,
#define MS_MEMBER_ROUTERS_ENUM(name, text) MS_CHOICE_MEMBER_ROUTERS_##name,
#define MS_REPEAT_ENUM(name, text) MS_CHOICE_REPEAT_##name,
#define MS_PRIORITY_ENUM(name, text) MS_CHOICE_PRIORITY_##name,
#define MS_PLACEMENT_ENUM(name, text) MS_CHOICE_PLACEMENT_##name,
#define MS_ROUND_ENUM(name, text) MS_CHOICE_ROUND_##name,
#define MS_COUNTS_ENUM(name, text) MS_CHOICE_COUNTS_##name,
#define MS_SOFTMAX_ENUM(name, text) MS_CHOICE_SOFTMAX_##name,
#define MS_NOISE_SCALE_ENUM(name, text) MS_CHOICE_NOISE_SCALE_##name,
#define MS_THRESHOLD_ENUM(name, text) MS_CHOICE_THRESHOLD_##name,
#define MS_EXPERT_INIT_ENUM(name, text) MS_CHOICE_EXPERT_INIT_##name,
#define MS_OPTIMISER_ENUM(name, text) MS_CHOICE_OPTIMISER_##name,
#define MS_SCHEDULE_ENUM(name, text) MS_CHOICE_SCHEDULE_##name,

MS_CHOICE_ENUM (MS_DATA_CHOICES, MS_DATA_ENUM, MsDataChoice)
MS_CHOICE_ENUM (MS_MODEL_CHOICES, MS_MODEL_ENUM, MsModelChoice)
MS_CHOICE_ENUM (MS_POOL_CHOICES, MS_POOL_ENUM, MsPoolChoice)
MS_CHOICE_ENUM (MS_ROUTER_CHOICES, MS_ROUTER_ENUM, MsRouterChoice)
MS_CHOICE_ENUM (MS_OOD_CHOICES, MS_OOD_ENUM, MsOodChoice)
MS_CHOICE_ENUM (MS_ENSEMBLE_CHOICES, MS_ENSEMBLE_ENUM, MsEnsembleChoice)
MS_CHOICE_ENUM (MS_MEMBER_ROUTERS_CHOICES, MS_MEMBER_ROUTERS_ENUM, MsMemberRoutersChoice)
MS_CHOICE_ENUM (MS_REPEAT_CHOICES, MS_REPEAT_ENUM, MsRepeatChoice)
MS_CHOICE_ENUM (MS_PRIORITY_CHOICES, MS_PRIORITY_ENUM, MsPriorityChoice)
MS_CHOICE_ENUM (MS_PLACEMENT_CHOICES, MS_PLACEMENT_ENUM, MsPlacementChoice)
MS_CHOICE_ENUM (MS_ROUND_CHOICES, MS_ROUND_ENUM, MsRoundChoice)
MS_CHOICE_ENUM (MS_COUNTS_CHOICES, MS_COUNTS_ENUM, MsCountsChoice)
MS_CHOICE_ENUM (MS_SOFTMAX_CHOICES, MS_SOFTMAX_ENUM, MsSoftmaxChoice)
MS_CHOICE_ENUM (MS_NOISE_SCALE_CHOICES, MS_NOISE_SCALE_ENUM, MsNoiseScaleChoice)
MS_CHOICE_ENUM (MS_THRESHOLD_CHOICES, MS_THRESHOLD_ENUM, MsThresholdChoice)
MS_CHOICE_ENUM (MS_EXPERT_INIT_CHOICES, MS_EXPERT_INIT_ENUM, MsExpertInitChoice)
MS_CHOICE_ENUM (MS_OPTIMISER_CHOICES, MS_OPTIMISER_ENUM, MsOptimiserChoice)
MS_CHOICE_ENUM (MS_SCHEDULE_CHOICES, MS_SCHEDULE_ENUM, MsScheduleChoice)
