/* SPDX-License-Identifier: MIT */

/* A batch of digits through the layers of two members, with all that a token's way is told from: logits and noise by
 * formula, and gates, choices, places and what is dropped computed from them. */
#include "ui/paint/sample.h"

#include "ui/paint/sample-digits.h"

#include <math.h>

#define EXPERTS 16
#define CHOICES 2
#define NOISE 0.25

static void
fill_gates (MsRouting *routing, int t, int first, int own, double angle)
{
  gsize row = (gsize) t * (gsize) routing->E;
  double sum = 0;

  for (int e = 0; e < routing->E; e++)
    routing->logits[row + (gsize) e] = routing->noise[row + (gsize) e] = NAN;
  for (int e = first; e < first + own; e++)
    {
      guint32 salt = (guint32) (t * 131 + e * 17 + routing->layer * 7919);
      double logit = 1.4 * cos (angle - 2 * G_PI * (e - first) / own) + 1.6 * ms_sample_scatter (salt);

      routing->logits[row + (gsize) e] = (float) logit;
      routing->noise[row + (gsize) e] = (float) (NOISE * 2 * (ms_sample_scatter (salt + 3) - 0.5));
      sum += exp ((double) routing->logits[row + (gsize) e] + (double) routing->noise[row + (gsize) e]);
    }
  for (int e = first; e < first + own; e++)
    routing->probs[row + (gsize) e]
        = (float) (exp ((double) routing->logits[row + (gsize) e] + (double) routing->noise[row + (gsize) e]) / sum);
}

static void
choose (MsRouting *routing, int t, int first, int own)
{
  const float *probs = routing->probs + (gsize) t * (gsize) routing->E;

  for (int k = 0; k < CHOICES; k++)
    {
      int best = -1;

      for (int e = first; e < first + own; e++)
        if ((k == 0 || e != routing->expert[t * CHOICES]) && (best < 0 || probs[e] > probs[best]))
          best = e;
      routing->expert[t * CHOICES + k] = (gint16) best;
      routing->gate[t * CHOICES + k] = probs[best];
    }
}

/* First choices come before second ones, and each token after those before it. */
static void
give_places (MsRouting *routing)
{
  for (int k = 0; k < CHOICES; k++)
    for (int t = 0; t < routing->T; t++)
      {
        int i = t * CHOICES + k, e = routing->expert[i];

        routing->place[i] = routing->load[e]++;
        routing->kept[i] = routing->place[i] < routing->capacity;
        routing->dropped[e] += !routing->kept[i];
        routing->out_norm[i] = routing->kept[i] ? (float) (1.2 + ms_sample_scatter ((guint32) i * 3 + 11)) : NAN;
      }
  for (int t = 0; t < routing->T; t++)
    {
      double square = 0; /* as if the outputs were at right angles */

      for (int k = 0; k < CHOICES; k++)
        if (routing->kept[t * CHOICES + k])
          square += pow ((double) routing->gate[t * CHOICES + k] * (double) routing->out_norm[t * CHOICES + k], 2);
      routing->added_norm[t] = (float) sqrt (square);
      routing->in_norm[t] = (float) (5 + ms_sample_scatter ((guint32) t * 5 + 29));
    }
}

static MsRouting *
new_routing (const MsRecord *record, int block, int M)
{
  int each = record->N * record->tokens, T = M * each, own = EXPERTS / M;
  MsRouting *routing = ms_routing_new (T, EXPERTS, CHOICES, M);
  gsize all = (gsize) T * EXPERTS;

  routing->layer = block;
  routing->router = g_strdup ("top-k");
  routing->copies = routing->groups = M;
  routing->capacity = (int) ceil (1.1 * each * CHOICES / own);
  routing->gate = g_new0 (float, T * CHOICES);
  routing->place = g_new0 (int, T * CHOICES);
  routing->out_norm = g_new0 (float, T * CHOICES);
  routing->in_norm = g_new0 (float, T);
  routing->added_norm = g_new0 (float, T);
  routing->logits = g_new0 (float, all);
  routing->noise = g_new0 (float, all);
  routing->probs = g_new0 (float, all);
  for (int t = 0; t < T; t++)
    {
      int n = t / record->tokens % record->N, first = t / each * own;
      double angle = ms_sample_patch_angle (record->inputs + n * record->width * record->height, t % record->tokens);

      fill_gates (routing, t, first, own, angle * (1 + 0.17 * block) + block);
      choose (routing, t, first, own);
    }
  give_places (routing);
  return routing;
}

MsScene *
ms_sample_token (void)
{
  MsScene *scene = ms_sample_digits_sized (24, EXPERTS, CHOICES, false);
  MsRecord *record = (MsRecord *) scene->record;

  for (int l = 0; l < record->n_routing; l++)
    {
      MsRouting *routing = new_routing (record, record->routing[l]->layer, 2);

      ms_routing_free (record->routing[l]);
      record->routing[l] = routing;
    }
  scene->selection.layer = 1;
  /* One whose second expert was full shows most. */
  for (int t = record->tokens; t < record->N * record->tokens && scene->selection.token < 0; t++)
    if (record->routing[1]->kept[t * CHOICES] && !record->routing[1]->kept[t * CHOICES + 1])
      {
        scene->selection.token = t;
        scene->selection.example = t / record->tokens;
        scene->selection.expert = record->routing[1]->expert[t * CHOICES];
      }
  return scene;
}
