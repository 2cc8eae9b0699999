/* SPDX-License-Identifier: MIT */

/* Results on standard output. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

void ms_print_json (JsonNode *node); /* takes @node */

/* False and @error if anything printed so far could not be written, as on a full disk. */
bool ms_print_finish (GError **error);
