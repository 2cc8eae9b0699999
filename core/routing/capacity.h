/* SPDX-License-Identifier: MIT */

/* How many tokens an expert may take from one group by V-MoE's rule and its variants. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
  MS_ROUND_CEIL,
  MS_ROUND_NEAREST_EVEN, /* halves go to the even neighbour, as Python rounds */
} MsRound;

typedef struct {
  double factor;    /* > 0 */
  int fixed;        /* > 0: used untouched instead of the factor */
  int multiple;     /* rounded up to a multiple of this; <= 1: not */
  MsRound round;
  bool counts_tokens; /* capacity from the S tokens of a group; else from its S K assignments */
} MsCapacityRule;

/* Places per expert for groups of S tokens with K choices and E experts, at least 1; 0 if the rule gives none: a factor
 * <= 0, or one that rounds to nothing. */
int ms_capacity (const MsCapacityRule *rule, int S, int K, int E);

G_END_DECLS
