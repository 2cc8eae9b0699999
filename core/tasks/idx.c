/* SPDX-License-Identifier: MIT */

/* IDX, the format of MNIST and its relatives: two zero bytes, 8 (unsigned bytes), the number of axes, each axis' length
 * in big-endian order, then the data. */

#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include "core/base/file.h"

#include <string.h>

typedef struct
{
  GBytes *bytes; /* owned */
  char *name;    /* owned, for messages */
  guint32 dim[3];
  const guint8 *data; /* borrowed from bytes */
} Idx;

static void
idx_clear (Idx *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Idx, idx_clear)

/* The file of @part ("train" or "t10k"), as it is commonly spelt: with a dash or a dot, packed or not. NULL: none. */
static char *
find_part (const char *folder, const char *part, const char *what, int n_axes)
{
  static const char *const ends[] = { "", ".gz" };
  for (int dot = 0; dot < 2; dot++)
    for (int end = 0; end < 2; end++)
      {
        g_autofree char *file
            = g_strdup_printf ("%s-%s%cidx%d-ubyte%s", part, what, dot ? '.' : '-', n_axes, ends[end]);
        g_autofree char *path = g_build_filename (folder, file, NULL);
        if (g_file_test (path, G_FILE_TEST_EXISTS))
          return g_steal_pointer (&path);
      }
  return NULL;
}

static bool
parse_idx (Idx *self, int n_axes, GError **error)
{
  gsize size, wanted = 1, begin = 4 + 4 * (gsize) n_axes;
  const guint8 *bytes = g_bytes_get_data (self->bytes, &size);
  if (size < begin || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] != n_axes)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: not an IDX file of unsigned bytes with %d axes: it should begin with the bytes 0 0 8 %d",
                   self->name, n_axes, n_axes);
      return false;
    }
  for (int i = 0; i < n_axes; i++)
    {
      const guint8 *at = bytes + 4 + 4 * i;
      self->dim[i] = (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
      if (!g_size_checked_mul (&wanted, wanted, self->dim[i]))
        wanted = G_MAXSIZE;
    }
  if (wanted == 0 || wanted != size - begin)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: its header promises %" G_GSIZE_FORMAT " bytes of data, the file holds %" G_GSIZE_FORMAT,
                   self->name, wanted, size - begin);
      return false;
    }
  self->data = bytes + begin;
  return true;
}

static bool
read_part (Idx *self, const char *folder, const char *part, const char *what, int n_axes, GError **error)
{
  g_autofree char *path = find_part (folder, part, what, n_axes);
  if (path == NULL && strcmp (part, "t10k") == 0)
    path = find_part (folder, "test", what, n_axes); /* as EMNIST spells it */
  if (path == NULL)
    {
      g_autofree char *shown = g_filename_display_name (folder);
      bool is_folder = g_file_test (folder, G_FILE_TEST_IS_DIR);
      g_set_error (error, MS_ERROR, MS_ERROR_FILE,
                   is_folder ? "%s holds no %s-%s-idx%d-ubyte (or .gz), as MNIST's files are called"
                             : "%s is not a folder; one with %s-%s-idx%d-ubyte and its companions is expected",
                   shown, part, what, n_axes);
      return false;
    }
  self->name = g_filename_display_name (path);
  self->bytes = ms_file_read (path, MS_DATA_LIMIT, error);
  return self->bytes != NULL && parse_idx (self, n_axes, error);
}

static bool
read_examples (MsExamples *examples, Idx *images, const char *folder, const char *part, GError **error)
{
  g_auto (Idx) labels = { 0 };
  if (!read_part (images, folder, part, "images", 3, error) || !read_part (&labels, folder, part, "labels", 1, error))
    return false;
  if (images->dim[0] != labels.dim[0])
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s holds %u labels, but %s holds %u images", labels.name,
                   labels.dim[0], images->name, images->dim[0]);
      return false;
    }
  gsize n = images->dim[0], size = (gsize) images->dim[1] * images->dim[2];
  if (!ms_examples_init (examples, n, size, images->name, error))
    return false;
  for (gsize i = 0; i < n * size; i++)
    examples->x[i] = (float) images->data[i] / 255.0f;
  for (gsize i = 0; i < n; i++)
    examples->y[i] = labels.data[i];
  return true;
}

static MsDataset *
load_idx (const MsDatasetSpec *spec, GError **error)
{
  g_auto (MsExamples) train = { 0 }, test = { 0 };
  g_auto (Idx) train_images = { 0 }, test_images = { 0 };
  g_autofree char *name = g_filename_display_name (spec->path), *base = g_filename_display_basename (spec->path);
  if (!read_examples (&train, &train_images, spec->path, "train", error)
      || !read_examples (&test, &test_images, spec->path, "t10k", error))
    return NULL;
  if (train_images.dim[1] != test_images.dim[1] || train_images.dim[2] != test_images.dim[2])
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: its images are %u×%u, those of %s are %u×%u",
                   test_images.name, test_images.dim[1], test_images.dim[2], train_images.name, train_images.dim[1],
                   train_images.dim[2]);
      return NULL;
    }
  g_autoptr (MsDataset) self = ms_dataset_new (base, name);
  self->image = true;
  self->height = (int) train_images.dim[1];
  self->width = (int) train_images.dim[2];
  if (!ms_dataset_count_classes (self, &train, &test, name, error))
    return NULL;
  ms_dataset_take (self, &train, &test);
  return g_steal_pointer (&self);
}

/* A file of images, or the test images of a folder and else its training images. */
static MsDataset *
load_idx_inputs (const char *path, GError **error)
{
  g_auto (Idx) images = { 0 };
  g_auto (MsExamples) examples = { 0 };
  bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *base = g_filename_display_basename (path);
  if (!is_folder)
    {
      images.name = g_filename_display_name (path);
      images.bytes = ms_file_read (path, MS_DATA_LIMIT, error);
      if (images.bytes == NULL || !parse_idx (&images, 3, error))
        return NULL;
    }
  else
    {
      g_autofree char *train = find_part (path, "train", "images", 3), *t10k = find_part (path, "t10k", "images", 3);
      g_autofree char *test = find_part (path, "test", "images", 3);
      if (!read_part (&images, path, train != NULL && t10k == NULL && test == NULL ? "train" : "t10k", "images", 3,
                      error))
        return NULL;
    }
  g_autoptr (MsDataset) self = ms_dataset_new (base, images.name);
  gsize n = images.dim[0], size = (gsize) images.dim[1] * images.dim[2];
  if (!ms_examples_init (&examples, n, size, images.name, error))
    return NULL;
  self->image = true;
  self->n_test = (int) n;
  self->height = (int) images.dim[1];
  self->width = (int) images.dim[2];
  for (gsize i = 0; i < n * size; i++)
    examples.x[i] = (float) images.data[i] / 255.0f;
  self->test_x = g_steal_pointer (&examples.x);
  return g_steal_pointer (&self);
}

const MsDatasetKind ms_dataset_kind_idx = {
  .name = "idx",
  .title = "MNIST files (IDX)",
  .needs_path = true,
  .help = "a folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
          "t10k-labels-idx1-ubyte, also gzipped; MNIST's are at https://storage.googleapis.com/cvdf-datasets/mnist/",
  .load = load_idx,
  .load_inputs = load_idx_inputs,
};
