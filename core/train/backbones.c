/* SPDX-License-Identifier: MIT */

#include "core/train/backbones.h"

/* V-MoE's sizes; its S has 8 blocks of width 512, which is not the usual ViT-S. */
static const MsPaperBackbone backbones[] = {
  { "S/32", 512, 8, 2048, 8, 32, 224, 2 },    { "B/32", 768, 12, 3072, 12, 32, 224, 2 },
  { "B/16", 768, 12, 3072, 12, 16, 384, 2 },  { "L/32", 1024, 24, 4096, 16, 32, 384, 2 },
  { "L/16", 1024, 24, 4096, 16, 16, 384, 2 }, { "L/16", 1024, 24, 4096, 16, 16, 384, 5 },
  { "H/14", 1280, 32, 5120, 16, 14, 224, 5 },
};

int
ms_paper_backbones_count (void)
{
  return G_N_ELEMENTS (backbones);
}

const MsPaperBackbone *
ms_paper_backbone (int i)
{
  g_return_val_if_fail (i >= 0 && i < ms_paper_backbones_count (), NULL);
  return &backbones[i];
}

static void
set (MsExperiment **x, const char *key, const char *value)
{
  MsExperiment *next = ms_experiment_with (*x, key, value, NULL);

  g_assert (next != NULL);
  ms_experiment_unref (*x);
  *x = next;
}

static void
set_int (MsExperiment **x, const char *key, int value)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  set (x, key, text);
}

MsExperiment *
ms_paper_experiment (const MsPaperBackbone *b, int K, int M, bool early)
{
  MsExperiment *x = ms_experiment_new ();

  set (&x, "task.data", "npz");
  set_int (&x, "model.width", b->width);
  set_int (&x, "model.blocks", b->blocks);
  set_int (&x, "model.hidden", b->hidden);
  set_int (&x, "model.heads", b->heads);
  set_int (&x, "model.patch", b->patch);
  set (&x, "model.pool", "token");
  set (&x, "routing.router", K > 0 ? "top-k" : "none");
  set (&x, "routing.placement", "last-odd");
  set_int (&x, "routing.layers", b->routed);
  set_int (&x, "routing.experts", 32);
  set_int (&x, "routing.k", MAX (K, 1));
  set (&x, "routing.capacity_factor", "1");
  set (&x, "ensemble.kind", M > 1 ? "e3" : "none");
  set_int (&x, "ensemble.members", M);
  set (&x, "ensemble.repeat", early ? "early" : "deferred");
  return x;
}

MsModelShape
ms_paper_shape (const MsPaperBackbone *b)
{
  return (MsModelShape){ b->pixels, b->pixels, 3, true, 1000 };
}
