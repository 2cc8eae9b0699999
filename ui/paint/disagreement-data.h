/* SPDX-License-Identifier: MIT */

/* What the members of an ensemble say about the batch, sorted by how much they differ. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_DISPUTE_CLASSES 6 /* of one example that are drawn by themselves */

typedef struct {
  const MsRecord *record; /* borrowed */
  int M, N, C;
  double *mutual;         /* (N) mutual information, nats; owned */
  int *order;             /* (N) examples, the most disputed first, of equal ones the lower index; owned */
} MsDisputes;

/* The classes of one example that matter: the ensemble's first and second, and each member's; most probable first. */
typedef struct {
  int n, best;                     /* best: what the ensemble says */
  int classes[MS_DISPUTE_CLASSES];
  double mean[MS_DISPUTE_CLASSES]; /* of the members' probabilities */
} MsDispute;

/* Between all pairs of members, from the whole test split if it was assessed, else from the batch. */
typedef struct {
  int M, examples;
  bool test_split;
  double *disagreement, *kl; /* (M, M) owned */
} MsPairs;

/* The negative log-likelihoods that tell what averaging gains; NaN: unknown. */
typedef struct {
  double ensemble, members; /* members: mean over them */
  bool test_split;          /* else of the batch */
} MsGain;

/* False: fewer than two members, or not captured (and @self holds nothing). */
bool ms_disputes_read (MsDisputes *self, const MsScene *scene);
void ms_disputes_clear (MsDisputes *self);
MsDispute ms_disputes_look (const MsDisputes *self, int n);
double ms_disputes_prob (const MsDisputes *self, int m, int n, int c);

bool ms_pairs_read (MsPairs *self, const MsScene *scene); /* likewise */
void ms_pairs_clear (MsPairs *self);
MsGain ms_gain_read (const MsScene *scene);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsDisputes, ms_disputes_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsPairs, ms_pairs_clear)

G_END_DECLS
