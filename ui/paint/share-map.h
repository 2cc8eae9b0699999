/* SPDX-License-Identifier: MIT */

/* Every layer's load at one moment, as one matrix: of the step that was chosen from the history, else of the newest
 * batch. Rows are layers, columns experts. */
#pragma once

#include "ui/paint/format.h"
#include "ui/paint/painter.h"

G_BEGIN_DECLS

typedef struct {
  int n_layers, E;           /* E: of the layer with most experts */
  int *experts;              /* (n_layers) */
  int *block, *member;       /* (n_layers) member -1: all share the layer, or it is not known */
  bool *soft;                /* (n_layers) loads are combine weights */
  double *total;             /* (n_layers) assignments a step; 0: not captured */
  float *load;               /* (n_layers, E) assignments a step; NaN beyond the layer's experts */
  float *dropped;            /* (n_layers, E) likewise, of these dropped */
  gint64 first_step, last_step; /* that the numbers are means over */
  int point;                 /* of the history, whose last step is the moment; MS_NONE: there is none */
} MsShareMap;

MsShareMap *ms_share_map_new (const MsScene *scene); /* never NULL; n_layers 0: nothing was routed */
/* The same for where things stand: without loads and what was dropped (NULL), and no layer has a total. */
MsShareMap *ms_share_map_new_shape (const MsScene *scene);
void ms_share_map_free (MsShareMap *map);

/* u = c E / N: 1 is an even share. NaN: not captured, or there is no such expert. */
double ms_share_map_value (const MsShareMap *map, int layer, int e);
/* Where u stands in a diverging map: -1 for 0, 0 for 1, 1 for 4 and more; linear below 1, logarithmic above. */
float ms_share_map_shade (float u);

/* (n_layers, E) 1: the expert got nothing in the @steps up to the moment, in which an even share was large enough to
 * say so. */
guint8 *ms_share_map_dead (const MsShareMap *map, const MsHistory *history, gint64 steps);

MsNumber ms_share_map_layer_name (const MsShareMap *map, int layer);
/* "step 120", "mean of steps 113 to 120". Transfer full. */
char *ms_share_map_moment (const MsShareMap *map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MsShareMap, ms_share_map_free)

G_END_DECLS
