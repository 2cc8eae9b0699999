/* SPDX-License-Identifier: MIT */

/* The past of one reading in bounded memory: when it is full, neighbours are merged in pairs (means), as in a
 * History, so that a long run keeps its whole shape. */
#pragma once

#include "core/metrics/reading.h"
#include "core/record/history.h"

G_BEGIN_DECLS

typedef struct {
  MsReading reading;
  int n, capacity;   /* points held, and at most (even, >= 2) */
  gint64 stride;     /* records of a finished point: 1, 2, 4, ... */
  gint64 *last_step; /* (capacity) owned: the newest step that a point stands for; ascending */
  gint64 *records;   /* (capacity) owned: merged into it */
  double *value;     /* (capacity) owned: mean; NaN: absent */
} MsReadingSeries;

MsReadingSeries *ms_reading_series_new (const MsReading *reading, int capacity);
void ms_reading_series_free (MsReadingSeries *series); /* NULL is fine */
void ms_reading_series_clear (MsReadingSeries *series);

/* A record newer than all before it; others are left out, and so are records without a batch where it needs one. */
void ms_reading_series_add (MsReadingSeries *series, const MsRecord *record);
void ms_reading_series_truncate (MsReadingSeries *series, gint64 step); /* forgets what came after @step */

/* What @history says of it takes the place of all that was there; merged points say nothing of what is no mean of
 * means (max violation, CV, entropy). @like: a record of the same model. False: a history has no such thing, and the
 * series stays as it was. */
bool ms_reading_series_refill (MsReadingSeries *series, const MsHistory *history, const MsRecord *like);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsReadingSeries, ms_reading_series_free)

G_END_DECLS
