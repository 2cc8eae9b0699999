/* SPDX-License-Identifier: MIT */

/* Means of losses and sums of expert loads over the last n steps, and the times of all steps: one batch is too noisy to
 * report, and the whole run too old. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct MsTally MsTally;

typedef struct {
  int layer;      /* block index */
  char *router;   /* borrowed from the tally */
  int E;
  double *load, *dropped; /* (E) sums of assignments asked for, and of those dropped; borrowed from the tally */
} MsTallyLayer;

typedef struct {
  double loss, task_loss, importance_loss, load_loss, gshard_loss, z_loss, train_error; /* NaN: absent */
} MsTallyMeans;

MsTally *ms_tally_new (int n_steps); /* n_steps >= 1 */
void ms_tally_free (MsTally *tally);
void ms_tally_add (MsTally *tally, const MsRecord *record, double step_ms);

int ms_tally_n_steps (const MsTally *tally); /* steps that the means and sums stand for */
MsTallyMeans ms_tally_means (const MsTally *tally);
int ms_tally_n_layers (const MsTally *tally);
MsTallyLayer ms_tally_layer (const MsTally *tally, int i);
double ms_tally_step_ms (const MsTally *tally); /* median over all steps; NaN without any */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTally, ms_tally_free)

G_END_DECLS
