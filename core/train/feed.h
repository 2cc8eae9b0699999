/* SPDX-License-Identifier: MIT */

/* What a batch becomes before a model sees it, and who answers for which row. Everywhere but in MIMO rows are examples;
 * there a row holds one for each member, while training other ones and every example several times. */
#pragma once

#include "core/train/model.h"

G_BEGIN_DECLS

typedef struct {
  const MsReal *x; /* (rows, height, width, channels of the model); NULL on a dry tape */
  int N, rows;
  int inputs;      /* M members at the input; 1: rows are examples */
  const int *order; /* (M, rows) the example that each member finds in a row; NULL: the row's own */
} MsFeed;

/* @x (pass->examples, height, width, channels of an example). Arrays live until the tape's reset. */
MsFeed ms_feed_new (const MsModel *model, MsTape *tape, const MsReal *x, const MsPass *pass);

/* Labels of the logits' rows, those of @members one after another, from @labels (N). */
const int *ms_feed_labels (const MsFeed *feed, MsTape *tape, const int *labels, int members);

/* Where in the logits and in the features each member's example stands, as MsModelOutput has it. */
void ms_feed_find_rows (const MsFeed *feed, MsTape *tape, MsModelOutput *out);

G_END_DECLS
