/* SPDX-License-Identifier: MIT */

#include "app/tally.h"
#include "core/metrics/sample.h"

struct MsTally {
  int n_steps;
  GQueue records;  /* of MsRecord with scalars only, owned, newest last: at most n_steps */
  GArray *step_ms; /* of double, one a step */
  int n_layers;
  MsTallyLayer *layers; /* owned, and so is what they point to */
};

MsTally *
ms_tally_new (int n_steps)
{
  MsTally *self = g_new0 (MsTally, 1);
  self->n_steps = MAX (n_steps, 1);
  g_queue_init (&self->records);
  self->step_ms = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
ms_tally_free (MsTally *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->records, (GDestroyNotify) ms_record_unref);
  g_array_unref (self->step_ms);
  for (int i = 0; i < self->n_layers; i++)
    {
      g_free (self->layers[i].router);
      g_free (self->layers[i].load);
      g_free (self->layers[i].dropped);
    }
  g_free (self->layers);
  g_free (self);
}

/* The layers' shapes, from the first record: routed layers do not change without a rebuild. */
static void
make_layers (MsTally *self, const MsRecord *record)
{
  self->n_layers = record->n_routing;
  self->layers = g_new0 (MsTallyLayer, (gsize) MAX (self->n_layers, 1));
  for (int i = 0; i < self->n_layers; i++)
    {
      const MsRouting *routing = record->routing[i];
      self->layers[i] = (MsTallyLayer){ .layer = routing->layer, .router = g_strdup (routing->router), .E = routing->E,
                                        .load = g_new0 (double, routing->E), .dropped = g_new0 (double, routing->E) };
    }
}

static void
add_loads (MsTally *self, const MsRecord *record, int sign)
{
  for (int i = 0; i < MIN (self->n_layers, record->n_routing); i++)
    for (int e = 0; e < self->layers[i].E; e++)
      {
        self->layers[i].load[e] += sign * record->routing[i]->load[e];
        self->layers[i].dropped[e] += sign * record->routing[i]->dropped[e];
      }
}

void
ms_tally_add (MsTally *self, const MsRecord *record, double step_ms)
{
  if (self->layers == NULL)
    make_layers (self, record);
  g_array_append_val (self->step_ms, step_ms);
  g_queue_push_tail (&self->records, ms_record_ref ((MsRecord *) record));
  add_loads (self, record, 1);
  if (g_queue_get_length (&self->records) > (guint) self->n_steps)
    {
      g_autoptr (MsRecord) oldest = g_queue_pop_head (&self->records);
      add_loads (self, oldest, -1);
    }
}

int
ms_tally_n_steps (const MsTally *self)
{
  return (int) self->records.length;
}

MsTallyMeans
ms_tally_means (const MsTally *self)
{
  MsTallyMeans mean = { 0 };
  double n = self->records.length; /* 0: every mean is 0 / 0, absent */
  for (const GList *l = self->records.head; l != NULL; l = l->next)
    {
      const MsRecord *record = l->data;
      mean.loss += record->loss;
      mean.task_loss += record->task_loss;
      mean.importance_loss += record->importance_loss;
      mean.load_loss += record->load_loss;
      mean.gshard_loss += record->gshard_loss;
      mean.z_loss += record->z_loss;
      mean.train_error += record->train_error;
    }
  return (MsTallyMeans){ mean.loss / n,        mean.task_loss / n, mean.importance_loss / n, mean.load_loss / n,
                         mean.gshard_loss / n, mean.z_loss / n,    mean.train_error / n };
}

int
ms_tally_n_layers (const MsTally *self)
{
  return self->n_layers;
}

MsTallyLayer
ms_tally_layer (const MsTally *self, int i)
{
  return self->layers[i];
}

double
ms_tally_step_ms (const MsTally *self)
{
  g_autoptr (GArray) times = g_array_copy (self->step_ms);
  return ms_median ((gpointer) times->data, times->len);
}
