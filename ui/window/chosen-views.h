/* SPDX-License-Identifier: MIT */

/* Which views the window shows: those that somebody chose, or else the first four of the list that have something to
 * show. Views are bits, in the order of the list of painters. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define MS_VIEWS_AT_ONCE 4 /* unless somebody wants more */

typedef struct {
  bool own;      /* somebody chose */
  guint64 views; /* what; only if own */
} MsChosenViews;

/* Of the views that are @applying. A choice of which nothing applies counts as none. */
guint64 ms_chosen_views_shown (const MsChosenViews *chosen, guint64 applying);

/* Shows or hides view @i; the rest stays as it is shown now. The last view shown cannot be hidden: false. */
bool ms_chosen_views_set (MsChosenViews *chosen, guint64 applying, int i, bool shown);

/* Names with semicolons, "" for no choice of one's own; unknown names are passed over. */
char *ms_chosen_views_to_text (const MsChosenViews *chosen); /* transfer full */
MsChosenViews ms_chosen_views_from_text (const char *text);

G_END_DECLS
