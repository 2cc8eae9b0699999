/* SPDX-License-Identifier: MIT */

/* How much memory a record holds: by the shapes of the arrays that are there. */
#include "core/record/record.h"

#include <string.h>

/* Of an array of @n elements that may be absent. */
#define ARRAY(pointer, n) ((pointer) != NULL ? (gsize) (n) * sizeof *(pointer) : 0)

static gsize
text_bytes (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

static gsize
routing_bytes (const MsRouting *r)
{
  gsize T = (gsize) r->T, E = (gsize) r->E, choices = T * (gsize) r->K, cells = T * E;
  gsize logits = r->slots > 0 ? T * (gsize) r->slots : cells, mix = T * (gsize) r->slots;
  gsize bytes = sizeof *r + text_bytes (r->router);

  bytes += ARRAY (r->expert, choices) + ARRAY (r->gate, choices) + ARRAY (r->kept, choices);
  bytes += ARRAY (r->probs, cells) + ARRAY (r->logits, logits) + ARRAY (r->mask, T);
  bytes += ARRAY (r->load, E) + ARRAY (r->dropped, E) + ARRAY (r->bias, E) + ARRAY (r->use, E);
  bytes += ARRAY (r->masked, E);
  bytes += ARRAY (r->dispatch, mix) + ARRAY (r->combine, mix);
  bytes += ARRAY (r->noise, cells) + ARRAY (r->offset, cells) + ARRAY (r->place, choices);
  bytes += ARRAY (r->in_norm, T) + ARRAY (r->out_norm, choices) + ARRAY (r->added_norm, T);
  bytes += ARRAY (r->coordinates, 2 * T) + ARRAY (r->expert_cosine, E * E) + ARRAY (r->router_cosine, E * E);
  return bytes;
}

static gsize
surface_bytes (const MsSurface *s)
{
  gsize cells = (gsize) s->width * (gsize) s->height;

  return sizeof *s + ARRAY (s->probs, cells * (gsize) s->C) + ARRAY (s->expert, cells * (gsize) s->n_layers);
}

static gsize
names_bytes (char **names)
{
  gsize bytes = names != NULL ? sizeof *names : 0;

  for (; names != NULL && *names != NULL; names++)
    bytes += sizeof *names + text_bytes (*names);
  return bytes;
}

gsize
ms_record_bytes (const MsRecord *record)
{
  g_return_val_if_fail (record != NULL, 0);

  gsize example = (gsize) record->height * (gsize) record->width * (gsize) record->channels;
  gsize bytes = sizeof *record + text_bytes (record->source) + text_bytes (record->interventions);

  bytes += ARRAY (record->inputs, (gsize) record->N * example) + ARRAY (record->labels, record->N);
  bytes += names_bytes (record->class_names) + (gsize) record->n_routing * sizeof *record->routing;
  for (int l = 0; l < record->n_routing; l++)
    bytes += routing_bytes (record->routing[l]);
  if (record->predictions != NULL)
    {
      const MsPredictions *p = record->predictions;

      bytes += sizeof *p + (gsize) p->M * (gsize) p->N * (gsize) p->C * sizeof *p->probs;
    }
  bytes += record->evaluation != NULL ? sizeof *record->evaluation : 0;
  bytes += record->surface != NULL ? surface_bytes (record->surface) : 0;
  bytes += ARRAY (record->points, 2 * (gsize) record->n_points) + ARRAY (record->point_labels, record->n_points);
  return bytes;
}
