/* SPDX-License-Identifier: MIT */

/* The data sets that users bring: tables, gzip, IDX, CIFAR-10, npz. */

#include "core/base/file.h"
#include "core/tasks/dataset.h"
#include "core/tasks/table.h"
#include "core/formats/npz.h"

#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <zlib.h>

static GByteArray *
from_text (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
  return bytes;
}

static GByteArray *
gzip (const GByteArray *bytes)
{
  z_stream z = { 0 };
  GByteArray *out = g_byte_array_new ();
  g_assert_cmpint (deflateInit2 (&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_byte_array_set_size (out, bytes->len + 1000);
  z.next_in = bytes->data;
  z.avail_in = bytes->len;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

/* Whatever was read is whole: finite inputs, labels within the classes. */
static bool
use (MsDataset *data)
{
  if (data == NULL)
    return false;
  gsize size = ms_dataset_example_size (data);
  g_assert_true (size > 0 && data->n_train > 0 && data->n_test > 0 && data->n_classes > 1);
  for (gsize i = 0; i < size * (gsize) data->n_train; i++)
    g_assert_true (isfinite (data->train_x[i]));
  for (int i = 0; i < data->n_train; i++)
    g_assert_true (data->train_y[i] >= 0 && data->train_y[i] < data->n_classes);
  for (int i = 0; i < data->n_test; i++)
    g_assert_true (data->test_y[i] >= 0 && data->test_y[i] < data->n_classes);
  ms_dataset_unref (data);
  return true;
}

static bool
load (const char *kind, const char *path, GError **error)
{
  MsDatasetSpec spec = { .name = kind, .path = path, .test_fraction = 0.3, .seed = 1 };
  return use (ms_dataset_load (&spec, error));
}

/* Inputs without labels, as for foreign examples, of the same file: read whole or refused with a reason. */
static void
read_inputs (const char *kind, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsDataset) data = ms_dataset_kind_find (kind)->load_inputs (path, &error);
  g_assert_true ((data == NULL) == (error != NULL));
  for (gsize i = 0; data != NULL && i < ms_dataset_example_size (data) * (gsize) data->n_test; i++)
    g_assert_true (isfinite (data->test_x[i]));
}

static bool
read_table (const guint8 *bytes, gsize size, GError **error)
{
  g_auto (MsTable) table = { 0 };
  return ms_table_parse (&table, (const char *) bytes, size, "fuzz.csv", error);
}

static bool
read_csv (const guint8 *bytes, gsize size, GError **error)
{
  g_autofree char *path = fixture_write ("fuzz.csv.gz", bytes, size);
  return load ("csv", path, error);
}

static bool
read_idx (const guint8 *bytes, gsize size, GError **error)
{
  g_autofree char *file = fixture_write ("idx/train-images-idx3-ubyte", bytes, size), *folder = fixture_path ("idx");
  read_inputs ("idx", file);
  return load ("idx", folder, error);
}

static bool
read_npz (const guint8 *bytes, gsize size, GError **error)
{
  g_autofree char *path = fixture_write ("fuzz.npz", bytes, size);
  read_inputs ("npz", path);
  return load ("npz", path, error);
}

static void
test_tables (void)
{
  GByteArray *sound[4] = { from_text ("a,b,label\n1,2.5,x\n-3e2,4,\"y, z\"\n5,6,x\n"), from_text ("1;2;0\r\n3;4;1\r\n"),
                           from_text ("\tt\tclass\n0\t1\t2\n1\t3\t1\n"), from_text ("\xef\xbb\xbf" "1,0\n2,1\n\n") };
  fuzz_run ("table", read_table, sound, 4, 30000);
  GByteArray *packed = gzip (sound[0]);
  fuzz_run ("csv.gz", read_csv, &packed, 1, 5000);
  g_byte_array_unref (packed);
  for (int i = 0; i < 4; i++)
    g_byte_array_unref (sound[i]);
}

static void
test_idx (void)
{
  static const guint8 images[16 + 12] = { 0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4 };
  static const guint8 labels[8 + 3] = { 0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2 };
  g_autofree char *a = fixture_write ("idx/train-labels-idx1-ubyte", labels, sizeof labels);
  g_autofree char *b = fixture_write ("idx/t10k-labels-idx1-ubyte", labels, sizeof labels);
  g_autofree char *c = fixture_write ("idx/t10k-images-idx3-ubyte", images, sizeof images);
  g_autoptr (GByteArray) sound = g_byte_array_new ();
  g_byte_array_append (sound, images, sizeof images);
  fuzz_run ("idx", read_idx, &sound, 1, 4000);
}

static void
test_npz (void)
{
  static const gsize dim[3] = { 4, 2, 2 };
  static const float values[16] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  g_autofree char *path = fixture_path ("sound.npz"), *data = NULL;
  gsize size;
  ms_npz_writer_add (writer, "x", MS_DTYPE_F32, 3, dim, values);
  ms_npz_writer_add (writer, "y", MS_DTYPE_U8, 1, dim, "\0\1\2\1");
  g_assert_true (ms_npz_writer_save (writer, path, &error) && g_file_get_contents (path, &data, &size, NULL));
  g_autoptr (GByteArray) sound = g_byte_array_new_take ((guint8 *) g_steal_pointer (&data), size);
  fuzz_run ("npz data", read_npz, &sound, 1, 4000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/tables", test_tables);
  g_test_add_func ("/fuzz/idx", test_idx);
  g_test_add_func ("/fuzz/npz-data", test_npz);
  return fixture_run ();
}
