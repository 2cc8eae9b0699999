/* SPDX-License-Identifier: MIT */

#include "core/formats/npz.h"

#include "core/formats/npy.h"
#include "tests/fixture.h"

#include <zlib.h>

/* A zip with one stored or deflated member, whose fields the tests then falsify. */
typedef struct
{
  const char *name;
  guint16 method, flags;
  guint32 crc, packed, unpacked, header;
  GByteArray *data;
} Member;

static void
put (GByteArray *out, guint32 value, guint size)
{
  guint8 bytes[4] = { value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24 };
  g_byte_array_append (out, bytes, size);
}

static void
put_member (GByteArray *out, const Member *m, bool local)
{
  put (out, local ? 0x04034b50 : 0x02014b50, 4);
  if (!local)
    put (out, 20, 2);
  put (out, 20, 2);
  put (out, m->flags, 2);
  put (out, m->method, 2);
  put (out, 0, 4);
  put (out, m->crc, 4);
  put (out, m->packed, 4);
  put (out, m->unpacked, 4);
  put (out, (guint32) strlen (m->name), 2);
  put (out, 0, 2);
  if (!local)
    {
      put (out, 0, 4);
      put (out, 0, 2);
      put (out, 0, 4);
      put (out, m->header, 4);
    }
  g_byte_array_append (out, (const guint8 *) m->name, (guint) strlen (m->name));
  if (local)
    g_byte_array_append (out, m->data->data, m->data->len);
}

static GByteArray *
make_zip (Member *members, guint n, bool same_place)
{
  GByteArray *out = g_byte_array_new ();
  for (guint i = 0; i < n; i++)
    {
      if (members[i].header == 0)
        members[i].header = same_place && i > 0 ? members[0].header : out->len;
      put_member (out, &members[i], true);
    }
  guint32 directory = out->len;
  for (guint i = 0; i < n; i++)
    put_member (out, &members[i], false);
  guint32 length = out->len - directory;
  put (out, 0x06054b50, 4);
  put (out, 0, 4);
  put (out, n, 2);
  put (out, n, 2);
  put (out, length, 4);
  put (out, directory, 4);
  put (out, 0, 2);
  return out;
}

static GByteArray *
make_npy (gsize n, const guint8 *values)
{
  GByteArray *npy = ms_npy_header (MS_DTYPE_U8, 1, &n);
  g_byte_array_append (npy, values, (guint) n);
  return npy;
}

static Member
stored (const char *name, GByteArray *npy)
{
  return (Member){ .name = name, .crc = (guint32) crc32_z (0, npy->data, npy->len), .packed = npy->len,
                   .unpacked = npy->len, .data = npy };
}

static GByteArray *
deflated (const guint8 *data, gsize size)
{
  z_stream z = { 0 };
  g_assert_cmpint (deflateInit2 (&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (guint) deflateBound (&z, size));
  z.next_in = (guint8 *) data;
  z.avail_in = (uInt) size;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

static GPtrArray *
parse (const GByteArray *bytes, GError **error)
{
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len);
  return ms_npz_parse (exact, bytes->len, "t.npz", error);
}

static void
refused (Member *members, guint n, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) zip = make_zip (members, n, false);
  g_assert_null (parse (zip, &error));
  fixture_assert_refused (error, "t.npz", says);
}

static void
save_sample (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  g_autofree gint16 *many = g_new0 (gint16, 100000);
  gsize pair[2] = { 2, 3 }, long_dim[1] = { 100000 }, empty[3] = { 0, 4, 4 };
  const float values[6] = { 1, 2, 3, 4, 5, 6 };
  many[99999] = -7;
  ms_npz_writer_add (writer, "x", MS_DTYPE_F32, 2, pair, values);
  ms_npz_writer_add (writer, "many", MS_DTYPE_I16, 1, long_dim, many);
  ms_npz_writer_add (writer, "empty", MS_DTYPE_F64, 3, empty, NULL);
  ms_npz_writer_add (writer, "größe", MS_DTYPE_U8, 0, NULL, "\5");
  g_assert_true (ms_npz_writer_save (writer, path, &error));
  g_assert_no_error (error);
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("a.npz"), *again = fixture_path ("b.npz");
  save_sample (path);
  save_sample (again);
  g_autofree char *a = NULL, *b = NULL;
  gsize a_size, b_size;
  g_assert_true (g_file_get_contents (path, &a, &a_size, NULL) && g_file_get_contents (again, &b, &b_size, NULL));
  g_assert_cmpmem (a, a_size, b, b_size);
  g_assert_cmpuint (a_size, <, 3000); /* deflated */

  g_autoptr (GPtrArray) entries = ms_npz_read (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 4);
  const MsArray *x = ms_npz_find (entries, "x"), *many = ms_npz_find (entries, "many");
  g_assert_true (x->n_dim == 2 && x->dim[0] == 2 && x->dim[1] == 3 && ms_array_get (x, 5) == 6.0);
  g_assert_true (many->dtype == MS_DTYPE_I16 && ms_array_get (many, 99999) == -7.0);
  g_assert_cmpuint (ms_npz_find (entries, "empty")->n, ==, 0);
  g_assert_true (ms_array_get (ms_npz_find (entries, "größe"), 0) == 5.0);
  g_assert_null (ms_npz_find (entries, "y"));
  g_assert_null (ms_npz_require (entries, "y", "a.npz", &error));
  fixture_assert_refused (error, "a.npz", "no array called “y”");
}

static void
test_stored_and_others (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) npy = make_npy (3, (const guint8 *) "abc"), text = g_byte_array_new ();
  g_byte_array_append (text, (const guint8 *) "read me", 7);
  Member members[2] = { stored ("x.npy", npy), stored ("README", text) };
  g_autoptr (GByteArray) zip = make_zip (members, 2, false);
  g_autoptr (GPtrArray) entries = parse (zip, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_true (ms_array_get (ms_npz_find (entries, "x"), 2) == 'c');
}

/* One array of text does not make the numbers beside it unreadable. */
static void
test_refused_kind (void)
{
  static const char header[] = "\x93NUMPY\1\0\x37\0{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}a\0\0\0";
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) npy = make_npy (1, (const guint8 *) "a"), names = g_byte_array_new ();
  g_byte_array_append (names, (const guint8 *) header, sizeof header - 1);
  Member members[2] = { stored ("names.npy", names), stored ("x.npy", npy) };
  g_autoptr (GByteArray) zip = make_zip (members, 2, false);
  g_autoptr (GPtrArray) entries = parse (zip, &error);
  g_assert_no_error (error);
  g_assert_nonnull (ms_npz_find (entries, "x"));
  g_assert_null (ms_npz_find (entries, "names"));
  g_assert_null (ms_npz_require (entries, "names", "t.npz", &error));
  fixture_assert_refused (error, "t.npz, names.npy", "<U1");
}

static void
test_lies (void)
{
  g_autoptr (GByteArray) npy = make_npy (3, (const guint8 *) "abc");
  Member good = stored ("x.npy", npy), bad;
  bad = good, bad.crc ^= 1;
  refused (&bad, 1, "packed data are damaged");
  bad = good, bad.unpacked++;
  refused (&bad, 1, "more bytes than its data can unpack to");
  bad = good, bad.packed += 1000, bad.unpacked += 1000;
  refused (&bad, 1, "reaches beyond the file");
  bad = good, bad.header = 5000;
  refused (&bad, 1, "not where the directory says");
  bad = good, bad.flags = 1;
  refused (&bad, 1, "encrypted");
  bad = good, bad.method = 14;
  refused (&bad, 1, "method 14");
  bad = good, bad.name = "\xff\xfe.npy";
  refused (&bad, 1, "not one line of UTF-8");
  bad = good, bad.name = "two\nlines.npy";
  refused (&bad, 1, "not one line of UTF-8");
  bad = good, bad.method = 8;
  refused (&bad, 1, "packed data are damaged");
  bad = good, bad.packed = bad.unpacked = 0xffffffff;
  refused (&bad, 1, "reaches beyond the file");
  Member twins[2] = { good, good };
  refused (twins, 2, "two members are called x.npy");
}

/* A stream that unpacks to more, or less, than it says; one that claims what no stream of its length holds; and many
 * entries that share one stream. */
static void
test_bombs (void)
{
  g_autofree guint8 *zeros = g_malloc0 (10 << 20);
  g_autoptr (GByteArray) npy = make_npy (10 << 20, zeros), small = deflated (npy->data, npy->len);
  g_assert_cmpuint (small->len, <, 20000);
  Member bomb = { .name = "x.npy", .method = 8, .crc = (guint32) crc32_z (0, npy->data, npy->len), .packed = small->len,
                  .unpacked = npy->len, .data = small };
  Member less = bomb, more = bomb, absurd = bomb, shared[2] = { bomb, bomb };
  less.unpacked = 1000;
  refused (&less, 1, "packed data are damaged");
  more.unpacked += 1;
  refused (&more, 1, "packed data are damaged");
  absurd.unpacked = 0xfffffff0;
  refused (&absurd, 1, "more bytes than its data can unpack to");
  shared[1].name = "y.npy";
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) overlap = make_zip (shared, 2, true);
  g_assert_null (parse (overlap, &error));
  fixture_assert_refused (error, "t.npz", "overlap");
  g_autoptr (GByteArray) sound = make_zip (&bomb, 1, false);
  g_autoptr (GPtrArray) entries = parse (sound, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ms_npz_find (entries, "x")->n, ==, 10 << 20);
}

static void
test_truncated (void)
{
  g_autoptr (GByteArray) npy = make_npy (3, (const guint8 *) "abc");
  Member member = stored ("x.npy", npy);
  g_autoptr (GByteArray) zip = make_zip (&member, 1, false);
  for (guint length = zip->len; length-- > 0;)
    {
      g_autoptr (GError) error = NULL;
      zip->len = length;
      g_assert_null (parse (zip, &error));
      g_assert_error (error, MS_ERROR, MS_ERROR_FORMAT);
    }
  g_autoptr (GError) error = NULL;
  g_assert_null (ms_npz_read ("/nowhere.npz", &error));
  fixture_assert_refused (error, "/nowhere.npz", "No such file");
}

static void
test_save_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MsNpzWriter) writer = ms_npz_writer_new ();
  gsize one = 1;
  ms_npz_writer_add (writer, "x", MS_DTYPE_U8, 1, &one, "a");
  g_assert_false (ms_npz_writer_save (writer, "/nowhere/x.npz", &error));
  fixture_assert_refused (error, "/nowhere/x.npz", "No such file");
  g_assert_false (ms_npz_writer_save (writer, "/dev/full", &error));
  fixture_assert_refused (error, "/dev/full", "No space");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npz/round-trip", test_round_trip);
  g_test_add_func ("/npz/stored-and-others", test_stored_and_others);
  g_test_add_func ("/npz/refused-kind", test_refused_kind);
  g_test_add_func ("/npz/lies", test_lies);
  g_test_add_func ("/npz/bombs", test_bombs);
  g_test_add_func ("/npz/truncated", test_truncated);
  g_test_add_func ("/npz/save-errors", test_save_errors);
  return fixture_run ();
}
