/* SPDX-License-Identifier: MIT */

#include "core/ensemble/ensemble.h"

#include <string.h>

const MsEnsembleKind *
ms_ensemble_kind_find (const char *name)
{
#define KIND(kind) &ms_ensemble_##kind,
  static const MsEnsembleKind *const kinds[] = { MS_ENSEMBLES (KIND) };
#undef KIND

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}
