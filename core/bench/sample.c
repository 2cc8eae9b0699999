/* SPDX-License-Identifier: MIT */

#include "core/bench/sample.h"

#include "core/base/rng.h"

MsDataset *
ms_bench_images (void)
{
  MsDataset *d = g_new0 (MsDataset, 1);
  MsRng rng = ms_rng_new (1, MS_RNG_TEST, 2, 0);
  gsize n;

  d->ref_count = 1;
  d->name = g_strdup ("noise");
  d->source = g_strdup ("made for the benchmark");
  d->height = d->width = 28;
  d->channels = 1;
  d->image = true;
  d->n_classes = 10;
  d->n_train = 4096;
  n = (gsize)d->n_train * 784;
  d->train_x = g_new (float, n);
  d->train_y = g_new (int, d->n_train);
  for (gsize i = 0; i < n; i++)
    d->train_x[i] = (float)ms_rng_uniform (&rng);
  for (int i = 0; i < d->n_train; i++)
    d->train_y[i] = (int)ms_rng_below (&rng, 10);
  return d;
}

MsExperiment *
ms_bench_transformer (GError **error)
{
  static const char json[] = "{\"task.data\": \"idx\", \"task.path\": \"noise\", \"model.kind\": \"vit\", "
                             "\"model.patch\": 7, \"model.width\": 64, \"model.hidden\": 128, \"model.blocks\": 4, "
                             "\"model.heads\": 4, \"routing.experts\": 8, \"routing.k\": 1, \"optimiser.batch\": 64}";

  return ms_experiment_from_json (json, -1, "benchmark", error);
}
