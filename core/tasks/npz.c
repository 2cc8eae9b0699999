/* SPDX-License-Identifier: MIT */

/* A user's own arrays: a .npz, or a folder of .npy, or an x.npy with its y.npy beside it. */

#include "core/formats/npz.h"

#include "core/tasks/build.h"
#include "core/tasks/datasets.h"

#include <math.h>
#include <string.h>

#define MAX_CHANNELS 4

/* Names that people give; the first whose inputs are there is taken. */
static const char *const split_names[][4] = {
  { "x_train", "y_train", "x_test", "y_test" },
  { "X_train", "y_train", "X_test", "y_test" },
  { "train_x", "train_y", "test_x", "test_y" },
  { "train_images", "train_labels", "test_images", "test_labels" },
};
static const char *const whole_names[][2] = {
  { "x", "y" },           { "X", "y" },         { "X", "Y" },          { "images", "labels" }, { "data", "labels" },
  { "data", "target" },   { "inputs", "labels" }, { "features", "labels" },
};

/* Arrays by name, from a .npz or from a folder. */
typedef struct
{
  const char *path;   /* borrowed */
  char *name;         /* owned, for messages */
  char *folder;       /* owned; NULL: a .npz */
  GPtrArray *entries; /* owned, of MsNpzEntry; NULL: a folder */
  GPtrArray *arrays;  /* owned, of MsArray read from the folder */
} Source;

static void
source_clear (Source *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->arrays, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static bool
source_open (Source *self, const char *path, GError **error)
{
  self->path = path;
  self->name = g_filename_display_name (path);
  self->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) ms_array_free);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    self->folder = g_strdup (path);
  else if (g_str_has_suffix (path, ".npy"))
    self->folder = g_path_get_dirname (path);
  else
    self->entries = ms_npz_read (path, error);
  return self->folder != NULL || self->entries != NULL;
}

static char *
array_file (const Source *self, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".npy", NULL);
  return g_build_filename (self->folder, file, NULL);
}

static bool
source_has (const Source *self, const char *name)
{
  if (self->folder != NULL)
    {
      g_autofree char *path = array_file (self, name);
      return g_file_test (path, G_FILE_TEST_EXISTS);
    }
  for (guint i = 0; i < self->entries->len; i++)
    if (strcmp (((MsNpzEntry *) self->entries->pdata[i])->name, name) == 0)
      return true;
  return false;
}

static const MsArray *
source_get (Source *self, const char *name, GError **error)
{
  if (self->folder == NULL)
    return ms_npz_require (self->entries, name, self->name, error);
  g_autofree char *path = array_file (self, name);
  MsArray *array = ms_npy_read (path, error);
  if (array != NULL)
    g_ptr_array_add (self->arrays, array);
  return array;
}

/* (N, F), (N, H, W) or (N, H, W, C). */
static bool
judge_shape (MsDataset *self, const MsArray *x, const char *name, const char *label, GError **error)
{
  gsize limit = 100000;
  bool ok = x->n_dim >= 2 && x->n_dim <= 4 && x->n > 0;
  for (int i = 1; i < x->n_dim; i++)
    ok &= x->dim[i] <= limit;
  ok &= x->n_dim < 4 || x->dim[3] <= MAX_CHANNELS;
  if (!ok)
    {
      g_autofree char *shape = ms_array_shape_text (x);
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: “%s” has shape %s; (N, features), (N, height, width) or (N, height, width, channels) with at "
                   "most %d channels is expected",
                   name, label, shape, MAX_CHANNELS);
      return false;
    }
  self->image = x->n_dim > 2;
  self->height = x->n_dim > 2 ? (int) x->dim[1] : 1;
  self->width = x->n_dim > 2 ? (int) x->dim[2] : (int) x->dim[1];
  self->channels = x->n_dim == 4 ? (int) x->dim[3] : 1;
  return true;
}

/* Bytes of images become [0, 1]; every other number is taken as it is. */
static bool
fill_inputs (const MsDataset *self, MsExamples *out, const MsArray *x, const char *name, const char *label,
             GError **error)
{
  gsize size = ms_dataset_example_size (self);
  float scale = self->image && x->dtype == MS_DTYPE_U8 ? 255.0f : 1.0f;
  for (gsize i = 0; i < x->n; i++)
    {
      out->x[i] = (float) ms_array_get (x, i) / scale;
      if (!isfinite (out->x[i]))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "%s: “%s” holds a number that is not finite, at position %" G_GSIZE_FORMAT
                       " of example %" G_GSIZE_FORMAT,
                       name, label, i % size, i / size);
          return false;
        }
    }
  return true;
}

static bool
fill_labels (MsExamples *out, const MsArray *y, const char *name, const char *label, GError **error)
{
  bool flat = y->n_dim == 1 || (y->n_dim == 2 && y->dim[1] == 1);
  if (!flat || y->n != out->n)
    {
      g_autofree char *shape = ms_array_shape_text (y);
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                   "%s: “%s” has shape %s; one class number for each of the %" G_GSIZE_FORMAT " examples is expected",
                   name, label, shape, out->n);
      return false;
    }
  for (gsize i = 0; i < y->n; i++)
    {
      double value = ms_array_get (y, i);
      if (!(value >= 0 && value < MS_MAX_CLASSES && floor (value) == value))
        {
          g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
                       "%s: “%s” of example %" G_GSIZE_FORMAT " is %g; a class from 0 to %d is expected", name, label,
                       i, value, MS_MAX_CLASSES - 1);
          return false;
        }
      out->y[i] = (int) value;
    }
  return true;
}

static bool
read_examples (MsDataset *self, Source *source, const char *const names[2], MsExamples *out, GError **error)
{
  const MsArray *x = source_get (source, names[0], error);
  const MsArray *y = x != NULL ? source_get (source, names[1], error) : NULL;
  gsize before = ms_dataset_example_size (self);
  if (x == NULL || y == NULL || !judge_shape (self, x, source->name, names[0], error))
    return false;
  gsize size = ms_dataset_example_size (self);
  if (before != 0 && before != size)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the examples of “%s” are not shaped like those for training",
                   source->name, names[0]);
      return false;
    }
  return ms_examples_init (out, x->dim[0], size, source->name, error)
         && fill_inputs (self, out, x, source->name, names[0], error)
         && fill_labels (out, y, source->name, names[1], error);
}

static bool
read_split (MsDataset *self, Source *source, const char *const names[4], GError **error)
{
  g_auto (MsExamples) train = { 0 }, test = { 0 };
  if (!read_examples (self, source, names, &train, error))
    return false;
  int height = self->height, width = self->width;
  if (!read_examples (self, source, names + 2, &test, error))
    return false;
  if (height != self->height || width != self->width)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: the examples of “%s” are not shaped like those for training",
                   source->name, names[2]);
      return false;
    }
  if (!ms_dataset_count_classes (self, &train, &test, source->name, error))
    return false;
  ms_dataset_take (self, &train, &test);
  return true;
}

static bool
read_whole (MsDataset *self, Source *source, const char *const names[2], const MsDatasetSpec *spec, GError **error)
{
  g_auto (MsExamples) all = { 0 };
  if (!read_examples (self, source, names, &all, error)
      || !ms_dataset_count_classes (self, &all, NULL, source->name, error))
    return false;
  if (all.n < 2)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: it holds a single example", source->name);
      return false;
    }
  return ms_dataset_split (self, &all, spec->test_fraction, spec->seed, error);
}

static bool
read_any (MsDataset *self, Source *source, const MsDatasetSpec *spec, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (split_names); i++)
    if (source_has (source, split_names[i][0]) && source_has (source, split_names[i][2]))
      return read_split (self, source, split_names[i], error);
  for (gsize i = 0; i < G_N_ELEMENTS (whole_names); i++)
    if (source_has (source, whole_names[i][0]) && source_has (source, whole_names[i][1]))
      return read_whole (self, source, whole_names[i], spec, error);
  g_set_error (error, MS_ERROR, MS_ERROR_FORMAT,
               "%s: no examples found: arrays x and y, or x_train, y_train, x_test and y_test, are expected",
               source->name);
  return false;
}

static MsDataset *
load_npz (const MsDatasetSpec *spec, GError **error)
{
  g_auto (Source) source = { 0 };
  if (!source_open (&source, spec->path, error))
    return NULL;
  g_autofree char *base = g_filename_display_basename (spec->path);
  g_autoptr (MsDataset) self = ms_dataset_new (base, source.name);
  self->height = 0; /* no shape yet */
  if (!read_any (self, &source, spec, error))
    return NULL;
  if (!self->image)
    ms_dataset_standardise (self);
  return g_steal_pointer (&self);
}

/* The first of the names for inputs that is there, test parts before whole ones. */
static const char *
find_inputs (const Source *source)
{
  for (gsize i = 0; i < G_N_ELEMENTS (split_names); i++)
    if (source_has (source, split_names[i][2]))
      return split_names[i][2];
  for (gsize i = 0; i < G_N_ELEMENTS (whole_names); i++)
    if (source_has (source, whole_names[i][0]))
      return whole_names[i][0];
  return NULL;
}

static MsDataset *
load_npz_inputs (const char *path, GError **error)
{
  g_auto (Source) source = { 0 };
  g_auto (MsExamples) examples = { 0 };
  if (!source_open (&source, path, error))
    return NULL;
  g_autofree char *base = g_filename_display_basename (path);
  g_autoptr (MsDataset) self = ms_dataset_new (base, source.name);
  const char *label = find_inputs (&source);
  if (label == NULL)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FORMAT, "%s: no examples found: an array x_test, x or images is expected",
                   source.name);
      return NULL;
    }
  const MsArray *x = source_get (&source, label, error);
  if (x == NULL || !judge_shape (self, x, source.name, label, error)
      || !ms_examples_init (&examples, x->dim[0], ms_dataset_example_size (self), source.name, error)
      || !fill_inputs (self, &examples, x, source.name, label, error))
    return NULL;
  self->n_test = (int) examples.n;
  self->test_x = g_steal_pointer (&examples.x);
  return g_steal_pointer (&self);
}

const MsDatasetKind ms_dataset_kind_npz = {
  .name = "npz",
  .title = "NumPy arrays",
  .needs_path = true,
  .help = "a .npz with arrays x and y (or X, images, data; labels, target), or x_train, y_train, x_test and y_test; "
          "or a folder with x.npy and y.npy. x is (N, features), (N, height, width) or (N, height, width, channels), "
          "y is class numbers from 0; bytes of images are scaled to [0, 1]",
  .load = load_npz,
  .load_inputs = load_npz_inputs,
};
