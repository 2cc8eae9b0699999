/* SPDX-License-Identifier: MIT */

/* From gates to a dispatch plan: top-k, then the greedy filling of the experts' buffers, as in V-MoE. */
#pragma once

#include "core/autodiff/plan.h"
#include "core/autodiff/tape.h"

G_BEGIN_DECLS

/* choice (T, K): the experts with the largest gates (T, E), best first; ties go to the lower expert. 1 <= K <= E.
 * @gates NULL, as the values of a dry tape's nodes are: all experts in turn, so that loads differ by at most 1. */
void ms_top_k (MsPool *pool, int *choice, const MsReal *gates, int T, int K, int E);

/* The other way round: each expert takes, of each of @groups equally long runs of tokens, the @capacity ones with the
 * largest gate (T, E) in its column; ties go to the earlier. Capacity 0, or more than there are: all. Returns the
 * choice (T, *K) in the tape's arena, a token's experts by descending gate, then -1; *K >= 1 is what the token that
 * most experts took needs. @gates NULL, as above: experts take tokens in turn. */
int *ms_top_tokens (MsTape *tape, const MsReal *gates, int T, int E, int groups, int capacity, int *K);

typedef struct {
  int groups;           /* of consecutive, equally many tokens (of each copy), filled independently */
  int capacity;         /* places per expert and group; 0: no limit */
  const MsReal *priority; /* (T) batch priority: larger is served first, ties in order; NULL: in order */
  int copies;      /* M of the tokens, one after another; a group then has its tokens of each copy, in the order token
                    * by token and copy by copy, so that item s is of copy s mod M. 0: one */
} MsFill;

/* All first choices of a group before any second choice. What finds its expert full is dropped and not sent elsewhere.
 * The plan and its arrays live in the tape's arena. @choice is borrowed by the plan. */
const MsPlan *ms_assign (MsTape *tape, const int *choice, int T, int K, int E, const MsFill *fill);

/* place (T, K): the same again, for who wants to know it: where each assignment of @plan came in its expert's queue in
 * its group, from 0, which is kept if it is below the capacity; -1: none chosen. */
void ms_assign_places (MsTape *tape, int *place, const MsPlan *plan, const MsFill *fill);

G_END_DECLS
