/* SPDX-License-Identifier: MIT */

/* The bounded past of a run: the scalars and expert loads of each step, without the batch itself. When it is full,
 * neighbouring points are merged in pairs (means, also of loads), so a long run keeps its whole shape in constant
 * memory. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct {
  gint64 first_step, last_step; /* the steps this point stands for */
  int n_records;                /* records merged into it, <= stride */
  double loss, task_loss, importance_loss, load_loss, gshard_loss, z_loss, train_error; /* means; NaN: absent */
} MsHistoryPoint;

typedef struct {
  int n_points, capacity; /* points held, and at most (even, >= 2) */
  gint64 stride;          /* records per finished point: 1, 2, 4, ... */
  MsHistoryPoint *points;
  int n_layers, E;        /* E: of the layer with most experts; loads of others are padded with 0 */
  int *layer_experts;     /* (n_layers) */
  int *layer_block;       /* (n_layers) block index of each routed layer */
  float *load;            /* (capacity, n_layers, E) assignments per step asked for, mean over the point's steps */
  float *dropped;         /* likewise */
  int n_evaluations, evaluations_size;
  MsEvaluation *evaluations; /* every test evaluation, oldest first; thinned like the points */
} MsHistory;

MsHistory *ms_history_new (int capacity);
void ms_history_free (MsHistory *history);
void ms_history_clear (MsHistory *history);

/* Adds a record that is newer than all before it. A record of another shape (E or layers changed) clears first. */
void ms_history_add (MsHistory *history, const MsRecord *record);

/* Forgets everything after @step, for going back in time; a merged point that reaches past @step goes as a whole. */
void ms_history_truncate (MsHistory *history, gint64 step);
MsHistory *ms_history_copy (const MsHistory *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsHistory, ms_history_free)

G_END_DECLS
