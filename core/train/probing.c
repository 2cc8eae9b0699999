/* SPDX-License-Identifier: MIT */

#include "core/train/probing.h"

#include "core/base/rng.h"
#include "core/metrics/assess.h"
#include "core/metrics/probe.h"
#include "core/train/session-private.h"

#include <math.h>
#include <string.h>

#define RNG_PLACE 4 /* of MS_RNG_DATA: foreign examples have 3 */

static const int shot_counts[MS_N_SHOTS] = { 1, 5, 10, 25 };

/* Features (n, M R) of the examples @x, the members' side by side. Free with g_free. */
static float *
joined_features (MsSession *s, const float *x, int n)
{
  gsize M = (gsize)ms_model_members (s->model), R = (gsize)ms_model_feature_width (s->model);
  g_autofree float *logits = g_new (float, MAX (M * (gsize)n * (gsize)s->dataset->n_classes, 1));
  g_autofree float *features = g_new (float, MAX (M * (gsize)n * R, 1));
  float *joined = g_new (float, MAX (M * (gsize)n * R, 1));

  ms_session_predict (s, x, n, logits, features);
  for (gsize i = 0; i < (gsize)n; i++)
    for (gsize m = 0; m < M; m++)
      memcpy (joined + (i * M + m) * R, features + (m * (gsize)n + i) * R, R * sizeof *joined);
  return joined;
}

/* The training examples of each class in a drawn order, class after class; first (n_classes + 1) says where each
 * begins. Free with g_free. */
static int *
draw_order (const MsSession *s, int *first)
{
  const MsDataset *d = s->dataset;
  int *order = g_new (int, MAX (d->n_train, 1)), n = 0;

  for (int c = 0; c < d->n_classes; c++)
    {
      MsRng rng = ms_rng_new (s->seed, MS_RNG_DATA, RNG_PLACE, (guint64)c);

      first[c] = n;
      for (int i = 0; i < d->n_train; i++)
        if (d->train_y[i] == c)
          order[n++] = i;
      ms_rng_shuffle (&rng, order + first[c], (gsize)(n - first[c]));
    }
  first[d->n_classes] = n;
  return order;
}

/* The first @shots of each class: x (n, size) and y (n); returns n. */
static int
choose_shots (const MsDataset *d, const int *order, const int *first, int shots, float *x, int *y)
{
  gsize size = ms_dataset_example_size (d);
  int n = 0;

  for (int c = 0; c < d->n_classes; c++)
    for (int i = first[c]; i < MIN (first[c] + shots, first[c + 1]); i++, n++)
      {
        memcpy (x + (gsize)n * size, d->train_x + (gsize)order[i] * size, size * sizeof *x);
        y[n] = c;
      }
  return n;
}

void
ms_session_few_shot (MsSession *s, MsFewShot result[MS_N_SHOTS])
{
  const MsDataset *d = s->dataset;
  int D = ms_model_members (s->model) * ms_model_feature_width (s->model);
  gsize most = (gsize)shot_counts[MS_N_SHOTS - 1] * (gsize)d->n_classes;
  g_autofree int *first = g_new (int, d->n_classes + 1), *order = draw_order (s, first), *y = g_new (int, most);
  g_autofree float *x = g_new (float, most * ms_dataset_example_size (d));
  g_autofree float *test = joined_features (s, d->test_x, d->n_test);

  for (int i = 0; i < MS_N_SHOTS; i++)
    {
      int n = choose_shots (d, order, first, shot_counts[i], x, y);
      g_autofree float *features = joined_features (s, x, n);
      g_autoptr (MsProbe) probe = ms_probe_new (features, y, n, D, d->n_classes);

      result[i] = (MsFewShot){ shot_counts[i], NAN, NAN };
      result[i].accuracy = ms_probe_best_accuracy (probe, test, d->test_y, d->n_test, &result[i].lambda);
    }
}

/* Error on @n examples with the classes @y. */
static double
error_on (MsSession *s, const float *x, const int *y, int n)
{
  int M = ms_model_members (s->model), C = s->dataset->n_classes;
  g_autofree float *logits = g_new (float, (gsize)M * (gsize)n * (gsize)C);
  g_autoptr (MsAssessment) assessment = NULL;

  ms_session_predict (s, x, n, logits, NULL);
  assessment = ms_assess (logits, y, M, n, C);
  return assessment->ensemble.error;
}

bool
ms_session_corruptions (MsSession *s, MsCorruptionTable *table)
{
  const MsDataset *d = s->dataset;
  const MsImageShape shape = { d->height, d->width, d->channels };
  gsize size = ms_dataset_example_size (d);
  int n = MIN (d->n_test, MS_CORRUPTION_EXAMPLES);
  g_autofree float *x = NULL;
  g_autofree int *y = NULL;

  if (!d->image || n == 0)
    return false;
  x = g_new (float, (gsize)n * size);
  y = g_new (int, n);
  table->examples = n;
  for (int k = 0; k < MS_N_CORRUPTIONS; k++)
    for (int severity = 1; severity <= MS_SEVERITIES; severity++)
      {
        for (int i = 0; i < n; i++)
          {
            gsize from = (gsize)((gint64)i * d->n_test / n);

            ms_corrupt (k, severity, s->seed, from, shape, d->test_x + from * size, x + (gsize)i * size);
            y[i] = d->test_y[from];
          }
        table->error[k][severity - 1] = error_on (s, x, y, n);
      }
  return true;
}
