/* SPDX-License-Identifier: MIT */

#include "core/train/batches.h"

#include "core/base/rng.h"

#include <string.h>

struct MsBatches {
  MsDataset *dataset; /* owned reference */
  int batch;
  guint64 seed;
  gint64 epoch; /* that order is for; -1: none yet */
  int *order;   /* (n_train) */
};

MsBatches *
ms_batches_new (MsDataset *dataset, int batch, guint64 seed)
{
  MsBatches *b = g_new0 (MsBatches, 1);

  b->dataset = ms_dataset_ref (dataset);
  b->batch = batch;
  b->seed = seed;
  b->epoch = -1;
  b->order = g_new (int, dataset->n_train);
  return b;
}

void
ms_batches_free (MsBatches *b)
{
  if (b == NULL)
    return;
  ms_dataset_unref (b->dataset);
  g_free (b->order);
  g_free (b);
}

static void
shuffle_epoch (MsBatches *b, gint64 epoch)
{
  MsRng rng = ms_rng_new (b->seed, MS_RNG_SHUFFLE, 0, (guint64)epoch);

  if (epoch == b->epoch)
    return;
  for (int i = 0; i < b->dataset->n_train; i++)
    b->order[i] = i;
  ms_rng_shuffle (&rng, b->order, (gsize)b->dataset->n_train);
  b->epoch = epoch;
}

/* Pixel (x, y) of the result is (x - dx, y - dy) of the image, 0 outside it. */
static void
shift_image (MsReal *to, const float *from, const MsDataset *d, int dx, int dy)
{
  for (int y = 0; y < d->height; y++)
    for (int x = 0; x < d->width; x++)
      for (int c = 0; c < d->channels; c++)
        {
          int fx = x - dx, fy = y - dy;
          bool inside = fx >= 0 && fx < d->width && fy >= 0 && fy < d->height;

          to[(y * d->width + x) * d->channels + c] = inside ? from[(fy * d->width + fx) * d->channels + c] : 0;
        }
}

void
ms_batches_fill (MsBatches *b, gint64 step, int augment, MsReal *x, int *labels)
{
  const MsDataset *d = b->dataset;
  gsize size = ms_dataset_example_size (d);

  for (int i = 0; i < b->batch; i++)
    {
      gint64 place = step * b->batch + i;
      const float *from;
      int example;

      shuffle_epoch (b, place / d->n_train);
      example = b->order[place % d->n_train];
      from = d->train_x + (gsize)example * size;
      labels[i] = d->train_y[example];
      if (augment > 0 && d->image)
        {
          MsRng rng = ms_rng_new (b->seed, MS_RNG_AUGMENT, 0, (guint64)place);
          int dx = (int)ms_rng_below (&rng, 2 * (guint32)augment + 1) - augment;
          int dy = (int)ms_rng_below (&rng, 2 * (guint32)augment + 1) - augment;

          shift_image (x + (gsize)i * size, from, d, dx, dy);
        }
      else
        for (gsize j = 0; j < size; j++)
          x[(gsize)i * size + j] = from[j];
    }
}
