/* SPDX-License-Identifier: MIT */

/* Small files that a test makes for itself, in a folder of its own that goes away with it. */
#pragma once

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static inline const char *
fixture_dir (void)
{
  static char *dir = NULL;
  if (dir == NULL)
    {
      g_autoptr (GError) error = NULL;
      dir = g_dir_make_tmp ("moescope-test-XXXXXX", &error);
      g_assert_no_error (error);
    }
  return dir;
}

static inline char *
fixture_path (const char *name)
{
  return g_build_filename (fixture_dir (), name, NULL);
}

static inline char *
fixture_write (const char *name, gconstpointer data, gsize size)
{
  char *path = fixture_path (name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_remove (path); /* writing over a file, or g_file_set_contents, waits for the disk: too slow for thousands */
  FILE *file = fopen (path, "wb");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

static inline char *
fixture_text (const char *name, const char *text)
{
  return fixture_write (name, text, strlen (text));
}

static inline void
fixture_remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      fixture_remove_tree (child);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

/* The files in the test's folder: nothing half-written may be left behind. */
static inline int
fixture_count (void)
{
  int n = 0;
  GDir *dir = g_dir_open (fixture_dir (), 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

static inline int
fixture_run (void)
{
  int status = g_test_run ();
  fixture_remove_tree (fixture_dir ());
  return status;
}

/* A refusal is one sentence without a full stop that names @file and says @what. Clears @error. */
#define fixture_assert_refused(error, file, what)                                                                      \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_assert_nonnull (error);                                                                                          \
    g_test_message ("%s", (error)->message);                                                                           \
    if (strstr ((error)->message, file) == NULL || strstr ((error)->message, what) == NULL                             \
        || strchr ((error)->message, '\n') != NULL || g_str_has_suffix ((error)->message, "."))                        \
      g_error ("“%s” should name “%s” and say “%s” in one line", (error)->message, file, what);                        \
    g_clear_error (&(error));                                                                                          \
  }                                                                                                                    \
  G_STMT_END
