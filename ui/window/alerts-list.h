/* SPDX-License-Identifier: MIT */

/* What was noticed, newest first, each to be pressed to see the step, the layer and the expert; whether the run pauses
 * on it; and from where on something is worth an alert.
 *
 * Signals: "chosen" (const MsSpot *); "changed": pause or limits are others. */
#pragma once

#include "ui/paint/painter.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_ALERTS_LIST (ms_alerts_list_get_type ())
G_DECLARE_FINAL_TYPE (MsAlertsList, ms_alerts_list, MS, ALERTS_LIST, GtkBox)

GtkWidget *ms_alerts_list_new (void);

/* @alerts NULL: none. @record says which place in a record an alert's layer has; NULL: not known. */
void ms_alerts_list_show (MsAlertsList *list, const MsAlerts *alerts, const MsRecord *record);

gboolean ms_alerts_list_pauses (MsAlertsList *list);
const MsAlertLimits *ms_alerts_list_limits (MsAlertsList *list);

/* "pause collapse=0.35 dead=10 dropped=0.2 window=25", for files. Setting emits "changed"; false: nothing has. */
char *ms_alerts_list_to_text (MsAlertsList *list); /* transfer full */
bool ms_alerts_list_set_text (MsAlertsList *list, const char *text, GError **error);

G_END_DECLS
