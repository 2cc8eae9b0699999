/* SPDX-License-Identifier: MIT */

/* The branches of what has been run since the program started, as plain data for pictures and menus: going back and on
 * from there begins a branch, and so does building the model anew. Immutable and shared; the runner tells a new one
 * when something of it has changed. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct {
  int id, parent;    /* parent -1: it began anew, by opening, rebuilding or another seed */
  gint64 from, to;   /* it has the steps after @from up to @to */
  char *label;       /* owned: "digits-vmoe, seed 0" of one that began anew; else what was changed first: "K 1 → 2" */
  char *values;      /* owned: what differs from the branch before it in the list, "routing.k=2 …"; "": nothing */
  double flops_per_example;  /* of a prediction by all members, forward; NaN: not known yet */
  double flops_per_step;     /* of training, forward and backward, from the kernels' counters; NaN: no step yet */
  MsEvaluation *evaluation;  /* owned: the newest; NULL: none yet */
} MsBranch;

/* A change of values or an intervention, for the marks on the timeline. */
typedef struct {
  int branch;
  gint64 step;  /* in force for the steps after it */
  char *words;  /* owned: "Learning rate 0.005 → 0.01", "mask expert 3 in block 1" */
} MsBranchChange;

typedef struct {
  gint ref_count; /* atomic */
  int n;
  MsBranch *branch;  /* (n) by id, ascending */
  int current;       /* index into @branch */
  int n_changes;
  MsBranchChange *change; /* (n_changes) in the order in which they were made */
} MsBranches;

MsBranches *ms_branches_new (int n, int n_changes); /* cleared, numbers NaN, one reference */
MsBranches *ms_branches_ref (MsBranches *branches);
void ms_branches_unref (MsBranches *branches); /* NULL is fine */
const MsBranch *ms_branches_find (const MsBranches *branches, int id); /* NULL: there is none */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsBranches, ms_branches_unref)

G_END_DECLS
