/* SPDX-License-Identifier: MIT */

/* Shares out the time of a frame among the pictures that are out of date, in turns: a frame stays short however many
 * pictures there are, and each comes up to date within a few frames. Who asks again while waiting keeps its place, so
 * that nobody starves and only the newest is painted. */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct MsPaintBudget MsPaintBudget;

typedef void (*MsPaintTurn) (gpointer who);

/* The one of all pictures of a window: it gives turns at each frame, after all news was taken and before the layout.
 * Lives as long as @clock. */
MsPaintBudget *ms_paint_budget_of (GdkFrameClock *clock);

/* @who wants a turn, which is expected to take @cost microseconds; a turn may not withdraw others. */
void ms_paint_budget_ask (MsPaintBudget *budget, gpointer who, MsPaintTurn turn, gint64 cost);
void ms_paint_budget_withdraw (MsPaintBudget *budget, gpointer who);
bool ms_paint_budget_waits (MsPaintBudget *budget); /* somebody has not had a turn yet */

/* Without a clock, for tests: @per_frame microseconds of what @now tells. */
MsPaintBudget *ms_paint_budget_new (gint64 per_frame, gint64 (*now) (void));
void ms_paint_budget_free (MsPaintBudget *budget);
/* One frame: turns as long as they are expected to fit, but always one. */
void ms_paint_budget_run (MsPaintBudget *budget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsPaintBudget, ms_paint_budget_free)

G_END_DECLS
