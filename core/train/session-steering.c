/* SPDX-License-Identifier: MIT */

/* A session's interventions: those that stand, and edits of weights. */

#include "core/train/session-private.h"

#include "core/train/steering.h"

bool
ms_session_check_intervention (const MsSession *s, const MsIntervention *intervention, GError **error)
{
  return ms_model_check_intervention (s->model, intervention, error);
}

bool
ms_session_intervene (MsSession *s, const MsInterventions *set, GError **error)
{
  return ms_model_intervene (s->model, set, error);
}

const MsInterventions *
ms_session_interventions (const MsSession *s)
{
  return s->model->interventions;
}

bool
ms_session_edit (MsSession *s, const MsIntervention *edit, GError **error)
{
  g_return_val_if_fail (ms_intervention_is_edit (edit), false);
  if (!ms_model_check_intervention (s->model, edit, error))
    return false;
  ms_model_edit (s->model, s->optimiser, edit);
  g_clear_pointer (&s->compared, ms_record_unref); /* the weights are others now */
  g_clear_pointer (&s->compared, ms_record_unref);
  return true;
}
