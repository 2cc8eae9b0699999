/* SPDX-License-Identifier: MIT */

/* What stands on the timeline: the steps it spans, the losses of the branches, and which changes led to now. */
#pragma once

#include "ui/paint/line.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

/* The steps of the current branch's past -> @first, @last; false: there is none. */
bool ms_timeline_steps (const MsScene *scene, gint64 *first, gint64 *last);
/* The last step that the axis holds: of the current branch, or of one that began with it and went further. */
gint64 ms_timeline_end (const MsScene *scene);
/* The step that is looked at: the chosen one within the current branch's past, else its end. There is a past. */
gint64 ms_timeline_cursor (const MsScene *scene);

/* Losses of the points that reach @from or further; the arrays are owned. */
MsLine ms_timeline_line (const MsHistory *history, gint64 from);
void ms_timeline_line_clear (MsLine *line);
double ms_timeline_loss (const MsHistory *history, gint64 step); /* of the point that holds @step; NaN: absent */

/* What @branch has of its own, beside the current one; NULL: nothing that is still kept, or it is the current one. */
const MsHistory *ms_timeline_other (const MsScene *scene, const MsBranch *branch);
/* @branch goes back to the same beginning as the current one. */
bool ms_timeline_related (const MsBranches *branches, const MsBranch *branch);
/* The change was made on the way to the current branch's newest step. */
bool ms_timeline_leads (const MsBranches *branches, const MsBranchChange *change);

/* How uneven the load was, for each of @n columns of equally many steps of [@v0, @v1]: the largest violation of the
 * points in it, NaN where there are none; the selected layer's. */
float *ms_timeline_violations (const MsScene *scene, double v0, double v1, int n);

G_END_DECLS
