/* SPDX-License-Identifier: MIT */

/* Which values fit together. One rule a function; each says which keys disagree and what would be right. */
#include "core/train/choices.h"
#include "core/train/decay.h"
#include "core/train/experiment.h"

#define TEXT(id) ms_experiment_text (x, MS_KEY_##id)
#define INT(id) ms_experiment_int (x, MS_KEY_##id)
#define CHOICE(id) ms_experiment_choice (x, MS_KEY_##id)

bool
ms_experiment_places_block (const MsExperiment *x, int block)
{
  int blocks = (int) INT (MODEL_BLOCKS), n = (int) INT (ROUTING_LAYERS);
  if (block < 0 || block >= blocks)
    return false;
  switch ((MsPlacementChoice) CHOICE (ROUTING_PLACEMENT))
    {
    case MS_CHOICE_PLACEMENT_EVERY_2:
      return block % 2 == 1;
    case MS_CHOICE_PLACEMENT_LAST_ODD:
      return block % 2 == 1 && blocks / 2 - block / 2 <= n;
    case MS_CHOICE_PLACEMENT_LAST:
      return block >= blocks - n;
    case MS_CHOICE_PLACEMENT_ALL:
    default:
      return true;
    }
}

bool
ms_experiment_routes_block (const MsExperiment *x, int block)
{
  return CHOICE (ROUTING_ROUTER) != MS_CHOICE_ROUTER_NONE && ms_experiment_places_block (x, block);
}

static bool G_GNUC_PRINTF (2, 3)
refuse (GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, MS_ERROR, MS_ERROR_VALUE, message);
  return false;
}

static bool
check_model_suits_data (const MsExperiment *x, GError **error)
{
  int data = CHOICE (TASK_DATA);
  bool plane = data >= MS_CHOICE_DATA_SPIRALS && data <= MS_CHOICE_DATA_REGIMES;
  if (CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT && (plane || data == MS_CHOICE_DATA_CSV))
    return refuse (error, "model.kind = vit needs images, and task.data = %s has none: set model.kind to mlp",
                   TEXT (TASK_DATA));
  return true;
}

static bool
check_heads (const MsExperiment *x, GError **error)
{
  if (CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT && INT (MODEL_WIDTH) % INT (MODEL_HEADS) != 0)
    return refuse (error, "model.heads = %s does not divide model.width = %s", TEXT (MODEL_HEADS), TEXT (MODEL_WIDTH));
  return true;
}

/* The side of the images where it is known before the data are read; 0 elsewhere. */
static int
known_image_side (const MsExperiment *x)
{
  int data = CHOICE (TASK_DATA);
  return data == MS_CHOICE_DATA_DIGITS ? 8 : data == MS_CHOICE_DATA_CIFAR10 ? 32 : 0;
}

static bool
check_patch (const MsExperiment *x, GError **error)
{
  int side = known_image_side (x);
  if (CHOICE (MODEL_KIND) == MS_CHOICE_MODEL_VIT && side > 0 && side % INT (MODEL_PATCH) != 0)
    return refuse (error, "model.patch = %s does not divide the images of task.data = %s, which are %d pixels wide",
                   TEXT (MODEL_PATCH), TEXT (TASK_DATA), side);
  return true;
}

static bool
check_experts (const MsExperiment *x, GError **error)
{
  if (CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_SWITCH && INT (ROUTING_K) != 1)
    return refuse (error, "routing.k = %s, and routing.router = switch sends each token to one expert: set routing.k "
                          "to 1, or routing.router to top-k",
                   TEXT (ROUTING_K));
  if (ms_key (MS_KEY_ROUTING_K)->applies (x) && INT (ROUTING_K) > INT (ROUTING_EXPERTS))
    return refuse (error, "routing.k = %s is more than routing.experts = %s: a token can go to each expert only once",
                   TEXT (ROUTING_K), TEXT (ROUTING_EXPERTS));
  return true;
}

static bool
check_placement (const MsExperiment *x, GError **error)
{
  gint64 blocks = INT (MODEL_BLOCKS), n = INT (ROUTING_LAYERS);
  int placement = CHOICE (ROUTING_PLACEMENT);
  if (placement == MS_CHOICE_PLACEMENT_LAST && n > blocks)
    return refuse (error, "routing.layers = %s is more than model.blocks = %s", TEXT (ROUTING_LAYERS),
                   TEXT (MODEL_BLOCKS));
  if (placement == MS_CHOICE_PLACEMENT_LAST_ODD && n > blocks / 2)
    return refuse (error, "routing.layers = %s is more than the %d blocks with an odd number among model.blocks = %s",
                   TEXT (ROUTING_LAYERS), (int) (blocks / 2), TEXT (MODEL_BLOCKS));
  if (placement == MS_CHOICE_PLACEMENT_EVERY_2 && blocks < 2)
    return refuse (error, "routing.placement = every-2 starts at block 1, and model.blocks = %s has only block 0: "
                          "set routing.placement to all, or model.blocks to 2 or more",
                   TEXT (MODEL_BLOCKS));
  return true;
}

/* What each member of E3 can choose among, and whether there is anything left of E3. */
static bool
check_parts (const MsExperiment *x, GError **error)
{
  gint64 E = INT (ROUTING_EXPERTS), M = INT (ENSEMBLE_MEMBERS);
  if (E % M != 0)
    return refuse (error, "ensemble.members = %s does not divide routing.experts = %s: each member of e3 has experts "
                          "of its own, or set ensemble.partition to false",
                   TEXT (ENSEMBLE_MEMBERS), TEXT (ROUTING_EXPERTS));
  if (ms_key (MS_KEY_ROUTING_K)->applies (x) && INT (ROUTING_K) > E / M)
    return refuse (error, "routing.k = %s is more than the %d experts that each of ensemble.members = %s has of "
                          "routing.experts = %s",
                   TEXT (ROUTING_K), (int) (E / M), TEXT (ENSEMBLE_MEMBERS), TEXT (ROUTING_EXPERTS));
  if (CHOICE (ENSEMBLE_ROUTERS) == MS_CHOICE_MEMBER_ROUTERS_SHARED)
    return refuse (error, "ensemble.routers = shared needs ensemble.partition = false: members with experts of their "
                          "own need routers of their own");
  return true;
}

static bool
check_e3 (const MsExperiment *x, GError **error)
{
  if (CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_NONE || CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_SOFT)
    return refuse (error, "ensemble.kind = e3 needs members that choose experts, and routing.router = %s chooses "
                          "none: set routing.router to top-k, or ensemble.kind to deep",
                   TEXT (ROUTING_ROUTER));
  if (ms_experiment_bool (x, MS_KEY_ENSEMBLE_PARTITION))
    return check_parts (x, error);
  if (!ms_experiment_bool (x, MS_KEY_ENSEMBLE_TILING))
    return refuse (error, "ensemble.tiling = false and ensemble.partition = false leave nothing of e3: set one of them "
                          "to true, or ensemble.kind to none");
  return true;
}

static bool
check_batch_ensemble (const MsExperiment *x, GError **error)
{
  if (CHOICE (ROUTING_ROUTER) != MS_CHOICE_ROUTER_NONE)
    return refuse (error, "ensemble.kind = batch puts its layers where routing.router = %s would put experts: set "
                          "routing.router to none, or ensemble.kind to e3",
                   TEXT (ROUTING_ROUTER));
  return true;
}

static bool
check_mc_dropout (const MsExperiment *x, GError **error)
{
  bool routed = CHOICE (ROUTING_ROUTER) != MS_CHOICE_ROUTER_NONE;
  if (ms_experiment_real (x, MS_KEY_MODEL_DROPOUT) == 0
      && (!routed || ms_experiment_real (x, MS_KEY_ROUTING_DROPOUT) == 0))
    return refuse (error, "ensemble.kind = mc-dropout draws its members by dropout, and model.dropout = 0 leaves "
                          "nothing to draw: set model.dropout above 0, such as 0.1");
  return true;
}

static bool
check_ensemble (const MsExperiment *x, GError **error)
{
  switch ((MsEnsembleChoice) CHOICE (ENSEMBLE_KIND))
    {
    case MS_CHOICE_ENSEMBLE_E3:
      return check_e3 (x, error);
    case MS_CHOICE_ENSEMBLE_BATCH:
      return check_batch_ensemble (x, error) && check_placement (x, error);
    case MS_CHOICE_ENSEMBLE_MC_DROPOUT:
      return check_mc_dropout (x, error);
    case MS_CHOICE_ENSEMBLE_NONE:
    case MS_CHOICE_ENSEMBLE_DEEP:
    case MS_CHOICE_ENSEMBLE_MIMO:
    default:
      return true;
    }
}

static bool
check_groups (const MsExperiment *x, GError **error)
{
  gint64 group = INT (ROUTING_GROUP_EXAMPLES);
  if (group > 0 && INT (OPTIMISER_BATCH) % group != 0)
    return refuse (error, "routing.group_examples = %s does not divide optimiser.batch = %s",
                   TEXT (ROUTING_GROUP_EXAMPLES), TEXT (OPTIMISER_BATCH));
  return true;
}

static bool
check_decay_rules (const MsExperiment *x, GError **error)
{
  g_autoptr (MsDecayRules) rules = ms_decay_rules_new (TEXT (OPTIMISER_DECAY_RULES), error);
  return rules != NULL;
}

bool
ms_experiment_validate (const MsExperiment *x, GError **error)
{
  if (!check_model_suits_data (x, error) || !check_heads (x, error) || !check_patch (x, error)
      || !check_decay_rules (x, error))
    return false;
  if (!check_ensemble (x, error))
    return false;
  if (CHOICE (ROUTING_ROUTER) == MS_CHOICE_ROUTER_NONE)
    return true;
  return check_experts (x, error) && check_placement (x, error) && check_groups (x, error);
}
