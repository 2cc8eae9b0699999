/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether a file can be put at @path, as far as that can be known without writing: the folder is there and may be
 * written to, and the path is not a folder itself. NULL is fine: nothing to write. */
bool ms_output_check (const char *path, GError **error);

/* The same for a folder that is to hold files; it is made if it is missing. */
bool ms_output_check_folder (const char *path, GError **error);
