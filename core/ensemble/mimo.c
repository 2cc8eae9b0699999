/* SPDX-License-Identifier: MIT */

/* MIMO: one trunk with M examples at its input and M predictions at its output, which become members because each is
 * asked about an example of its own. Outside training all M inputs are the same example. */

#include "core/ensemble/mimo.h"

#include "core/base/rng.h"
#include "core/ensemble/ensemble.h"
#include "core/nn/dense.h"

#include <math.h>
#include <string.h>

typedef struct {
  MsFeedForward base;
  MsDense dense; /* (width, M C) */
  int M;
} MimoHead;

void
ms_mimo_order (int *order, int M, int N, int repetitions, double input_repeat, guint64 seed, gint64 step)
{
  int R = N * repetitions, apart = (int)lround ((1 - input_repeat) * N);
  g_autofree int *place = g_new (int, MAX (N, 1)), *shuffled = g_new (int, MAX (N, 1));

  for (int i = 0; i < M * R; i++)
    order[i] = i % N;
  for (int b = 0; b < repetitions; b++)
    {
      MsRng rng = ms_rng_new (seed, MS_RNG_MIMO, (guint32)b, (guint64)step);

      for (int i = 0; i < N; i++)
        place[i] = i;
      ms_rng_shuffle (&rng, place, (gsize)N);
      for (int m = 1; m < M; m++)
        {
          memcpy (shuffled, place, (gsize)apart * sizeof *place);
          ms_rng_shuffle (&rng, shuffled, (gsize)apart);
          for (int i = 0; i < apart; i++)
            order[m * R + b * N + place[i]] = shuffled[i];
        }
    }
}

void
ms_mimo_inputs (MsReal *to, const MsReal *x, const int *order, int M, int R, gsize pixels, gsize channels)
{
  for (gsize r = 0; r < (gsize)R; r++)
    for (gsize m = 0; m < (gsize)M; m++)
      {
        const MsReal *from = x + (order != NULL ? (gsize)order[m * (gsize)R + r] : r) * pixels * channels;
        MsReal *y = to + (r * pixels * (gsize)M + m) * channels;

        for (gsize p = 0; p < pixels; p++)
          memcpy (y + p * (gsize)M * channels, from + p * channels, channels * sizeof *y);
      }
}

void
ms_mimo_rows (int *row, const int *order, int M, int N, int R)
{
  for (int m = 0; m < M; m++)
    for (int r = R - 1; r >= 0; r--)
      row[m * N + order[m * R + r]] = m * R + r;
}

static MsEnsembleShape
mimo_shape (const MsEnsembleConfig *config)
{
  MsEnsembleShape shape = { 1, 1, 1, 1 };

  shape.inputs = config->M;
  return shape;
}

static MsNode *
mimo_head_forward (MsFeedForward *base, MsTape *tape, MsNode *x, MsNode *residual, const MsPass *pass)
{
  const MimoHead *self = (MimoHead *)base;

  x = ms_split_members (tape, ms_dense_apply (&self->dense, tape, x), self->M);
  return residual != NULL ? ms_add (tape, residual, x) : x;
}

static void
mimo_head_free (MsFeedForward *base)
{
  g_free (base);
}

static MsFeedForward *
mimo_head (MsParams *params, const MsEnsembleConfig *config, int width, int classes, double bias)
{
  const MsInit head_bias = { .kind = MS_INIT_CONSTANT, .scale = bias };
  gsize out = (gsize)config->M * (gsize)classes;
  MimoHead *self = g_new0 (MimoHead, 1);

  self->base = (MsFeedForward){ mimo_head_forward, mimo_head_free };
  self->dense = ms_dense_new (params, "head", ms_init_zeros, head_bias, 1, 2, (gsize[]){ (gsize)width, out });
  self->M = config->M;
  return &self->base;
}

const MsEnsembleKind ms_ensemble_mimo = {
  .name = "mimo",
  .shape = mimo_shape,
  .head = mimo_head,
};
