/* SPDX-License-Identifier: MIT */

/* Chooses a reading: which number, and where that is asked for, of which routed block and which expert.
 *
 * Signal: "changed": another one is chosen, or none can be. */
#pragma once

#include "core/metrics/reading.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_READING_PICKER (ms_reading_picker_get_type ())
G_DECLARE_FINAL_TYPE (MsReadingPicker, ms_reading_picker, MS, READING_PICKER, GtkBox)

GtkWidget *ms_reading_picker_new (void);

/* Blocks and experts to choose from are those of @record; NULL: none. Cheap while the model is the same. */
void ms_reading_picker_set_record (MsReadingPicker *picker, const MsRecord *record);

/* False: there is no block to read it of. */
bool ms_reading_picker_get (MsReadingPicker *picker, MsReading *reading);

G_END_DECLS
