/* SPDX-License-Identifier: MIT */

#include "app/metrics-file.h"
#include "core/base/file.h"
#include "core/base/number.h"
#include "core/metrics/load.h"
#include <math.h>

struct MsMetricsFile {
  MsFileWriter *writer; /* owned */
  bool has_header;
};

MsMetricsFile *
ms_metrics_file_new (const char *path, GError **error)
{
  MsFileWriter *writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return NULL;
  MsMetricsFile *self = g_new0 (MsMetricsFile, 1);
  self->writer = writer;
  return self;
}

void
ms_metrics_file_free (MsMetricsFile *self)
{
  if (self == NULL)
    return;
  ms_file_writer_free (self->writer);
  g_free (self);
}

static void
add_header (MsMetricsFile *self, const MsRecord *record)
{
  static const char columns[] = "step,epoch,examples,tokens,loss,task_loss,importance_loss,load_loss,gshard_loss,"
                                "z_loss,train_error,learning_rate,gradient_norm,"
                                "test_error,test_nll,test_ece,test_brier,"
                                "test_auroc,disagreement,mutual_information";
  ms_file_writer_printf (self->writer, "%s", columns);
  for (int i = 0; i < record->n_routing; i++)
    {
      int layer = record->routing[i]->layer;
      ms_file_writer_printf (self->writer, ",block%d_cv,block%d_entropy,block%d_max_violation", layer, layer, layer);
      ms_file_writer_printf (self->writer, ",block%d_dead,block%d_dropped", layer, layer);
    }
  ms_file_writer_printf (self->writer, "\n");
}

static void
add_number (MsMetricsFile *self, double value)
{
  char text[MS_NUMBER_SIZE];
  ms_file_writer_printf (self->writer, ",%s", isnan (value) ? "" : ms_number_text (text, value));
}

static void
add_routing (MsMetricsFile *self, const MsRouting *routing)
{
  g_autofree double *load = g_new (double, routing->E);
  double dropped = 0;
  for (int e = 0; e < routing->E; e++)
    {
      load[e] = routing->load[e];
      dropped += routing->dropped[e];
    }
  MsLoadMetrics metrics = ms_load_metrics (load, routing->E);
  add_number (self, metrics.cv);
  add_number (self, metrics.entropy);
  add_number (self, metrics.max_violation);
  add_number (self, metrics.dead);
  add_number (self, dropped / metrics.total);
}

static void
add_assessment (MsMetricsFile *self, const MsAssessment *a)
{
  const double values[] = {
    a != NULL ? a->ensemble.error : NAN,
    a != NULL ? a->ensemble.nll : NAN,
    a != NULL ? a->ensemble.ece : NAN,
    a != NULL ? a->ensemble.brier : NAN,
    a != NULL ? a->ood[MS_OOD_SCORE_msp].auroc : NAN,
    a != NULL ? a->rate : NAN,
    a != NULL && a->M > 1 ? a->mutual_information : NAN,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    add_number (self, values[i]);
}

void
ms_metrics_file_add (MsMetricsFile *self, const MsRecord *record, const MsAssessment *assessment)
{
  if (!self->has_header)
    add_header (self, record);
  self->has_header = true;
  ms_file_writer_printf (self->writer, "%" G_GINT64_FORMAT, record->step);
  const double values[] = {
    record->epoch,           (double) record->examples_seen, (double) record->tokens_seen,
    record->loss,            record->task_loss,              record->importance_loss,
    record->load_loss,       record->gshard_loss,            record->z_loss,
    record->train_error,     record->learning_rate,          record->gradient_norm,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    add_number (self, values[i]);
  add_assessment (self, assessment);
  for (int i = 0; i < record->n_routing; i++)
    add_routing (self, record->routing[i]);
  ms_file_writer_printf (self->writer, "\n");
}

bool
ms_metrics_file_commit (MsMetricsFile *self, GError **error)
{
  return ms_file_writer_commit (self->writer, error);
}
