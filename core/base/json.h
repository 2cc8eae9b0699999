/* SPDX-License-Identifier: MIT */

/* JSON text as people and diff like it: indented by two, short arrays of numbers on one line, every number the shortest
 * text that reads back the same. A number that is not finite is absent, and becomes null. */
#pragma once

#include <json-glib/json-glib.h>


char *ms_json_text (JsonNode *node); /* transfer full, ends with a newline */
