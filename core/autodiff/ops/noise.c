/* SPDX-License-Identifier: MIT */

/* y_i = x_i + sigma eps_i,  eps_i ~ N (0, 1) a function of (seed, stream, i);  dx = dy                     any shape */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/add.h"
#include "core/autodiff/ops/elementwise.h"

typedef struct {
  double sigma;
  guint64 seed, stream;
} Attr;

typedef struct {
  const Attr *attr;
  const MsReal *x;
  MsReal *y;
} Noise;

static void
forward_part (gpointer data, gsize begin, gsize end)
{
  const Noise *n = data;
  MsReal sigma = (MsReal)n->attr->sigma;

  ms_rng_fill_normal (n->attr->seed, n->attr->stream, begin, end - begin, n->y + begin);
  for (gsize i = begin; i < end; i++)
    n->y[i] = n->x[i] + sigma * n->y[i];
}

static void
noise_forward (MsTape *tape, MsNode *y)
{
  Noise n = { y->attr, y->in[0]->value, y->value };

  ms_pool_for (ms_tape_pool (tape), y->n, MS_ELEMENTWISE_GRAIN, forward_part, &n);
}

static void
noise_backward (MsTape *tape, MsNode *y)
{
  ms_add_gradient (tape, y->in[0], y);
}

static MsCost
noise_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : 2 * y->n);
}

static MsNode *
noise_sample (MsTape *tape, MsCheck *check)
{
  return ms_noise (tape, ms_check_variable (tape, check, 1, 2, (gsize[]){ 3, 4 }), 0.5, 3, 1);
}

const MsOp ms_op_noise = {
  .name = "noise",
  .shape = ms_shape_same,
  .forward = noise_forward,
  .backward = noise_backward,
  .cost = noise_cost,
  .sample = noise_sample,
};

MsNode *
ms_noise (MsTape *tape, MsNode *x, double sigma, guint64 seed, guint64 stream)
{
  Attr attr = { sigma, seed, stream };

  return sigma > 0 ? ms_tape_apply (tape, &ms_op_noise, &attr, sizeof attr, &x, 1) : x;
}
