/* SPDX-License-Identifier: MIT */

/* What a list of alerts is made of, for alerts.c, which raises them, and alerts-file.c, which writes and reads them. */
#pragma once

#include "core/metrics/alerts.h"
#include "core/metrics/load-window.h"

G_BEGIN_DECLS

#define MS_NO_ALERT (-1)

/* A layer's counts stand in the window's rows from @at on: E loads, then E dropped. */
typedef struct {
  int block, member, E, at;
  bool soft;
  int collapse, dropped; /* places in the list of the newest alert, or MS_NO_ALERT */
  int *dead;             /* (E) owned, likewise */
} MsAlertsLayer;

struct MsAlerts {
  MsAlertLimits limits;
  GArray *list;         /* of MsAlert, by step */
  GArray *layers;       /* of MsAlertsLayer */
  MsLoadWindow *window; /* NULL: no record of these layers came yet */
  int not_finite;       /* place in the list, or MS_NO_ALERT */
};

/* A layer without alerts. It is taken over as the last one of @alerts, which says where its counts stand. */
MsAlertsLayer ms_alerts_layer_new (int block, int member, int E, bool soft);
void ms_alerts_take_layer (MsAlerts *alerts, MsAlertsLayer layer);
int ms_alerts_n_loads (const MsAlerts *alerts); /* counts of a row */

/* After the list was changed by other hands than those that judge. */
void ms_alerts_find_newest (MsAlerts *alerts);

G_END_DECLS
