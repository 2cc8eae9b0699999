/* SPDX-License-Identifier: MIT */

/* Plain data: made, shared by reference and freed here; filled in by sessions and readers. */
#include "core/record/record.h"

#include <math.h>

MsRecord *
ms_record_new (void)
{
  MsRecord *record = g_new0 (MsRecord, 1);

  record->ref_count = 1;
  record->epoch = NAN;
  record->loss = record->task_loss = record->importance_loss = record->load_loss = NAN;
  record->gshard_loss = record->z_loss = NAN;
  record->train_error = record->learning_rate = record->gradient_norm = NAN;
  record->forward_ms = record->backward_ms = record->update_ms = record->data_ms = NAN;
  return record;
}

MsRecord *
ms_record_ref (MsRecord *record)
{
  g_return_val_if_fail (record != NULL, NULL);
  g_atomic_int_inc (&record->ref_count);
  return record;
}

void
ms_record_unref (MsRecord *record)
{
  if (record == NULL || !g_atomic_int_dec_and_test (&record->ref_count))
    return;
  for (int l = 0; record->routing != NULL && l < record->n_routing; l++)
    ms_routing_free (record->routing[l]);
  g_free (record->routing);
  g_free (record->source);
  g_free (record->inputs);
  g_free (record->labels);
  g_strfreev (record->class_names);
  ms_predictions_free (record->predictions);
  g_free (record->evaluation);
  ms_assessment_unref (record->assessment);
  ms_surface_free (record->surface);
  ms_trial_unref (record->trial);
  g_free (record->interventions);
  g_free (record->points);
  g_free (record->point_labels);
  g_free (record);
}

MsRouting *
ms_routing_new (int T, int E, int K, int M)
{
  g_return_val_if_fail (T >= 0 && E >= 0 && K >= 0 && M >= 1, NULL);

  MsRouting *routing = g_new0 (MsRouting, 1);
  gsize n = (gsize) T * (gsize) K;

  routing->T = T;
  routing->E = E;
  routing->K = K;
  routing->M = M;
  routing->groups = routing->copies = 1;
  routing->member = -1;
  routing->expert = g_new (gint16, n);
  for (gsize i = 0; i < n; i++)
    routing->expert[i] = -1;
  routing->kept = g_new0 (guint8, n);
  routing->load = g_new0 (int, E);
  routing->dropped = g_new0 (int, E);
  routing->importance_loss = routing->load_loss = routing->gshard_loss = routing->z_loss = NAN;
  routing->variance[0] = routing->variance[1] = NAN;
  return routing;
}

void
ms_routing_free (MsRouting *routing)
{
  if (routing == NULL)
    return;
  g_free (routing->router);
  g_free (routing->expert);
  g_free (routing->gate);
  g_free (routing->kept);
  g_free (routing->probs);
  g_free (routing->logits);
  g_free (routing->mask);
  g_free (routing->load);
  g_free (routing->dropped);
  g_free (routing->masked);
  g_free (routing->dispatch);
  g_free (routing->combine);
  g_free (routing->bias);
  g_free (routing->use);
  g_free (routing->noise);
  g_free (routing->offset);
  g_free (routing->place);
  g_free (routing->in_norm);
  g_free (routing->out_norm);
  g_free (routing->added_norm);
  g_free (routing->coordinates);
  g_free (routing->expert_cosine);
  g_free (routing->router_cosine);
  g_free (routing);
}

MsPredictions *
ms_predictions_new (int M, int N, int C)
{
  g_return_val_if_fail (M >= 1 && N >= 0 && C >= 0, NULL);

  MsPredictions *predictions = g_new0 (MsPredictions, 1);

  predictions->M = M;
  predictions->N = N;
  predictions->C = C;
  predictions->probs = g_new0 (float, (gsize) M * (gsize) N * (gsize) C);
  return predictions;
}

void
ms_predictions_free (MsPredictions *predictions)
{
  if (predictions == NULL)
    return;
  g_free (predictions->probs);
  g_free (predictions);
}

MsSurface *
ms_surface_new (int width, int height, int C, int n_layers)
{
  g_return_val_if_fail (width >= 1 && height >= 1 && C >= 0 && n_layers >= 0, NULL);

  MsSurface *surface = g_new0 (MsSurface, 1);
  gsize cells = (gsize) width * (gsize) height;

  surface->width = width;
  surface->height = height;
  surface->C = C;
  surface->n_layers = n_layers;
  surface->probs = g_new0 (float, cells * (gsize) C);
  if (n_layers > 0)
    {
      surface->expert = g_new (gint16, cells * (gsize) n_layers);
      for (gsize i = 0; i < cells * (gsize) n_layers; i++)
        surface->expert[i] = -1;
    }
  return surface;
}

void
ms_surface_free (MsSurface *surface)
{
  if (surface == NULL)
    return;
  g_free (surface->probs);
  g_free (surface->expert);
  g_free (surface);
}

static const char *
provenance_word (MsProvenance provenance)
{
  switch (provenance)
    {
    case MS_PROVENANCE_LIVE:
      return "live";
    case MS_PROVENANCE_CHECKPOINT:
      return "checkpoint";
    case MS_PROVENANCE_TRACE:
      return "trace";
    case MS_PROVENANCE_SAMPLE:
      return "sample";
    default:
      return "unknown origin";
    }
}

char *
ms_record_caption (const MsRecord *record)
{
  g_return_val_if_fail (record != NULL, NULL);

  GString *text = g_string_new (provenance_word (record->provenance));

  if (record->source != NULL && *record->source != '\0')
    g_string_append_printf (text, " · %s", record->source);
  g_string_append_printf (text, " · seed %" G_GUINT64_FORMAT " · step %" G_GINT64_FORMAT, record->seed, record->step);
  return g_string_free (text, FALSE);
}
