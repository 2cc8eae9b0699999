/* SPDX-License-Identifier: MIT */

/* Cuts images (N, h, w, c) into square patches, row by row: y (N (h/P) (w/P), P P c). A permutation, so dx is dy put
 * back. With ms_linear behind it this is a convolution with kernel = stride = P. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"

#include <string.h>

typedef struct {
  int height, width, channels, patch;
} Attr;

static void
patches_shape (MsNode *y)
{
  const Attr *a = y->attr;
  gsize across = (gsize)(a->width / a->patch), down = (gsize)(a->height / a->patch);
  gsize N = y->in[0]->n / ((gsize)a->height * a->width * a->channels);

  ms_shape_matrix (y, N * across * down, (gsize)a->patch * a->patch * a->channels);
}

/* Calls for each run of patch * channels numbers that lies together in both layouts. */
static void
for_runs (const MsNode *y, void (*run) (MsReal *in_patch, MsReal *in_image, gsize n), MsReal *patches, MsReal *images)
{
  const Attr *a = y->attr;
  gsize P = (gsize)a->patch, run_length = P * a->channels, line = (gsize)a->width * a->channels;
  gsize across = a->width / P, down = a->height / P, N = y->dim[0] / (across * down);

  for (gsize n = 0; n < N; n++)
    for (gsize j = 0; j < down; j++)
      for (gsize i = 0; i < across; i++)
        for (gsize row = 0; row < P; row++)
          run (patches + (((n * down + j) * across + i) * P + row) * run_length,
               images + (n * a->height + j * P + row) * line + i * run_length, run_length);
}

static void
cut (MsReal *in_patch, MsReal *in_image, gsize n)
{
  memcpy (in_patch, in_image, n * sizeof (MsReal));
}

static void
put_back (MsReal *in_patch, MsReal *in_image, gsize n)
{
  for (gsize i = 0; i < n; i++)
    in_image[i] += in_patch[i];
}

static void
patches_forward (MsTape *tape, MsNode *y)
{
  for_runs (y, cut, y->value, y->in[0]->value);
  ms_tape_count (tape, 0, 2 * y->n * sizeof (MsReal));
}

static void
patches_backward (MsTape *tape, MsNode *y)
{
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  if (dx != NULL)
    for_runs (y, put_back, y->grad, dx);
}

static MsNode *
patches_sample (MsTape *tape, MsCheck *check)
{
  return ms_patches (tape, ms_check_variable (tape, check, 1, 4, (gsize[]){ 2, 4, 6, 3 }), 4, 6, 3, 2);
}

const MsOp ms_op_patches = {
  .name = "patches",
  .shape = patches_shape,
  .forward = patches_forward,
  .backward = patches_backward,
  .sample = patches_sample,
};

MsNode *
ms_patches (MsTape *tape, MsNode *x, int height, int width, int channels, int patch)
{
  Attr attr = { height, width, channels, patch };

  return ms_tape_apply (tape, &ms_op_patches, &attr, sizeof attr, &x, 1);
}
