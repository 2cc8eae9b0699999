/* SPDX-License-Identifier: MIT */

/* Alerts: what goes wrong with routing, noticed from the loads of record after record. Every limit is a named number;
 * an alert is raised once, and again only after what it told of had been over for some steps. Loads are summed over a
 * window of steps, because a single batch leaves experts unused by chance: with N assignments over E experts the
 * expected share of unused ones is (1 - 1/E)^N. Before the window is full nothing is said of loads. What comes back
 * within a window of steps after it was over had not been over: its alert goes on. In Soft MoE the combine weights are
 * the load, which may collapse; it has no assignments that experts could lack or capacity could drop. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

#define MS_ALERTS(X)                                                                                                   \
  X (COLLAPSE, "collapse", "few experts take nearly everything")                                                       \
  X (DEAD, "dead", "an expert gets nothing any more")                                                                  \
  X (DROPPED, "dropped", "capacity drops many assignments")                                                            \
  X (NOT_FINITE, "nan", "the loss or the gradient is no number")

typedef enum {
#define MS_ALERT_ENUM(id, name, words) MS_ALERT_##id,
  MS_ALERTS (MS_ALERT_ENUM)
#undef MS_ALERT_ENUM
  MS_N_ALERTS,
} MsAlertKind;

typedef struct {
  MsAlertKind kind;
  gint64 step;       /* when it was noticed */
  gint64 over;       /* the step from which it was no longer so; -1: it still is */
  int block, member; /* of the layer; -1: of no layer */
  int expert;        /* DEAD: the expert, COLLAPSE: the busiest; -1: none */
  double value;      /* the effective share exp H / E, the assignments in the window, the share dropped */
} MsAlert;

typedef struct {
  double collapse;      /* effective share exp H / E of the window's load below which a layer has collapsed */
  double dead_per_expert; /* assignments an even share of the window must have, before an empty expert counts as dead */
  double dropped;       /* share of the window's assignments above which capacity drops too many */
  int window;           /* steps, >= 1 */
} MsAlertLimits;

MsAlertLimits ms_alert_limits_default (void); /* 0.35, 10, 0.2, 25 */

/* A list of alerts, oldest first. It holds at most MS_ALERTS_MOST: what is over goes first, then nothing is added. */
#define MS_ALERTS_MOST 8192
typedef struct MsAlerts MsAlerts;

MsAlerts *ms_alerts_new (const MsAlertLimits *limits);
void ms_alerts_free (MsAlerts *alerts);
void ms_alerts_set_limits (MsAlerts *alerts, const MsAlertLimits *limits);
MsAlerts *ms_alerts_copy (const MsAlerts *alerts);

/* Looks at a record that is newer than all before it; returns how many alerts it brought: the last of the list. */
int ms_alerts_add (MsAlerts *alerts, const MsRecord *record);
/* The step after @step failed because a number is not finite. */
void ms_alerts_add_not_finite (MsAlerts *alerts, gint64 step);
/* Forgets what came after @step. Loads that the window had forgotten before do not come back: it fills anew. */
void ms_alerts_truncate (MsAlerts *alerts, gint64 step);

int ms_alerts_count (const MsAlerts *alerts);
const MsAlert *ms_alerts_at (const MsAlerts *alerts, int i);
/* The newest alert of this layer that is not over; NULL: none. @expert -1: any. */
const MsAlert *ms_alerts_of (const MsAlerts *alerts, int block, int member, int expert);

const char *ms_alert_name (MsAlertKind kind);
/* "expert 5 in block 3 got none of 1,600 assignments in 25 steps". Transfer full. */
char *ms_alert_words (const MsAlert *alert, const MsAlertLimits *limits);
const MsAlertLimits *ms_alerts_limits (const MsAlerts *alerts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsAlerts, ms_alerts_free)

G_END_DECLS
