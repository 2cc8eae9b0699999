/* SPDX-License-Identifier: MIT */

#include "core/base/arena.h"
#include "core/train/session-private.h"

#define GIB ((double)(1 << 30))

/* Bytes of a forward and backward pass over @n copies of the first example. */
static gsize
measure (MsSession *s, int n)
{
  MsPass pass = { .seed = s->seed, .examples = n };
  gsize size = ms_dataset_example_size (s->dataset), used;
  g_autofree MsReal *x = g_new (MsReal, (gsize)n * size);
  g_autofree int *labels = g_new (int, n);
  const MsTargets targets = { .labels = labels };
  MsModelOutput out;

  for (gsize i = 0; i < (gsize)n * size; i++)
    x[i] = s->dataset->train_x[i % size];
  for (int i = 0; i < n; i++)
    labels[i] = s->dataset->train_y[0];
  ms_tape_reset (s->tape, true);
  out = ms_model_forward (s->model, s->tape, x, &targets, &pass);
  ms_tape_backward (s->tape, out.loss);
  used = ms_tape_used (s->tape);
  ms_params_clear_gradients (s->model->params);
  ms_tape_reset (s->tape, true);
  return used;
}

bool
ms_session_fits_memory (MsSession *s, GError **error)
{
  gsize one = measure (s, 1), two = measure (s, 2);
  double need = (double)one + (double)(two - one) * (s->batch - 1), installed = (double)ms_memory_installed ();

  /* The arena may hold twice as much while it grows in the first step. */
  if (2 * need <= installed)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "a training step with optimiser.batch = %d needs about %.1f GiB, and this machine has %.1f GiB: lower "
               "optimiser.batch or make the model smaller",
               s->batch, 2 * need / GIB, installed / GIB);
  return false;
}
