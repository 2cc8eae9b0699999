/* SPDX-License-Identifier: MIT */

/* npy, npz and safetensors. */

#include "core/formats/npy.h"
#include "core/formats/npz.h"
#include "core/formats/safetensors.h"

#include "tests/fuzz/fuzz.h"

/* An array that came out of a file is consistent: touches its first and last element and its text. */
static void
use (const MsArray *array)
{
  gsize n;
  g_assert_true (ms_shape_count (array->dtype, array->n_dim, array->dim, &n));
  g_assert_cmpuint (n, ==, array->n);
  g_autofree float *values = ms_array_to_float (array);
  g_autofree char *text = ms_array_shape_text (array);
  g_assert_nonnull (values);
}

static bool
read_npy (const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (MsArray) array = ms_npy_parse (bytes, size, "fuzz.npy", NULL, error);
  if (array != NULL)
    use (array);
  return array != NULL;
}

static bool
read_npz (const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (GPtrArray) entries = ms_npz_parse (bytes, size, "fuzz.npz", error);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const MsNpzEntry *entry = entries->pdata[i];
      g_assert_true ((entry->array == NULL) == (entry->refused != NULL));
      if (entry->array != NULL)
        use (entry->array);
    }
  return entries != NULL;
}

static bool
read_safetensors (const guint8 *bytes, gsize size, GError **error)
{
  g_autofree char *path = fixture_write ("fuzz.safetensors", bytes, size);
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, error);
  for (int i = 0; file != NULL && i < ms_safetensors_n_tensors (file); i++)
    {
      const MsTensorInfo *info = ms_safetensors_tensor (file, i);
      g_assert_true (ms_safetensors_find (file, info->name) == info);
      g_autoptr (MsArray) array = ms_safetensors_read (file, info, error);
      if (array == NULL)
        return false;
      use (array);
    }
  return file != NULL;
}

static GByteArray *
make_npy (MsDtype dtype, int n_dim, const gsize *dim)
{
  gsize n;
  g_assert_true (ms_shape_count (dtype, n_dim, dim, &n));
  GByteArray *npy = ms_npy_header (dtype, n_dim, dim);
  g_autofree guint8 *data = g_malloc0 (n * ms_dtype_size (dtype));
  g_byte_array_append (npy, data, (guint) (n * ms_dtype_size (dtype)));
  return npy;
}

static GByteArray *
contents (const char *path)
{
  char *data;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_byte_array_new_take ((guint8 *) data, size);
}

static void
test_npy (void)
{
  static const gsize dim[4] = { 2, 3, 1, 4 };
  GByteArray *sound[3] = { make_npy (MS_DTYPE_F32, 2, dim), make_npy (MS_DTYPE_I16, 4, dim),
                           make_npy (MS_DTYPE_BOOL, 0, NULL) };
  fuzz_run ("npy", read_npy, sound, 3, 20000);
  for (int i = 0; i < 3; i++)
    g_byte_array_unref (sound[i]);
}

static void
test_npz (void)
{
  static const gsize dim[2] = { 3, 4 };
  static const float values[12] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  g_autofree char *path = fixture_path ("sound.npz");
  ms_npz_writer_add (writer, "x", MS_DTYPE_F32, 2, dim, values);
  ms_npz_writer_add (writer, "y", MS_DTYPE_U8, 1, dim, "abc");
  g_assert_true (ms_npz_writer_save (writer, path, &error));
  g_autoptr (GByteArray) sound = contents (path);
  fuzz_run ("npz", read_npz, &sound, 1, 10000);
}

static void
test_safetensors (void)
{
  static const gsize dim[2] = { 3, 2 };
  static const double values[6] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSafetensorsWriter) writer = ms_safetensors_writer_new ();
  g_autofree char *path = fixture_path ("sound.safetensors");
  ms_safetensors_writer_set_metadata (writer, "note", "quoted \" and \\ and größe");
  ms_safetensors_writer_add (writer, "kernel", MS_DTYPE_F64, 2, dim, values);
  ms_safetensors_writer_add (writer, "bias", MS_DTYPE_BF16, 1, dim, values);
  ms_safetensors_writer_add (writer, "step", MS_DTYPE_I64, 0, NULL, values);
  g_assert_true (ms_safetensors_writer_save (writer, path, &error));
  g_autoptr (GByteArray) sound = contents (path);
  fuzz_run ("safetensors", read_safetensors, &sound, 1, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/npy", test_npy);
  g_test_add_func ("/fuzz/npz", test_npz);
  g_test_add_func ("/fuzz/safetensors", test_safetensors);
  return fixture_run ();
}
