/* SPDX-License-Identifier: MIT */

/* CIFAR-10's binary version: records of one label byte and 3,072 pixels, a whole plane a colour; ours are turned into
 * (height, width, channels). */

#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include "core/base/file.h"

#define SIDE 32
#define PIXELS (SIDE * SIDE)
#define RECORD (1 + 3 * PIXELS)

/* One file's records; *n of them. NULL and @error on failure. */
static GBytes *
read_batch (const char *folder, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL), *name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = ms_file_read (path, MS_DATA_LIMIT, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  if (size == 0 || size % RECORD != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: its %" G_GSIZE_FORMAT " bytes are not whole CIFAR-10 records of %d bytes", name, size, RECORD);
      return NULL;
    }
  for (gsize i = 0; i < size / RECORD; i++)
    if (data[i * RECORD] > 9)
      {
        g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                     "%s: the label of record %" G_GSIZE_FORMAT " is %d, 0 to 9 are expected", name, i,
                     data[i * RECORD]);
        return NULL;
      }
  return g_steal_pointer (&bytes);
}

static void
unpack (const guint8 *records, gsize n, float *x, int *y)
{
  for (gsize i = 0; i < n; i++, records += RECORD, x += 3 * PIXELS)
    {
      y[i] = records[0];
      for (int p = 0; p < PIXELS; p++)
        for (int c = 0; c < 3; c++)
          x[3 * p + c] = (float) records[1 + c * PIXELS + p] / 255.0f;
    }
}

static bool
read_batches (MsExamples *out, const char *folder, const char *const *files, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize n = 0;
  for (; *files != NULL; files++)
    {
      GBytes *batch = read_batch (folder, *files, error);
      if (batch == NULL)
        return false;
      g_ptr_array_add (batches, batch);
      n += g_bytes_get_size (batch) / RECORD;
    }
  if (!ms_examples_init (out, n, 3 * PIXELS, folder, error))
    return false;
  n = 0;
  for (guint b = 0; b < batches->len; b++)
    {
      gsize size;
      const guint8 *records = g_bytes_get_data (batches->pdata[b], &size);
      unpack (records, size / RECORD, out->x + n * 3 * PIXELS, out->y + n);
      n += size / RECORD;
    }
  return true;
}

static MsDataset *
load_cifar10 (const MsDatasetSpec *spec, GError **error)
{
  static const char *const train_files[]
      = { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", NULL };
  static const char *const test_files[] = { "test_batch.bin", NULL };
  static const char *const names[] = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                                       "truck", NULL };
  g_auto (MsExamples) train = { 0 }, test = { 0 };
  g_autofree char *inside = g_build_filename (spec->path, "cifar-10-batches-bin", NULL); /* as the archive unpacks */
  const char *folder = g_file_test (inside, G_FILE_TEST_IS_DIR) ? inside : spec->path;
  g_autofree char *shown = g_filename_display_name (folder);
  if (!read_batches (&train, folder, train_files, error) || !read_batches (&test, folder, test_files, error))
    return NULL;
  MsDataset *self = ms_dataset_new ("cifar10", shown);
  self->image = true;
  self->height = self->width = SIDE;
  self->channels = 3;
  self->n_classes = 10;
  self->class_names = g_strdupv ((char **) names);
  ms_dataset_take (self, &train, &test);
  return self;
}

const MsDatasetKind ms_dataset_kind_cifar10 = {
  .name = "cifar10",
  .title = "CIFAR-10 (binary)",
  .needs_path = true,
  .help = "the folder of CIFAR-10's binary version, with data_batch_1.bin to data_batch_5.bin and test_batch.bin; "
          "it is at https://www.cs.toronto.edu/~kriz/cifar.html",
  .load = load_cifar10,
};
