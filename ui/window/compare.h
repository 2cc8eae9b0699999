/* SPDX-License-Identifier: MIT */

/* Two runs side by side with one step cursor: both do the same number of batches, as many at a time as are shown, and
 * each waits for the other. The one that is behind catches up first. A recorded run goes on record by record until it
 * has come as far. */
#pragma once

#include "ui/window/live.h"

G_BEGIN_DECLS

#define MS_TYPE_COMPARE (ms_compare_get_type ())
G_DECLARE_FINAL_TYPE (MsCompare, ms_compare, MS, COMPARE, GObject)

/* Signals: "changed": it plays or has stopped playing. @first and @second are borrowed and must outlive it, or until
 * ms_compare_stop. */
MsCompare *ms_compare_new (MsLive *first, MsLive *second);
void ms_compare_stop (MsCompare *compare);

void ms_compare_play (MsCompare *compare);
void ms_compare_pause (MsCompare *compare);           /* when both have come to the same step; not to catch up */
/* At once, wherever they are, as when one of them pauses by itself or goes back. */
void ms_compare_halt (MsCompare *compare);
void ms_compare_step (MsCompare *compare, int n);
void ms_compare_set_speed (MsCompare *compare, double steps_per_second); /* 0: as fast as both go */
bool ms_compare_is_playing (MsCompare *compare);

G_END_DECLS
