/* SPDX-License-Identifier: MIT */

#include "tests/app/cli.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

static char *folder;

const char *
cli_folder (void)
{
  if (folder == NULL)
    folder = g_dir_make_tmp ("moescope-test-XXXXXX", NULL);
  return folder;
}

char *
cli_path (const char *name)
{
  return g_build_filename (cli_folder (), name, NULL);
}

void
cli_write (const char *name, const char *content, gssize length)
{
  g_autofree char *path = cli_path (name);
  g_assert_true (g_file_set_contents (path, content, length, NULL));
}

char *
cli_read (const char *name, gsize *length)
{
  g_autofree char *path = cli_path (name);
  char *content = NULL;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (path, &content, length, &error);
  g_assert_no_error (error);
  return content;
}

bool
cli_exists (const char *name)
{
  g_autofree char *path = cli_path (name);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Takes @argv. */
static CliResult *
spawn (char **argv)
{
  CliResult *result = g_new0 (CliResult, 1);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = g_get_environ ();
  environment = g_environ_unsetenv (environment, "DISPLAY");
  environment = g_environ_unsetenv (environment, "WAYLAND_DISPLAY");
  environment = g_environ_unsetenv (environment, "OPENBLAS_CORETYPE"); /* the program's own choice is tested */
  environment = g_environ_setenv (environment, "moescope", g_getenv ("MOESCOPE_PROGRAM"), TRUE);
  int status = 0;
  g_spawn_sync (cli_folder (), argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &result->out, &result->err, &status,
                &error);
  g_assert_no_error (error);
  result->status = WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  g_strfreev (argv);
  return result;
}

CliResult *
cli_run (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *words = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *line = g_strconcat ("moescope ", words, NULL);
  char **argv = NULL;
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_free (argv[0]);
  argv[0] = g_strdup (g_getenv ("MOESCOPE_PROGRAM"));
  g_assert_nonnull (argv[0]);
  return spawn (argv);
}

CliResult *
cli_shell (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  char *command = g_strdup_vprintf (format, args);
  va_end (args);
  char **argv = g_new0 (char *, 4);
  argv[0] = g_strdup ("/bin/sh");
  argv[1] = g_strdup ("-c");
  argv[2] = command;
  return spawn (argv);
}

void
cli_result_free (CliResult *result)
{
  if (result == NULL)
    return;
  g_free (result->out);
  g_free (result->err);
  g_free (result);
}

void
cli_assert_refused (CliResult *owned, int status, const char *says)
{
  g_autoptr (CliResult) result = owned;
  g_test_message ("%d: %s", result->status, result->err);
  g_assert_cmpstr (result->out, ==, "");
  g_assert_true (g_str_has_prefix (result->err, "moescope: "));
  g_assert_nonnull (strstr (result->err, says));
  g_assert_true (strchr (result->err, '\n') == result->err + strlen (result->err) - 1); /* one line */
  g_assert_false (g_str_has_suffix (result->err, ".\n"));
  g_assert_cmpint (result->status, ==, status);
}

JsonNode *
cli_json (CliResult *owned)
{
  g_autoptr (CliResult) result = owned;
  g_assert_cmpstr (result->err, ==, "");
  g_assert_cmpint (result->status, ==, 0);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (result->out, &error);
  g_assert_no_error (error);
  return node;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_remove (child);
    }
  g_rmdir (path);
}

int
cli_finish (int status)
{
  if (folder != NULL)
    remove_folder (folder);
  return status;
}
