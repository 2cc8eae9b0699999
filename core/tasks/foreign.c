/* SPDX-License-Identifier: MIT */

#include "core/tasks/foreign.h"

#include "core/base/rng.h"
#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include <math.h>
#include <string.h>

#define RNG_PLACE 3 /* of MS_RNG_DATA: generators and splits have those below */

typedef bool (*MakeForeign) (MsDataset *self, const MsDatasetSpec *spec, GError **error);

static float *
begin_examples (MsDataset *self, int n, const char *what)
{
  g_free (self->foreign);
  g_free (self->foreign_x);
  self->foreign = g_strdup (what);
  self->n_foreign = n;
  self->foreign_x = g_new (float, MAX ((gsize) n * ms_dataset_example_size (self), 1));
  return self->foreign_x;
}

static bool
make_none (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  g_clear_pointer (&self->foreign, g_free);
  g_clear_pointer (&self->foreign_x, g_free);
  self->n_foreign = 0;
  return true;
}

static bool
make_held_out (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  if (self->foreign != NULL)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE,
               "task.ood = held-out: no class is held out; name some in task.held_out, as in 8,9");
  return false;
}

static MsRng
rng_of (const MsDatasetSpec *spec, int example)
{
  return ms_rng_new (spec->seed, MS_RNG_DATA, RNG_PLACE, (guint64) example);
}

/* Pixel (x, y) of the result is (x - dx, y - dy) of the image, 0 outside it. */
static void
shift_image (const MsDataset *self, float *to, const float *from, int dx, int dy)
{
  gsize pixel = (gsize) self->channels;
  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++, to += pixel)
      {
        bool inside = x >= dx && x - dx < self->width && y >= dy && y - dy < self->height;
        if (inside)
          memcpy (to, from + ((gsize) (y - dy) * (gsize) self->width + (gsize) (x - dx)) * pixel, pixel * sizeof *to);
        else
          memset (to, 0, pixel * sizeof *to);
      }
}

/* low, high, deviation (size): of each feature over the training part; any NULL */
static void
measure_features (const MsDataset *self, double *low, double *high, double *deviation)
{
  gsize size = ms_dataset_example_size (self);
  for (gsize f = 0; f < size; f++)
    {
      double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
      for (gsize i = f; i < (gsize) self->n_train * size; i += size)
        {
          sum += (double) self->train_x[i];
          squares += (double) self->train_x[i] * (double) self->train_x[i];
          least = fmin (least, (double) self->train_x[i]);
          most = fmax (most, (double) self->train_x[i]);
        }
      sum /= self->n_train;
      low[f] = least;
      high[f] = most;
      deviation[f] = sqrt (fmax (squares / self->n_train - sum * sum, 0));
    }
}

static void
shift_features (MsDataset *self, const MsDatasetSpec *spec, float *to)
{
  gsize size = ms_dataset_example_size (self);
  g_autofree double *low = g_new (double, size), *high = g_new (double, size), *deviation = g_new (double, size);
  measure_features (self, low, high, deviation);
  for (int i = 0; i < self->n_test; i++)
    {
      MsRng rng = rng_of (spec, i);
      for (gsize f = 0; f < size; f++)
        {
          double sign = ms_rng_below (&rng, 2) ? 3 : -3;
          to[(gsize) i * size + f] = (float) (self->test_x[(gsize) i * size + f] + sign * deviation[f]);
        }
    }
}

static bool
make_shifted (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  gsize size = ms_dataset_example_size (self);
  float *to = begin_examples (self, self->n_test, self->image ? "shifted test images" : "shifted test examples");
  int dx = MAX (3 * self->width / 8, 1), dy = MAX (3 * self->height / 8, 1);
  if (!self->image)
    shift_features (self, spec, to);
  for (int i = 0; self->image && i < self->n_test; i++)
    {
      MsRng rng = rng_of (spec, i);
      int right = ms_rng_below (&rng, 2) ? dx : -dx, down = ms_rng_below (&rng, 2) ? dy : -dy;
      shift_image (self, to + (gsize) i * size, self->test_x + (gsize) i * size, right, down);
    }
  return true;
}

static bool
make_inverted (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  gsize numbers = (gsize) self->n_test * ms_dataset_example_size (self);
  if (!self->image)
    return make_none (self, spec, error);
  float *to = begin_examples (self, self->n_test, "inverted test images");
  for (gsize i = 0; i < numbers; i++)
    to[i] = 1 - self->test_x[i];
  return true;
}

/* Evenly from three times the range of each feature; a point of a plane again until it lies outside the range. */
static void
draw_features (const MsDataset *self, MsRng *rng, const double *low, const double *high, float *to)
{
  gsize size = ms_dataset_example_size (self);
  bool inside;
  do
    {
      inside = self->plane;
      for (gsize f = 0; f < size; f++)
        {
          double range = high[f] - low[f];
          to[f] = (float) (low[f] - range + 3 * range * ms_rng_uniform (rng));
          inside = inside && (double) to[f] >= low[f] && (double) to[f] <= high[f];
        }
    }
  while (inside && high[0] > low[0]);
}

static bool
make_noise (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  gsize size = ms_dataset_example_size (self);
  float *to = begin_examples (self, self->n_test, self->plane ? "points outside" : "noise");
  g_autofree double *low = g_new (double, size), *high = g_new (double, size), *deviation = g_new (double, size);
  if (!self->image)
    measure_features (self, low, high, deviation);
  for (int i = 0; i < self->n_test; i++, to += size)
    {
      MsRng rng = rng_of (spec, i);
      if (!self->image)
        draw_features (self, &rng, low, high, to);
      for (gsize p = 0; self->image && p < size; p++)
        to[p] = (float) ms_rng_uniform (&rng);
    }
  return true;
}

/* Which kind of data a path names, by its look. */
static const MsDatasetKind *
guess_kind (const char *path)
{
  g_autofree char *cifar = g_build_filename (path, "test_batch.bin", NULL);
  g_autofree char *archive = g_build_filename (path, "cifar-10-batches-bin", NULL);
  bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  if (is_folder && (g_file_test (cifar, G_FILE_TEST_EXISTS) || g_file_test (archive, G_FILE_TEST_EXISTS)))
    return &ms_dataset_kind_cifar10;
  if (g_str_has_suffix (path, ".npz") || g_str_has_suffix (path, ".npy"))
    return &ms_dataset_kind_npz;
  g_autoptr (GDir) folder = is_folder ? g_dir_open (path, 0, NULL) : NULL;
  for (const char *name = NULL; folder != NULL && (name = g_dir_read_name (folder)) != NULL;)
    if (g_str_has_suffix (name, ".npy"))
      return &ms_dataset_kind_npz;
  return &ms_dataset_kind_idx;
}

static MsDataset *
read_inputs (const MsDatasetSpec *spec, GError **error)
{
  const MsDatasetKind *kind = guess_kind (spec->ood_path);
  MsDatasetSpec own = { .name = kind->name, .path = spec->ood_path, .test_fraction = spec->test_fraction };
  return kind->load_inputs != NULL ? kind->load_inputs (spec->ood_path, error) : kind->load (&own, error);
}

static bool
check_shape (const MsDataset *self, const MsDataset *read, GError **error)
{
  if (read->image && read->height == self->height && read->width == self->width && read->channels == self->channels)
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "%s: its %s are %d×%d with %d channels, those of %s are %d×%d with %d", read->source,
               read->image ? "images" : "examples", read->width, read->height, read->channels, self->name, self->width,
               self->height, self->channels);
  return false;
}

static bool
make_file (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
  if (spec->ood_path == NULL || *spec->ood_path == '\0' || !self->image)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "task.ood = file %s",
                   self->image ? "needs a file or folder of images in task.ood_path"
                               : "reads images, and the data are features: shifted, noise or held-out would do");
      return false;
    }
  g_autoptr (MsDataset) read = read_inputs (spec, error);
  if (read == NULL || !check_shape (self, read, error))
    return false;
  gsize size = ms_dataset_example_size (self);
  int n = self->n_test > 0 ? MIN (read->n_test, self->n_test) : read->n_test;
  float *to = begin_examples (self, n, read->name);
  for (int i = 0; i < n; i++)
    memcpy (to + (gsize) i * size, read->test_x + (gsize) ((gint64) i * read->n_test / n) * size, size * sizeof *to);
  return true;
}

bool
ms_dataset_add_foreign (MsDataset *self, const MsDatasetSpec *spec, GError **error)
{
#define ENTRY(name, text) { text, make_##name },
  static const struct
  {
    const char *name;
    MakeForeign make;
  } kinds[] = { MS_FOREIGN (ENTRY) };
#undef ENTRY
  const char *wanted = spec->ood != NULL ? spec->ood : "none";
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, wanted) == 0)
      return kinds[i].make (self, spec, error);
  g_set_error (error, MS_ERROR, MS_ERROR_VALUE, "there are no foreign data called “%s”", wanted);
  return false;
}
