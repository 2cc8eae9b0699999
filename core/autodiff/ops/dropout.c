/* SPDX-License-Identifier: MIT */

/* y_i = m_i x_i,  m_i = 0 with probability rate, else 1 / (1 - rate);  dx_i = m_i dy_i                     any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

typedef struct {
  double rate;
  guint64 seed, stream;
} Attr;

typedef struct {
  const Attr *attr;
  MsReal *mask; /* (n) */
  const MsReal *x;
  MsReal *y;
  bool add;
} Dropout;

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const Dropout *d = data;
  MsReal rate = (MsReal)d->attr->rate, scale = 1 / (1 - rate);

  ms_rng_fill_uniform (d->attr->seed, d->attr->stream, begin, end - begin, d->mask + begin);
  for (gsize i = begin; i < end; i++)
    {
      d->mask[i] = d->mask[i] < rate ? 0 : scale;
      d->y[i] = d->mask[i] * d->x[i];
    }
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const Dropout *d = data;

  if (d->add)
    for (gsize i = begin; i < end; i++)
      d->y[i] += d->mask[i] * d->x[i];
  else
    for (gsize i = begin; i < end; i++)
      d->y[i] = d->mask[i] * d->x[i];
}

static void
dropout_forward (MsTape *tape, MsNode *y)
{
  Dropout d = { .attr = y->attr, .x = y->in[0]->value, .y = y->value };

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  d.mask = y->saved;
  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, forward_part, &d);
}

static void
dropout_backward (MsTape *tape, MsNode *y)
{
  Dropout d = { .attr = y->attr, .x = y->grad, .mask = y->saved };

  d.y = ms_grad (tape, y->in[0], &d.add);
  if (d.y != NULL)
    ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, backward_part, &d);
}

static MsCost
dropout_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (3 * y->n);
}

static MsNode *
dropout_sample (MsTape *tape, MsCheck *check)
{
  return ms_dropout (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 5, 7 }), 0.4, 3, 1);
}

const MsOp ms_op_dropout = {
  .name = "dropout",
  .shape = ms_shape_same,
  .forward = dropout_forward,
  .backward = dropout_backward,
  .cost = dropout_cost,
  .sample = dropout_sample,
};

MsNode *
ms_dropout (MsTape *tape, MsNode *x, double rate, guint64 seed, guint64 stream)
{
  Attr attr = { rate, seed, stream };

  return rate > 0 ? ms_tape_apply (tape, &ms_op_dropout, &attr, sizeof attr, &x, 1) : x;
}
