/* SPDX-License-Identifier: MIT */

/* The bounded past of a run: the scalars and expert loads of each step, without the batch itself. When it is full,
 * neighbouring points are merged in pairs (means, also of loads), so a long run keeps its whole shape in constant
 * memory. Full means as many points as it may have, or as fit into its bytes: with 128 layers of 512 experts a point
 * takes half a megabyte, so it has fewer and coarser ones. */
#pragma once

#include "core/record/record.h"

G_BEGIN_DECLS

typedef struct {
  gint64 first_step, last_step; /* the steps this point stands for */
  int n_records;                /* records merged into it, <= stride */
  double loss, task_loss, importance_loss, load_loss, gshard_loss, z_loss, train_error; /* means; NaN: absent */
} MsHistoryPoint;

typedef struct {
  int n_points, capacity; /* points held, and at most (even, >= 2) for the shape it has now */
  int wanted;             /* the capacity that was asked for */
  gsize max_bytes;        /* 0: no limit */
  int rows;               /* allocated, of points and loads */
  gint64 stride;          /* records per finished point: 1, 2, 4, ... */
  MsHistoryPoint *points;
  int n_layers, E;        /* E: of the layer with most experts; loads of others are padded with 0 */
  int *layer_experts;     /* (n_layers) */
  int *layer_block;       /* (n_layers) block index of each routed layer */
  float *load;            /* (rows, n_layers, E) assignments per step asked for, mean over the point's steps */
  float *dropped;         /* likewise */
  int n_evaluations, evaluations_size;
  MsEvaluation *evaluations; /* every test evaluation, oldest first; thinned like the points */
} MsHistory;

#define MS_HISTORY_FEWEST 64 /* points that a limit in bytes leaves at least */

MsHistory *ms_history_new (int capacity);

/* The same with as many points of the run's shape as fit into @max_bytes, but no fewer than MS_HISTORY_FEWEST and no
 * more than @capacity. */
MsHistory *ms_history_new_within (gsize max_bytes, int capacity);

/* Merges points until they fit into @max_bytes as above; a larger limit acts when it is cleared. */
void ms_history_set_limit (MsHistory *history, gsize max_bytes);
gsize ms_history_bytes (const MsHistory *history); /* that it occupies now */

void ms_history_free (MsHistory *history);
void ms_history_clear (MsHistory *history);

/* Adds a record that is newer than all before it. A record of another shape (E or layers changed) clears first. */
void ms_history_add (MsHistory *history, const MsRecord *record);

/* Makes room for @n_points, at most its capacity: for who fills in a past that was kept in a file. */
void ms_history_reserve (MsHistory *history, int n_points);

/* Forgets everything after @step, for going back in time; a merged point that reaches past @step goes as a whole. */
void ms_history_truncate (MsHistory *history, gint64 step);
MsHistory *ms_history_copy (const MsHistory *history);

/* (E) of a point's loads in a layer: borrowed, until the next add. */
const float *ms_history_load (const MsHistory *history, int point, int layer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsHistory, ms_history_free)

G_END_DECLS
