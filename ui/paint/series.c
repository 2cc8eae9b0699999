/* SPDX-License-Identifier: MIT */

#include "ui/paint/series.h"

#include "ui/paint/format.h"

#include <math.h>
#include <stddef.h>

/* Where a term stands in a point of the history. Colours: the task's is blue, the balancing terms keep theirs. */
static const struct {
  const char *name;
  gsize offset;
  int colour;
} terms[] = {
  { "task loss", offsetof (MsHistoryPoint, task_loss), 0 },
  { "importance", offsetof (MsHistoryPoint, importance_loss), 3 },
  { "load", offsetof (MsHistoryPoint, load_loss), 1 },
  { "GShard", offsetof (MsHistoryPoint, gshard_loss), 4 },
  { "z", offsetof (MsHistoryPoint, z_loss), 7 },
};

static double
term_of (const MsHistoryPoint *point, gsize offset)
{
  return *(const double *) ((const char *) point + offset);
}

static void
series_clear (gpointer data)
{
  MsSeries *series = data;

  g_free ((double *) series->line.x);
  g_free ((double *) series->line.y);
  g_free ((double *) series->faint.y);
}

static GArray *
list_new (void)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (MsSeries));

  g_array_set_clear_func (list, series_clear);
  return list;
}

/* The series of one term, @scale times its values. */
static MsSeries
term_series (const MsHistory *history, const char *name, gsize offset, int colour, double scale)
{
  int n = history->n_points;
  double *x = g_new (double, n), *y = g_new (double, n);

  for (int i = 0; i < n; i++)
    {
      const MsHistoryPoint *point = &history->points[i];

      x[i] = (double) (point->first_step + point->last_step) / 2;
      y[i] = scale * term_of (point, offset);
    }
  return (MsSeries) { .name = name, .unit = "", .colour = colour, .factor = 1, .window = 1, .line = { n, x, y } };
}

static bool
is_empty (const MsSeries *series)
{
  for (int i = 0; i < series->line.n; i++)
    if (isfinite (series->line.y[i]) && series->line.y[i] != 0)
      return false;
  return true;
}

/* One power of ten for all balancing terms, so that they can be compared, and seen beside the task's loss. */
static double
common_factor (const GArray *list)
{
  double task = NAN, most = 0, factor = 1;

  for (guint i = 0; i < list->len; i++)
    {
      const MsSeries *series = &g_array_index (list, MsSeries, i);

      if (series->colour == 0)
        task = ms_line_max (&series->line);
      else
        most = MAX (most, ms_line_max (&series->line));
    }
  while (most > 0 && isfinite (task) && most * factor * 10 <= 0.6 * task && factor < 1e6)
    factor *= 10;
  return factor;
}

static void
append_evaluations (GArray *list, const MsHistory *history, const char *name, gsize offset, double scale, int colour,
                    const char *unit)
{
  int n = history->n_evaluations;
  double *x = g_new (double, n), *y = g_new (double, n);
  MsSeries series = { .name = name, .unit = unit, .colour = colour, .factor = 1, .window = 1, .points = true,
                      .line = { n, x, y } };

  for (int i = 0; i < n; i++)
    {
      x[i] = (double) history->evaluations[i].step;
      y[i] = scale * *(const double *) ((const char *) &history->evaluations[i] + offset);
    }
  if (isfinite (ms_line_last (&series.line)))
    g_array_append_val (list, series);
  else
    series_clear (&series);
}

/* The task's loss of the run that this one is compared with. */
static void
append_other (GArray *list, const MsScene *other)
{
  if (other == NULL || other->history == NULL || other->history->n_points < 1)
    return;

  MsSeries series = term_series (other->history, "task loss of B", offsetof (MsHistoryPoint, task_loss), 5, 1);

  if (is_empty (&series))
    series_clear (&series);
  else
    g_array_append_val (list, series);
}

GArray *
ms_series_losses (const MsScene *scene)
{
  const MsHistory *history = scene->history;
  GArray *list = list_new ();

  if (history == NULL || history->n_points < 1)
    return list;
  for (gsize t = 0; t < G_N_ELEMENTS (terms); t++)
    {
      MsSeries series = term_series (history, terms[t].name, terms[t].offset, terms[t].colour, 1);

      if (is_empty (&series))
        series_clear (&series);
      else
        g_array_append_val (list, series);
    }

  double factor = common_factor (list);

  for (guint i = 0; i < list->len; i++)
    {
      MsSeries *series = &g_array_index (list, MsSeries, i);

      if (series->colour == 0)
        continue;
      series->factor = factor;
      for (int j = 0; j < series->line.n; j++)
        ((double *) series->line.y)[j] *= factor;
    }
  append_evaluations (list, history, "test NLL", offsetof (MsEvaluation, nll), 1, 2, "");
  append_other (list, scene->other);
  return list;
}

/* A running mean over @window points around each, fewer at the ends. */
static double *
smooth (const double *y, int n, int window)
{
  double *out = g_new (double, n), sum = 0;
  int from = 0, to = 0, count = 0;

  for (int i = 0; i < n; i++)
    {
      int last = MIN (n, i + (window - 1) / 2 + 1), first = MAX (0, i - window / 2);

      for (; to < last; to++)
        if (isfinite (y[to]))
          {
            sum += y[to];
            count++;
          }
      for (; from < first; from++)
        if (isfinite (y[from]))
          {
            sum -= y[from];
            count--;
          }
      out[i] = count > 0 ? MAX (0, sum / count) : NAN;
    }
  return out;
}

GArray *
ms_series_errors (const MsScene *scene)
{
  const MsHistory *history = scene->history;
  GArray *list = list_new ();

  if (history == NULL || history->n_points < 1)
    return list;

  MsSeries train = term_series (history, "train", offsetof (MsHistoryPoint, train_error), 0, 100);

  train.unit = " %";
  train.window = CLAMP (train.line.n / 40, 1, 25);
  if (train.window > 1)
    {
      train.faint = train.line;
      train.line.y = smooth (train.faint.y, train.faint.n, train.window);
    }
  /* An error of 0 throughout is a result, not an absence. */
  if (isfinite (ms_line_last (&train.line)))
    g_array_append_val (list, train);
  else
    series_clear (&train);
  append_evaluations (list, history, "test", offsetof (MsEvaluation, error), 100, 2, " %");
  return list;
}

MsColour
ms_series_colour (const MsSeries *series, const MsPalette *palette)
{
  return series->colour < 0 ? palette->text : ms_palette_category (palette, series->colour);
}

char *
ms_series_name (const MsSeries *series)
{
  if (series->factor > 1)
    return g_strdup_printf ("%s ×%s", series->name, ms_number_count ((gint64) series->factor).text);
  return g_strconcat (series->name, series->window > 1 ? ", smoothed" : "", NULL);
}

char *
ms_series_label (const MsSeries *series)
{
  double last = ms_line_last (&series->line) / series->factor;
  MsNumber value = *series->unit != '\0' ? ms_number_fixed (last, 1) : ms_number_short (last, 2);
  g_autofree char *name = ms_series_name (series);

  return g_strdup_printf ("%s  %s%s", name, value.text, series->unit);
}

/* The point that holds @step; NULL: none. */
static const MsHistoryPoint *
point_at (const MsHistory *history, gint64 step)
{
  for (int i = 0; history != NULL && i < history->n_points; i++)
    if (history->points[i].last_step >= step)
      return &history->points[i];
  return NULL;
}

char *
ms_series_describe (const MsScene *scene, const MsSpot *spot)
{
  const MsHistoryPoint *point = point_at (scene->history, spot->step);

  if (spot->kind != MS_SPOT_STEP || point == NULL)
    return g_strdup ("");

  GString *text = g_string_new (NULL);

  if (point->first_step == point->last_step)
    g_string_append_printf (text, "step %s", ms_number_count (point->last_step).text);
  else
    g_string_append_printf (text, "mean of steps %s to %s", ms_number_count (point->first_step).text,
                            ms_number_count (point->last_step).text);
  if (isfinite (point->loss))
    g_string_append_printf (text, "\nloss %s", ms_number_short (point->loss, 4).text);
  for (gsize t = 0; t < G_N_ELEMENTS (terms); t++)
    if (isfinite (term_of (point, terms[t].offset)) && term_of (point, terms[t].offset) != 0)
      g_string_append_printf (text, "\n%s %s", terms[t].name,
                              ms_number_short (term_of (point, terms[t].offset), 4).text);
  if (isfinite (point->train_error))
    g_string_append_printf (text, "\ntrain error %s %%", ms_number_fixed (100 * point->train_error, 1).text);

  /* The newest test that was known then. */
  for (int i = scene->history->n_evaluations - 1; i >= 0; i--)
    if (scene->history->evaluations[i].step <= point->last_step)
      {
        const MsEvaluation *evaluation = &scene->history->evaluations[i];

        g_string_append_printf (text, "\ntest error %s %%, NLL %s (step %s)",
                                ms_number_fixed (100 * evaluation->error, 1).text,
                                ms_number_short (evaluation->nll, 3).text, ms_number_count (evaluation->step).text);
        break;
      }
  return g_string_free (text, FALSE);
}

static void
append_cell (GString *text, double value)
{
  g_string_append_c (text, '\t');
  if (isfinite (value))
    g_string_append (text, ms_number_short (value, 6).text);
}

char *
ms_series_table (const MsScene *scene)
{
  const MsHistory *history = scene->history;
  GString *text = g_string_new ("first step\tlast step\tloss");
  int evaluation = 0;

  for (gsize t = 0; t < G_N_ELEMENTS (terms); t++)
    g_string_append_printf (text, "\t%s", terms[t].name);
  g_string_append (text, "\ttrain error\ttest error\ttest NLL\ttest ECE\n");
  for (int i = 0; history != NULL && i < history->n_points; i++)
    {
      const MsHistoryPoint *point = &history->points[i];
      const MsEvaluation *taken = NULL;

      g_string_append_printf (text, "%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT, point->first_step, point->last_step);
      append_cell (text, point->loss);
      for (gsize t = 0; t < G_N_ELEMENTS (terms); t++)
        append_cell (text, term_of (point, terms[t].offset));
      append_cell (text, point->train_error);
      for (; evaluation < history->n_evaluations && history->evaluations[evaluation].step <= point->last_step;
           evaluation++)
        taken = &history->evaluations[evaluation];
      append_cell (text, taken != NULL ? taken->error : NAN);
      append_cell (text, taken != NULL ? taken->nll : NAN);
      append_cell (text, taken != NULL ? taken->ece : NAN);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
