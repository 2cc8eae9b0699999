/* SPDX-License-Identifier: MIT */

/* A Trial: what an intervention does, beside what the same on another expert does. Three deterministic forward passes
 * of the same weights over the same batch: without the intervention, with it, and with the control, in which an expert
 * drawn by chance stands in for the one it concerns: what the control has, too, is no effect of that very expert. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *words;      /* owned: "mask expert 3 in block 1"; "nothing changed" of the baseline */
  double task_loss; /* mean cross-entropy over members and examples */
  double error;     /* share of wrong classes */
  double changed;   /* share of examples whose predicted class is another than the baseline's; 0 of the baseline */
  double kl;        /* mean KL (baseline, this) of the predictions, nats */
  double dropped;   /* share of the layer's assignments that capacity dropped */
  double max_violation; /* of the layer's load */
  int E;
  int *load;        /* (E) owned: assignments asked for in the layer */
} MsTrialArm;

typedef enum {
  MS_ARM_BASELINE,
  MS_ARM_INTERVENTION,
  MS_ARM_CONTROL,
  MS_N_ARMS,
} MsTrialArmId;

typedef struct {
  gint ref_count; /* atomic */
  gint64 step;    /* batches done before it */
  int block;      /* of the layer that load, dropped and max_violation are of */
  int examples;
  MsTrialArm arm[MS_N_ARMS]; /* without a control, where no other expert is left: its words are NULL, its numbers NaN */
} MsTrial;

MsTrial *ms_trial_new (void); /* numbers NaN, one reference */
MsTrial *ms_trial_ref (MsTrial *trial);
void ms_trial_unref (MsTrial *trial); /* NULL is fine */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsTrial, ms_trial_unref)

G_END_DECLS
