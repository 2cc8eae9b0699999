/* SPDX-License-Identifier: MIT */

/* Experiments on disk. */
#include "core/base/file.h"
#include "core/train/experiment.h"
#include <string.h>

#define MAX_FILE (1 << 20) /* bytes; a whole table is 3,000 */

MsExperiment *
ms_experiment_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = ms_file_read (path, MAX_FILE, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *json = g_bytes_get_data (bytes, &size);
  return ms_experiment_from_json (json != NULL ? json : "", (gssize) size, path, error);
}

bool
ms_experiment_save (const MsExperiment *self, const char *path, GError **error)
{
  g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return false;
  g_autofree char *json = ms_experiment_to_json (self);
  ms_file_writer_write (writer, json, strlen (json));
  return ms_file_writer_commit (writer, error);
}
