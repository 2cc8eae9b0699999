/* SPDX-License-Identifier: MIT */

/* What is known of a layer's experts: how alike they are, how much they were used of late, and whether an unused one
 * can be called dead. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_EXPERTS_WINDOW 50   /* steps that use is summed over */
#define MS_EXPERTS_MOST 1024   /* a larger matrix of pairs is not drawn at every frame */

typedef enum {
  MS_EXPERT_USED,
  MS_EXPERT_UNUSED, /* but too few assignments to tell */
  MS_EXPERT_DEAD,
} MsExpertState;

typedef struct {
  const MsRouting *routing; /* borrowed; NULL: nothing to show */
  int E;
  double *count;  /* (E) owned: assignments of the window; of a soft layer the batch's combine weights */
  double total;   /* N */
  gint64 steps;   /* that the window has; 1: this batch alone */
  bool weight;    /* of a soft layer, whose experts always work */
  bool enough;    /* assignments to call an unused expert dead */
  int unused;
  double chance;  /* experts that would be unused if N assignments fell evenly by chance: E (1 − 1 / E)^N */
} MsExperts;

/* False: no routed layer. */
bool ms_experts_read (MsExperts *self, const MsScene *scene);
void ms_experts_clear (MsExperts *self);
MsExpertState ms_experts_state (const MsExperts *self, int e);

/* Both measures of likeness in one square (E, E): below the diagonal of the experts' weights, above it of the router's
 * columns; NaN: not captured. On the diagonal 0. NULL: neither was, or there are too many. Transfer full. */
double *ms_experts_likeness (const MsRouting *routing, double *most);

char *ms_experts_describe (const MsScene *scene, const MsSpot *spot);
char *ms_experts_table (const MsScene *scene);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsExperts, ms_experts_clear)

G_END_DECLS
