/* SPDX-License-Identifier: MIT */

/* A batch of digits through two soft layers: logits by formula, the rest follows from them as in Soft MoE. */
#include "ui/paint/sample.h"

#include "ui/paint/sample-digits.h"

#include <math.h>

#define EXPERTS 8

/* Both softmaxes of one group's @logits (T, S): over the tokens of each slot, and over the slots of each token. */
static void
mix_group (const float *logits, int T, int S, float *dispatch, float *combine)
{
  for (int s = 0; s < S; s++)
    {
      double sum = 0;

      for (int t = 0; t < T; t++)
        sum += exp ((double) logits[t * S + s]);
      for (int t = 0; t < T; t++)
        dispatch[t * S + s] = (float) (exp ((double) logits[t * S + s]) / sum);
    }
  for (int t = 0; t < T; t++)
    {
      double sum = 0;

      for (int s = 0; s < S; s++)
        sum += exp ((double) logits[t * S + s]);
      for (int s = 0; s < S; s++)
        combine[t * S + s] = (float) (exp ((double) logits[t * S + s]) / sum);
    }
}

/* How well a patch fits a slot: by its look, by where it is, and by chance. */
static double
sample_logit (const MsRecord *record, int block, int t, int s, int S)
{
  int n = t / record->tokens, p = t % record->tokens;
  double angle = ms_sample_patch_angle (record->inputs + n * record->width * record->height, p);
  double chance = ms_sample_scatter ((guint32) (s * 911 + p * 37 + block * 5003));

  return 1.9 * cos (angle * (1 + 0.17 * block) - 2 * G_PI * s / S) + 2.2 * chance
         + 0.6 * ms_sample_scatter ((guint32) (t * 131 + s * 7919));
}

static MsRouting *
soft_routing (const MsRecord *record, int block, int slots)
{
  int T = record->N * record->tokens, per_group = record->tokens;
  gsize all = (gsize) T * (gsize) slots;
  MsRouting *routing = ms_routing_new (T, EXPERTS, 0, 1);

  routing->layer = block;
  routing->router = g_strdup ("soft");
  routing->groups = record->N;
  routing->slots = slots;
  routing->logits = g_new (float, all);
  routing->dispatch = g_new (float, all);
  routing->combine = g_new (float, all);
  routing->use = g_new0 (double, EXPERTS);
  for (int t = 0; t < T; t++)
    for (int s = 0; s < slots; s++)
      routing->logits[t * slots + s] = (float) sample_logit (record, block, t, s, slots);
  for (int g = 0; g < record->N; g++)
    {
      gsize from = (gsize) g * (gsize) per_group * (gsize) slots;

      mix_group (routing->logits + from, per_group, slots, routing->dispatch + from, routing->combine + from);
    }
  for (int t = 0; t < T; t++)
    for (int s = 0; s < slots; s++)
      routing->use[s / (slots / EXPERTS)] += (double) routing->combine[t * slots + s];
  for (int e = 0; e < EXPERTS; e++)
    routing->load[e] = slots / EXPERTS * routing->groups;
  return routing;
}

MsScene *
ms_sample_soft_sized (int N, int slots)
{
  MsScene *scene = ms_sample_digits_sized (N, EXPERTS, 1, false);
  MsRecord *record = (MsRecord *) scene->record;

  for (int l = 0; l < record->n_routing; l++)
    {
      int block = record->routing[l]->layer;

      ms_routing_free (record->routing[l]);
      record->routing[l] = soft_routing (record, block, slots);
    }
  return scene;
}

MsScene *
ms_sample_soft (void)
{
  return ms_sample_soft_sized (16, 2 * EXPERTS);
}
