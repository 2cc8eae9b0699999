/* SPDX-License-Identifier: MIT */

/* What pinning means: the reading that a choice stands for. */
#pragma once

#include "core/metrics/reading.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* An expert: its share of the load; a member: how much the members disagree; otherwise the chosen layer's max
 * violation, and where there is no routed layer the disagreement or, of a single model, the loss. @record NULL: the
 * loss. */
MsReading ms_pin_reading (const MsSelection *selection, const MsRecord *record);

G_END_DECLS
