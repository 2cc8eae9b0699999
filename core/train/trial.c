/* SPDX-License-Identifier: MIT */

/* Trials: the same batch through the same weights without an intervention, with it, and with it on another expert. */

#include "core/train/session-private.h"

#include "core/base/rng.h"
#include "core/metrics/classify.h"
#include "core/metrics/load.h"
#include "core/train/account.h"
#include "core/train/steering.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST_DRAWS 64 /* of a control among experts some of which are masked */

/* What the arms of a trial share. */
typedef struct {
  MsSession *s;
  MsTargets targets;
  const MsMoe *moe;  /* the layer that the intervention speaks of */
  float *baseline;   /* (N, C) owned: the members' mean probabilities of the first arm */
} Bench;

/* The members' mean probabilities (N, C). Transfer full. */
static float *
mean_probs (const MsModelOutput *out)
{
  gsize size = (gsize)out->N * (gsize)out->C;
  g_autofree float *logits = ms_account_logits (out), *probs = g_new (float, (gsize)out->M * size);
  float *mean = g_new (float, size);

  ms_softmax_rows (probs, logits, (gsize)out->M * (gsize)out->N, out->C);
  ms_classify_average (mean, probs, out->M, out->N, out->C);
  return mean;
}

static int
predicted (const float *probs, int C)
{
  int best = 0;

  for (int c = 1; c < C; c++)
    if (probs[c] > probs[best])
      best = c;
  return best;
}

static void
compare (MsTrialArm *arm, const float *mean, const float *baseline, const int *labels, int N, int C)
{
  double kl = 0;
  int changed = 0, wrong = 0;

  for (int n = 0; n < N; n++)
    {
      const float *p = baseline + (gsize)n * C, *q = mean + (gsize)n * C;

      wrong += predicted (q, C) != labels[n];
      changed += predicted (q, C) != predicted (p, C);
      /* What float32 lost to 0 stands for its smallest normal number, and q - p, whose sum is 0 but for rounding, keeps
       * every term from being negative. */
      for (int c = 0; c < C; c++)
        if (p[c] > 0)
          kl += p[c] * log ((double)p[c] / MAX (q[c], FLT_MIN)) - p[c] + q[c];
    }
  arm->error = (double)wrong / N;
  arm->changed = (double)changed / N;
  arm->kl = kl / N;
}

/* Of soft layers the rows that each expert reads, none of which are dropped. */
static void
count_load (MsTrialArm *arm, const MsPlan *plan)
{
  g_autofree double *count = g_new0 (double, plan->E);
  int dropped = 0, all = 0;

  arm->E = plan->E;
  arm->load = g_new0 (int, plan->E);
  for (int i = 0; i < plan->T * plan->K; i++)
    if (plan->choice[i] >= 0)
      {
        arm->load[plan->choice[i]]++;
        dropped += plan->row[i] < 0;
      }
  for (int e = 0; e < plan->E; e++)
    {
      if (plan->K == 0)
        arm->load[e] = plan->offset[e + 1] - plan->offset[e];
      count[e] = arm->load[e];
      all += arm->load[e];
    }
  arm->dropped = all > 0 ? (double)dropped / all : NAN;
  arm->max_violation = ms_load_metrics (count, plan->E).max_violation;
}

/* One deterministic pass over the batch, with what stands now. */
static void
run_arm (Bench *b, MsTrialArm *arm)
{
  MsSession *s = b->s;
  const MsPass pass = { .deterministic = true, .seed = s->seed, .step = s->step, .examples = s->batch };
  g_autofree float *mean = NULL;
  MsModelOutput out;

  ms_tape_reset (s->tape, false);
  out = ms_model_forward (s->model, s->tape, s->x, &b->targets, &pass);
  arm->task_loss = out.task->value[0];
  mean = mean_probs (&out);
  compare (arm, mean, b->baseline != NULL ? b->baseline : mean, s->labels, out.N, out.C);
  count_load (arm, b->moe->plan);
  if (b->baseline == NULL)
    b->baseline = g_steal_pointer (&mean);
}

/* The arm of @what over @base; an edit's weights are put back. False and @error, the arm untouched: what stands then
 * leaves no expert. */
static bool
try_arm (Bench *b, const MsInterventions *base, const MsIntervention *what, MsTrialArm *arm, GError **error)
{
  MsModel *model = b->s->model;
  gsize bytes = ms_params_flat (model->params) * sizeof (MsReal);
  bool edits = ms_intervention_is_edit (what);
  g_autoptr (MsInterventions) set
    = edits ? ms_interventions_ref ((MsInterventions *)base) : ms_interventions_with (base, what);
  g_autofree MsReal *weights = NULL;

  if (!ms_model_intervene (model, set, error))
    return false;
  if (edits)
    {
      weights = g_memdup2 (ms_params_values (model->params), bytes);
      ms_model_edit (model, NULL, what);
    }
  run_arm (b, arm);
  if (edits)
    memcpy (ms_params_values (model->params), weights, bytes);
  arm->words = ms_intervention_words (what);
  return true;
}

/* Whether @set masks the expert of @one in its layer. */
static bool
is_masked (const MsInterventions *set, const MsIntervention *one)
{
  for (int i = 0; i < ms_interventions_count (set); i++)
    {
      const MsIntervention *other = ms_interventions_at (set, i);

      if (other->kind == MS_INTERVENE_MASK && other->block == one->block && other->member == one->member
          && other->expert == one->expert)
        return true;
    }
  return false;
}

/* An expert of the same part that is not masked already, drawn by the run's seed and the step. */
static bool
draw_control (const Bench *b, const MsInterventions *base, const MsIntervention *what, MsIntervention *control)
{
  const MsSession *s = b->s;
  MsRng rng = ms_rng_new (s->seed, MS_RNG_CONTROL, (guint32)what->block, (guint64)s->step);
  bool edits = ms_intervention_is_edit (what);
  int own = edits ? b->moe->experts->E : b->moe->router->E, first = edits ? 0 : what->expert / own * own;
  MsIntervention shifted = *what;

  shifted.expert -= first;
  for (int i = 0; i < MOST_DRAWS && ms_intervention_control (&shifted, own, ms_rng_u32 (&rng), control); i++)
    {
      control->expert += first;
      if (!is_masked (base, control))
        return true;
    }
  return false;
}

MsTrial *
ms_session_try (MsSession *s, const MsIntervention *what, GError **error)
{
  g_autoptr (MsInterventions) standing = ms_interventions_ref (s->model->interventions);
  g_autoptr (MsInterventions) base = ms_interventions_without (standing, what);
  g_autoptr (MsTrial) trial = NULL;
  MsIntervention control;
  Bench b = { .s = s };
  bool fits;

  if (!ms_model_check_intervention (s->model, what, error))
    return NULL;
  trial = ms_trial_new ();
  trial->step = s->step;
  trial->block = what->block;
  trial->examples = s->batch;
  b.moe = ms_model_find_layer (s->model, what);
  b.targets = ms_session_fill_batch (s);
  ms_model_intervene (s->model, base, NULL); /* fewer than stood: they fit */
  run_arm (&b, &trial->arm[MS_ARM_BASELINE]);
  trial->arm[MS_ARM_BASELINE].words = g_strdup ("nothing changed");
  fits = try_arm (&b, base, what, &trial->arm[MS_ARM_INTERVENTION], error);
  if (fits && draw_control (&b, base, what, &control))
    try_arm (&b, base, &control, &trial->arm[MS_ARM_CONTROL], NULL);
  ms_model_intervene (s->model, standing, NULL);
  g_free (b.baseline);
  return fits ? g_steal_pointer (&trial) : NULL;
}

MsTrial *
ms_session_try_newest (MsSession *s, MsDetail detail)
{
  int n = ms_interventions_count (s->model->interventions);
  MsIntervention newest;

  if (n == 0 || !(detail & MS_DETAIL_BATCH) || !(detail & MS_DETAIL_TRIAL))
    return NULL;
  newest = *ms_interventions_at (s->model->interventions, n - 1);
  return ms_session_try (s, &newest, NULL);
}
