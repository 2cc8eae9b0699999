/* SPDX-License-Identifier: MIT */

/* Which experts of a layer are chosen together, as Co-activation draws and tells it. */
#pragma once

#include "ui/paint/painter.h"

G_BEGIN_DECLS

#define MS_COACTIVATION_EXPERTS 1024 /* pairs of more than these are not counted at every frame */
#define MS_COACTIVATION_LEAST 10     /* tokens that must have chosen an expert before its pairs are ranked */

/* What keeps a layer from having pairs. */
typedef enum {
  MS_PAIRS_THERE,
  MS_PAIRS_NO_RECORD,
  MS_PAIRS_DENSE,   /* no routed layer */
  MS_PAIRS_SOFT,    /* nothing is chosen */
  MS_PAIRS_SINGLE,  /* one expert a token, or one expert in all */
  MS_PAIRS_ABSENT,  /* the choices were not captured */
  MS_PAIRS_TOO_MANY,
} MsPairsState;

MsPairsState ms_coactivation_state (const MsScene *scene);

typedef struct {
  int first, second; /* of the tokens that chose @first, ... */
  double rate, excess;
} MsExpertPair;

typedef struct {
  const MsRouting *routing; /* borrowed */
  int E, part;     /* experts, and those that one token can choose from: fewer where members have their own */
  int T;           /* tokens that chose anything */
  int *tokens;     /* (E) that chose it */
  double *rate;    /* (E, E) share of the row's tokens that chose the column, too; NaN: one of them is unused, or no
                    * token can choose both */
  double *excess;  /* (E, E) less what is expected, see ms_coactivation (); NaN likewise */
  double most;     /* of |excess|, rounded up for a scale; > 0 */
} MsCoactivation;

/* False, and @self cleared, in any state but MS_PAIRS_THERE. */
bool ms_coactivation_read (MsCoactivation *self, const MsScene *scene);
void ms_coactivation_clear (MsCoactivation *self);

/* The @n pairs with the largest excess, largest first, of experts that at least MS_COACTIVATION_LEAST tokens chose;
 * returns how many there are. */
int ms_coactivation_top (const MsCoactivation *self, MsExpertPair *pairs, int n);

char *ms_coactivation_describe (const MsScene *scene, const MsSpot *spot);
char *ms_coactivation_table (const MsScene *scene);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MsCoactivation, ms_coactivation_clear)

G_END_DECLS
