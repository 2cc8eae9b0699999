/* SPDX-License-Identifier: MIT */

#include "app/outputs.h"
#include "core/base/error.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

static bool
check_folder (const char *path, const char *folder, GError **error)
{
  if (g_access (folder, W_OK | X_OK) == 0 && g_file_test (folder, G_FILE_TEST_IS_DIR))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s cannot be written: the folder %s %s", path, folder,
               g_file_test (folder, G_FILE_TEST_IS_DIR) ? "may not be written to"
               : g_file_test (folder, G_FILE_TEST_EXISTS) ? "is not a folder"
                                                          : "does not exist");
  return false;
}

bool
ms_output_check (const char *path, GError **error)
{
  if (path == NULL)
    return true;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s cannot be written: it is a folder", path);
      return false;
    }
  g_autofree char *folder = g_path_get_dirname (path);
  return check_folder (path, folder, error);
}

bool
ms_output_check_folder (const char *path, GError **error)
{
  if (path == NULL)
    return true;
  if (g_mkdir_with_parents (path, 0777) != 0)
    {
      g_set_error (error, MS_ERROR, MS_ERROR_FILE, "%s cannot be made: %s", path, g_strerror (errno));
      return false;
    }
  return check_folder (path, path, error);
}
