/* SPDX-License-Identifier: MIT */

/* Where a run pauses by itself: a list of conditions, each of which can be switched off or taken out, and a form for
 * another one.
 *
 * Signal: "changed": other conditions count now. */
#pragma once

#include "core/metrics/condition.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_BREAKPOINTS (ms_breakpoints_get_type ())
G_DECLARE_FINAL_TYPE (MsBreakpoints, ms_breakpoints, MS, BREAKPOINTS, GtkBox)

GtkWidget *ms_breakpoints_new (void);

/* Blocks and experts that conditions may speak of are those of @record. */
void ms_breakpoints_set_record (MsBreakpoints *breakpoints, const MsRecord *record);

/* False: it is there already. */
bool ms_breakpoints_add (MsBreakpoints *breakpoints, const MsCondition *condition);

/* The conditions that count, and how many. Transfer full: g_free. */
MsCondition *ms_breakpoints_get (MsBreakpoints *breakpoints, int *n);

/* "loss<0.5 !dead", for files: ! before those that are switched off. Setting emits "changed"; false: nothing has. */
char *ms_breakpoints_to_text (MsBreakpoints *breakpoints); /* transfer full */
bool ms_breakpoints_set_text (MsBreakpoints *breakpoints, const char *text, GError **error);

G_END_DECLS
