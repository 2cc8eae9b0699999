/* SPDX-License-Identifier: MIT */

/* Alerts as JSON, for session files: { "limits": LIMITS, "layers": [LAYER, …], "alerts": [ALERT, …],
 * "loads": [ROW, …] } with the newest alert last. LIMITS, LAYER and ALERT have the members of the structs; a ROW is its
 * step and the counts of the layers, one after another. Alerts that are read go on as if they had been raised. */
#pragma once

#include "core/metrics/alerts.h"
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Transfer full. @loads: with those of the window, if it is of a million counts at most; without them it fills anew. */
JsonObject *ms_alerts_to_object (const MsAlerts *alerts, bool loads);

/* @to: the newest step that they can be of. NULL and @error, which names the key: it is broken. */
MsAlerts *ms_alerts_from_object (JsonObject *object, gint64 to, GError **error);

G_END_DECLS
