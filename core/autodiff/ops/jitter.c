/* SPDX-License-Identifier: MIT */

/* y_i = m_i x_i,  m_i ~ U [1 - amount, 1 + amount) a function of (seed, stream, i);  dx_i = m_i dy_i       any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/elementwise.h"

typedef struct {
  double amount;
  guint64 seed, stream;
} Attr;

typedef struct {
  const Attr *attr;
  MsReal *factor; /* (n) */
  const MsReal *x;
  MsReal *y;
  bool add;
} Jitter;

MS_CLONES
static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const Jitter *d = data;
  MsReal low = (MsReal)(1 - d->attr->amount), width = (MsReal)(2 * d->attr->amount);

  ms_rng_fill_uniform (d->attr->seed, d->attr->stream, begin, end - begin, d->factor + begin);
  for (gsize i = begin; i < end; i++)
    {
      d->factor[i] = low + width * d->factor[i];
      d->y[i] = d->factor[i] * d->x[i];
    }
}

MS_CLONES
static void
backward_part (gpointer data, gsize begin, gsize end)
{
  const Jitter *d = data;

  if (d->add)
    for (gsize i = begin; i < end; i++)
      d->y[i] += d->factor[i] * d->x[i];
  else
    for (gsize i = begin; i < end; i++)
      d->y[i] = d->factor[i] * d->x[i];
}

static void
jitter_forward (MsTape *tape, MsNode *y)
{
  Jitter d = { .attr = y->attr, .x = y->in[0]->value, .y = y->value };

  if (y->saved == NULL)
    y->saved = ms_tape_alloc (tape, y->n * sizeof (MsReal));
  d.factor = y->saved;
  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, forward_part, &d);
}

static void
jitter_backward (MsTape *tape, MsNode *y)
{
  Jitter d = { .attr = y->attr, .x = y->grad, .factor = y->saved };

  d.y = ms_grad (tape, y->in[0], &d.add);
  if (d.y != NULL)
    ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, backward_part, &d);
}

static MsCost
jitter_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (3 * y->n);
}

static MsNode *
jitter_sample (MsTape *tape, MsCheck *check)
{
  return ms_jitter (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 5, 7 }), 0.4, 3, 1);
}

const MsOp ms_op_jitter = {
  .name = "jitter",
  .shape = ms_shape_same,
  .forward = jitter_forward,
  .backward = jitter_backward,
  .cost = jitter_cost,
  .sample = jitter_sample,
};

MsNode *
ms_jitter (MsTape *tape, MsNode *x, double amount, guint64 seed, guint64 stream)
{
  Attr attr = { amount, seed, stream };

  return amount > 0 ? ms_tape_apply (tape, &ms_op_jitter, &attr, sizeof attr, &x, 1) : x;
}
