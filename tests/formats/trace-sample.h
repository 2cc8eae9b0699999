/* SPDX-License-Identifier: MIT */

/* A small made-up step of a run with two routed layers of different size, for the tests of traces. */
#pragma once

#include "core/record/record.h"

#include <math.h>

/* The tokens' way: an offset that masks, a noise that is lost with it, norms that are not there for what was
 * dropped. */
static inline void
trace_sample_details (MsRouting *r, int step)
{
  r->noise = g_new0 (float, r->T * r->E);
  r->offset = g_new0 (float, r->T * r->E);
  r->place = g_new0 (int, r->T * r->K);
  r->in_norm = g_new0 (float, r->T);
  r->added_norm = g_new0 (float, r->T);
  r->out_norm = g_new0 (float, r->T * r->K);
  r->coordinates = g_new0 (float, 2 * r->T);
  r->variance[0] = 0.5;
  r->variance[1] = 0.25 / step;
  for (int i = 0; i < r->T * r->E; i++)
    {
      r->noise[i] = i % 4 == 3 ? NAN : (float) i / 8;
      r->offset[i] = i % 4 == 3 ? -INFINITY : 0;
    }
  for (int i = 0; i < r->T * r->K; i++)
    {
      r->place[i] = r->kept[i] ? i % 8 : 8 + i % 3;
      r->out_norm[i] = r->kept[i] ? (float) i : NAN;
    }
  for (int t = 0; t < r->T; t++)
    {
      r->in_norm[t] = (float) t + 0.5f;
      r->added_norm[t] = (float) t * (float) step;
      r->coordinates[2 * t] = (float) t;
      r->coordinates[2 * t + 1] = (float) -t;
    }
}

/* Block 1: 4 experts, 2 chosen, everything captured. Block 3: 3 experts, 1 chosen, masked, unlimited, no logits. */
static inline MsRouting *
trace_sample_routing (int step, int l, int T)
{
  int E = l == 0 ? 4 : 3, K = l == 0 ? 2 : 1;
  MsRouting *r = ms_routing_new (T, E, K, 1);
  r->layer = 1 + 2 * l;
  r->router = g_strdup (l == 0 ? "top-k" : "hash");
  r->capacity = l == 0 ? 8 : 0;
  r->importance_loss = 0.5 * step;
  r->gate = g_new0 (float, T * K);
  r->probs = g_new0 (float, T * E);
  if (l == 0)
    r->logits = g_new0 (float, T * E);
  else
    r->mask = g_new0 (guint8, T);
  for (int i = 0; i < T * K; i++)
    {
      int e = (i / K + i % K + step - 1) % E;
      r->expert[i] = (gint16) e;
      r->kept[i] = i % 5 != 0;
      r->gate[i] = (float) i / 100.0f;
    }
  for (int i = 0; i < T * E; i++)
    {
      r->probs[i] = (float) (i % 7) / 7.0f;
      if (r->logits != NULL)
        r->logits[i] = (float) (i + step);
    }
  for (int t = 0; r->mask != NULL && t < T; t++)
    r->mask[t] = t % 2 == 0;
  if (l == 0)
    trace_sample_details (r, step);
  return r;
}

/* A record that is not captured as a batch keeps the loads only. */
static inline void
trace_sample_layers (MsRecord *record, bool batch)
{
  int T = 12;
  record->n_routing = 2;
  record->routing = g_new0 (MsRouting *, 2);
  for (int l = 0; l < 2; l++)
    {
      g_autoptr (MsRouting) full = trace_sample_routing ((int) record->step, l, T);
      for (int i = 0; i < T * full->K; i++)
        {
          full->load[full->expert[i]]++;
          full->dropped[full->expert[i]] += !full->kept[i];
        }
      if (batch)
        {
          record->routing[l] = g_steal_pointer (&full);
          continue;
        }
      MsRouting *small = ms_routing_new (0, full->E, full->K, 1);
      small->layer = full->layer;
      small->router = g_strdup (full->router);
      small->capacity = full->capacity;
      for (int e = 0; e < full->E; e++)
        {
          small->load[e] = full->load[e];
          small->dropped[e] = full->dropped[e];
        }
      record->routing[l] = small;
    }
}

/* Block 2, of member 1: 2 experts of 3 slots each, 3 groups. */
static inline MsRouting *
trace_sample_soft (int T)
{
  MsRouting *r = ms_routing_new (0, 2, 0, 1);
  r->T = T;
  r->layer = 2;
  r->member = 1;
  r->router = g_strdup ("soft");
  r->slots = 6;
  r->groups = 3;
  r->dispatch = g_new0 (float, T * 6);
  r->combine = g_new0 (float, T * 6);
  r->logits = g_new0 (float, T * 6);
  r->use = g_new0 (double, 2);
  r->load[0] = r->load[1] = 9;
  for (int i = 0; i < T * 6; i++)
    {
      r->dispatch[i] = (float) (i % 5) / 5.0f;
      r->combine[i] = (float) (i % 4) / 4.0f;
      r->logits[i] = (float) -i;
      r->use[i % 6 / 3] += r->combine[i];
    }
  return r;
}

/* Block 3: 4 experts with a bias, and all tokens twice. */
static inline MsRouting *
trace_sample_copies (int T)
{
  MsRouting *r = ms_routing_new (2 * T, 4, 1, 2);
  r->layer = 3;
  r->router = g_strdup ("sigmoid");
  r->copies = 2;
  r->bias = g_new0 (float, 4);
  r->bias[2] = -0.5f;
  for (int i = 0; i < 2 * T; i++)
    {
      r->expert[i] = (gint16) (i % 4);
      r->kept[i] = 1;
      r->load[i % 4]++;
    }
  return r;
}

static inline MsRecord *
trace_sample (int step, bool batch)
{
  static const char *const names[] = { "zero", "one", "größer", NULL };
  MsRecord *record = ms_record_new ();
  record->provenance = MS_PROVENANCE_LIVE;
  record->source = g_strdup ("sample");
  record->seed = 7;
  record->step = step;
  record->epoch = 0.5 * step;
  record->examples_seen = 3 * step;
  record->tokens_seen = 12 * step;
  record->loss = 1.0 / step;
  record->train_error = 0.1;
  record->height = record->width = 4;
  record->channels = 1;
  record->patch = 2;
  record->tokens = 4;
  record->C = 3;
  trace_sample_layers (record, batch);
  if (step >= 5)
    {
      const MsEvaluation evaluation = { 5, 100, 0.25, 0.7, 0.05, 0.3 };
      record->evaluation = g_memdup2 (&evaluation, sizeof evaluation);
    }
  if (!batch)
    return record;
  record->N = 3;
  record->class_names = g_strdupv ((char **) names);
  record->inputs = g_new0 (float, 3 * 16);
  record->labels = g_new0 (int, 3);
  record->predictions = ms_predictions_new (2, 3, 3);
  for (int i = 0; i < 48; i++)
    record->inputs[i] = (float) (i * step % 11) / 11.0f;
  for (int i = 0; i < 18; i++)
    record->predictions->probs[i] = (float) (i % 3) / 3.0f;
  record->labels[2] = 2;
  return record;
}

/* The same with layers of the newer kinds. */
static inline MsRecord *
trace_sample_mixed (int step)
{
  MsRecord *record = trace_sample (step, true);
  for (int l = 0; l < 2; l++)
    ms_routing_free (record->routing[l]);
  record->routing[0] = trace_sample_soft (12);
  record->routing[1] = trace_sample_copies (12);
  return record;
}
