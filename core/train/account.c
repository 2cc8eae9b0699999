/* SPDX-License-Identifier: MIT */

#include "core/train/account.h"

#include "core/metrics/classify.h"

#include <math.h>

static float *
to_float (const MsReal *x, gsize n)
{
  float *copy = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    copy[i] = (float)x[i];
  return copy;
}

static double
scalar (const MsNode *node)
{
  return node != NULL ? node->value[0] : NAN;
}

static void
count_load (MsRouting *routing, const MsPlan *plan)
{
  gsize slots = (gsize)plan->T * plan->K;

  for (gsize i = 0; i < slots; i++)
    if (plan->choice[i] >= 0)
      {
        routing->load[plan->choice[i]]++;
        routing->dropped[plan->choice[i]] += plan->row[i] < 0;
      }
}

float *
ms_account_all_experts (const MsMoe *moe, const MsReal *x, float outside)
{
  gsize T = (gsize)moe->plan->T, E = (gsize)moe->plan->E, own = E / (gsize)moe->parts;
  float *all = g_new (float, T * E);

  for (gsize t = 0; t < T; t++)
    {
      gsize part = t / (T / (gsize)moe->parts);

      for (gsize e = 0; e < E; e++)
        all[t * E + e] = e / own == part ? (float)x[t * own + e % own] : outside;
    }
  return all;
}

static void
copy_tokens (MsRouting *routing, const MsMoe *moe)
{
  const MsPlan *plan = moe->plan;
  gsize slots = (gsize)plan->T * plan->K;

  for (gsize i = 0; i < slots; i++)
    {
      routing->expert[i] = (gint16)plan->choice[i];
      routing->kept[i] = plan->row[i] >= 0;
    }
  routing->gate = to_float (moe->decision.weights->value, slots);
  if (moe->decision.gates != NULL)
    routing->probs = ms_account_all_experts (moe, moe->decision.gates->value, 0);
  if (moe->decision.logits != NULL)
    routing->logits = ms_account_all_experts (moe, moe->decision.logits->value, NAN);
  if (moe->router->bias != NULL && moe->router->bias->n == (gsize)plan->E)
    routing->bias = to_float (moe->router->bias->value, moe->router->bias->n);
}

/* How much the tokens take from each expert: its load says nothing, for all slots are always full. */
static double *
sum_use (const MsNode *mix, int E)
{
  gsize T = ms_node_rows (mix), each = ms_node_cols (mix) / (gsize)E;
  const MsReal *weight = mix->value;
  double *use = g_new0 (double, MAX (1, E)); /* which tells the compiler that it is not negative */

  for (gsize t = 0; t < T; t++)
    for (int e = 0; e < E; e++)
      for (gsize p = 0; p < each; p++)
        use[e] += *weight++;
  return use;
}

/* Without the tokens a soft routing keeps its loads and use. */
static MsRouting *
account_soft_layer (const MsMoe *moe, bool tokens)
{
  const MsDecision *d = &moe->decision;
  MsRouting *routing = ms_routing_new (0, moe->plan->E, 0, 1);

  routing->T = moe->plan->T;
  routing->slots = (int)ms_node_cols (d->mix);
  for (int e = 0; e < routing->E; e++)
    routing->load[e] = moe->plan->offset[e + 1] - moe->plan->offset[e];
  routing->use = sum_use (d->mix, routing->E);
  if (tokens)
    {
      routing->dispatch = to_float (d->dispatch->value, d->dispatch->n);
      routing->combine = to_float (d->mix->value, d->mix->n);
      routing->logits = to_float (d->logits->value, d->logits->n);
    }
  return routing;
}

/* Without the tokens a routing keeps only its loads. */
static MsRouting *
account_choices (const MsMoe *moe, bool tokens)
{
  const MsPlan *plan = moe->plan;
  MsRouting *routing = ms_routing_new (tokens ? plan->T : 0, plan->E, plan->K, moe->parts);

  routing->T = plan->T;
  count_load (routing, plan);
  if (tokens)
    copy_tokens (routing, moe);
  return routing;
}

static MsRouting *
account_layer (const MsMoe *moe, int repetitions, bool tokens)
{
  MsRouting *routing = moe->router->kind->soft ? account_soft_layer (moe, tokens) : account_choices (moe, tokens);

  routing->layer = moe->block;
  routing->masked = ms_router_dup_masked (moe->router);
  routing->member = moe->member;
  routing->router = g_strdup (moe->router->kind->name);
  routing->copies = moe->copies * repetitions;
  routing->capacity = moe->capacity;
  routing->groups = moe->groups;
  routing->importance_loss = scalar (moe->decision.importance);
  routing->load_loss = scalar (moe->decision.load);
  routing->gshard_loss = scalar (moe->decision.gshard);
  routing->z_loss = scalar (moe->decision.z);
  return routing;
}

void
ms_account_routing (MsRecord *record, const MsModel *model, bool tokens)
{
  record->n_routing = model->n_moe;
  record->routing = g_new0 (MsRouting *, MAX (model->n_moe, 1));
  for (int i = 0; i < model->n_moe; i++)
    record->routing[i] = account_layer (model->moe[i], model->repetitions, tokens);
}

/* Adds a layer's weighted term; a sum nobody contributed to stays absent. */
static void
add_term (double *sum, const MsNode *node, double weight)
{
  if (node != NULL)
    *sum = (isnan (*sum) ? 0 : *sum) + weight * node->value[0];
}

void
ms_account_losses (MsRecord *record, const MsModel *model, const MsModelOutput *out)
{
  record->loss = scalar (out->loss) / out->sets;
  record->task_loss = scalar (out->task);
  for (int i = 0; i < model->n_moe; i++)
    {
      const MsDecision *d = &model->moe[i]->decision;

      add_term (&record->importance_loss, d->importance, model->routing.importance_weight / out->sets);
      add_term (&record->load_loss, d->load, model->routing.load_weight / out->sets);
      add_term (&record->gshard_loss, d->gshard, d->gshard_weight / out->sets);
      add_term (&record->z_loss, d->z, model->routing.z_weight / out->sets);
    }
}

void
ms_account_batch (MsRecord *record, const MsModel *model, const MsReal *x, const int *labels, int N)
{
  const MsBackboneConfig *c = ms_model_config (model);

  record->N = N;
  record->tokens = c->encoder.tokens;
  record->class_token = c->encoder.class_token;
  record->height = c->height;
  record->width = c->width;
  record->channels = c->channels / model->shape.inputs;
  record->patch = c->encoder.heads > 0 ? c->patch : 0;
  record->C = c->encoder.classes;
  if (x != NULL)
    record->inputs = to_float (x, (gsize)N * c->height * c->width * record->channels);
  if (x != NULL && labels != NULL)
    record->labels = g_memdup2 (labels, (gsize)N * sizeof *labels);
}

float *
ms_account_logits (const MsModelOutput *out)
{
  gsize size = (gsize)out->N * out->C;
  float *logits = g_new (float, (gsize)out->M * size);

  for (int m = 0; m < out->M; m++)
    ms_model_member_logits (out, m, logits + (gsize)m * size);
  return logits;
}

void
ms_account_predictions (MsRecord *record, const float *logits, int M, int N, int C)
{
  record->predictions = ms_predictions_new (M, N, C);
  ms_softmax_rows (record->predictions->probs, logits, (gsize)M * N, C);
}

static double
share_wrong (const float *score, const int *labels, int N, int C)
{
  int wrong = 0;

  for (int n = 0; n < N; n++)
    {
      int best = 0;

      for (int c = 1; c < C; c++)
        if (score[(gsize)n * C + c] > score[(gsize)n * C + best])
          best = c;
      wrong += best != labels[n];
    }
  return (double)wrong / N;
}

void
ms_account_error (MsRecord *record, const float *logits, const int *labels, int M, int N, int C)
{
  gsize size = (gsize)N * C;
  g_autofree float *probs = NULL, *mean = NULL;

  if (M > 1)
    {
      probs = g_new (float, (gsize)M * size);
      mean = g_new (float, size);
      ms_softmax_rows (probs, logits, (gsize)M * N, C);
      ms_classify_average (mean, probs, M, N, C);
    }
  record->train_error = share_wrong (M > 1 ? mean : logits, labels, N, C);
}
