/* SPDX-License-Identifier: MIT */

/* Looking without training: the test split, and the decision surface of a plane task. */

#include "core/train/session-private.h"

#include "core/metrics/classify.h"
#include "core/train/account.h"

#define SURFACE_SIDE 72
#define MAX_POINTS 1000

/* Forward on @n examples from outside the training stream: deterministic routers, no dropout, no gradients. */
static MsNode *
forward_only (MsSession *s, const float *examples, int n, bool alone)
{
  MsPass pass = { .deterministic = true, .alone = alone, .seed = s->seed, .step = s->step, .examples = n };
  gsize size = (gsize)n * ms_dataset_example_size (s->dataset);
  MsReal *x;

  ms_tape_reset (s->tape, false);
  x = ms_tape_alloc (s->tape, size * sizeof (MsReal));
  for (gsize i = 0; i < size; i++)
    x[i] = examples[i];
  return ms_model_forward (s->model, s->tape, x, NULL, &pass).logits;
}

/* How many of @left examples come next: as many as in training, so that groups and capacities are the same. What does
 * not fill a group at the end is a group of its own. */
static int
next_part (const MsSession *s, int left)
{
  int n = MIN (s->batch, left), group = s->model->routing.group_examples;

  return group > 0 && n > group ? n - n % group : n;
}

bool
ms_session_evaluate (MsSession *s, MsEvaluation *evaluation)
{
  const MsDataset *d = s->dataset;
  gsize size = ms_dataset_example_size (d);
  g_autofree float *probs = g_new (float, (gsize)s->batch * d->n_classes);
  MsClassifySums sums = { 0 };
  MsClassifyMetrics metrics;

  if (d->n_test == 0)
    return false;
  for (int first = 0, n; first < d->n_test; first += n)
    {
      MsNode *logits;

      n = next_part (s, d->n_test - first);
      logits = forward_only (s, d->test_x + (gsize)first * size, n, false);
      ms_account_probs (probs, logits);
      ms_classify_add (&sums, probs, d->test_y + first, n, d->n_classes);
    }
  metrics = ms_classify_result (&sums);
  if (s->evaluation == NULL)
    s->evaluation = g_new (MsEvaluation, 1);
  *s->evaluation = (MsEvaluation){ s->step, d->n_test, metrics.error, metrics.nll, metrics.ece, metrics.brier };
  if (evaluation != NULL)
    *evaluation = *s->evaluation;
  return true;
}

/* A square around all training points with a margin, so that one unit is as long in x as in y. */
static void
surface_bounds (const MsDataset *d, MsSurface *surface)
{
  double low[2] = { G_MAXDOUBLE, G_MAXDOUBLE }, high[2] = { -G_MAXDOUBLE, -G_MAXDOUBLE }, half;

  for (int i = 0; i < d->n_train; i++)
    for (int j = 0; j < 2; j++)
      {
        low[j] = MIN (low[j], d->train_x[2 * i + j]);
        high[j] = MAX (high[j], d->train_x[2 * i + j]);
      }
  half = 0.54 * MAX (high[0] - low[0], high[1] - low[1]);
  surface->x0 = (low[0] + high[0]) / 2 - half;
  surface->x1 = (low[0] + high[0]) / 2 + half;
  surface->y0 = (low[1] + high[1]) / 2 - half;
  surface->y1 = (low[1] + high[1]) / 2 + half;
}

/* Cell centres, top row first. */
static float *
surface_grid (const MsSurface *surface)
{
  float *grid = g_new (float, 2 * (gsize)surface->width * surface->height);

  for (int j = 0; j < surface->height; j++)
    for (int i = 0; i < surface->width; i++)
      {
        float *point = grid + 2 * (j * surface->width + i);

        point[0] = (float)(surface->x0 + (i + 0.5) / surface->width * (surface->x1 - surface->x0));
        point[1] = (float)(surface->y1 - (j + 0.5) / surface->height * (surface->y1 - surface->y0));
      }
  return grid;
}

static void
add_points (const MsDataset *d, MsRecord *record)
{
  int n = MIN (d->n_train, MAX_POINTS);

  record->n_points = n;
  record->points = g_memdup2 (d->train_x, 2 * (gsize)n * sizeof (float));
  record->point_labels = g_memdup2 (d->train_y, (gsize)n * sizeof (int));
}

void
ms_session_add_surface (MsSession *s, MsRecord *record)
{
  const int cells = SURFACE_SIDE * SURFACE_SIDE;
  MsSurface *surface = ms_surface_new (SURFACE_SIDE, SURFACE_SIDE, s->dataset->n_classes, s->model->n_moe);
  g_autofree float *grid = NULL;
  MsNode *logits;

  surface_bounds (s->dataset, surface);
  grid = surface_grid (surface);
  logits = forward_only (s, grid, cells, true);
  ms_account_probs (surface->probs, logits);
  for (int layer = 0; layer < s->model->n_moe; layer++)
    {
      const MsPlan *plan = s->model->moe[layer]->plan;

      surface->E = plan->E;
      for (int i = 0; i < cells; i++)
        surface->expert[layer * cells + i] = (gint16)plan->choice[i * plan->K];
    }
  record->surface = surface;
  add_points (s->dataset, record);
}
