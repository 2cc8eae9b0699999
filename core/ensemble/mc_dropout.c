/* SPDX-License-Identifier: MIT */

/* MC dropout (Gal and Ghahramani, 2016): one model whose dropout stays on outside training; its members are M draws of
 * the masks. */

#include "core/ensemble/ensemble.h"

static MsEnsembleShape
mc_dropout_shape (const MsEnsembleConfig *config)
{
  MsEnsembleShape shape = { 1, 1, 1, 1 };

  shape.samples = config->M;
  return shape;
}

const MsEnsembleKind ms_ensemble_mc_dropout = {
  .name = "mc-dropout",
  .shape = mc_dropout_shape,
};
