/* SPDX-License-Identifier: MIT */

#include "core/autodiff/params.h"

#include "core/base/arena.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

struct MsParams {
  GPtrArray *list; /* of MsParam */
  gsize size, flat;
  int sets;         /* that were begun; 0: all tensors are one set without a prefix */
  guint set_first;  /* tensor of the newest set */
  char *prefix;     /* owned or NULL */
  MsReal *values, *grads; /* (flat) */
};

static void
param_free (gpointer data)
{
  MsParam *param = data;

  g_free (param->name);
  g_free (param->touched);
  g_free (param);
}

MsParams *
ms_params_new (void)
{
  MsParams *params = g_new0 (MsParams, 1);

  params->list = g_ptr_array_new_with_free_func (param_free);
  return params;
}

void
ms_params_free (MsParams *params)
{
  if (params == NULL)
    return;
  g_ptr_array_unref (params->list);
  g_free (params->prefix);
  ms_aligned_free (params->values);
  ms_aligned_free (params->grads);
  g_free (params);
}

void
ms_params_begin_set (MsParams *params, const char *prefix)
{
  params->sets++;
  params->set_first = params->list->len;
  g_free (params->prefix);
  params->prefix = g_strdup (prefix);
}

int
ms_params_sets (const MsParams *params)
{
  return MAX (1, params->sets);
}

MsParam *
ms_params_add (MsParams *params, const char *name, MsInit init, int n_dim, const gsize *dim, bool sliced)
{
  MsParam *param = g_new0 (MsParam, 1);
  const gsize lane = MS_ALIGN / sizeof (MsReal);
  const char *prefix = params->prefix != NULL ? params->prefix : "";

  g_assert (params->values == NULL && n_dim <= MS_MAX_DIM);
  param->name = g_strconcat (prefix, name, NULL);
  param->own_name = param->name + strlen (prefix);
  param->set = ms_params_sets (params) - 1;
  param->index = params->list->len - params->set_first;
  param->n_dim = n_dim;
  param->n = 1;
  for (int i = 0; i < n_dim; i++)
    {
      param->dim[i] = dim[i];
      param->n *= dim[i];
    }
  param->n_slices = sliced ? dim[0] : 1;
  param->touched = g_new0 (guint8, param->n_slices);
  param->init = init;
  param->decay = g_str_has_suffix (name, "kernel");
  param->offset = params->flat;
  params->flat += (param->n + lane - 1) / lane * lane;
  params->size += param->n;
  g_ptr_array_add (params->list, param);
  return param;
}

bool
ms_params_seal (MsParams *params, GError **error)
{
  /* Values, gradients, and as much again for an optimiser's two moments. */
  bool fits = params->flat <= ms_memory_installed () / (4 * sizeof (MsReal));
  MsReal *values = fits ? ms_aligned_new0 (params->flat * sizeof (MsReal)) : NULL;
  MsReal *grads = fits ? ms_aligned_new0 (params->flat * sizeof (MsReal)) : NULL;

  if (values == NULL || grads == NULL)
    {
      ms_aligned_free (values);
      ms_aligned_free (grads);
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                   "not enough memory for a model of %" G_GSIZE_FORMAT " parameters; make it smaller", params->size);
      return false;
    }
  params->values = values;
  params->grads = grads;
  for (guint i = 0; i < params->list->len; i++)
    {
      MsParam *param = params->list->pdata[i];

      param->value = values + param->offset;
      param->grad = grads + param->offset;
    }
  return true;
}

/* A standard normal truncated at +-2, by rejection. */
static double
truncated_normal (MsRng *rng)
{
  double x;

  do
    x = ms_rng_normal (rng);
  while (fabs (x) > 2);
  return x;
}

static double
draw (const MsInit *init, MsRng *rng)
{
  /* Standard deviation of a standard normal truncated at +-2: restores the variance asked for. */
  const double truncated_sd = 0.87962566103423978;

  switch (init->kind)
    {
    case MS_INIT_NORMAL:
      return init->mean + init->scale * ms_rng_normal (rng);
    case MS_INIT_SIGNS:
      return ms_rng_uniform (rng) < init->scale ? 1 : -1;
    case MS_INIT_LECUN:
      return truncated_normal (rng) * sqrt (1.0 / init->fan_in) / truncated_sd;
    case MS_INIT_XAVIER_UNIFORM:
      return (2 * ms_rng_uniform (rng) - 1) * sqrt (6.0 / (init->fan_in + init->fan_out));
    case MS_INIT_CONSTANT:
    default:
      return init->scale;
    }
}

void
ms_params_init (MsParams *params, guint64 seed)
{
  for (guint i = 0; i < params->list->len; i++)
    {
      MsParam *param = params->list->pdata[i];
      MsRng rng = ms_rng_new (ms_rng_member_seed (seed, param->set), MS_RNG_INIT, param->index, 0);
      gsize slice = ms_param_slice (param);
      gsize drawn = param->init.identical ? slice : param->n;

      for (gsize j = 0; j < drawn; j++)
        param->value[j] = (MsReal)draw (&param->init, &rng);
      for (gsize j = drawn; j < param->n; j += slice)
        memcpy (param->value + j, param->value, slice * sizeof (MsReal));
    }
  ms_params_clear_gradients (params);
}

void
ms_params_clear_gradients (MsParams *params)
{
  for (guint i = 0; i < params->list->len; i++)
    {
      MsParam *param = params->list->pdata[i];

      memset (param->touched, 0, param->n_slices);
    }
}

int
ms_params_count (const MsParams *params)
{
  return (int)params->list->len;
}

MsParam *
ms_params_at (const MsParams *params, int i)
{
  return params->list->pdata[i];
}

MsParam *
ms_params_find (const MsParams *params, const char *name)
{
  for (guint i = 0; i < params->list->len; i++)
    {
      MsParam *param = params->list->pdata[i];

      if (strcmp (param->name, name) == 0)
        return param;
    }
  return NULL;
}

gsize
ms_params_size (const MsParams *params)
{
  return params->size;
}

gsize
ms_params_flat (const MsParams *params)
{
  return params->flat;
}

MsReal *
ms_params_values (MsParams *params)
{
  return params->values;
}

gsize
ms_param_slice (const MsParam *param)
{
  return param->n / param->n_slices;
}
