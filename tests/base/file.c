/* SPDX-License-Identifier: MIT */

#include "core/base/file.h"

#include "tests/fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static GByteArray *
gzip (const guint8 *data, gsize size)
{
  z_stream z = { 0 };
  g_assert_cmpint (deflateInit2 (&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_set_size (out, (guint) deflateBound (&z, size) + 64);
  z.next_in = (guint8 *) data;
  z.avail_in = (uInt) size;
  z.next_out = out->data;
  z.avail_out = out->len;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_path ("round");
  g_autoptr (GByteArray) big = g_byte_array_new ();
  g_byte_array_set_size (big, 1000003);
  for (guint i = 0; i < big->len; i++)
    big->data[i] = (guint8) (i * 7);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, &error);
    g_assert_no_error (error);
    ms_file_writer_printf (writer, "%d %s\n", 42, "lines");
    ms_file_writer_write (writer, big->data, big->len);
    ms_file_writer_write (writer, "end", 3);
    g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    g_assert_true (ms_file_writer_commit (writer, &error));
  }
  g_assert_cmpint (fixture_count (), ==, 1);
  g_autoptr (GBytes) bytes = ms_file_read (path, 2000000, &error);
  g_assert_no_error (error);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, ==, 9 + 1000003 + 3);
  g_assert_cmpmem (data, 9, "42 lines\n", 9);
  g_assert_cmpmem (data + 9, 1000003, big->data, big->len);
  g_remove (path);
}

static void
test_uncommitted_leaves_old (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_text ("old", "old content");
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, &error);
    ms_file_writer_write (writer, "new", 3);
  }
  g_autoptr (GBytes) before = ms_file_read (path, 100, &error);
  g_assert_cmpmem (g_bytes_get_data (before, NULL), g_bytes_get_size (before), "old content", 11);
  g_assert_cmpint (fixture_count (), ==, 1);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, &error);
    ms_file_writer_write (writer, "new", 3);
    g_assert_true (ms_file_writer_commit (writer, &error));
  }
  struct stat info;
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640); /* the old file's permission is kept */
  g_assert_cmpint (info.st_size, ==, 3);
  g_remove (path);
}

static void
test_permissions_and_links (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *target = fixture_text ("target", "x");
  g_autofree char *link = fixture_path ("link");
  g_autofree char *fresh = fixture_path ("fresh");
  struct stat info;
  g_assert_cmpint (symlink (target, link), ==, 0);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (link, &error);
    ms_file_writer_write (writer, "through", 7);
    g_assert_true (ms_file_writer_commit (writer, &error));
  }
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (g_stat (target, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 7);

  mode_t old = umask (022);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (fresh, &error);
    g_assert_true (ms_file_writer_commit (writer, &error));
  }
  umask (old);
  g_assert_cmpint (g_stat (fresh, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0644);
  g_remove (fresh);
  g_remove (link);
  g_remove (target);
}

static void
test_write_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ms_file_writer_open (fixture_dir (), &error));
  fixture_assert_refused (error, fixture_dir (), "not the name of a file");
  g_assert_null (ms_file_writer_open ("/nowhere/at all/x.npz", &error));
  fixture_assert_refused (error, "/nowhere/at all/x.npz", "No such file");
  if (g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_autoptr (MsFileWriter) writer = ms_file_writer_open ("/dev/full", &error);
      g_assert_no_error (error);
      ms_file_writer_write (writer, "x", 1);
      g_assert_false (ms_file_writer_commit (writer, &error));
      fixture_assert_refused (error, "/dev/full", "No space left");
    }
}

/* A limit on the file size stands for a full disk: the write fails half way. */
static void
test_full_disk (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_text ("keep", "precious");
  g_autofree char *lots = g_malloc0 (3 << 20);
  struct rlimit old, small;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 1 << 20;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  {
    g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, &error);
    ms_file_writer_write (writer, lots, 3 << 20);
    ms_file_writer_write (writer, "after the failure", 17);
    g_assert_false (ms_file_writer_commit (writer, &error));
  }
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  fixture_assert_refused (error, path, "File too large");
  g_assert_cmpint (fixture_count (), ==, 1);
  g_autoptr (GBytes) bytes = ms_file_read (path, 100, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "precious", 8);
  g_remove (path);
}

static void
test_limit (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture_text ("ten", "0123456789");
  g_autoptr (GBytes) just = ms_file_read (path, 10, &error);
  g_assert_cmpuint (g_bytes_get_size (just), ==, 10);
  g_assert_null (ms_file_read (path, 9, &error));
  fixture_assert_refused (error, path, "more than the 9 bytes");
  g_assert_null (ms_file_read ("/dev/zero", 1 << 20, &error)); /* endless */
  fixture_assert_refused (error, "/dev/zero", "more than the 1.0");
  g_assert_null (ms_file_read (fixture_dir (), 10, &error));
  fixture_assert_refused (error, fixture_dir (), "Is a directory");
  g_assert_null (ms_file_read ("/nowhere", 10, &error));
  fixture_assert_refused (error, "/nowhere", "No such file");
  g_remove (path);
}

static void
test_gzip (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *zeros = g_malloc0 (50 << 20);
  g_autoptr (GByteArray) bomb = gzip (zeros, 50 << 20), hello = gzip ((const guint8 *) "hello", 5);
  g_autofree char *bomb_path = fixture_write ("bomb.gz", bomb->data, bomb->len);
  g_assert_cmpuint (bomb->len, <, 100000);
  g_assert_null (ms_file_read (bomb_path, 1 << 20, &error));
  fixture_assert_refused (error, "bomb.gz", "more than the 1.0");
  g_assert_null (ms_file_read (bomb_path, (50 << 20) - 1, &error));
  fixture_assert_refused (error, "bomb.gz", "more than the 50");
  g_autoptr (GBytes) whole = ms_file_read (bomb_path, 50 << 20, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (whole), ==, 50 << 20);

  guint one = hello->len;
  g_autofree char *cut = fixture_write ("cut.gz", hello->data, one - 4);
  g_assert_null (ms_file_read (cut, 100, &error));
  fixture_assert_refused (error, "cut.gz", "cut short");
  g_autofree char *sum = fixture_write ("sum.gz", hello->data, one);
  hello->data[one - 8] ^= 1;
  g_autofree char *bad = fixture_write ("bad.gz", hello->data, one);
  hello->data[one - 8] ^= 1;
  g_assert_null (ms_file_read (bad, 100, &error));
  fixture_assert_refused (error, "bad.gz", "damaged");

  g_autofree guint8 *again = g_memdup2 (hello->data, one);
  g_byte_array_append (hello, again, one); /* two members in a row, then padding */
  g_byte_array_append (hello, zeros, 100);
  g_autofree char *twice = fixture_write ("twice.gz", hello->data, hello->len);
  g_autoptr (GBytes) both = ms_file_read (twice, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (both, NULL), g_bytes_get_size (both), "hellohello", 10);
  hello->data[hello->len - 1] = 'x';
  g_autofree char *junk = fixture_write ("junk.gz", hello->data, hello->len);
  g_assert_null (ms_file_read (junk, 100, &error));
  fixture_assert_refused (error, "junk.gz", "other data follow");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file/round-trip", test_round_trip);
  g_test_add_func ("/file/uncommitted-leaves-old", test_uncommitted_leaves_old);
  g_test_add_func ("/file/permissions-and-links", test_permissions_and_links);
  g_test_add_func ("/file/write-errors", test_write_errors);
  g_test_add_func ("/file/full-disk", test_full_disk);
  g_test_add_func ("/file/limit", test_limit);
  g_test_add_func ("/file/gzip", test_gzip);
  return fixture_run ();
}
