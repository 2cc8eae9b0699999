/* SPDX-License-Identifier: MIT */

/* moescope run: trains, measures, saves. */
#include "app/changes.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/metrics-file.h"
#include "app/outputs.h"
#include "app/pictures.h"
#include "app/print.h"
#include "app/progress.h"
#include "app/results.h"
#include "app/stopping.h"
#include "app/training.h"
#include "core/formats/trace.h"
#include <stdio.h>

/* Batches along the way that a trace keeps whole, beside the last one. */
#define TRACED_BATCHES 20

typedef struct {
  const MsOptions *options; /* borrowed */
  MsSession *session;       /* owned */
  MsTally *tally;           /* owned */
  MsMetricsFile *metrics;   /* owned, NULL: not asked for */
  MsHistory *history;       /* owned */
  MsTraceWriter *trace;     /* owned, NULL: not asked for */
  MsStopping *stopping;     /* owned */
  MsChanges *changes;       /* owned */
  bool changed;             /* after the last step, and what was measured with it */
  MsRecord *last;           /* owned; NULL: no step was made */
  MsMeasures measures;      /* after the last step */
  gint64 total;   /* step to stop after */
} Run;

static void
run_clear (Run *self)
{
  g_clear_pointer (&self->session, ms_session_free);
  g_clear_pointer (&self->tally, ms_tally_free);
  g_clear_pointer (&self->metrics, ms_metrics_file_free);
  g_clear_pointer (&self->history, ms_history_free);
  g_clear_pointer (&self->trace, ms_trace_writer_free);
  g_clear_pointer (&self->stopping, ms_stopping_free);
  g_clear_pointer (&self->changes, ms_changes_free);
  g_clear_pointer (&self->last, ms_record_unref);
  ms_measures_clear (&self->measures);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* Before hours of work, not after. */
static bool
check_outputs (const MsOptions *options, GError **error)
{
  return ms_output_check (options->checkpoint, error) && ms_output_check (options->trace, error)
         && ms_output_check (options->metrics, error) && ms_output_check_folder (options->pictures, error);
}

/* What of batch @step is to be captured: pictures need the last one, a trace some along the way and the last. */
static MsDetail
detail_of (const Run *self, gint64 step)
{
  bool is_last = step >= self->total;
  MsDetail detail = ms_stopping_needs_batch (self->stopping) ? MS_DETAIL_BATCH : MS_DETAIL_SCALARS;
  if (self->trace != NULL && (is_last || step % MAX (self->total / TRACED_BATCHES, 1) == 0))
    detail |= MS_DETAIL_BATCH | MS_DETAIL_ROUTE | MS_DETAIL_TOKENS;
  if (self->options->pictures != NULL && is_last)
    detail |= MS_DETAIL_BATCH | MS_DETAIL_SURFACE | ms_pictures_detail ();
  return detail;
}

static bool
evaluation_is_due (const Run *self, gint64 step)
{
  gint64 every = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_RUN_EVALUATE_EVERY);
  return step == self->total || (every > 0 && step % every == 0);
}

static bool
make_step (Run *self, GError **error)
{
  MsDetail detail = detail_of (self, ms_session_get_step (self->session) + 1);
  gint64 start = g_get_monotonic_time ();
  MsRecord *record = ms_session_step (self->session, detail, error);
  if (record == NULL)
    return false;
  ms_tally_add (self->tally, record, (double) (g_get_monotonic_time () - start) / 1000);
  g_clear_pointer (&self->last, ms_record_unref);
  self->last = record;
  bool evaluated = evaluation_is_due (self, record->step) && ms_session_evaluate (self->session, NULL);
  if (evaluated)
    ms_session_stamp (self->session, record);
  if (self->metrics != NULL)
    ms_metrics_file_add (self->metrics, record, evaluated ? record->assessment : NULL);
  ms_history_add (self->history, record);
  if (self->trace != NULL)
    ms_trace_writer_add (self->trace, record);
  return ms_stopping_add (self->stopping, record, error);
}

/* The last step's own assessment will do if no more was asked for. */
static void
measure (Run *self)
{
  MsAssessment *newest = self->last != NULL ? self->last->assessment : NULL;
  if (!self->options->full && !self->changed && newest != NULL && newest->step == self->last->step)
    self->measures.assessment = ms_assessment_ref (newest);
  else
    ms_measures_take (&self->measures, self->session, self->options->full);
  if (self->last != NULL)
    ms_session_stamp (self->session, self->last);
}

static bool
make_steps (Run *self, const char *name, GError **error)
{
  gint64 step = ms_session_get_step (self->session);
  g_autoptr (MsProgress) progress = ms_progress_new (name, step, self->total, self->options->json);
  if (!ms_changes_apply (self->changes, self->session, error))
    return false;
  for (; step < self->total && !ms_interrupted () && ms_stopping_words (self->stopping) == NULL; step++)
    {
      if (!make_step (self, error))
        return false;
      self->changed = ms_changes_is_due (self->changes, step + 1);
      if (!ms_changes_apply (self->changes, self->session, error))
        return false;
      char text[64];
      g_snprintf (text, sizeof text, "loss %.4f", self->last->loss);
      ms_progress_update (progress, step + 1, text);
    }
  measure (self);
  return true;
}

/* The record to draw: of the last batch trained on, or, where that was not captured because the run was interrupted or
 * made no step, of the batch that would come next. */
static MsRecord *
record_to_draw (Run *self, GError **error)
{
  if (self->last != NULL && self->last->inputs != NULL)
    return ms_record_ref (self->last);
  return ms_session_look (self->session, detail_of (self, self->total), error);
}

/* Loads say nothing of a Soft MoE layer: what does is in the weights of a batch. */
static MsRecord *
batch_of_soft_layers (Run *self)
{
  if (strcmp (ms_experiment_text (ms_session_experiment (self->session), MS_KEY_ROUTING_ROUTER), "soft") != 0)
    return NULL;
  if (self->last != NULL && self->last->inputs != NULL)
    return ms_record_ref (self->last);
  return ms_session_look (self->session, MS_DETAIL_BATCH, NULL);
}

static bool
save_pictures (Run *self, GError **error)
{
  if (self->options->pictures == NULL)
    return true;
  g_autoptr (MsRecord) record = record_to_draw (self, error);
  if (record == NULL)
    return false;
  MsScene scene = { .record = record, .history = self->history, .selection = MS_SELECTION_NONE };
  return ms_pictures_save_all (&scene, self->options->pictures, error);
}

static bool
save_all (Run *self, GError **error)
{
  const MsOptions *options = self->options;
  if (options->checkpoint != NULL && !ms_session_save (self->session, options->checkpoint, error))
    return false;
  if (self->metrics != NULL && !ms_metrics_file_commit (self->metrics, error))
    return false;
  if (self->trace != NULL && !ms_trace_writer_save (self->trace, options->trace, error))
    return false;
  return save_pictures (self, error);
}

static void
print_results (Run *self, const char *name, bool interrupted)
{
  g_autoptr (MsRecord) batch = self->options->json ? batch_of_soft_layers (self) : NULL;
  MsResults results = { name,        self->session,                      self->tally, &self->measures,
                        interrupted, ms_stopping_words (self->stopping), batch };
  if (self->options->json)
    ms_print_json (ms_results_to_json (&results));
  else
    {
      g_autofree char *table = ms_results_to_table (&results);
      fputs (table, stdout);
    }
}

static bool
find_total (Run *self, GError **error)
{
  gint64 step = ms_session_get_step (self->session);
  gint64 length = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_RUN_STEPS);
  self->total = self->options->steps >= 0 ? self->options->steps : MAX (length, step);
  if (self->total >= step)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
               "the checkpoint is at step %" G_GINT64_FORMAT " already: --steps counts from the start and must be more",
               step);
  return false;
}

static bool
prepare (Run *self, const MsSource *source, GError **error)
{
  self->session = ms_training_open (source, self->options, error);
  if (self->session == NULL || !find_total (self, error))
    return false;
  self->stopping = ms_stopping_new (self->options->until, ms_session_experiment (self->session), error);
  if (self->stopping == NULL)
    return false;
  self->changes = ms_changes_new (self->options->at, self->session, self->options->resume != NULL, self->total, error);
  if (self->changes == NULL)
    return false;
  gint64 batch = ms_experiment_int (ms_session_experiment (self->session), MS_KEY_OPTIMISER_BATCH);
  self->tally = ms_tally_new ((int) ((ms_session_dataset (self->session)->n_train + batch - 1) / batch));
  self->history = ms_history_new (1024);
  if (self->options->trace != NULL)
    {
      g_autofree char *experiment = ms_experiment_to_json (ms_session_experiment (self->session));
      self->trace = ms_trace_writer_new (source->name, experiment);
    }
  if (self->options->metrics == NULL)
    return true;
  self->metrics = ms_metrics_file_new (self->options->metrics, error);
  return self->metrics != NULL;
}

/* Why --until stopped the run, or that nothing did. JSON has it as a member. */
static void
tell_stop (const Run *self)
{
  const char *words = ms_stopping_words (self->stopping);
  if (self->options->until->len == 0 || self->options->json)
    return;
  if (words != NULL)
    fprintf (stderr, "stopped after step %" G_GINT64_FORMAT ": %s\n", ms_session_get_step (self->session), words);
  else
    fprintf (stderr, "not stopped by --until: nothing of it came true\n");
}

static bool
run (const MsOptions *options, GError **error)
{
  g_autoptr (MsSource) source = ms_source_resolve (ms_options_argument (options, 0), error);
  if (source == NULL || !check_outputs (options, error))
    return false;
  g_auto (Run) self = { .options = options };
  ms_interrupt_watch (); /* already while data are being read: then no step is made, and all is saved as it is */
  if (!prepare (&self, source, error))
    return false;
  if (ms_session_start_text (self.session) != NULL)
    fprintf (stderr, "started from %s\n", ms_session_start_text (self.session));
  if (!make_steps (&self, source->name, error))
    return false;
  tell_stop (&self);
  bool interrupted = ms_session_get_step (self.session) < self.total && ms_stopping_words (self.stopping) == NULL;
  if (!save_all (&self, error))
    return false;
  print_results (&self, source->name, interrupted);
  if (interrupted)
    g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
                 "stopped after step %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "%s%s",
                 ms_session_get_step (self.session), self.total, options->checkpoint != NULL ? "; saved to " : "",
                 options->checkpoint != NULL ? options->checkpoint : "");
  return !interrupted;
}

const MsCommand ms_command_run = {
  .name = "run",
  .arguments = "SOURCE",
  .n_arguments = 1,
  .help = "train a preset, an experiment file or a checkpoint, and report",
  .details = "Equal experiment, seed and number of threads give equal bytes. A run stopped by --steps or Ctrl-C and\n"
             "taken up again with --resume ends exactly as one that was never stopped: --steps does not change the\n"
             "schedule, which is as long as run.steps. Ctrl-C finishes the step, writes what was asked for and\n"
             "reports. With --at 50:KEY=VALUE a setting changes after 50 steps, with --at 50:+INTERVENTION and\n"
             "--at 50:-INTERVENTION one is put in force or withdrawn; a run taken up again after that has them in\n"
             "force, and edits of weights that came up to there in its weights. Interventions are mask:BLOCK:EXPERT,\n"
             "force:BLOCK:EXPERT, bias:BLOCK:EXPERT:VALUE, freeze:BLOCK, and the edits swap:BLOCK:A,B and\n"
             "clone:BLOCK:FROM,TO.",
  .options = MS_OPTION_LIST ("steps", "seed", "set", "data", "threads", "checkpoint", "resume", "trace", "metrics",
                             "pictures", "until", "at", "full", "json"),
  .run = run,
};
