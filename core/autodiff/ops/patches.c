/* SPDX-License-Identifier: MIT */

/* Cuts images (N, h, w, c) into square patches, row by row: y (N (h/P) (w/P), P P c). A permutation, so dx is dy put
 * back. With ms_linear behind it this is a convolution with kernel = stride = P. */

#include "core/autodiff/check.h"
#include "core/autodiff/ops.h"
#include "core/autodiff/ops/rows.h"

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

typedef struct {
  const Attr *attr;
  MsReal *patches, *images;
  bool back; /* the patches' numbers are added to the images, instead of copied out of them */
} Cut;

/* Runs of patch * channels numbers lie together in both layouts. */
static void
cut_images (gpointer data, gsize begin, gsize end)
{
  const Cut *c = data;
  const Attr *a = c->attr;
  gsize P = (gsize)a->patch, run = P * a->channels, line = (gsize)a->width * a->channels;
  gsize across = a->width / P, down = a->height / P;

  for (gsize n = begin; n < end; n++)
    for (gsize j = 0; j < down; j++)
      for (gsize i = 0; i < across; i++)
        for (gsize row = 0; row < P; row++)
          {
            MsReal *in_patch = c->patches + (((n * down + j) * across + i) * P + row) * run;
            MsReal *in_image = c->images + (n * a->height + j * P + row) * line + i * run;

            if (c->back)
              ms_row_scale (in_image, in_patch, 1, run, true);
            else
              memcpy (in_patch, in_image, run * sizeof *in_patch);
          }
}

static void
cut_all (MsTape *tape, const MsNode *y, MsReal *patches, MsReal *images, bool back)
{
  const Attr *a = y->attr;
  gsize size = (gsize)a->height * a->width * a->channels;
  Cut c = { a, patches, images, back };

  ms_pool_for (ms_tape_pool (tape), y->in[0]->n / size, ms_rows_grain (size), cut_images, &c);
}

static void
patches_forward (MsTape *tape, MsNode *y)
{
  cut_all (tape, y, y->value, y->in[0]->value, false);
}

static void
patches_backward (MsTape *tape, MsNode *y)
{
  MsReal *dx = ms_grad_cleared (tape, y->in[0]);

  if (dx != NULL)
    cut_all (tape, y, y->grad, dx, true);
}

static MsCost
patches_cost (const MsNode *y, bool backward)
{
  return ms_cost_moved (backward ? 0 : 2 * y->n);
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
  .cost = patches_cost,
  .sample = patches_sample,
};

MsNode *
ms_patches (MsTape *tape, MsNode *x, int height, int width, int channels, int patch)
{
  Attr attr = { height, width, channels, patch };

  return ms_tape_apply (tape, &ms_op_patches, &attr, sizeof attr, &x, 1);
}
