/* SPDX-License-Identifier: MIT */

/* Soft MoE's layers, from a record and what only the model knows of them. */

#include "core/train/session-private.h"

bool
ms_session_soft_metrics (const MsSession *s, const MsRecord *record, int i, MsSoftMetrics *metrics, double *scale)
{
  const MsRouting *r = record->routing[i];
  const MsParam *mu = s->model->moe[i]->router->mu;
  g_autofree float *key = NULL;

  if (r->slots == 0 || r->dispatch == NULL || r->combine == NULL)
    return false;
  key = g_new (float, mu->n);
  for (gsize j = 0; j < mu->n; j++)
    key[j] = (float)mu->value[j];
  *metrics = ms_soft_metrics (r->dispatch, r->combine, r->T, r->slots, r->groups, key, (int)mu->dim[0]);
  *scale = (double)s->model->moe[i]->router->scale->value[0];
  return true;
}
