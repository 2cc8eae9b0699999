/* SPDX-License-Identifier: MIT */

#include "ui/paint/tokens.h"

#include <math.h>

const MsRouting *
ms_scene_routing (const MsScene *scene)
{
  const MsRecord *record = scene->record;

  if (record == NULL || record->n_routing < 1 || record->routing == NULL)
    return NULL;
  return record->routing[CLAMP (scene->selection.layer, 0, record->n_routing - 1)];
}

bool
ms_scene_soft (const MsScene *scene)
{
  const MsRouting *routing = ms_scene_routing (scene);

  return routing != NULL && routing->slots > 0;
}

bool
ms_scene_judged (const MsScene *scene)
{
  const MsRecord *record = scene->record;

  return record != NULL
         && (record->assessment != NULL || (record->C >= 2 && record->provenance != MS_PROVENANCE_TRACE));
}

MsNumber
ms_record_class (const MsRecord *record, int c)
{
  MsNumber name = ms_number_count (c);

  if (record->class_names == NULL || c < 0 || c >= (int) g_strv_length (record->class_names))
    return name;
  g_utf8_strncpy (name.text, record->class_names[c], (sizeof name.text - 1) / 4);
  return name;
}

int
ms_record_predicted (const MsRecord *record, int n)
{
  const MsPredictions *predictions = record->predictions;
  double best_sum = -1;
  int best = MS_NONE;

  if (predictions == NULL || n < 0 || n >= predictions->N)
    return MS_NONE;
  for (int c = 0; c < predictions->C; c++)
    {
      double sum = 0;

      for (int m = 0; m < predictions->M; m++)
        sum += (double) predictions->probs[((gsize) m * (gsize) predictions->N + (gsize) n) * (gsize) predictions->C
                                           + (gsize) c];
      if (sum > best_sum)
        {
          best_sum = sum;
          best = c;
        }
    }
  return best;
}

int
ms_record_members (const MsRecord *record, int copies)
{
  int n = copies;

  if (record != NULL && record->predictions != NULL)
    n = MAX (n, record->predictions->M);
  if (record != NULL && record->assessment != NULL)
    n = MAX (n, record->assessment->M);
  return n;
}

int
ms_record_across (const MsRecord *record)
{
  return record->patch > 0 ? (record->width + record->patch - 1) / record->patch : 0;
}

int
ms_token_example (const MsRecord *record, int token)
{
  return token / MAX (1, record->tokens) % MAX (1, record->N);
}

int
ms_token_patch (const MsRecord *record, int token)
{
  return token % MAX (1, record->tokens) - (record->class_token ? 1 : 0);
}

int
ms_scene_copy (const MsScene *scene, const MsRouting *routing)
{
  const MsRecord *record = scene->record;
  int each = MAX (1, record->N * record->tokens), copies = routing != NULL ? routing->copies : 1;
  int copy = scene->selection.token >= 0 ? scene->selection.token / each : scene->selection.member;

  return copies > 1 ? CLAMP (copy, 0, copies - 1) : 0;
}

int
ms_routing_experts (const MsRouting *routing, int copy, int *first)
{
  int part = routing->M > 0 ? routing->E / routing->M : routing->E;

  /* Parts and copies that do not match leave no way to tell. */
  if (routing->M < 2 || part < 1 || routing->copies % routing->M != 0)
    {
      *first = 0;
      return routing->E;
    }
  *first = copy / (routing->copies / routing->M) * part;
  return part;
}

MsNumber
ms_routing_name (const MsRouting *routing)
{
  MsNumber name;

  if (routing->member >= 0)
    g_snprintf (name.text, sizeof name.text, "block %d of member %d", routing->layer, routing->member);
  else
    g_snprintf (name.text, sizeof name.text, "block %d", routing->layer);
  return name;
}

int
ms_token_index (const MsRecord *record, const MsRouting *routing, int copy, int n, int p)
{
  gint64 token = ((gint64) copy * record->N + n) * record->tokens + (record->class_token ? 1 : 0) + p;

  return routing != NULL && routing->expert != NULL && token >= 0 && token < routing->T ? (int) token : MS_NONE;
}

int
ms_token_expert (const MsRouting *routing, int token, int k)
{
  if (routing == NULL || routing->expert == NULL || token < 0 || token >= routing->T || k >= routing->K)
    return MS_NONE;

  int expert = routing->expert[(gsize) token * (gsize) routing->K + (gsize) k];

  return expert < routing->E ? expert : MS_NONE;
}

void
ms_token_count (const MsRouting *routing, int token, int *asked, int *dropped)
{
  *asked = *dropped = 0;
  for (int k = 0; routing != NULL && k < routing->K; k++)
    if (ms_token_expert (routing, token, k) >= 0)
      {
        *asked += 1;
        *dropped += routing->kept != NULL && !routing->kept[(gsize) token * (gsize) routing->K + (gsize) k];
      }
}

int
ms_token_runner_up (const MsRouting *routing, int token)
{
  int best = MS_NONE;

  if (routing == NULL || routing->probs == NULL || token < 0 || token >= routing->T)
    return MS_NONE;
  for (int e = 0; e < routing->E; e++)
    {
      bool chosen = false;

      for (int k = 0; k < routing->K; k++)
        chosen |= ms_token_expert (routing, token, k) == e;
      if (!chosen
          && (best < 0 || ms_token_probability (routing, token, e) > ms_token_probability (routing, token, best)))
        best = e;
    }
  return best;
}

double
ms_token_probability (const MsRouting *routing, int token, int e)
{
  if (routing->probs == NULL || token < 0 || token >= routing->T || e < 0 || e >= routing->E)
    return NAN;
  return (double) routing->probs[(gsize) token * (gsize) routing->E + (gsize) e];
}
