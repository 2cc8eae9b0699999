/* SPDX-License-Identifier: MIT */

/* What if: hands in the routing of an expert: the one that is chosen, or the token's first, or another. What stands can
 * be withdrawn, and what was tried stands in a table beside its control.
 *
 * Signals: "try" (const MsIntervention *). "intervene" (const MsIntervention *, gboolean on): to be put in force or
 * withdrawn; edits are done once. */
#pragma once

#include "core/routing/intervention.h"
#include "ui/paint/painter.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MS_TYPE_WHAT_IF (ms_what_if_get_type ())
G_DECLARE_FINAL_TYPE (MsWhatIf, ms_what_if, MS, WHAT_IF, GtkBox)

GtkWidget *ms_what_if_new (void);

/* @record: the newest of a live run, or NULL: nothing can be done. @set and @trial: NULL for none. */
void ms_what_if_show (MsWhatIf *what_if, const MsRecord *record, const MsSelection *selection,
                      const MsInterventions *set, const MsTrial *trial);

G_END_DECLS
