/* SPDX-License-Identifier: MIT */

#include "core/formats/npy.h"

#include "core/formats/npz.h"
#include "tests/fixture.h"

/* A .npy of @version with @header as it stands and @size bytes of data. */
static GByteArray *
make (int version, const char *header, gconstpointer data, guint size)
{
  GByteArray *out = g_byte_array_new ();
  gsize length = strlen (header);
  guint8 start[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', (guint8) version, 0, length & 0xff, (guint8) (length >> 8) };
  g_byte_array_append (out, start, version == 1 ? 10 : 12);
  g_byte_array_append (out, (const guint8 *) header, (guint) length);
  g_byte_array_append (out, data, size);
  return out;
}

static MsArray *
parse (const GByteArray *bytes, GError **error)
{
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len); /* so that a sanitizer sees a read past the end */
  return ms_npy_parse (exact, bytes->len, "t.npy", NULL, error);
}

static void
test_versions (void)
{
  const float values[6] = { 1, 2, 3, 4, 5, -0.5f };
  for (int version = 1; version <= 3; version++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GByteArray) bytes
          = make (version, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n", values, sizeof values);
      g_autoptr (MsArray) array = parse (bytes, &error);
      g_assert_no_error (error);
      g_assert_cmpint (array->n_dim, ==, 2);
      g_assert_cmpuint (array->dim[1], ==, 3);
      g_assert_cmpmem (array->data, 24, values, sizeof values);
    }
}

static void
test_own_header (void)
{
  const gint16 values[3] = { -1, 0, 5 };
  gsize dim[1] = { 3 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) bytes = ms_npy_header (MS_DTYPE_I16, 1, dim);
  g_assert_cmpuint (bytes->len % 64, ==, 0);
  g_byte_array_append (bytes, (const guint8 *) values, sizeof values);
  g_autofree char *path = fixture_write ("own.npy", bytes->data, bytes->len);
  g_autoptr (MsArray) array = ms_npy_read (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (array->dtype, ==, MS_DTYPE_I16);
  g_assert_cmpmem (array->data, 6, values, 6);
}

static void
test_variants (void)
{
  const guint8 big_endian[4] = { 0x3f, 0x80, 0, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) swapped
      = make (1, "{\"shape\": (1L,), \"fortran_order\": True, \"descr\": \">f4\"}", big_endian, 4);
  g_autoptr (MsArray) one = parse (swapped, &error);
  g_assert_no_error (error);
  g_assert_true (ms_array_get (one, 0) == 1.0);
  g_autoptr (GByteArray) scalar = make (1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "\7", 1);
  g_autoptr (MsArray) seven = parse (scalar, &error);
  g_assert_no_error (error);
  g_assert_true (seven->n_dim == 0 && ms_array_get (seven, 0) == 7.0);
  g_autoptr (GByteArray) empty = make (1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 5)}", "", 0);
  g_autoptr (MsArray) none = parse (empty, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->n, ==, 0);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *header, *says;
    guint size;
  } cases[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", "does not go with the 12 bytes", 12 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", "does not go with the 20 bytes", 20 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "does not go", 16 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "damaged", 16 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "damaged", 16 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (nan,)}", "damaged", 16 },
    { "{'descr': '<f4', 'fortran_order': nan, 'shape': (1,)}", "damaged", 4 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "damaged", 4 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}", "damaged", 8 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "damaged", 4 },
    { "{'descr': '<f4', 'fortran_order': False}", "damaged", 4 },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "damaged", 4 },
    { "{'descr': '<f4", "damaged", 4 },
    { "{'descr': '<\\u001b4', 'fortran_order': False, 'shape': (1,)}", "damaged", 4 },
    { "{'descr': '\xff\xfe', 'fortran_order': False, 'shape': (1,)}", "damaged", 4 },
    { "__import__('os')", "damaged", 4 },
    { "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", "Fortran order", 16 },
    { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "Python objects", 4 },
    { "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}", "“<U5” is not read", 20 },
    { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "“<c8” is not read", 8 },
    { "{'descr': '', 'fortran_order': False, 'shape': (1,)}", "“” is not read", 4 },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "structured", 4 },
  };
  const guint8 data[32] = { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GByteArray) bytes = make (1, cases[i].header, data, cases[i].size);
      g_assert_null (parse (bytes, &error));
      fixture_assert_refused (error, "t.npy", cases[i].says);
    }
}

static void
test_truncated (void)
{
  const float value = 1;
  g_autoptr (GByteArray) bytes = make (2, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", &value, 4);
  guint whole = bytes->len;
  for (guint length = 0; length < whole; length++)
    {
      g_autoptr (GError) error = NULL;
      bytes->len = length;
      g_assert_null (parse (bytes, &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
    }
  bytes->len = whole;
  g_autoptr (GError) error = NULL;
  memset (bytes->data + 8, 0xff, 4); /* a header of 4 GiB */
  g_assert_null (parse (bytes, &error));
  fixture_assert_refused (error, "t.npy", "claims 4294967295 bytes");
  bytes->data[6] = 9;
  g_assert_null (parse (bytes, &error));
  fixture_assert_refused (error, "t.npy", "version 9");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npy/versions", test_versions);
  g_test_add_func ("/npy/own-header", test_own_header);
  g_test_add_func ("/npy/variants", test_variants);
  g_test_add_func ("/npy/refusals", test_refusals);
  g_test_add_func ("/npy/truncated", test_truncated);
  return fixture_run ();
}
