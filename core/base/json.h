/* SPDX-License-Identifier: MIT */

/* JSON text as people and diff like it: indented by two, short arrays of numbers on one line, every number the shortest
 * text that reads back the same. A number that is not finite is absent, and becomes null. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>


/* Whether brackets in @text nest at most 64 deep. JSON-GLib recurses for each of them, so a file of a stranger is asked
 * this before it is parsed: 200,000 brackets overflow the stack. */
bool ms_json_shallow (const char *text, gsize length);

char *ms_json_text (JsonNode *node); /* transfer full, ends with a newline */
