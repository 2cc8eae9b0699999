/* SPDX-License-Identifier: MIT */

#include "core/routing/router.h"

#include "core/base/rng.h"

#include <string.h>

const MsRouterKind *
ms_router_kind_find (const char *name)
{
#define KIND(kind) &ms_router_##kind,
  static const MsRouterKind *const kinds[] = { MS_ROUTERS (KIND) };
#undef KIND

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i]->name, name) == 0)
      return kinds[i];
  return NULL;
}

MsRouter *
ms_router_new (const MsRouterKind *kind, MsParams *params, const char *prefix, const MsRouterShape *shape)
{
  MsRouter *router = g_new0 (MsRouter, 1);
  const MsInit lecun = { .kind = MS_INIT_LECUN, .fan_in = (gsize)shape->H };
  gsize H = (gsize)shape->H, M = (gsize)shape->M, E = (gsize)shape->E;

  *router = (MsRouter){ .kind = kind, .M = shape->M, .E = shape->E, .slots = shape->slots, .place = shape->place,
                        .parts = MAX (1, shape->parts) };
  if (kind->learns)
    {
      g_autofree char *name = g_strconcat (prefix, "/Router/dense/kernel", NULL);

      router->kernel = shape->M > 1 ? ms_params_add (params, name, lecun, 3, (gsize[]){ H, M, E }, false)
                                    : ms_params_add (params, name, lecun, 2, (gsize[]){ H, E }, false);
    }
  if (kind->declare != NULL)
    kind->declare (router, params, prefix, shape);
  return router;
}

void
ms_router_free (MsRouter *router)
{
  if (router != NULL)
    g_free (router->steers);
  g_free (router);
}

MsNode *
ms_router_logits (const MsRouter *router, MsTape *tape, MsNode *x)
{
  MsNode *kernel = ms_tape_param (tape, router->kernel);

  return router->M > 1 ? ms_member_linear (tape, x, kernel) : ms_linear (tape, x, kernel, NULL);
}

MsNode *
ms_router_noisy (const MsRouter *router, MsTape *tape, MsNode *logits, const MsRoutingConfig *config,
                 const MsPass *pass, double *sigma)
{
  guint64 stream = ms_rng_stream (MS_RNG_NOISE, router->place, (guint64)pass->step);

  *sigma = pass->deterministic ? 0 : config->noise / (config->noise_by_experts ? router->E : 1);
  return ms_noise (tape, logits, *sigma, pass->seed, stream);
}

void
ms_router_add_z (MsTape *tape, const MsRoutingConfig *config, MsDecision *decision)
{
  if (config->z_weight > 0)
    decision->z = ms_z_loss (tape, decision->steered);
}

const MsReal *
ms_router_first (MsTape *tape, const MsNode *values, const int *choice, int K)
{
  gsize T = ms_node_rows (values), E = ms_node_cols (values);
  MsReal *first;

  if (ms_tape_is_dry (tape))
    return NULL;
  first = ms_tape_alloc (tape, T * sizeof (MsReal));
  for (gsize t = 0; t < T; t++)
    first[t] = choice[t * (gsize)K] >= 0 ? values->value[t * E + (gsize)choice[t * (gsize)K]] : 0;
  return first;
}

MsNode *
ms_router_even_weights (MsTape *tape, int T, int K)
{
  gsize n = (gsize)T * K;
  MsReal *weight = ms_tape_alloc (tape, n * sizeof (MsReal));

  for (gsize i = 0; i < n; i++)
    weight[i] = 1 / (MsReal)K;
  return ms_tape_input (tape, weight, 2, (gsize[]){ (gsize)T, (gsize)K });
}
