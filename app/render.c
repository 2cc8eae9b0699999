/* SPDX-License-Identifier: MIT */

/* moescope render: a view as a picture, without a window. */
#include "app/command.h"
#include "app/interrupt.h"
#include "app/outputs.h"
#include "app/progress.h"
#include "app/training.h"
#include "core/formats/trace.h"
#include "ui/paint/export.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HISTORY_POINTS 1024

typedef struct {
  int width, height;
  const MsPalette *palette;
} Style;

typedef struct {
  MsRecord *record;   /* owned */
  MsHistory *history; /* owned */
  MsBranches *branches; /* owned: the one run; NULL of a trace */
} Scene;

static void
scene_clear (Scene *self)
{
  g_clear_pointer (&self->record, ms_record_unref);
  g_clear_pointer (&self->history, ms_history_free);
  g_clear_pointer (&self->branches, ms_branches_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

static bool
parse_size (const char *text, Style *style, GError **error)
{
  char end;
  if (text == NULL)
    return true;
  if (sscanf (text, "%dx%d%c", &style->width, &style->height, &end) == 2 && style->width >= 1 && style->height >= 1
      && style->width <= MS_EXPORT_LARGEST && style->height <= MS_EXPORT_LARGEST)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "--size %s is not possible: it must be WxH, each from 1 to %d", text,
               MS_EXPORT_LARGEST);
  return false;
}

static bool
parse_style (const MsOptions *options, Style *style, GError **error)
{
  const char *name = options->style != NULL ? options->style : "light";
  *style = (Style){ 900, 600, strcmp (name, "dark") == 0 ? ms_palette_dark () : ms_palette_light () };
  if (strcmp (name, "dark") != 0 && strcmp (name, "light") != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "--style %s is not possible: it must be light or dark", name);
      return false;
    }
  return parse_size (options->size, style, error);
}

static const MsPainter *
find_view (const MsOptions *options, GError **error)
{
  const MsPainter *painter = options->view != NULL ? ms_painter_find (options->view) : NULL;
  if (painter != NULL)
    return painter;
  g_autoptr (GString) names = g_string_new (NULL);
  for (const MsPainter *const *p = ms_painters (); *p != NULL; p++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", (*p)->name);
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "%s%s: --view must be one of %s",
               options->view != NULL ? "there is no view " : "render needs a view",
               options->view != NULL ? options->view : "", names->str);
  return NULL;
}

/* The run as the only branch, from @start on. */
static MsBranches *
make_branches (const MsSession *session, gint64 start, const char *name, const MsRecord *record)
{
  MsBranches *branches = ms_branches_new (1, 0);
  MsBranch *branch = &branches->branch[0];
  guint64 flops = ms_session_prediction_flops (session);
  branch->parent = -1;
  branch->from = start;
  branch->to = record->step;
  branch->label = g_strdup_printf ("%s, seed %" G_GUINT64_FORMAT, name, record->seed);
  branch->values = g_strdup ("");
  branch->flops_per_example = flops > 0 ? (double)flops : NAN;
  branch->flops_per_step = record->step > start ? (double)record->flops : NAN;
  branch->evaluation = record->evaluation != NULL ? g_memdup2 (record->evaluation, sizeof *record->evaluation) : NULL;
  return branches;
}

/* Steps to @total, keeping the history, and leaves the last batch, or at step 0 the first, in scene->record, with the
 * details @also; with what the test split says of the model, @full or not. */
static bool
train (MsSession *session, gint64 total, MsDetail also, bool full, const char *name, Scene *scene, GError **error)
{
  MsDetail detail = MS_DETAIL_BATCH | MS_DETAIL_SURFACE | also;
  gint64 start = ms_session_get_step (session), step = start;
  gint64 every = ms_experiment_int (ms_session_experiment (session), MS_KEY_RUN_EVALUATE_EVERY);
  g_autoptr (MsProgress) progress = ms_progress_new (name, step, total, true);
  for (; step < total && !ms_interrupted (); step++)
    {
      MsEvaluation evaluation;
      g_clear_pointer (&scene->record, ms_record_unref);
      scene->record = ms_session_step (session, step + 1 == total ? detail : MS_DETAIL_SCALARS, error);
      if (scene->record == NULL)
        return false;
      ms_history_add (scene->history, scene->record);
      if (every > 0 && (step + 1) % every == 0)
        ms_session_evaluate (session, &evaluation);
      ms_progress_update (progress, step + 1, "");
    }
  if (step < total)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FAILED, "stopped after step %" G_GINT64_FORMAT "; nothing was drawn",
                   step);
      return false;
    }
  if (scene->record == NULL)
    scene->record = ms_session_look (session, detail, error);
  if (scene->record == NULL)
    return false;
  if (step > 0) /* a model that has learnt something: what it is worth belongs to some of the views */
    ms_assessment_unref (ms_session_assess (session, full ? MS_ASSESS_FULL : MS_ASSESS_BRIEF));
  ms_session_stamp (session, scene->record);
  scene->branches = make_branches (session, start, name, scene->record);
  return true;
}

static bool
scene_from_session (const MsSource *source, const MsOptions *options, MsDetail also, Scene *scene, GError **error)
{
  g_autoptr (MsSession) session = ms_training_open (source, options, error);
  if (session == NULL)
    return false;
  const MsExperiment *experiment = ms_session_experiment (session);
  gint64 start = ms_session_get_step (session);
  gint64 total = options->step >= 0                       ? options->step
                 : source->kind == MS_SOURCE_CHECKPOINT ? start
                                                        : ms_experiment_int (experiment, MS_KEY_RUN_STEPS);
  if (total < start)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE,
                   "--step %" G_GINT64_FORMAT " is before the checkpoint, which is at step %" G_GINT64_FORMAT, total,
                   start);
      return false;
    }
  ms_interrupt_watch ();
  return train (session, total, also, options->full, source->name, scene, error);
}

static bool
scene_from_trace (const MsSource *source, const MsOptions *options, Scene *scene, GError **error)
{
  g_autoptr (GPtrArray) records = ms_trace_read (source->path, NULL, error);
  if (records == NULL)
    return false;
  for (guint i = 0; i < records->len; i++)
    {
      MsRecord *record = g_ptr_array_index (records, i);
      if (options->step >= 0 && record->step > options->step)
        break;
      ms_history_add (scene->history, record);
      /* The batch asked for, or the last one that was kept whole. */
      if (options->step >= 0 ? record->step == options->step : record->inputs != NULL || scene->record == NULL)
        {
          g_clear_pointer (&scene->record, ms_record_unref);
          scene->record = ms_record_ref (record);
        }
    }
  if (scene->record != NULL)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "%s holds no step %" G_GINT64_FORMAT, source->path, options->step);
  return false;
}

static bool
check_usage (const MsOptions *options, GError **error)
{
  if (options->output == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_USAGE, "render needs --output FILE.png, FILE.svg or FILE.pdf");
      return false;
    }
  return ms_paint_export_check (options->output, error) && ms_output_check (options->output, error);
}

static bool
run (const MsOptions *options, GError **error)
{
  Style style;
  const MsPainter *painter = find_view (options, error);
  if (painter == NULL || !check_usage (options, error) || !parse_style (options, &style, error))
    return false;
  g_autoptr (MsSource) source = ms_source_resolve (ms_options_argument (options, 0), error);
  if (source == NULL)
    return false;
  g_auto (Scene) scene = { .history = ms_history_new (HISTORY_POINTS) };
  bool ok = source->kind == MS_SOURCE_TRACE ? scene_from_trace (source, options, &scene, error)
                                            : scene_from_session (source, options, painter->detail, &scene, error);
  if (!ok)
    return false;
  MsScene view = { .record = scene.record, .history = scene.history, .branches = scene.branches,
                   .selection = MS_SELECTION_NONE };
  if (painter->applies == NULL || painter->applies (&view))
    return ms_paint_export (painter, &view, style.palette, style.width, style.height, options->output, error);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "the view %s shows nothing of %s: %s", painter->name, source->name,
               painter->help);
  return false;
}

const MsCommand ms_command_render = {
  .name = "render",
  .arguments = "SOURCE",
  .n_arguments = 1,
  .help = "draw a view of a run, a checkpoint or a trace as a picture",
  .details = "Presets and experiments are trained up to --step, by default to the end of the run. A checkpoint shows\n"
             "the batch that it would train on next, or is trained further up to --step. A trace shows what it holds.",
  .options = MS_OPTION_LIST ("view", "output", "step", "size", "style", "seed", "set", "data", "threads",
                             "full"),
  .run = run,
};
