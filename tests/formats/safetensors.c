/* SPDX-License-Identifier: MIT */

#include "core/formats/safetensors.h"

#include "tests/fixture.h"

#include <unistd.h>

static GByteArray *
make (const char *header, gsize n_data)
{
  GByteArray *out = g_byte_array_new ();
  g_autofree guint8 *data = g_malloc0 (MAX (n_data, 1));
  guint64 length = strlen (header);
  g_byte_array_append (out, (const guint8 *) &length, 8);
  g_byte_array_append (out, (const guint8 *) header, (guint) length);
  g_byte_array_append (out, data, (guint) n_data);
  return out;
}

static MsSafetensors *
open_bytes (const GByteArray *bytes, GError **error)
{
  g_autofree char *path = fixture_write ("t.safetensors", bytes->data, bytes->len);
  return ms_safetensors_open (path, error);
}

static void
save_sample (const char *path)
{
  static const float a[6] = { 1, 2, 3, 4, 5, 6 };
  static const guint16 b[2] = { 0x3f80, 0x4000 };
  gsize dim_a[2] = { 2, 3 }, dim_b[1] = { 2 }, none[2] = { 0, 7 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MsSafetensorsWriter) writer = ms_safetensors_writer_new ();
  ms_safetensors_writer_set_metadata (writer, "zebra", "{\"a\": \"quoted \\ back\"}\n");
  ms_safetensors_writer_set_metadata (writer, "alpha", "größe \x01");
  ms_safetensors_writer_add (writer, "w/kernel \"q\"", MS_DTYPE_F32, 2, dim_a, a);
  ms_safetensors_writer_add (writer, "empty", MS_DTYPE_F64, 2, none, NULL);
  ms_safetensors_writer_add (writer, "b", MS_DTYPE_BF16, 1, dim_b, b);
  ms_safetensors_writer_add (writer, "scalar", MS_DTYPE_I32, 0, NULL, "\7\0\0");
  g_assert_true (ms_safetensors_writer_save (writer, path, &error));
  g_assert_no_error (error);
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("a.safetensors"), *text = NULL;
  gsize size;
  save_sample (path);
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ms_safetensors_n_tensors (file), ==, 4);
  g_assert_cmpstr (ms_safetensors_metadata (file, "zebra"), ==, "{\"a\": \"quoted \\ back\"}\n");
  g_assert_cmpstr (ms_safetensors_metadata (file, "alpha"), ==, "größe \x01");
  g_assert_null (ms_safetensors_metadata (file, "beta"));
  g_assert_cmpstr (ms_safetensors_tensor (file, 0)->name, ==, "w/kernel \"q\"");
  g_autoptr (MsArray) a = ms_safetensors_read (file, ms_safetensors_find (file, "w/kernel \"q\""), &error);
  g_autoptr (MsArray) b = ms_safetensors_read (file, ms_safetensors_find (file, "b"), &error);
  g_autoptr (MsArray) scalar = ms_safetensors_read (file, ms_safetensors_find (file, "scalar"), &error);
  g_autoptr (MsArray) empty = ms_safetensors_read (file, ms_safetensors_find (file, "empty"), &error);
  g_assert_true (a->n_dim == 2 && a->dim[1] == 3 && ms_array_get (a, 5) == 6.0);
  g_assert_true (ms_array_get (b, 1) == 2.0 && ms_array_get (scalar, 0) == 7.0 && empty->n == 0);
  g_assert_null (ms_safetensors_find (file, "c"));

  /* Metadata keys are sorted and the data begin at a multiple of 8. */
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_true (g_str_has_prefix (text + 8, "{\"__metadata__\":{\"alpha\":\"größe \\u0001\",\"zebra\":"));
  g_assert_cmpint (*(guint64 *) (gpointer) text % 8, ==, 0);
}

static void
test_equal_bytes (void)
{
  g_autofree char *a = fixture_path ("a.safetensors"), *b = fixture_path ("b.safetensors"), *x = NULL, *y = NULL;
  gsize x_size, y_size;
  save_sample (a);
  save_sample (b);
  g_assert_true (g_file_get_contents (a, &x, &x_size, NULL) && g_file_get_contents (b, &y, &y_size, NULL));
  g_assert_cmpmem (x, x_size, y, y_size);
}

#define T(offsets) "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" offsets "}"

static void
test_foreign_order (void)
{
  /* Padding, white space, another order of keys, an escape; header order is not file order. */
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = make ("{ \"b\\u00e9\" : { \"data_offsets\" : [ 8 , 16 ], \"shape\":[2], "
                                       "\"dtype\":\"F32\"},\"a\":" T ("[0,8]") ",\"__metadata__\":{}}    ", 16);
  g_autoptr (MsSafetensors) file = open_bytes (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ms_safetensors_tensor (file, 0)->name, ==, "a");
  g_assert_nonnull (ms_safetensors_find (file, "bé"));
  g_autoptr (GByteArray) nothing = make ("{}", 0);
  g_autoptr (MsSafetensors) empty = open_bytes (nothing, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ms_safetensors_n_tensors (empty), ==, 0);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *header, *says;
    gsize n_data;
  } cases[] = {
    { "{\"a\":" T ("[0,8]") "}", "end at byte 8 of 12", 12 },
    { "{\"a\":" T ("[0,8]") "}", "outside the 4 bytes", 4 },
    { "{\"a\":" T ("[8,0]") "}", "lies at bytes 8 to 0", 8 },
    { "{\"a\":" T ("[0,9]") "}", "does not fit its 9 bytes", 9 },
    { "{\"a\":" T ("[4,12]") "}", "no tensor owns the bytes before tensor “a”", 12 },
    { "{\"a\":" T ("[0,8]") ",\"b\":" T ("[4,12]") "}", "tensor “b” overlaps", 12 },
    { "{\"a\":" T ("[0,8]") ",\"b\":" T ("[0,8]") "}", "overlaps", 8 },
    { "{\"a\":" T ("[0,8]") ",\"a\":" T ("[8,16]") "}", "two tensors are called “a”", 16 },
    { "{\"a\":" T ("[0,99999999999999999999]") "}", "two whole numbers", 8 },
    { "{\"a\":" T ("[0,8,9]") "}", "two whole numbers", 8 },
    { "{\"a\":" T ("[-1,8]") "}", "two whole numbers", 8 },
    { "{\"a\":" T ("[NaN,8]") "}", "two whole numbers", 8 },
    { "{\"a\":" T ("[0,8.0]") "}", "two whole numbers", 8 },
    { "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", "dtype “F8_E4M3” of tensor “a”", 8 },
    { "{\"a\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,8]}}", "not a string", 8 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}", "shape of tensor “a”", 8 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296,0,8],\"data_offsets\":[0,0]}}", "does not fit", 0 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,8],\"data_offsets\":[0,8]}}", "at most 8 whole", 8 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"shape\":[8],\"data_offsets\":[0,8]}}", "just dtype, shape", 8 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}", "just dtype, shape", 8 },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"more\":[[[[]]]]}}", "just dtype, shape", 8 },
    { "{\"a\":[]}", "just dtype, shape", 0 },
    { "{\"__metadata__\":{\"a\":1}}", "__metadata__", 0 },
    { "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "__metadata__", 0 },
    { "{\"\xff\xfe\":" T ("[0,8]") "}", "UTF-8", 8 },
    { "{\"a\\u0000\":" T ("[0,8]") "}", "UTF-8", 8 },
    { "{\"a\\nb\":" T ("[0,8]") "}", "not one line", 8 },
    { "{\"\\ud800\":" T ("[0,8]") "}", "UTF-8", 8 },
    { "{\"a\":" T ("[0,8]") "} x", "follows", 8 },
    { "{\"a\":" T ("[0,8]") ",}", "not a JSON object", 8 },
    { "{\"a\":" T ("[0,8]"), "not a JSON object", 8 },
    { "[[[[[[[[[[", "does not begin with {", 8 },
    { " {}", "does not begin with {", 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GByteArray) bytes = make (cases[i].header, cases[i].n_data);
      g_autoptr (MsSafetensors) file = open_bytes (bytes, &error);
      g_assert_null (file);
      fixture_assert_refused (error, "t.safetensors", cases[i].says);
    }
}

static void
test_header_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = make ("{}", 0);
  guint64 lengths[] = { 3, 100000001, G_MAXUINT64, 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      memcpy (bytes->data, &lengths[i], 8);
      g_assert_null (open_bytes (bytes, &error));
      fixture_assert_refused (error, "t.safetensors", "its header claims");
    }
  for (guint length = 0; length < 10; length++)
    {
      bytes->len = length;
      g_assert_null (open_bytes (bytes, &error));
      fixture_assert_refused (error, "t.safetensors", "not a safetensors file: it has only");
    }
  bytes->len = 10;
  g_assert_null (ms_safetensors_open (fixture_dir (), &error));
  fixture_assert_refused (error, fixture_dir (), "not a folder");
  g_assert_null (ms_safetensors_open ("/nowhere", &error));
  fixture_assert_refused (error, "/nowhere", "No such file");
}

/* A file of 100 GB (sparse) opens at once and gives its small last tensor. */
static void
test_large (void)
{
  const guint64 large = G_GUINT64_CONSTANT (100000000000);
  g_autoptr (GError) error = NULL;
  g_autofree char *header = g_strdup_printf ("{\"big\":{\"dtype\":\"U8\",\"shape\":[%" G_GUINT64_FORMAT
                                             "],\"data_offsets\":[0,%" G_GUINT64_FORMAT "]},\"last\":{\"dtype\":\"U8\","
                                             "\"shape\":[2],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                                             "]}}", large, large, large, large + 2);
  g_autoptr (GByteArray) bytes = make (header, 0);
  g_autofree char *path = fixture_write ("large.safetensors", bytes->data, bytes->len);
  if (truncate (path, (off_t) (bytes->len + large + 2)) != 0)
    {
      g_test_skip ("this file system does not hold a sparse file of 100 GB");
      return;
    }
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_autoptr (MsArray) last = ms_safetensors_read (file, ms_safetensors_find (file, "last"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (last->n, ==, 2);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
  g_remove (path);
}

static void
test_shrunk_while_open (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("a.safetensors");
  save_sample (path);
  g_autoptr (MsSafetensors) file = ms_safetensors_open (path, &error);
  g_assert_cmpint (truncate (path, 100), ==, 0);
  g_assert_null (ms_safetensors_read (file, ms_safetensors_find (file, "b"), &error));
  fixture_assert_refused (error, "a.safetensors", "ends before its data");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/safetensors/equal-bytes", test_equal_bytes);
  g_test_add_func ("/safetensors/foreign-order", test_foreign_order);
  g_test_add_func ("/safetensors/refusals", test_refusals);
  g_test_add_func ("/safetensors/header-length", test_header_length);
  g_test_add_func ("/safetensors/large", test_large);
  g_test_add_func ("/safetensors/shrunk-while-open", test_shrunk_while_open);
  return fixture_run ();
}
