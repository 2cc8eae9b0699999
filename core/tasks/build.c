/* SPDX-License-Identifier: MIT */

#include "core/tasks/build.h"

#include "core/base/rng.h"

#include <math.h>
#include <string.h>

void
ms_examples_clear (MsExamples *self)
{
  g_clear_pointer (&self->x, g_free);
  g_clear_pointer (&self->y, g_free);
  self->n = 0;
}

bool
ms_examples_init (MsExamples *self, gsize n, gsize size, const char *file, GError **error)
{
  gsize numbers;
  bool fits = g_size_checked_mul (&numbers, n, size) && numbers <= MS_DATA_LIMIT && n <= G_MAXINT;
  self->x = fits ? g_try_new0 (float, MAX (numbers, 1)) : NULL;
  self->y = fits ? g_try_new0 (int, MAX (n, 1)) : NULL;
  if (self->x != NULL && self->y != NULL)
    {
      self->n = n;
      return true;
    }
  ms_examples_clear (self);
  g_set_error (error, MS_ERROR, MS_ERROR_FAILED,
               "%s: memory does not suffice for %" G_GSIZE_FORMAT " examples of %" G_GSIZE_FORMAT " numbers", file, n,
               size);
  return false;
}

MsDataset *
ms_dataset_new (const char *name, const char *source)
{
  MsDataset *self = g_new0 (MsDataset, 1);
  self->ref_count = 1;
  self->name = g_strdup (name);
  self->source = g_utf8_make_valid (source, -1);
  self->height = self->width = self->channels = 1;
  return self;
}

/* marks[i] = 1 for the examples of the test part: along the shuffled examples, ordered by class, every place at which
 * the running count of tests steps up. */
static void
mark_tests (const MsExamples *examples, const int *order, int n_classes, gsize n_test, guint8 *marks)
{
  gsize place = 0, n = examples->n;
  g_autofree gsize *next = g_new0 (gsize, n_classes + 1); /* the first place of each class */
  for (gsize i = 0; i < n; i++)
    next[examples->y[i] + 1]++;
  for (int c = 0; c < n_classes; c++)
    next[c + 1] += next[c];
  for (gsize i = 0; i < n; i++)
    {
      place = next[examples->y[order[i]]]++;
      marks[order[i]] = (place + 1) * n_test / n > place * n_test / n;
    }
}

static void
append_example (const MsExamples *from, gsize i, gsize size, float *x, int *y, int *n)
{
  memcpy (x + (gsize) *n * size, from->x + i * size, size * sizeof (float));
  y[*n] = from->y[i];
  ++*n;
}

static bool
allocate_parts (MsDataset *self, gsize n_train, gsize n_test, gsize size, GError **error)
{
  self->train_x = g_try_new (float, n_train * size);
  self->train_y = g_try_new (int, n_train);
  self->test_x = g_try_new (float, n_test * size);
  self->test_y = g_try_new (int, n_test);
  if (self->train_x != NULL && self->train_y != NULL && self->test_x != NULL && self->test_y != NULL)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FAILED, "%s: memory does not suffice for %" G_GSIZE_FORMAT " examples",
               self->name, n_train + n_test);
  return false;
}

bool
ms_dataset_split (MsDataset *self, MsExamples *examples, double test_fraction, guint64 seed, GError **error)
{
  gsize n = examples->n, size = ms_dataset_example_size (self);
  g_return_val_if_fail (n >= 2 && self->n_classes > 0, false);
  if (!(test_fraction > 0 && test_fraction < 1))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "%s: the test share is %g and must lie between 0 and 1", self->name,
                   test_fraction);
      return false;
    }
  gsize n_test = (gsize) ceil ((double) n * test_fraction - 1e-6); /* 0.1 * 30 is a little more than 3 */
  n_test = CLAMP (n_test, 1, n - 1);
  if (!allocate_parts (self, n - n_test, n_test, size, error))
    return false;
  g_autofree int *order = g_new (int, n);
  g_autofree guint8 *marks = g_new0 (guint8, n);
  MsRng rng = ms_rng_new (seed, MS_RNG_DATA, 1, 0);
  for (gsize i = 0; i < n; i++)
    order[i] = (int) i;
  ms_rng_shuffle (&rng, order, n);
  mark_tests (examples, order, self->n_classes, n_test, marks);

  for (gsize i = 0; i < n; i++)
    if (marks[order[i]])
      append_example (examples, (gsize) order[i], size, self->test_x, self->test_y, &self->n_test);
    else
      append_example (examples, (gsize) order[i], size, self->train_x, self->train_y, &self->n_train);
  ms_examples_clear (examples);
  return true;
}

void
ms_dataset_take (MsDataset *self, MsExamples *train, MsExamples *test)
{
  self->n_train = (int) train->n;
  self->n_test = (int) test->n;
  self->train_x = g_steal_pointer (&train->x);
  self->train_y = g_steal_pointer (&train->y);
  self->test_x = g_steal_pointer (&test->x);
  self->test_y = g_steal_pointer (&test->y);
}

/* Feature f of each row becomes (x - mean[f]) * factor[f]. */
static void
apply_scale (float *x, gsize n, gsize size, const double *mean, const double *factor)
{
  for (gsize i = 0; i < n; i++, x += size)
    for (gsize f = 0; f < size; f++)
      x[f] = (float) (((double) x[f] - mean[f]) * factor[f]);
}

/* Row by row, as the numbers lie: column by column is many times slower for wide tables. */
void
ms_dataset_standardise (MsDataset *self)
{
  gsize size = ms_dataset_example_size (self), n = (gsize) self->n_train;
  g_autofree double *mean = g_new0 (double, size), *factor = g_new0 (double, size);
  for (gsize i = 0; i < n * size; i++)
    mean[i % size] += (double) self->train_x[i];
  for (gsize f = 0; f < size; f++)
    mean[f] /= (double) n;
  for (gsize i = 0; i < n * size; i++)
    {
      double d = (double) self->train_x[i] - mean[i % size];
      factor[i % size] += d * d;
    }
  for (gsize f = 0; f < size; f++)
    {
      double deviation = sqrt (factor[f] / (double) n);
      /* The mean of equal numbers is theirs only up to rounding. */
      factor[f] = deviation > 1e-12 * fabs (mean[f]) && deviation > 0 ? 1 / deviation : 0;
    }
  apply_scale (self->train_x, n, size, mean, factor);
  apply_scale (self->test_x, (gsize) self->n_test, size, mean, factor);
  apply_scale (self->foreign_x, (gsize) self->n_foreign, size, mean, factor);
}

bool
ms_dataset_count_classes (MsDataset *self, const MsExamples *train, const MsExamples *test, const char *file,
                          GError **error)
{
  const MsExamples *parts[2] = { train, test };
  int greatest = 0;
  for (int p = 0; p < 2; p++)
    for (gsize i = 0; parts[p] != NULL && i < parts[p]->n; i++)
      {
        int y = parts[p]->y[i];
        if (y < 0 || y >= MS_MAX_CLASSES)
          {
            g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                         "%s: label %d of example %" G_GSIZE_FORMAT " is not a class from 0 to %d", file, y, i,
                         MS_MAX_CLASSES - 1);
            return false;
          }
        greatest = MAX (greatest, y);
      }
  if (greatest == 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: every label is 0, at least two classes are needed", file);
      return false;
    }
  self->n_classes = greatest + 1;
  return true;
}
