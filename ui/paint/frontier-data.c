/* SPDX-License-Identifier: MIT */

#include "ui/paint/frontier-data.h"

#include <math.h>
#include <stdlib.h>

static bool
make_point (MsFrontierPoint *point, const MsBranch *branch)
{
  const MsEvaluation *evaluation = branch->evaluation;

  if (evaluation == NULL || !isfinite (branch->flops_per_example) || branch->flops_per_example <= 0
      || !isfinite (evaluation->error))
    return false;
  *point = (MsFrontierPoint) { .branch = branch, .flops = branch->flops_per_example };
  point->value[MS_FRONTIER_ERROR] = 100 * evaluation->error;
  point->value[MS_FRONTIER_NLL] = evaluation->nll;
  point->spread = 100 * sqrt (MAX (0, evaluation->error * (1 - evaluation->error)) / MAX (1, evaluation->examples));
  return true;
}

static int
compare_points (const void *a, const void *b)
{
  const MsFrontierPoint *x = a, *y = b;

  if (x->flops != y->flops)
    return x->flops > y->flops ? 1 : -1;
  return (x->branch->id > y->branch->id) - (x->branch->id < y->branch->id);
}

/* Points by cost: one is on the front if it is better than all cheaper ones, and best among those of its own cost. */
static void
mark_front (MsFrontier *self, MsFrontierMetric metric)
{
  double best = INFINITY;

  for (int i = 0, next; i < self->n; i = next)
    {
      double own = INFINITY;

      for (next = i; next < self->n && self->point[next].flops == self->point[i].flops; next++)
        own = fmin (own, self->point[next].value[metric]); /* not a NaN */
      for (int j = i; j < next; j++)
        self->point[j].front[metric] = self->point[j].value[metric] == own && own < best;
      best = fmin (best, own);
    }
}

MsFrontier
ms_frontier_read (const MsScene *scene)
{
  const MsBranches *branches = scene->branches;
  MsFrontier self = { .current = MS_NONE };

  if (branches == NULL || branches->n < 1)
    return self;
  self.point = g_new0 (MsFrontierPoint, branches->n);
  for (int i = 0; i < branches->n; i++)
    self.n += make_point (&self.point[self.n], &branches->branch[i]);
  self.absent = branches->n - self.n;
  qsort (self.point, (size_t) self.n, sizeof *self.point, compare_points);
  for (int m = 0; m < MS_N_FRONTIER_METRICS; m++)
    mark_front (&self, m);
  for (int i = 0; i < self.n; i++)
    if (branches->current >= 0 && branches->current < branches->n
        && self.point[i].branch == &branches->branch[branches->current])
      self.current = i;
  return self;
}

void
ms_frontier_clear (MsFrontier *self)
{
  g_clear_pointer (&self->point, g_free);
}

double
ms_frontier_training (const MsBranches *branches, const MsBranch *branch, gint64 step)
{
  double total = 0;
  int left = branches->n; /* no chain of parents is longer */

  while (branch != NULL && left-- > 0)
    {
      gint64 steps = MAX (0, step - branch->from);

      if (steps > 0)
        total += (double) steps * branch->flops_per_step;
      step = MIN (step, branch->from);
      branch = branch->parent >= 0 ? ms_branches_find (branches, branch->parent) : NULL;
    }
  return total;
}

MsNumber
ms_frontier_flops (double flops, int significant)
{
  static const char *const units[] = { "FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP" };
  gsize i = 0;
  MsNumber number = { "–" };

  if (!isfinite (flops))
    return number;
  for (; i + 1 < G_N_ELEMENTS (units) && flops >= 999.5; i++)
    flops /= 1000;
  g_snprintf (number.text, sizeof number.text, "%s %s", ms_number_short (flops, significant).text, units[i]);
  return number;
}

/* A branch that is as cheap and as good as @point, and better in one of the two; NULL: none is. */
static const MsBranch *
better (const MsFrontier *self, const MsFrontierPoint *point)
{
  for (int i = 0; i < self->n && self->point[i].flops <= point->flops; i++)
    if (self->point[i].value[MS_FRONTIER_ERROR] <= point->value[MS_FRONTIER_ERROR]
        && (self->point[i].flops < point->flops
            || self->point[i].value[MS_FRONTIER_ERROR] < point->value[MS_FRONTIER_ERROR]))
      return self->point[i].branch;
  return NULL;
}

static void
describe_quality (GString *text, const MsFrontierPoint *point)
{
  const MsEvaluation *evaluation = point->branch->evaluation;

  g_string_append_printf (text, "\ntest error %s ± %s %% of %s examples, NLL %s, at step %s",
                          ms_number_fixed (point->value[MS_FRONTIER_ERROR], 2).text,
                          ms_number_fixed (point->spread, 2).text, ms_number_count (evaluation->examples).text,
                          ms_number_fixed (evaluation->nll, 3).text, ms_number_count (evaluation->step).text);
  g_string_append_printf (text, "\n%s a prediction", ms_frontier_flops (point->flops, 3).text);
}

static const MsFrontierPoint *
find_point (const MsFrontier *self, int id)
{
  for (int i = 0; i < self->n; i++)
    if (self->point[i].branch->id == id)
      return &self->point[i];
  return NULL;
}

char *
ms_frontier_describe (const MsScene *scene, const MsSpot *spot)
{
  g_auto (MsFrontier) frontier = ms_frontier_read (scene);
  const MsFrontierPoint *point = spot->kind == MS_SPOT_BRANCH ? find_point (&frontier, spot->bin) : NULL;
  GString *text = g_string_new (NULL);

  if (point == NULL)
    return g_string_free (text, FALSE);

  const MsBranch *branch = point->branch, *other = better (&frontier, point);
  double training = ms_frontier_training (scene->branches, branch, branch->evaluation->step);

  g_string_append_printf (text, "%s%s", branch->label != NULL ? branch->label : "",
                          point == &frontier.point[MAX (0, frontier.current)] && frontier.current >= 0
                            ? " (shown now)" : "");
  if (branch->values != NULL && *branch->values != '\0')
    g_string_append_printf (text, "\nset anew: %s", branch->values);
  describe_quality (text, point);
  if (isfinite (training))
    g_string_append_printf (text, ", %s of training up to there", ms_frontier_flops (training, 3).text);
  if (other == NULL)
    g_string_append (text, "\non the front: none is as cheap and makes fewer errors");
  else
    g_string_append_printf (text, "\n%s is as good or better at no more cost",
                            other->label != NULL ? other->label : "another branch");
  return g_string_free (text, FALSE);
}

static void
append_number (GString *text, double value, int decimals)
{
  g_string_append_printf (text, "\t%s", isfinite (value) ? ms_number_fixed (value, decimals).text : "");
}

/* Texts from elsewhere do not break the table's rows. */
static void
append_text (GString *text, const char *words)
{
  g_autofree char *line = g_strdup (words != NULL ? words : "");

  g_string_append (text, g_strdelimit (line, "\t\n", ' '));
}

static void
append_branch (GString *text, const MsFrontier *self, const MsBranches *branches, const MsBranch *branch)
{
  const MsEvaluation *evaluation = branch->evaluation;
  const MsFrontierPoint *point = find_point (self, branch->id);

  append_text (text, branch->label);
  g_string_append_c (text, '\t');
  append_text (text, branch->values);
  append_number (text, branch->flops_per_example, 0);
  append_number (text, ms_frontier_training (branches, branch, evaluation != NULL ? evaluation->step : branch->to), 0);
  if (evaluation != NULL)
    g_string_append_printf (text, "\t%" G_GINT64_FORMAT "\t%d", evaluation->step, evaluation->examples);
  else
    g_string_append (text, "\t\t");
  append_number (text, evaluation != NULL ? 100 * evaluation->error : NAN, 4);
  append_number (text, point != NULL ? point->spread : NAN, 4);
  append_number (text, evaluation != NULL ? evaluation->nll : NAN, 6);
  g_string_append_printf (text, "\t%s\n", point == NULL ? "" : point->front[MS_FRONTIER_ERROR] ? "yes" : "no");
}

char *
ms_frontier_table (const MsScene *scene)
{
  GString *text = g_string_new ("branch\tset anew\tFLOP a prediction\tFLOP of training\tjudged at step\ttest examples\t"
                                "error %\tstandard error %\tNLL\ton the front\n");
  g_auto (MsFrontier) frontier = ms_frontier_read (scene);

  for (int i = 0; scene->branches != NULL && i < scene->branches->n; i++)
    append_branch (text, &frontier, scene->branches, &scene->branches->branch[i]);
  return g_string_free (text, FALSE);
}
