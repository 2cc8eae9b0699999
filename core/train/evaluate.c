/* SPDX-License-Identifier: MIT */

/* Looking without training: predictions of any examples, and the decision surface of a plane task. */

#include "core/train/session-private.h"

#include "core/metrics/classify.h"
#include "core/routing/assign.h"
#include "core/train/account.h"

#include <string.h>

#define SURFACE_SIDE 72
#define MAX_POINTS 1000

/* One pass over @n examples from outside the training stream; @alone: they do not compete for places. Returns what it
 * cost. */
static guint64
predict_part (MsSession *s, const float *examples, int n, bool alone, float *logits, float *features)
{
  MsPass pass = { .deterministic = true, .alone = alone, .seed = s->seed, .step = s->step, .examples = n };
  gsize size = (gsize)n * ms_dataset_example_size (s->dataset);
  g_autofree MsReal *x = g_new (MsReal, size);

  for (gsize i = 0; i < size; i++)
    x[i] = examples[i];
  return ms_model_predict (s->model, s->tape, x, &pass, logits, features);
}

/* How many of @left examples come next: as many as in training, so that groups and capacities are the same. What does
 * not fill a group at the end is a group of its own. */
static int
next_part (const MsSession *s, int left)
{
  int n = MIN (s->batch, left), group = s->model->routing.group_examples;

  return group > 0 && n > group ? n - n % group : n;
}

/* Takes (M, n, width) apart into the places of examples [first, first + n) of (M, all, width). */
static void
place_part (float *to, const float *from, int M, int first, int n, int all, int width)
{
  for (int m = 0; m < M; m++)
    memcpy (to + ((gsize)m * all + first) * width, from + (gsize)m * n * width, (gsize)n * width * sizeof *to);
}

guint64
ms_session_predict (MsSession *s, const float *examples, int all, float *logits, float *features)
{
  int M = ms_model_members (s->model), C = s->dataset->n_classes, R = ms_model_feature_width (s->model);
  gsize size = ms_dataset_example_size (s->dataset);
  g_autofree float *part_logits = g_new (float, (gsize)M * s->batch * C);
  g_autofree float *part_features = features != NULL ? g_new (float, (gsize)M * s->batch * R) : NULL;
  guint64 flops = 0;

  for (int first = 0, n; first < all; first += n)
    {
      n = next_part (s, all - first);
      flops += predict_part (s, examples + (gsize)first * size, n, false, part_logits, part_features);
      place_part (logits, part_logits, M, first, n, all, C);
      if (features != NULL)
        place_part (features, part_features, M, first, n, all, R);
    }
  return flops;
}

/* The members' mean probabilities (n, C). */
static void
mean_probs (float *mean, const float *logits, int M, int n, int C)
{
  g_autofree float *probs = g_new (float, (gsize)M * n * C);

  ms_softmax_rows (probs, logits, (gsize)M * n, C);
  ms_classify_average (mean, probs, M, n, C);
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

/* Where each cell goes first, or, where all experts answer, whose answer weighs most. */
static void
first_experts (gint16 *expert, const MsMoe *moe, int cells)
{
  const MsPlan *plan = moe->plan;
  const MsNode *mix = moe->decision.mix;
  int *largest = g_new (int, cells);

  if (plan->choice == NULL)
    ms_top_k (NULL, largest, mix->value, cells, 1, (int)ms_node_cols (mix));
  for (int i = 0; i < cells; i++)
    expert[i] = (gint16)(plan->choice != NULL ? plan->choice[i * plan->K] : largest[i]);
  g_free (largest);
}

void
ms_session_add_surface (MsSession *s, MsRecord *record)
{
  const int cells = SURFACE_SIDE * SURFACE_SIDE;
  MsSurface *surface = ms_surface_new (SURFACE_SIDE, SURFACE_SIDE, s->dataset->n_classes, s->model->n_moe);
  int M = ms_model_members (s->model);
  g_autofree float *grid = NULL, *logits = g_new (float, (gsize)M * cells * surface->C);

  surface_bounds (s->dataset, surface);
  grid = surface_grid (surface);
  predict_part (s, grid, cells, true, logits, NULL);
  mean_probs (surface->probs, logits, M, cells, surface->C);
  for (int layer = 0; layer < s->model->n_moe; layer++)
    {
      surface->E = s->model->moe[layer]->plan->E;
      first_experts (surface->expert + layer * cells, s->model->moe[layer], cells);
    }
  record->surface = surface;
  add_points (s->dataset, record);
}
