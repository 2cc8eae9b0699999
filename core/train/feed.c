/* SPDX-License-Identifier: MIT */

#include "core/train/feed.h"

#include "core/ensemble/mimo.h"

MsFeed
ms_feed_new (const MsModel *model, MsTape *tape, const MsReal *x, const MsPass *pass)
{
  const MsBackboneConfig *c = ms_model_config (model);
  const MsEnsembleConfig *e = &model->members;
  gsize pixels = (gsize)c->height * (gsize)c->width, size = pixels * (gsize)c->channels;
  MsFeed feed = { .x = x, .N = pass->examples, .rows = pass->examples, .inputs = model->shape.inputs };
  int *order = NULL;
  MsReal *rows;

  if (feed.inputs == 1)
    return feed;
  if (!pass->deterministic)
    {
      feed.rows *= e->repetitions;
      order = ms_tape_alloc (tape, (gsize)feed.inputs * (gsize)feed.rows * sizeof *order);
      ms_mimo_order (order, feed.inputs, feed.N, e->repetitions, e->input_repeat, pass->seed, pass->step);
    }
  feed.order = order;
  if (ms_tape_is_dry (tape))
    return feed;
  rows = ms_tape_alloc (tape, (gsize)feed.rows * size * sizeof *rows);
  ms_mimo_inputs (rows, x, order, feed.inputs, feed.rows, pixels, (gsize)(c->channels / feed.inputs));
  feed.x = rows;
  return feed;
}

const int *
ms_feed_labels (const MsFeed *feed, MsTape *tape, const int *labels, int members)
{
  gsize rows = (gsize)feed->rows;
  int *own;

  if (members == 1 && feed->order == NULL)
    return labels;
  own = ms_tape_alloc (tape, (gsize)members * rows * sizeof *own);
  for (gsize i = 0; i < (gsize)members * rows; i++)
    own[i] = labels[feed->order != NULL ? (gsize)feed->order[i] : i % rows];
  return own;
}

void
ms_feed_find_rows (const MsFeed *feed, MsTape *tape, MsModelOutput *out)
{
  int n = feed->inputs * feed->N, *row, *feature_row;

  if (feed->inputs == 1)
    return;
  row = ms_tape_alloc (tape, (gsize)n * sizeof *row);
  feature_row = ms_tape_alloc (tape, (gsize)n * sizeof *row);
  if (feed->order != NULL)
    ms_mimo_rows (row, feed->order, feed->inputs, feed->N, feed->rows);
  else
    for (int i = 0; i < n; i++)
      row[i] = i;
  for (int i = 0; i < n; i++)
    feature_row[i] = row[i] % feed->rows;
  out->row = row;
  out->feature_row = feature_row;
}
