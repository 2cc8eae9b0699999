/* SPDX-License-Identifier: MIT */

#include "core/formats/npy.h"
#include "core/formats/npz.h"
#include "core/tasks/dataset.h"

#include "tests/fixture.h"

#include <math.h>

static MsDataset *
load (const char *path, GError **error)
{
  MsDatasetSpec spec = { .name = "npz", .path = path, .test_fraction = 0.25, .seed = 1 };
  return ms_dataset_load (&spec, error);
}

static const gint64 labels[8] = { 0, 1, 2, 0, 1, 2, 0, 1 };

static void
add_labels (MsNpzWriter *writer, const char *name, gsize n)
{
  ms_npz_writer_add (writer, name, MS_DTYPE_I64, 1, &n, labels);
}

static char *
save (MsNpzWriter *writer)
{
  g_autoptr (GError) error = NULL;
  char *path = fixture_path ("t.npz");
  g_assert_true (ms_npz_writer_save (writer, path, &error));
  g_assert_no_error (error);
  return path;
}

static void
test_images (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  guint8 pixels[8 * 4 * 5 * 3];
  gsize dim[4] = { 8, 4, 5, 3 };
  memset (pixels, 255, sizeof pixels);
  ms_npz_writer_add (writer, "images", MS_DTYPE_U8, 4, dim, pixels);
  add_labels (writer, "labels", 8);
  g_autofree char *path = save (writer);
  g_autoptr (MsDataset) data = load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (data->name, ==, "t.npz");
  g_assert_true (data->image && data->height == 4 && data->width == 5 && data->channels == 3);
  g_assert_true (data->n_train == 6 && data->n_test == 2 && data->n_classes == 3);
  g_assert_cmpfloat (data->train_x[359], ==, 1.0f);
}

static void
test_split_features (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  const double x[8] = { 1, 10, 2, 10, 3, 10, 4, 10 };
  gsize dim[2] = { 4, 2 }, column[2] = { 2, 1 };
  ms_npz_writer_add (writer, "x_train", MS_DTYPE_F64, 2, dim, x);
  add_labels (writer, "y_train", 4);
  dim[0] = 2;
  ms_npz_writer_add (writer, "x_test", MS_DTYPE_F64, 2, dim, x);
  ms_npz_writer_add (writer, "y_test", MS_DTYPE_I64, 2, column, labels); /* (N, 1) is as good */
  g_autofree char *path = save (writer);
  g_autoptr (MsDataset) data = load (path, &error);
  g_assert_no_error (error);
  g_assert_true (!data->image && data->width == 2 && data->n_train == 4 && data->n_test == 2);
  g_assert_cmpfloat_with_epsilon (data->train_x[0], -1.5 / sqrt (1.25), 1e-6); /* standardised, in the order given */
  g_assert_cmpfloat (data->test_x[1], ==, 0.0f);
}

/* Images of floats are taken as they are; a folder or a pair of .npy does as well as a .npz. */
static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  gsize dim_x[3] = { 4, 2, 2 }, dim_y[1] = { 4 };
  g_autoptr (GByteArray) x = ms_npy_header (MS_DTYPE_F32, 3, dim_x), y = ms_npy_header (MS_DTYPE_U8, 1, dim_y);
  for (int i = 0; i < 16; i++)
    {
      float value = (float) i - 3.5f;
      g_byte_array_append (x, (const guint8 *) &value, 4);
    }
  g_byte_array_append (y, (const guint8 *) "\0\1\1\0", 4);
  g_autofree char *x_path = fixture_write ("pair/x.npy", x->data, x->len);
  g_autofree char *y_path = fixture_write ("pair/y.npy", y->data, y->len), *folder = fixture_path ("pair");
  const char *paths[2] = { folder, x_path };
  for (int p = 0; p < 2; p++)
    {
      g_autoptr (MsDataset) data = load (paths[p], &error);
      g_assert_no_error (error);
      float least = 0;
      for (int i = 0; i < data->n_train * 4; i++)
        least = fminf (least, data->train_x[i]);
      for (int i = 0; i < data->n_test * 4; i++)
        least = fminf (least, data->test_x[i]);
      g_assert_true (data->image && data->n_train == 3 && data->n_test == 1 && least == -3.5f);
    }
  g_remove (y_path);
  g_assert_null (load (folder, &error));
  fixture_assert_refused (error, "pair", "no examples found: arrays x and y");
}

static void
refused (MsDtype dtype, int n_dim, const gsize *dim, gconstpointer x, gsize n_labels, const gint64 *y, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  ms_npz_writer_add (writer, "x", dtype, n_dim, dim, x);
  if (y != NULL)
    ms_npz_writer_add (writer, "y", MS_DTYPE_I64, 1, &n_labels, y);
  g_autofree char *path = save (writer);
  g_assert_null (load (path, &error));
  fixture_assert_refused (error, "t.npz", says);
}

static void
test_refusals (void)
{
  const gint64 negative[4] = { 0, 1, -1, 0 }, great[4] = { 0, 1, 1000, 0 }, same[4] = { 0 };
  float x[160] = { 0 };
  gsize flat[1] = { 4 }, table[2] = { 4, 2 }, planes[4] = { 4, 3, 2, 5 }, none[2] = { 0, 2 }, one[2] = { 1, 2 };
  refused (MS_DTYPE_F32, 1, flat, x, 4, labels, "“x” has shape (4,)");
  refused (MS_DTYPE_F32, 4, planes, x, 4, labels, "at most 4 channels");
  refused (MS_DTYPE_F32, 2, none, x, 0, labels, "“x” has shape (0, 2)");
  refused (MS_DTYPE_F32, 2, one, x, 1, labels + 1, "single example");
  refused (MS_DTYPE_F32, 2, table, x, 3, labels, "“y” has shape (3,); one class number for each of the 4");
  refused (MS_DTYPE_F32, 2, table, x, 4, negative, "“y” of example 2 is -1");
  refused (MS_DTYPE_F32, 2, table, x, 4, great, "is 1000; a class from 0 to 999");
  refused (MS_DTYPE_F32, 2, table, x, 4, same, "every label is 0");
  refused (MS_DTYPE_F32, 2, table, x, 0, NULL, "no examples found");
  x[5] = NAN;
  refused (MS_DTYPE_F32, 2, table, x, 4, labels, "“x” holds a number that is not finite, at position 1 of example 2");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = fixture_text ("text.npz", "PK, but no more than that, as far as it goes");
  g_assert_null (load (text, &error));
  fixture_assert_refused (error, "text.npz", "zip structure is damaged");
}

static void
test_parts_differ (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  const float x[16] = { 0 };
  gsize a[3] = { 2, 2, 4 }, b[3] = { 2, 4, 2 };
  ms_npz_writer_add (writer, "x_train", MS_DTYPE_F32, 3, a, x);
  ms_npz_writer_add (writer, "x_test", MS_DTYPE_F32, 3, b, x);
  add_labels (writer, "y_train", 2);
  add_labels (writer, "y_test", 2);
  g_autofree char *path = save (writer);
  g_assert_null (load (path, &error));
  fixture_assert_refused (error, "t.npz", "“x_test” are not shaped like those for training");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npz-data/images", test_images);
  g_test_add_func ("/npz-data/split-features", test_split_features);
  g_test_add_func ("/npz-data/folder", test_folder);
  g_test_add_func ("/npz-data/refusals", test_refusals);
  g_test_add_func ("/npz-data/parts-differ", test_parts_differ);
  return fixture_run ();
}
