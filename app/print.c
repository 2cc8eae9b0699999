/* SPDX-License-Identifier: MIT */

#include "app/print.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include <errno.h>
#include <stdio.h>

void
ms_print_json (JsonNode *node)
{
  g_autofree char *text = ms_json_text (node);
  fputs (text, stdout);
  json_node_unref (node);
}

bool
ms_print_finish (GError **error)
{
  errno = 0;
  if (fflush (stdout) == 0 && !ferror (stdout))
    return true;
  g_set_error (error, MS_ERROR, MS_ERROR_FILE, "standard output: %s", errno != 0 ? g_strerror (errno) : "write failed");
  return false;
}
