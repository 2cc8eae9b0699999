/* SPDX-License-Identifier: MIT */

/* Experiments on disk. */
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/train/experiment.h"
#include <string.h>

#define MAX_FILE (1 << 20) /* bytes; a whole table is 3,000 */

JsonNode *
ms_experiment_difference_node (const MsExperiment *base, const MsExperiment *experiment)
{
  JsonNode *node = ms_experiment_to_node (experiment);

  for (int i = 0; i < ms_keys_count (); i++)
    {
      const MsKey *key = ms_key_at (i);

      if (strcmp (ms_experiment_text (base, key->id), ms_experiment_text (experiment, key->id)) == 0)
        json_object_remove_member (json_node_get_object (node), key->key);
    }
  return node;
}

MsExperiment *
ms_experiment_load_arranged (const char *path, char **layout, GError **error)
{
  g_autoptr (GBytes) bytes = ms_file_read (path, MAX_FILE, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *json = g_bytes_get_data (bytes, &size);
  return ms_experiment_from_json_arranged (json != NULL ? json : "", (gssize) size, path, layout, error);
}

MsExperiment *
ms_experiment_load (const char *path, GError **error)
{
  return ms_experiment_load_arranged (path, NULL, error);
}

bool
ms_experiment_save_arranged (const MsExperiment *self, const char *layout, const char *path, GError **error)
{
  g_autoptr (JsonNode) node = ms_experiment_to_node (self);
  if (layout != NULL)
    json_object_set_string_member (json_node_get_object (node), "layout", layout);
  g_autoptr (MsFileWriter) writer = ms_file_writer_open (path, error);
  if (writer == NULL)
    return false;
  g_autofree char *json = ms_json_text (node);
  ms_file_writer_write (writer, json, strlen (json));
  return ms_file_writer_commit (writer, error);
}

bool
ms_experiment_save (const MsExperiment *self, const char *path, GError **error)
{
  return ms_experiment_save_arranged (self, NULL, path, error);
}
