/* SPDX-License-Identifier: MIT */

/* IDX and CIFAR-10: binary image sets, made small here. */

#include "core/tasks/dataset.h"

#include "tests/fixture.h"

#include <zlib.h>

static GByteArray *
make_idx (int n_axes, const guint8 *dim, gsize n_data)
{
  GByteArray *out = g_byte_array_new ();
  const guint8 magic[4] = { 0, 0, 8, (guint8) n_axes };
  g_byte_array_append (out, magic, 4);
  for (int i = 0; i < n_axes; i++)
    {
      const guint8 length[4] = { 0, 0, 0, dim[i] };
      g_byte_array_append (out, length, 4);
    }
  for (gsize i = 0; i < n_data; i++)
    {
      guint8 byte = n_axes == 1 ? i % 3 : (guint8) (i * 17);
      g_byte_array_append (out, &byte, 1);
    }
  return out;
}

static void
write_idx (const char *name, int n_axes, guint8 n)
{
  const guint8 dim[3] = { n, 2, 3 };
  g_autoptr (GByteArray) bytes = make_idx (n_axes, dim, n_axes == 1 ? n : n * 6);
  g_autofree char *path = g_str_has_suffix (name, ".gz") ? fixture_path (name) : NULL;
  if (path == NULL)
    path = fixture_write (name, bytes->data, bytes->len);
  else
    {
      gzFile gz = gzopen (path, "wb");
      g_assert_cmpint (gzwrite (gz, bytes->data, bytes->len), ==, bytes->len);
      gzclose (gz);
    }
}

static MsDataset *
load (const char *kind, const char *folder, GError **error)
{
  g_autofree char *path = fixture_path (folder);
  MsDatasetSpec spec = { .name = kind, .path = path, .test_fraction = 0.2 };
  return ms_dataset_load (&spec, error);
}

static void
test_idx (void)
{
  g_autoptr (GError) error = NULL;
  write_idx ("m/x", 1, 0); /* makes the folder */
  write_idx ("m/train-images-idx3-ubyte", 3, 7);
  write_idx ("m/train-labels-idx1-ubyte.gz", 1, 7);
  write_idx ("m/t10k-images.idx3-ubyte", 3, 4);
  write_idx ("m/t10k-labels.idx1-ubyte.gz", 1, 4);
  g_autoptr (MsDataset) data = load ("idx", "m", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (data->name, ==, "m");
  g_assert_true (data->image && data->height == 2 && data->width == 3 && data->channels == 1);
  g_assert_true (data->n_train == 7 && data->n_test == 4 && data->n_classes == 3);
  g_assert_cmpfloat (data->train_x[1], ==, 17.0f / 255.0f);
  g_assert_cmpfloat (data->test_x[15], ==, 1.0f);
  g_assert_cmpint (data->train_y[5], ==, 2);
}

static void
refuse_idx (const char *file, const GByteArray *bytes, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_build_filename ("m", file, NULL);
  g_autofree char *path = fixture_path (name), *good = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &good, &size, NULL));
  g_autofree char *bad = fixture_write (name, bytes->data, bytes->len);
  g_assert_null (load ("idx", "m", &error));
  fixture_assert_refused (error, file, says);
  g_autofree char *back = fixture_write (name, good, size);
}

static void
test_idx_refusals (void)
{
  const guint8 dim[3] = { 7, 2, 3 }, other[3] = { 6, 2, 3 }, zero[3] = { 0, 2, 3 }, turned[3] = { 4, 3, 2 };
  g_autoptr (GByteArray) good = make_idx (3, dim, 42), cut = make_idx (3, dim, 41), more = make_idx (3, dim, 43);
  g_autoptr (GByteArray) fewer = make_idx (3, other, 36), none = make_idx (3, zero, 0), labels = make_idx (1, dim, 7);
  g_autoptr (GByteArray) shape = make_idx (3, turned, 24);
  const char *images = "train-images-idx3-ubyte";
  refuse_idx (images, cut, "promises 42 bytes of data, the file holds 41");
  refuse_idx (images, more, "promises 42 bytes of data, the file holds 43");
  refuse_idx (images, fewer, "holds 6 images");
  refuse_idx (images, none, "promises 0 bytes");
  refuse_idx (images, labels, "begin with the bytes 0 0 8 3");
  memset (good->data + 4, 0xff, 12);
  refuse_idx (images, good, "promises");
  good->len = 9;
  refuse_idx (images, good, "begin with the bytes");
  refuse_idx ("t10k-images.idx3-ubyte", shape, "are 3×2, those of");

  g_autoptr (GError) error = NULL;
  g_autofree char *gone = fixture_path ("m/t10k-labels.idx1-ubyte.gz");
  g_remove (gone);
  g_assert_null (load ("idx", "m", &error));
  fixture_assert_refused (error, "/m", "holds no t10k-labels-idx1-ubyte");
  g_assert_null (load ("idx", "nowhere", &error));
  fixture_assert_refused (error, "nowhere", "is not a folder");
}

#define RECORD 3073

static void
write_cifar (const char *folder, const char *file, int n, guint8 label, gsize cut)
{
  g_autofree guint8 *data = g_malloc0 ((gsize) n * RECORD);
  g_autofree char *name = g_build_filename (folder, file, NULL);
  for (int i = 0; i < n; i++)
    {
      data[i * RECORD] = label;
      data[i * RECORD + 1 + 33] = 255;            /* red of row 1, column 1 */
      data[i * RECORD + 1 + 2048 + 1023] = 51;    /* blue of the last pixel */
    }
  g_autofree char *path = fixture_write (name, data, (gsize) n * RECORD - cut);
}

static void
test_cifar (void)
{
  g_autoptr (GError) error = NULL;
  for (int b = 1; b <= 5; b++)
    {
      g_autofree char *file = g_strdup_printf ("data_batch_%d.bin", b);
      write_cifar ("c/cifar-10-batches-bin", file, 2, (guint8) b, 0);
    }
  write_cifar ("c/cifar-10-batches-bin", "test_batch.bin", 3, 9, 0);
  g_autoptr (MsDataset) data = load ("cifar10", "c", &error);
  g_assert_no_error (error);
  g_assert_true (data->image && data->height == 32 && data->width == 32 && data->channels == 3);
  g_assert_true (data->n_train == 10 && data->n_test == 3 && data->n_classes == 10);
  g_assert_true (data->train_y[9] == 5 && data->test_y[0] == 9);
  g_assert_cmpstr (data->class_names[9], ==, "truck");
  g_assert_cmpfloat (data->train_x[33 * 3], ==, 1.0f);
  g_assert_cmpfloat (data->train_x[33 * 3 + 1], ==, 0.0f);
  g_assert_cmpfloat (data->test_x[1023 * 3 + 2], ==, 0.2f);

  write_cifar ("c/cifar-10-batches-bin", "data_batch_3.bin", 2, 3, 1);
  g_assert_null (load ("cifar10", "c", &error));
  fixture_assert_refused (error, "data_batch_3.bin", "6145 bytes are not whole CIFAR-10 records");
  write_cifar ("c/cifar-10-batches-bin", "data_batch_3.bin", 2, 10, 0);
  g_assert_null (load ("cifar10", "c", &error));
  fixture_assert_refused (error, "data_batch_3.bin", "label of record 0 is 10");
  g_autofree char *gone = fixture_path ("c/cifar-10-batches-bin/data_batch_3.bin");
  g_remove (gone);
  g_assert_null (load ("cifar10", "c", &error));
  fixture_assert_refused (error, "data_batch_3.bin", "No such file");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/idx/load", test_idx);
  g_test_add_func ("/idx/refusals", test_idx_refusals);
  g_test_add_func ("/cifar10/load", test_cifar);
  return fixture_run ();
}
