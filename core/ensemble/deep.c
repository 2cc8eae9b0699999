/* SPDX-License-Identifier: MIT */

/* A deep ensemble (Lakshminarayanan et al., 2017): M models that share the data and nothing else; with routers, an
 * ensemble of V-MoEs. */

#include "core/ensemble/ensemble.h"

static MsEnsembleShape
deep_shape (const MsEnsembleConfig *config)
{
  MsEnsembleShape shape = { 1, 1, 1, 1 };

  shape.sets = config->M;
  return shape;
}

const MsEnsembleKind ms_ensemble_deep = {
  .name = "deep",
  .shape = deep_shape,
};
