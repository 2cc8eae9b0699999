/* SPDX-License-Identifier: MIT */

#include "core/record/branches.h"

#include <math.h>

MsBranches *
ms_branches_new (int n, int n_changes)
{
  MsBranches *self = g_new0 (MsBranches, 1);

  self->ref_count = 1;
  self->n = n;
  self->n_changes = n_changes;
  self->branch = g_new0 (MsBranch, n);
  self->change = g_new0 (MsBranchChange, n_changes);
  for (int i = 0; i < n; i++)
    self->branch[i].flops_per_example = self->branch[i].flops_per_step = NAN;
  return self;
}

MsBranches *
ms_branches_ref (MsBranches *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
ms_branches_unref (MsBranches *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (int i = 0; i < self->n; i++)
    {
      g_free (self->branch[i].label);
      g_free (self->branch[i].values);
      g_free (self->branch[i].evaluation);
    }
  for (int i = 0; i < self->n_changes; i++)
    g_free (self->change[i].words);
  g_free (self->branch);
  g_free (self->change);
  g_free (self);
}

const MsBranch *
ms_branches_find (const MsBranches *self, int id)
{
  for (int i = 0; self != NULL && i < self->n; i++)
    if (self->branch[i].id == id)
      return &self->branch[i];
  return NULL;
}
