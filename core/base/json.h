/* SPDX-License-Identifier: MIT */

/* JSON text as people and diff like it: indented by two, short arrays of numbers on one line, every number the shortest
 * text that reads back the same. A number that is not finite is absent, and becomes null. */
#pragma once

#include "core/base/error.h"
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* Whether brackets in @text nest at most 64 deep. JSON-GLib recurses for each of them, so a file of a stranger is asked
 * this before it is parsed: 200,000 brackets overflow the stack. */
bool ms_json_shallow (const char *text, gsize length);

char *ms_json_text (JsonNode *node); /* transfer full, ends with a newline */

/* @text as a member of @object; NULL: null. */
void ms_json_set_text (JsonObject *object, const char *name, const char *text);

/* A member of @object (which may be NULL), borrowed; NULL: there is none, or it is no text. */
const char *ms_json_get_text (JsonObject *object, const char *name);
double ms_json_get_number (JsonObject *object, const char *name); /* NaN: there is none, or it is no number */

/* What has to be there, for readers of files. @where names what is read ("the session's timeline") in the error. */
bool ms_json_need_int (JsonObject *object, const char *name, gint64 least, gint64 most, const char *where,
                       gint64 *value, GError **error);
JsonArray *ms_json_need_array (JsonObject *object, const char *name, const char *where, GError **error);
JsonObject *ms_json_need_object_at (JsonArray *array, guint i, const char *where, GError **error);
