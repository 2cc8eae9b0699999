/* SPDX-License-Identifier: MIT */

/* Rows of counts of the newest steps, and their sums. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
  int n, steps;      /* counts of a row, and rows at most (>= 1) */
  int count, first;  /* rows held; where the oldest is */
  gint64 *step;      /* (steps) owned: a ring */
  float *row;        /* (steps, n) owned: exact for whole counts up to 2^24 */
  double *sum;       /* (n) owned: exact for whole counts, since what is added is what is taken away */
} MsLoadWindow;

MsLoadWindow *ms_load_window_new (int n, int steps);
void ms_load_window_free (MsLoadWindow *window); /* NULL is fine */

/* The newest @steps rows of @window, with room for as many. */
MsLoadWindow *ms_load_window_copy (const MsLoadWindow *window, int steps);

void ms_load_window_add (MsLoadWindow *window, gint64 step, const float *row); /* the oldest goes when it is full */
void ms_load_window_truncate (MsLoadWindow *window, gint64 step);              /* forgets what came after @step */
bool ms_load_window_is_full (const MsLoadWindow *window);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsLoadWindow, ms_load_window_free)

G_END_DECLS
