/* SPDX-License-Identifier: MIT */

/* E³, the efficient ensemble of experts (arXiv 2110.03360): tokens are tiled before the first routed layer, each member
 * routes its copy among experts of its own, and everything else is shared. Without tiling every token passes all parts
 * of the experts, whose outputs are added, and there is one prediction. */

#include "core/ensemble/ensemble.h"

static MsEnsembleShape
e3_shape (const MsEnsembleConfig *config)
{
  MsEnsembleShape shape = { 1, 1, 1, 1 };

  shape.copies = config->tiling ? config->M : 1;
  return shape;
}

const MsEnsembleKind ms_ensemble_e3 = {
  .name = "e3",
  .shape = e3_shape,
};
