/* SPDX-License-Identifier: MIT */

/* The run of digits, gone back and on from there: a first branch of 300 steps, one that left it at 120 and is gone on
 * with, and one that left that at 200 and was given up. */
#include "ui/paint/sample.h"

#include "ui/paint/sample-digits.h"

#include <math.h>

/* The losses of a branch differ by a formula from those of the first. */
static MsRecord *
step_of (const MsRecord *record, int branch, gint64 from, gint64 step)
{
  MsRecord *past = ms_sample_step (record, step);
  double since = (double) (step - from);

  if (branch == 1)
    past->loss *= 1 - 0.25 * (1 - exp (-since / 30));
  if (branch == 2)
    past->loss += 0.5 * (1 - exp (-since / 20)) + 0.1 * ms_sample_scatter ((guint32) step + 11);
  return past;
}

/* The branch's steps after @from up to @to. */
static void
run_branch (MsPast *past, const MsRecord *record, const MsBranch *branch, gint64 from, gint64 to)
{
  ms_past_enter (past, branch->id, branch->parent, from);
  for (gint64 step = from + 1; step <= to; step++)
    {
      g_autoptr (MsRecord) done = step_of (record, branch->id, branch->from, step);

      ms_past_add (past, done);
    }
}

/* What was noticed up to @to. */
static MsAlerts *
make_alerts (const MsRecord *record, gint64 to)
{
  MsAlertLimits limits = ms_alert_limits_default ();
  MsAlerts *alerts = ms_alerts_new (&limits);

  for (gint64 step = 1; step <= to; step++)
    {
      g_autoptr (MsRecord) done = ms_sample_step (record, step);

      ms_alerts_add (alerts, done);
    }
  return alerts;
}

static MsBranches *
make_branches (void)
{
  MsBranches *branches = ms_branches_new (3, 2);
  static const struct {
    int parent;
    gint64 from, to;
    const char *label, *values;
  } list[] = {
    { -1, 0, 240, "digits, seed 0", "" },
    { 0, 120, 300, "Learning rate 0.005 → 0.01", "optimiser.learning-rate=0.01" },
    { 1, 200, 260, "Noise 1 → 4", "routing.noise=4" },
  };

  for (int i = 0; i < 3; i++)
    {
      MsBranch *branch = &branches->branch[i];

      branch->id = i;
      branch->parent = list[i].parent;
      branch->from = list[i].from;
      branch->to = list[i].to;
      branch->label = g_strdup (list[i].label);
      branch->values = g_strdup (list[i].values);
    }
  branches->current = 1;
  branches->change[0] = (MsBranchChange) { 1, 120, g_strdup (list[1].label) };
  branches->change[1] = (MsBranchChange) { 2, 200, g_strdup (list[2].label) };
  return branches;
}

MsScene *
ms_sample_branches (void)
{
  MsScene *scene = ms_sample_digits ();
  MsBranches *branches = make_branches ();
  MsPast *past = ms_past_new (G_GINT64_CONSTANT (1) << 26);
  const MsBranch *branch = branches->branch;

  /* In the order in which a person would have done it. */
  run_branch (past, scene->record, &branch[0], 0, branch[0].to);
  run_branch (past, scene->record, &branch[1], branch[1].from, 230);
  run_branch (past, scene->record, &branch[2], branch[2].from, branch[2].to);
  run_branch (past, scene->record, &branch[1], 230, branch[1].to);
  ms_history_free ((MsHistory *) scene->history);
  scene->history = ms_history_copy (ms_past_current (past));
  scene->branches = branches;
  scene->past = past;
  scene->alerts = make_alerts (scene->record, branch[1].to);
  return scene;
}
