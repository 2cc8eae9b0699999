/* SPDX-License-Identifier: MIT */

#include "core/train/details.h"

#include "core/metrics/cosine.h"
#include "core/metrics/pca.h"
#include "core/routing/rank.h"
#include "core/train/account.h"

#include <math.h>
#include <string.h>

static double
norm (const MsReal *x, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double)x[i] * (double)x[i];
  return sqrt (sum);
}

/* (T, E), NaN where an intervention masks: there is no telling what -INFINITY had been added to. */
static float *
find_noise (const MsMoe *moe)
{
  const MsNode *noisy = moe->decision.noisy;
  g_autofree MsReal *noise = g_new (MsReal, noisy->n);

  for (gsize i = 0; i < noisy->n; i++)
    noise[i] = noisy->value[i] - noisy->in[0]->value[i];
  return ms_account_all_experts (moe, noise, NAN);
}

/* Experts that choose serve by gate, the largest first and of equal ones the earlier: in a group, over all copies. */
static void
rank_own_choices (int *place, const MsMoe *moe)
{
  const MsPlan *plan = moe->plan;
  int per_copy = plan->T / moe->copies, S = per_copy / moe->groups;
  g_autofree MsRanked *ranked = g_new (MsRanked, 2 * (gsize)plan->n);
  g_autofree int *next = g_new (int, moe->groups);

  for (gsize i = 0; i < (gsize)plan->T * (gsize)plan->K; i++)
    place[i] = -1;
  for (int e = 0; e < plan->E; e++)
    {
      int first = plan->offset[e], n = plan->offset[e + 1] - first;

      memset (next, 0, (gsize)moe->groups * sizeof *next);
      for (int i = 0; i < n; i++)
        ranked[i] = (MsRanked){ moe->decision.weights->value[plan->slot[first + i]], first + i };
      ms_rank (ranked, ranked + n, (gsize)n);
      for (int i = 0; i < n; i++)
        {
          int row = ranked[i].item;

          place[plan->slot[row]] = next[plan->token[row] % per_copy / S]++;
        }
    }
}

/* What the layer adds to token @t: the sum over its kept choices of gate times output. to (H). */
static void
sum_choices (MsReal *to, const MsMoe *moe, gsize t, gsize H)
{
  const MsPlan *plan = moe->plan;

  memset (to, 0, H * sizeof *to);
  for (gsize k = 0; k < (gsize)plan->K; k++)
    {
      gsize slot = t * (gsize)plan->K + k;
      MsReal gate = moe->decision.weights->value[slot];

      for (gsize h = 0; plan->row[slot] >= 0 && h < H; h++)
        to[h] += gate * moe->rows->value[(gsize)plan->row[slot] * H + h];
    }
}

/* The same of a soft layer: the sum over the slots of its group, which stand in rows s groups + g. */
static void
sum_slots (MsReal *to, const MsMoe *moe, gsize t, gsize H)
{
  const MsNode *mix = moe->decision.mix;
  gsize slots = ms_node_cols (mix), groups = (gsize)moe->groups, group = t / ((gsize)moe->plan->T / groups);

  memset (to, 0, H * sizeof *to);
  for (gsize s = 0; s < slots; s++)
    for (gsize h = 0; h < H; h++)
      to[h] += mix->value[t * slots + s] * moe->rows->value[(s * groups + group) * H + h];
}

static void
measure_norms (MsRouting *routing, const MsMoe *moe)
{
  gsize T = (gsize)moe->plan->T, K = (gsize)moe->plan->K, H = ms_node_cols (moe->x);
  bool soft = moe->router->kind->soft;
  g_autofree MsReal *added = g_new (MsReal, H);

  routing->in_norm = g_new (float, T);
  routing->added_norm = g_new (float, T);
  for (gsize t = 0; t < T; t++)
    {
      (soft ? sum_slots : sum_choices) (added, moe, t, H);
      routing->in_norm[t] = (float)norm (moe->x->value + t * H, H);
      routing->added_norm[t] = (float)norm (added, H);
    }
  if (soft)
    return;
  routing->out_norm = g_new (float, T * K);
  for (gsize i = 0; i < T * K; i++)
    {
      int row = moe->plan->row[i];

      routing->out_norm[i] = row < 0 ? NAN : (float)norm (moe->rows->value + (gsize)row * H, H);
    }
}

static void
follow_tokens (MsRouting *routing, const MsMoe *moe, MsTape *tape)
{
  measure_norms (routing, moe);
  if (moe->router->kind->soft)
    return;
  routing->place = g_new (int, (gsize)moe->plan->T * (gsize)moe->plan->K);
  if (moe->router->kind->places)
    rank_own_choices (routing->place, moe);
  else
    ms_assign_places (tape, routing->place, moe->plan, &moe->fill);
  if (moe->decision.noisy != NULL)
    routing->noise = find_noise (moe);
  if (moe->decision.offset != NULL)
    routing->offset = ms_account_all_experts (moe, moe->decision.offset, 0);
}

static void
locate_tokens (MsRouting *routing, const MsMoe *moe)
{
  gsize T = ms_node_rows (moe->x), H = ms_node_cols (moe->x);
  g_autofree float *x = g_new (float, T * H);

  for (gsize i = 0; i < T * H; i++)
    x[i] = (float)moe->x->value[i];
  routing->coordinates = g_new (float, 2 * T);
  ms_pca_plane (routing->coordinates, routing->variance, x, (int)T, (int)H);
}

void
ms_details_of_pass (MsRecord *record, const MsModel *model, MsTape *tape, MsDetail detail)
{
  for (int i = 0; i < model->n_moe; i++)
    {
      if (detail & MS_DETAIL_ROUTE)
        follow_tokens (record->routing[i], model->moe[i], tape);
      if (detail & MS_DETAIL_TOKENS)
        locate_tokens (record->routing[i], model->moe[i]);
    }
}

static float *
compare_experts (const MsExperts *experts, MsPool *pool)
{
  gsize E = (gsize)experts->E;
  g_autofree MsReal *gram = g_new0 (MsReal, E * E);
  float *cosine = g_new (float, E * E);

  for (int i = 0; i < experts->n_tensors; i++)
    {
      gsize each = experts->tensors[i]->n / E;

      ms_cosine_add (pool, gram, experts->tensors[i]->value, E, each, each, true);
    }
  ms_cosine_finish (cosine, gram, E);
  return cosine;
}

/* Columns of the kernel (H, E), or of (H, M, E / M), where each expert has one column all the same. NULL: members'
 * routers have all experts each, or there is no kernel. */
static float *
compare_columns (const MsParam *kernel, gsize E, MsPool *pool)
{
  g_autofree MsReal *rows = NULL, *gram = NULL;
  float *cosine;
  gsize H;

  if (kernel == NULL || kernel->n != kernel->dim[0] * E)
    return NULL;
  H = kernel->dim[0];
  rows = g_new (MsReal, E * H);
  gram = g_new0 (MsReal, E * E);
  cosine = g_new (float, E * E);
  for (gsize h = 0; h < H; h++)
    for (gsize e = 0; e < E; e++)
      rows[e * H + h] = kernel->value[h * E + e];
  ms_cosine_add (pool, gram, rows, E, H, H, false);
  ms_cosine_finish (cosine, gram, E);
  return cosine;
}

void
ms_details_of_weights (MsRecord *record, const MsModel *model, MsPool *pool)
{
  for (int i = 0; i < model->n_moe; i++)
    {
      const MsMoe *moe = model->moe[i];
      MsRouting *routing = record->routing[i];

      routing->expert_cosine = compare_experts (moe->experts, pool);
      routing->router_cosine = compare_columns (moe->router->kernel, (gsize)moe->experts->E, pool);
      routing->weights_step = record->step;
    }
}

double
ms_details_weights_flops (const MsModel *model)
{
  double flops = 0;

  for (int i = 0; i < model->n_moe; i++)
    {
      const MsExperts *experts = model->moe[i]->experts;

      flops += 2.0 * experts->E * experts->E * (double)experts->parameters_each;
    }
  return flops;
}

void
ms_details_copy_weights (MsRecord *record, const MsRecord *from)
{
  for (int i = 0; i < record->n_routing; i++)
    {
      MsRouting *to = record->routing[i];
      const MsRouting *old = from->routing[i];
      gsize bytes = (gsize)to->E * (gsize)to->E * sizeof (float);

      to->expert_cosine = g_memdup2 (old->expert_cosine, bytes);
      to->router_cosine = g_memdup2 (old->router_cosine, bytes);
      to->weights_step = old->weights_step;
    }
}
