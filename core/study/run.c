/* SPDX-License-Identifier: MIT */

#include "core/study/run.h"
#include "core/metrics/load.h"
#include "core/metrics/sample.h"
#include "core/train/session-private.h"
#include "core/train/upcycle.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>

#define PART (1 << 20) /* bytes or numbers that are digested at a time; a checksum's update takes a signed size */

/* Loads of the last epoch, summed: one batch is too noisy. */
typedef struct {
  int n_layers;
  int *E;         /* (n_layers) owned */
  double **load;  /* (n_layers, E) owned */
  double asked, dropped;
} Loads;

static void
loads_clear (Loads *self)
{
  for (int i = 0; i < self->n_layers; i++)
    g_free (self->load[i]);
  g_free (self->load);
  g_free (self->E);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loads, loads_clear)

static void
loads_add (Loads *self, const MsRecord *record)
{
  if (self->load == NULL)
    {
      self->n_layers = record->n_routing;
      self->E = g_new0 (int, MAX (self->n_layers, 1));
      self->load = g_new0 (double *, MAX (self->n_layers, 1));
      for (int i = 0; i < self->n_layers; i++)
        self->load[i] = g_new0 (double, self->E[i] = record->routing[i]->E);
    }
  for (int i = 0; i < MIN (self->n_layers, record->n_routing); i++)
    for (int e = 0; e < self->E[i]; e++)
      {
        self->load[i][e] += record->routing[i]->load[e];
        self->asked += record->routing[i]->load[e];
        self->dropped += record->routing[i]->dropped[e];
      }
}

static void
set_loads (MsRun *run, const Loads *loads)
{
  double violation = 0;
  if (loads->n_layers == 0 || !(loads->asked > 0))
    return;
  for (int i = 0; i < loads->n_layers; i++)
    violation += ms_load_metrics (loads->load[i], loads->E[i]).max_violation / loads->n_layers;
  run->value[MS_STUDY_METRIC_max_violation] = violation;
  run->value[MS_STUDY_METRIC_dropped] = loads->dropped / loads->asked;
}

/* Steps to the end. False: stopped, or the run failed and says so. */
static bool
train (MsSession *session, MsRun *run, MsStudySignals *signals)
{
  const MsExperiment *x = ms_session_experiment (session);
  gint64 total = ms_experiment_int (x, MS_KEY_RUN_STEPS), batch = ms_experiment_int (x, MS_KEY_OPTIMISER_BATCH);
  gint64 epoch = (ms_session_dataset (session)->n_train + batch - 1) / batch;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (Loads) loads = { 0 };
  guint64 flops = 0;
  for (gint64 step = 0; step < total; step++)
    {
      g_autoptr (GError) error = NULL;
      gint64 start = g_get_monotonic_time ();
      if (g_atomic_int_get (&signals->stop) != 0)
        return false;
      g_autoptr (MsRecord) record = ms_session_step (session, MS_DETAIL_SCALARS, &error);
      if (record == NULL)
        {
          run->failure = g_strdup (error->message);
          g_atomic_int_add (&signals->steps, (gint) (total - step));
          return false;
        }
      double ms = (double) (g_get_monotonic_time () - start) / 1e3;
      g_array_append_val (times, ms);
      if (step >= total - epoch)
        loads_add (&loads, record);
      flops = record->flops;
      g_atomic_int_inc (&signals->steps);
    }
  run->step_ms = ms_median ((gpointer) times->data, times->len);
  run->value[MS_STUDY_METRIC_train_flops] = (double) flops;
  set_loads (run, &loads);
  return true;
}

static double
mean_of_members (const MsAssessment *assessment, gsize offset)
{
  double sum = 0;
  for (int m = 0; m < assessment->M; m++)
    sum += G_STRUCT_MEMBER (double, &assessment->member[m], offset);
  return sum / assessment->M;
}

static void
set_assessment (MsRun *run, const MsAssessment *a)
{
  const MsOodResult *msp = &a->ood[MS_OOD_SCORE_msp], *relative = &a->ood[MS_OOD_SCORE_relative];
  const struct {
    MsStudyMetric metric;
    double value;
  } values[] = {
    { MS_STUDY_METRIC_error, a->ensemble.error },
    { MS_STUDY_METRIC_nll, a->ensemble.nll },
    { MS_STUDY_METRIC_ece, a->ensemble.ece },
    { MS_STUDY_METRIC_brier, a->ensemble.brier },
    { MS_STUDY_METRIC_member_error, mean_of_members (a, G_STRUCT_OFFSET (MsQuality, error)) },
    { MS_STUDY_METRIC_member_nll, mean_of_members (a, G_STRUCT_OFFSET (MsQuality, nll)) },
    { MS_STUDY_METRIC_auroc, msp->known != NULL ? msp->auroc : NAN },
    { MS_STUDY_METRIC_fpr95, msp->known != NULL ? msp->fpr95 : NAN },
    { MS_STUDY_METRIC_auroc_relative, relative->known != NULL ? relative->auroc : NAN },
    { MS_STUDY_METRIC_disagreement, a->rate },
    { MS_STUDY_METRIC_kl, a->pair_kl },
    { MS_STUDY_METRIC_mutual_information, a->M > 1 ? a->mutual_information : NAN },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    run->value[values[i].metric] = values[i].value;
}

static void
measure (MsSession *session, MsRun *run)
{
  run->value[MS_STUDY_METRIC_parameters] = (double) ms_session_n_parameters (session);
  g_autoptr (MsAssessment) assessment = ms_session_assess (session, MS_ASSESS_FULL);
  if (assessment == NULL)
    return;
  run->value[MS_STUDY_METRIC_flops] = (double) ms_session_prediction_flops (session);
  set_assessment (run, assessment);
}

static void
add_floats (GChecksum *sum, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i += PART)
    g_checksum_update (sum, (const guchar *) (values + i), (gssize) (MIN (PART, n - i) * sizeof (float)));
}

/* The whole file, in parts: checkpoints may be larger than memory. */
static bool
add_file (GChecksum *sum, const char *path, GError **error)
{
  g_autofree guchar *part = g_malloc (PART);
  FILE *file = g_fopen (path, "rb");
  int number = errno;
  for (gsize n; file != NULL && (n = fread (part, 1, PART, file)) > 0;)
    g_checksum_update (sum, part, (gssize) n);
  bool good = file != NULL && ferror (file) == 0;
  if (file != NULL)
    fclose (file);
  if (!good)
    g_set_error (error, MS_ERROR, MS_ERROR_FILE, "model.start = %s cannot be read: %s", path,
                 file == NULL ? g_strerror (number) : "the device reports an error");
  return good;
}

static bool
add_start (GChecksum *sum, const MsExperiment *experiment, GError **error)
{
  const char *start = ms_experiment_text (experiment, MS_KEY_MODEL_START);
  if (*start == '\0')
    return true;
  g_autofree char *path = ms_upcycle_find (start, error);
  return path != NULL && add_file (sum, path, error);
}

char *
ms_run_data_digest (const MsExperiment *experiment, const MsDataset *d, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = ms_dataset_example_size (d);
  g_autofree char *shape = g_strdup_printf ("%d %d %d %d %d %d %d\n", d->height, d->width, d->channels, d->n_classes,
                                            d->n_train, d->n_test, d->n_foreign);
  g_checksum_update (sum, (const guchar *) shape, -1);
  add_floats (sum, d->train_x, size * (gsize) d->n_train);
  add_floats (sum, d->test_x, size * (gsize) d->n_test);
  add_floats (sum, d->foreign_x, size * (gsize) d->n_foreign);
  g_checksum_update (sum, (const guchar *) d->train_y, (gssize) ((gsize) d->n_train * sizeof (int)));
  g_checksum_update (sum, (const guchar *) d->test_y, (gssize) ((gsize) d->n_test * sizeof (int)));
  if (!add_start (sum, experiment, error))
    return NULL;
  return g_strdup (g_checksum_get_string (sum));
}

MsRun *
ms_study_run (const MsExperiment *experiment, MsDataset *dataset, const char *name, const char *machine,
              MsStudySignals *signals, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (MsSession) session = ms_session_new_on (experiment, name, dataset, 1, error);
  if (session == NULL)
    return NULL;
  g_autoptr (MsRun) run = ms_run_new ();
  run->experiment = ms_experiment_ref ((MsExperiment *) experiment);
  run->variant = g_strdup (name);
  run->threads = ms_session_n_threads (session);
  run->version = g_strdup (MS_VERSION);
  run->machine = g_strdup (machine);
  bool done = train (session, run, signals);
  if (!done && run->failure == NULL)
    return NULL;
  if (done)
    measure (session, run);
  run->seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  return g_steal_pointer (&run);
}
