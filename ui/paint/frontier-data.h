/* SPDX-License-Identifier: MIT */

/* The runs and branches so far as points: what a prediction costs, and how good it is. */
#pragma once

#include "ui/paint/format.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef enum {
  MS_FRONTIER_ERROR, /* % of the test examples whose class is wrong */
  MS_FRONTIER_NLL,   /* nats */
  MS_N_FRONTIER_METRICS,
} MsFrontierMetric;

typedef struct {
  const MsBranch *branch; /* borrowed */
  double flops;           /* of a prediction of one example */
  double value[MS_N_FRONTIER_METRICS];
  double spread;          /* standard error of the error, in %: of a share of so many examples */
  bool front[MS_N_FRONTIER_METRICS]; /* no other point is as good in cost and metric, and better in one */
} MsFrontierPoint;

typedef struct {
  int n;
  MsFrontierPoint *point; /* (n) owned; by cost, ascending */
  int absent;             /* branches that have not been judged yet, or whose cost is not known */
  int current;            /* index of the current branch's point; MS_NONE: it is absent */
} MsFrontier;

MsFrontier ms_frontier_read (const MsScene *scene);
void ms_frontier_clear (MsFrontier *self);

/* What training came to up to @step: the branch's own steps and those of the branches it came from, each at the cost of
 * its own. NaN: one of them is not known. */
double ms_frontier_training (const MsBranches *branches, const MsBranch *branch, gint64 step);

MsNumber ms_frontier_flops (double flops, int significant); /* "2.34 MFLOP" */

char *ms_frontier_describe (const MsScene *scene, const MsSpot *spot);
char *ms_frontier_table (const MsScene *scene);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsFrontier, ms_frontier_clear)

G_END_DECLS
