/* SPDX-License-Identifier: MIT */

/* Locks are pthread's and not GLib's, because ThreadSanitizer sees through them. */
#include "core/study/campaign.h"
#include "core/train/session.h"
#include "core/study/run.h"
#include <pthread.h>
#include <string.h>

#define TICK_US 50000

/* A data set is read once, for all variants that name the same (and the same checkpoint to start from). */
typedef struct {
  MsDataset *dataset;
  char *digest;
} Data;

typedef struct {
  int variant, seed;
  MsExperiment *experiment; /* owned */
  const Data *data;         /* borrowed from the campaign */
  char *hash;               /* owned */
  MsRun *result;            /* owned; NULL: missing */
} Cell;

struct MsCampaign {
  const MsStudy *study; /* borrowed */
  MsRunStore *store;    /* owned */
  GHashTable *data;     /* as data_key says -> Data *, both owned */
  int n_seeds, n_cells;
  Cell *cells; /* (n_cells) in the order in which they are dealt */
};

/* What the worker threads share. */
typedef struct {
  MsCampaign *campaign;
  const MsCampaignOptions *options;
  GPtrArray *missing; /* of Cell, borrowed */
  gint next, done, alive; /* atomic */
  MsStudySignals signals;
  pthread_mutex_t lock; /* of the store and of error */
  GError *error;        /* the first one */
} Work;

void
ms_campaign_deal (int n_variants, int i, int *variant, int *seed)
{
  *seed = i / n_variants;
  *variant = (i + *seed) % n_variants;
}

static void
data_free (gpointer pointer)
{
  Data *self = pointer;
  ms_dataset_unref (self->dataset);
  g_free (self->digest);
  g_free (self);
}

/* What decides the data: the task, and the checkpoint to start from, which is digested with them. */
static char *
data_key (const MsExperiment *experiment)
{
  GString *key = g_string_new (ms_experiment_text (experiment, MS_KEY_MODEL_START));
  for (int i = 0; i < ms_keys_count (); i++)
    if (g_str_has_prefix (ms_key_at (i)->key, "task."))
      g_string_append_printf (key, "\n%s", ms_experiment_text (experiment, ms_key_at (i)->id));
  return g_string_free (key, FALSE);
}

static const Data *
find_data (MsCampaign *self, const MsExperiment *experiment, GError **error)
{
  g_autofree char *key = data_key (experiment);
  Data *data = g_hash_table_lookup (self->data, key);
  if (data != NULL)
    return data;
  g_autoptr (MsDataset) dataset = ms_session_load_data (experiment, error);
  char *digest = dataset != NULL ? ms_run_data_digest (experiment, dataset, error) : NULL;
  if (digest == NULL)
    return NULL;
  data = g_new (Data, 1);
  *data = (Data){ g_steal_pointer (&dataset), digest };
  g_hash_table_insert (self->data, g_steal_pointer (&key), data);
  return data;
}

static bool
prepare_cell (MsCampaign *self, Cell *cell, GError **error)
{
  const MsStudyVariant *variant = &self->study->variants[cell->variant];
  g_autofree char *seed
    = g_strdup_printf ("%" G_GINT64_FORMAT, ms_experiment_int (variant->experiment, MS_KEY_RUN_SEED) + cell->seed);
  cell->experiment = ms_experiment_with (variant->experiment, "run.seed", seed, error);
  cell->data = cell->experiment != NULL ? find_data (self, cell->experiment, error) : NULL;
  if (cell->data == NULL)
    {
      g_prefix_error (error, "variant %s: ", variant->label);
      return false;
    }
  cell->hash = ms_run_hash (cell->experiment, cell->data->digest);
  cell->result = ms_run_store_find (self->store, cell->hash);
  return true;
}

MsCampaign *
ms_campaign_new (const MsStudy *study, int n_seeds, const char *directory, GError **error)
{
  g_autoptr (MsCampaign) self = g_new0 (MsCampaign, 1);
  self->study = study;
  self->n_seeds = n_seeds;
  self->data = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, data_free);
  self->store = ms_run_store_open (directory, error);
  if (self->store == NULL)
    return NULL;
  self->n_cells = study->n_variants * n_seeds;
  self->cells = g_new0 (Cell, self->n_cells);
  for (int i = 0; i < self->n_cells; i++)
    {
      ms_campaign_deal (study->n_variants, i, &self->cells[i].variant, &self->cells[i].seed);
      if (!prepare_cell (self, &self->cells[i], error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
ms_campaign_free (MsCampaign *self)
{
  if (self == NULL)
    return;
  for (int i = 0; self->cells != NULL && i < self->n_cells; i++)
    {
      g_clear_pointer (&self->cells[i].experiment, ms_experiment_unref);
      g_clear_pointer (&self->cells[i].result, ms_run_free);
      g_free (self->cells[i].hash);
    }
  g_free (self->cells);
  g_clear_pointer (&self->store, ms_run_store_free);
  g_clear_pointer (&self->data, g_hash_table_unref);
  g_free (self);
}

void
ms_campaign_refresh (MsCampaign *self)
{
  for (int i = 0; i < self->n_cells; i++)
    if (self->cells[i].result == NULL)
      self->cells[i].result = ms_run_store_find (self->store, self->cells[i].hash);
}

static void
keep (Work *work, Cell *cell, MsRun *run, GError *error)
{
  pthread_mutex_lock (&work->lock);
  if (run != NULL)
    {
      run->data = g_strdup (cell->data->digest);
      run->study = g_strdup (work->campaign->study->name);
      cell->result = run;
      ms_run_store_add (work->campaign->store, run, &error);
    }
  if (error != NULL)
    {
      g_atomic_int_set (&work->signals.stop, 1);
      if (work->error == NULL)
        work->error = g_steal_pointer (&error);
    }
  pthread_mutex_unlock (&work->lock);
  g_clear_error (&error);
}

static void *
work_main (void *data)
{
  Work *work = data;
  for (;;)
    {
      gint i = g_atomic_int_add (&work->next, 1);
      if (i >= (gint) work->missing->len || g_atomic_int_get (&work->signals.stop) != 0)
        break;
      Cell *cell = g_ptr_array_index (work->missing, i);
      const char *label = work->campaign->study->variants[cell->variant].label;
      GError *error = NULL;
      MsRun *run = ms_study_run (cell->experiment, cell->data->dataset, label, work->options->machine, &work->signals,
                                 &error);
      if (error != NULL)
        g_prefix_error (&error, "variant %s: ", label);
      keep (work, cell, run, error);
      if (run != NULL)
        g_atomic_int_inc (&work->done);
    }
  g_atomic_int_add (&work->alive, -1);
  return NULL;
}

static gint64
count_steps (const GPtrArray *missing)
{
  gint64 total = 0;
  for (guint i = 0; i < missing->len; i++)
    total += ms_experiment_int (((const Cell *) g_ptr_array_index (missing, i))->experiment, MS_KEY_RUN_STEPS);
  return total;
}

/* Watches until all workers have ended. */
static void
watch (Work *work, gint64 total)
{
  const MsCampaignOptions *options = work->options;
  for (bool last = false; !last;)
    {
      last = g_atomic_int_get (&work->alive) == 0;
      MsCampaignProgress progress = { (int) work->missing->len, g_atomic_int_get (&work->done),
                                      g_atomic_int_get (&work->signals.steps), total };
      if (options->tick != NULL && !options->tick (&progress, options->data))
        g_atomic_int_set (&work->signals.stop, 1);
      if (!last)
        g_usleep (TICK_US);
    }
}

/* What of this share is not there yet. Variants that come to the same experiment are one run. */
static GPtrArray *
find_missing (MsCampaign *self, const MsCampaignOptions *options)
{
  GPtrArray *missing = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (int i = 0; i < self->n_cells; i++)
    if (self->cells[i].result == NULL && i % options->n_shards == options->shard
        && g_hash_table_add (seen, self->cells[i].hash))
      g_ptr_array_add (missing, &self->cells[i]);
  return missing;
}

bool
ms_campaign_run (MsCampaign *self, const MsCampaignOptions *options, GError **error)
{
  g_autoptr (GPtrArray) missing = find_missing (self, options);
  Work work = { .campaign = self, .options = options, .missing = missing };
  int jobs = (int) MIN ((guint) MAX (options->jobs, 1), missing->len), started = 0;
  g_autofree pthread_t *threads = g_new (pthread_t, MAX (jobs, 1));
  pthread_mutex_init (&work.lock, NULL);
  g_atomic_int_set (&work.alive, jobs);
  for (; started < jobs; started++)
    if (pthread_create (&threads[started], NULL, work_main, &work) != 0)
      {
        g_atomic_int_add (&work.alive, started - jobs);
        g_set_error (&work.error, MS_ERROR, MS_ERROR_FAILED, "no thread could be started for run %d", started + 1);
        g_atomic_int_set (&work.signals.stop, 1);
        break;
      }
  watch (&work, count_steps (missing));
  for (int i = 0; i < started; i++)
    pthread_join (threads[i], NULL);
  pthread_mutex_destroy (&work.lock);
  if (work.error == NULL)
    return g_atomic_int_get (&work.done) == (gint) missing->len;
  g_propagate_error (error, work.error); /* also if it was the last run, and only storing it failed */
  return false;
}

const MsStudy *
ms_campaign_study (const MsCampaign *self)
{
  return self->study;
}

int
ms_campaign_n_seeds (const MsCampaign *self)
{
  return self->n_seeds;
}

int
ms_campaign_n_runs (const MsCampaign *self)
{
  return self->n_cells;
}

int
ms_campaign_n_missing (const MsCampaign *self)
{
  int n = 0;
  for (int i = 0; i < self->n_cells; i++)
    n += self->cells[i].result == NULL;
  return n;
}

const MsRun *
ms_campaign_result (const MsCampaign *self, int variant, int seed)
{
  int n = self->study->n_variants;
  g_return_val_if_fail (variant >= 0 && variant < n && seed >= 0 && seed < self->n_seeds, NULL);
  return self->cells[seed * n + (variant + n - seed % n) % n].result; /* as ms_campaign_deal puts it */
}

const GPtrArray *
ms_campaign_notes (const MsCampaign *self)
{
  return ms_run_store_notes (self->store);
}
