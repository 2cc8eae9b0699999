/* SPDX-License-Identifier: MIT */

#include "core/record/trial.h"

#include <math.h>

MsTrial *
ms_trial_new (void)
{
  MsTrial *trial = g_new0 (MsTrial, 1);

  trial->ref_count = 1;
  for (int i = 0; i < MS_N_ARMS; i++)
    {
      MsTrialArm *arm = &trial->arm[i];

      arm->task_loss = arm->error = arm->changed = arm->kl = arm->dropped = arm->max_violation = NAN;
    }
  return trial;
}

MsTrial *
ms_trial_ref (MsTrial *trial)
{
  g_return_val_if_fail (trial != NULL, NULL);
  g_atomic_int_inc (&trial->ref_count);
  return trial;
}

void
ms_trial_unref (MsTrial *trial)
{
  if (trial == NULL || !g_atomic_int_dec_and_test (&trial->ref_count))
    return;
  for (int i = 0; i < MS_N_ARMS; i++)
    {
      g_free (trial->arm[i].words);
      g_free (trial->arm[i].load);
    }
  g_free (trial);
}
