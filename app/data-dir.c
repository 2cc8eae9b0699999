/* SPDX-License-Identifier: MIT */

#include "app/data-dir.h"
#include "core/tasks/dataset.h"

void
ms_data_dir_find (void)
{
  const char *chosen = g_getenv ("MOESCOPE_DATA_DIR");
  if (chosen == NULL || *chosen == '\0')
    {
      g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
      chosen = self != NULL && g_str_has_prefix (self, MS_BUILD_DIR "/") ? MS_SOURCE_DATA_DIR : MS_DATA_DIR;
    }
  ms_dataset_set_data_dir (chosen);
}
